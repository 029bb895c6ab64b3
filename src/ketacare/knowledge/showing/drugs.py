"""Arranges a drug model as a model card: structure, parameters, covariates, domain, what it is not.

The card says beside the numbers which are reported, which are assumed, and what the dossier gates
or leaves out; and, for a drug whose effects are described here, that exposure does not predict
benefit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ketacare.knowledge.showing.arranging import FIGURES, HEAD, arrange, arrange_rest
from ketacare.knowledge.showing.cards import Block, Grid
from ketacare.knowledge.showing.catalogue import Piece, knowledge_texts
from ketacare.knowledge.showing.figures import amount, is_figure, origin, rows_of, said, words

_SCALING = {"volume": "weight, as a volume", "clearance": "weight, as a clearance", "none": ""}


def arrange_drug(piece: Piece) -> Iterator[Block]:
    """Yield the blocks of one drug file; a file without parameters is arranged like any other."""
    table = {k: v for k, v in piece.table.items() if k not in HEAD}
    benefit = _benefit(piece)
    caution = str(table.pop("caution", ""))
    sentences = tuple(text for text in (caution, benefit) if text)
    if sentences:
        yield Block(title="Before using it", paragraphs=sentences)
    if "parameters" not in table:
        yield from arrange(table, "Content")
        return
    yield from _structure(table.pop("structure", {}))
    parameters = table.pop("parameters")
    yield Block(title="Parameters", grid=_parameters(parameters))
    covariances = table.pop("covariance", [])
    if covariances:
        yield Block(
            title="Covariances between people",
            grid=Grid(headers=FIGURES, rows=tuple(_pairs(covariances))),
        )
    yield from _covariates(table)
    yield from arrange_rest(table)


def _benefit(piece: Piece) -> str:
    """Return what the effect file beside the model says about benefit."""
    folder = piece.file.path.rpartition("/")[0]
    for file in knowledge_texts():
        if file.path.startswith(f"{folder}/") and "benefit" in file.table:
            return str(file.table["benefit"]["note"])
    return ""


def _structure(structure: Mapping[str, Any]) -> Iterator[Block]:
    rest = dict(structure)
    items = tuple(_ways(rest))
    if items:
        yield Block(title="Structure", items=items)
    yield from arrange(rest, "Structure, further", 3)


def _ways(rest: dict[str, Any]) -> Iterator[str]:
    """Yield the compartments and how the drug moves between them, taking them out of ``rest``."""
    if central := rest.pop("central", ""):
        yield f"Doses enter: {central}"
    for part in rest.pop("compartments", []):
        yield f"{words(part['name'])}: {_but(part, 'name')}"
    for part in rest.pop("exchanges", []):
        yield f"Between {part['first']} and {part['second']}: {_but(part, 'first', 'second')}"
    for part in rest.pop("eliminations", []):
        into = f" into {part['into']}" if part.get("into") else ", out of the body"
        yield f"From {part['source']}{into}: {_but(part, 'source', 'into')}"


def _but(part: Mapping[str, Any], *left_out: str) -> str:
    return ", ".join(f"{words(k).lower()} {said(v)}" for k, v in part.items() if k not in left_out)


def _parameters(parameters: Mapping[str, Any]) -> Grid:
    rows = []
    for name, part in parameters.items():
        value = part.get("value") if isinstance(part, Mapping) and not is_figure(part) else part
        inside = part if not is_figure(part) else {}
        where = [origin(value)] if is_figure(value) else []
        variance = inside.get("variance")
        spread = ""
        if is_figure(variance):
            percent = 100.0 * math.sqrt(math.expm1(float(variance["value"])))
            spread = f"{percent:.0f} % (variance {said(variance['value'])})"
            where.append(f"variance {origin(variance)}")
        other = {k: v for k, v in inside.items() if k not in {"value", "variance", "scaling"}}
        for key, extra in other.items():
            if is_figure(extra):
                where.append(f"{words(key).lower()} {amount(extra)}, {origin(extra)}")
            else:
                where.append(f"{words(key).lower()} {said(extra)}")
        rows.append(
            (
                name,
                amount(value) if is_figure(value) else said(value),
                spread,
                _SCALING.get(str(inside.get("scaling", "none")), str(inside.get("scaling", ""))),
                "; ".join(where),
            )
        )
    headers = ("parameter", "value", "between people", "changes with", "where it comes from")
    return Grid(headers=headers, rows=tuple(rows))


def _pairs(covariances: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for part in covariances:
        yield from rows_of(f"{part['first']} and {part['second']}", part["value"])


def _covariates(table: dict[str, Any]) -> Iterator[Block]:
    """Yield what makes people differ in the model, and the people it may be asked about."""
    reference = table.pop("reference", {})
    if reference:
        yield from arrange(reference, "Reference person and units")
    for key in ("covariates", "covariate"):
        if key in table:
            value = table.pop(key)
            if isinstance(value, Mapping):
                yield from arrange(value, "Covariates")
            else:
                yield from arrange({"covariate": value}, "Covariates")
    domain = table.pop("domain", {})
    if domain:
        yield from arrange(domain, "Domain: the people it answers for")
