"""Writes all cards as the pages of one folder, with an index and a list of the sources.

``docs/cards`` is written by ``ketacare knowledge cards docs/cards`` and held against the content by
``ketacare knowledge check``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import load_sources
from ketacare.knowledge.showing.assembling import card_of
from ketacare.knowledge.showing.catalogue import kinds, pieces
from ketacare.knowledge.showing.figures import sentence
from ketacare.knowledge.showing.markdown import to_markdown

_WRITTEN = "Written by `ketacare knowledge cards`; edit the knowledge files instead."


def cards_as_pages(results: Iterable[CheckResult]) -> dict[str, str]:
    """Return the text of every page of the folder by its path in it."""
    results = tuple(results)
    pages = {
        "README.md": "\n".join(_index()) + "\n",
        "sources.md": "\n".join(_bibliography()) + "\n",
    }
    for kind in kinds():
        if kind.carded:
            for piece in pieces(kind):
                pages[f"{kind.name}/{piece.id}.md"] = to_markdown(card_of(piece, results))
    return pages


def _index() -> Iterator[str]:
    yield "# Cards of the clinical content"
    yield ""
    yield _WRITTEN
    yield ""
    yield (
        "Each card says what one piece of content holds, where every number comes from, who has "
        "checked it, since when it applies, and whether its own checks pass. "
        "The same is printed by `ketacare knowledge show KIND ID`."
    )
    for kind in kinds():
        if not kind.carded:
            continue
        yield ""
        yield f"## {kind.name}"
        yield ""
        yield sentence(kind.about)
        yield ""
        for piece in pieces(kind):
            yield f"- [{piece.id}]({kind.name}/{piece.id}.md): {piece.title}"
    yield ""
    yield "## sources"
    yield ""
    yield "[Every publication, label and guideline](sources.md) the content refers to."


def _bibliography() -> Iterator[str]:
    yield "# Sources"
    yield ""
    yield _WRITTEN
    yield ""
    for source in sorted(load_sources().values(), key=lambda s: s.id):
        link = f" <{source.link}>" if source.link else ""
        note = f" {sentence(source.note)}" if source.note else ""
        yield f"- `{source.id}`: {source.citation}{link}{note}"
