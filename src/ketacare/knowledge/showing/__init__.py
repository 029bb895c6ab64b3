"""Shows any piece of clinical content as a clinician wants to read it.

A card says what the content holds in sentences and tables, numbers with units and where each comes
from, how far anyone has checked it, since when it applies, and whether its own checks pass. The
command line, ``docs/cards`` and JSON print the same card.
"""

from ketacare.knowledge.showing.assembling import card_of
from ketacare.knowledge.showing.cards import Block, Card, Grid, Standing
from ketacare.knowledge.showing.catalogue import (
    Kind,
    KnowledgeText,
    Piece,
    kind_named,
    kinds,
    knowledge_texts,
    piece_named,
    pieces,
)
from ketacare.knowledge.showing.citing import gated_in, sources_of_run
from ketacare.knowledge.showing.dossier import Part, read_dossier
from ketacare.knowledge.showing.figures import source_ids_in, without_noise
from ketacare.knowledge.showing.folder import cards_as_pages
from ketacare.knowledge.showing.markdown import to_markdown

__all__ = [
    "Block",
    "Card",
    "Grid",
    "Kind",
    "KnowledgeText",
    "Part",
    "Piece",
    "Standing",
    "card_of",
    "cards_as_pages",
    "gated_in",
    "kind_named",
    "kinds",
    "knowledge_texts",
    "piece_named",
    "pieces",
    "read_dossier",
    "source_ids_in",
    "sources_of_run",
    "to_markdown",
    "without_noise",
]
