"""Names the literature that one run rests on: the sources of the parts of the files it used.

A part that a run does not touch (the venous link of an arterial answer, a route nobody took, a
covariate that is gated) is not cited, so that the list can be printed beside a result as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ketacare.core.sources import Source
from ketacare.knowledge.loading.sources import load_sources
from ketacare.knowledge.showing.arranging import HEAD
from ketacare.knowledge.showing.catalogue import KnowledgeText, knowledge_texts
from ketacare.knowledge.showing.dossier import read_dossier
from ketacare.knowledge.showing.figures import sentence, source_ids_in, words

_PROJECT = "project"
# Parts that no simulation or estimation reads: they describe.
_UNUSED = frozenset({"effect_sites", "caution", "structure"})


def sources_of_run(
    model_id: str,
    *,
    other_site: bool,
    arketamine: bool,
    routes: Collection[str],
    effects_id: str = "",
    residual: bool = False,
    scenarios: Mapping[str, Collection[str]] | None = None,
) -> tuple[tuple[Source, str], ...]:
    """Return each source with what it was used for, choices of this project last.

    ``scenarios`` names the sources of each one shown, by its name.
    ``other_site`` whether blood of another site than the model's was asked for, ``arketamine``
    whether R-ketamine was given, ``routes`` by which it was; ``residual`` for an estimation.
    """
    used: dict[str, list[str]] = {}
    model = _file(model_id)
    for key, value in _parts(model.table):
        if key == "venous" and not other_site:
            continue
        if key == "enantiomer_ratio" and not arketamine:
            continue
        if key == "residual" and not residual:
            continue
        for name, inside in _inside(key, value, routes):
            _note(used, name, inside)
    if effects_id:
        for key, value in _parts(_file(effects_id).table):
            _note(used, f"effects: {words(key).lower()}", value)
    for name, sources in (scenarios or {}).items():
        for source in sources:
            used.setdefault(source, []).append(f"scenario {name}")
    known = load_sources()
    ordered = sorted(used, key=lambda name: name == _PROJECT)
    return tuple((known[name], ", ".join(dict.fromkeys(used[name]))) for name in ordered)


def gated_in(model_id: str) -> str:
    """Return what a model's dossier gates: in the source, and not to be relied on; or nothing."""
    parts = read_dossier(_file(model_id).text)
    return next((sentence(part.text) for part in parts if part.label == "Gated"), "")


def _file(name: str) -> KnowledgeText:
    return next(file for file in knowledge_texts() if file.table.get("id") == name)


def _parts(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if key not in HEAD and key not in _UNUSED:
            yield key, value


def _inside(key: str, value: Any, routes: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield what a part holds with the words a reader knows it by."""
    if key == "routes":
        yield from ((f"{name} route", part) for name, part in value.items() if name in routes)
    elif key == "covariate":
        for part in value:
            if part.get("use") != "gated":
                yield f"{part.get('parameter')} by {part.get('of', part.get('trait', 'sex'))}", part
    else:
        yield words(key).lower(), value


def _note(used: dict[str, list[str]], name: str, value: Any) -> None:
    for source in source_ids_in(value):
        used.setdefault(source, []).append(name)
