"""What the answers of the core look like as JSON, and a document for page and paper.

The shapes are documented in ``docs/json.md`` and tested against it. Plain dicts, lists, texts,
numbers, true, false and null come out; null always means "not known" or "cannot tell".
"""

from ketacare.adapters.report.advice import FanView, advice_shape, inputs_of
from ketacare.adapters.report.cards import card_shape
from ketacare.adapters.report.document import Attachment, Document, Picture, Section, Table
from ketacare.adapters.report.history import stage_shape
from ketacare.adapters.report.pdf import pdf_of
from ketacare.adapters.report.scores import ScoreView, score_views, scores_shape
from ketacare.adapters.report.screening import screening_shape
from ketacare.adapters.report.session import SessionView, session_shape
from ketacare.adapters.report.trials import comparison_shape, run_shape

__all__ = [
    "Attachment",
    "Document",
    "FanView",
    "Picture",
    "ScoreView",
    "Section",
    "SessionView",
    "Table",
    "advice_shape",
    "card_shape",
    "comparison_shape",
    "inputs_of",
    "pdf_of",
    "run_shape",
    "score_views",
    "scores_shape",
    "screening_shape",
    "session_shape",
    "stage_shape",
]
