"""Bands of a scale that leave a total without a name, give it two, or miss an end of the range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.faults.walking import fault
from ketacare.knowledge.showing import KnowledgeText

_STEP = 1  # totals are whole points; a prorated one falls into the band of its whole part


def bands_with_a_gap(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return every gap and overlap between the bands of an instrument."""
    return [
        fault(file, "band", expected="bands that fill the range", found=problem)
        for file in texts
        if file.folder == "instruments" and file.table.get("band")
        for problem in _problems(file.table)
    ]


def _problems(table: Mapping[str, Any]) -> list[str]:
    bands = sorted(table["band"], key=lambda band: band["low"])
    found = []
    for lower, upper in pairwise(bands):
        if upper["low"] > lower["high"] + _STEP:
            found.append(
                f'nothing between "{lower["label"]}" up to {lower["high"]:g} and '
                f'"{upper["label"]}" from {upper["low"]:g}'
            )
        elif upper["low"] <= lower["high"]:
            found.append(f'{upper["low"]:g} is both "{lower["label"]}" and "{upper["label"]}"')
    ends = (("minimum", bands[0], "low"), ("maximum", bands[-1], "high"))
    for key, band, end in ends:
        figure = table.get(key)
        if isinstance(figure, Mapping) and figure.get("value") != band[end]:
            found.append(
                f'"{band["label"]}" ends at {band[end]:g}, and the {key} is {figure.get("value")}'
            )
    return found
