"""Arranges a drug model as a model card: structure, parameters, covariates, domain, what it is not.

The card says beside the numbers which are reported, which are assumed, and what the dossier gates
or leaves out; and, for a drug whose effects are described here, that exposure does not predict
benefit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    headers = ("parameter", "value", "between people", "changes with", "where it comes from")
    rows = tuple(_parameter(name, part) for name, part in parameters.items())
    return Grid(headers=headers, rows=rows)


def _parameter(name: str, part: Any) -> tuple[str, ...]:
    inside = {} if is_figure(part) else part
    value = part if is_figure(part) else part.get("value")
    where = [origin(value)] if is_figure(value) else []
    where += list(_rest(inside))
    scaling = str(inside.get("scaling", "none"))
    return (
        name,
        amount(value) if is_figure(value) else said(value),
        _between_people(inside),
        _SCALING.get(scaling, scaling),
        "; ".join(where),
    )


def _rest(inside: Mapping[str, Any]) -> Iterator[str]:
    """Yield what else stands with a parameter: its spreads with their sources, words as they are."""
    for key, extra in inside.items():
        if key in {"value", "scaling"}:
            continue
        name = words(key).lower()
        yield (
            f"{name} {amount(extra)}, {origin(extra)}"
            if is_figure(extra)
            else f"{name} {said(extra)}"
        )


def _between_people(inside: Mapping[str, Any]) -> str:
    """Return the coefficient of variation; of a log-normal it is sqrt(exp(omega^2) - 1)."""
    for key, omega in _OMEGA.items():
        if not is_figure(inside.get(key)):
            continue
        number = float(inside[key]["value"])
        if inside.get("spread") == "logit-normal":
            return f"{number:g} (standard deviation on the logit)"
        if omega is None:
            return f"{number:g} %"
        squared = omega(number, str(inside[key]["unit"]))
        percent = 100.0 * math.sqrt(math.expm1(squared))
        return f"{percent:.0f} % ({words(key).lower()} {amount(inside[key])})"
    return ""


def _squared(number: float, unit: str) -> float:
    return (number / 100.0 if unit == "%" else number) ** 2


# How a spread may be stated, and what its omega squared is; the exact one needs no conversion.
_OMEGA: dict[str, Callable[[float, str], float] | None] = {
    "variance": lambda number, _unit: number,
    "sd": _squared,
    "cv": _squared,
    "cv_exact": None,
}


def _pairs(covariances: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for part in covariances:
        yield from rows_of(f"{part['first']} and {part['second']}", part["value"])


def _covariates(table: dict[str, Any]) -> Iterator[Block]:
    """Yield what makes people differ in the model, and the people it may be asked about."""
    reference = table.pop("reference", {})
    if reference:
        yield from arrange(reference, "Reference person and units")
    covariates = table.pop("covariate", [])
    if covariates:
        yield Block(
            title="Covariates: what is reported, assumed or gated",
            grid=Grid(headers=_COVARIATE, rows=tuple(map(_covariate, covariates))),
        )
    else:
        yield Block(
            title="Covariates: what is reported, assumed or gated",
            paragraphs=("None but weight, where the parameters above say so.",),
        )
    domain = table.pop("domain", {})
    if domain:
        yield from arrange(domain, "Domain: the people it answers for")


_COVARIATE = ("parameter", "by", "how", "use", "where it comes from")


def _covariate(part: Mapping[str, Any]) -> tuple[str, ...]:
    rest = dict(part)
    by = [str(rest.pop(key)) for key in ("of", "sex", "trait") if rest.get(key)]
    how = [str(rest.pop("form", ""))]
    where = []
    for key in ("coefficient", "reference", "halfway"):
        figure = rest.pop(key, None)
        if is_figure(figure):
            how.append(f"{key} {amount(figure)}")
            where.append(f"{key} {origin(figure)}")
    parameter, use = str(rest.pop("parameter", "")), str(rest.pop("use", ""))
    where += [str(rest.pop("note"))] if rest.get("note") else []
    how += [f"{words(key).lower()} {said(value)}" for key, value in rest.items()]
    return (parameter, ", ".join(by), ", ".join(how), use, "; ".join(where))
