"""Chances by date, how long relief lasts and what a score would tell, in the words of the page.

Every number is read from what was stored with the advice or drawn for an option; where it cannot be
told, that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ketacare.clinic.plans.presenting import of_people, percent
from ketacare.knowledge.load import load_instruments


@dataclass(frozen=True, slots=True, kw_only=True)
class ByDate:
    """One way on: a row for each date, with how long relief lasts in a sentence."""

    label: str
    rows: tuple[tuple[str, str, str, str], ...]
    lasting: str
    tells_relapse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A range of answers to the next score: how likely it is, and what would be believed then."""

    span: str
    label: str
    chance: str
    improved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChancesView:
    """The section of the plan's page; ``name`` is the instrument's."""

    name: str
    ways: tuple[ByDate, ...]
    asking: str
    answers: tuple[Answers, ...]


def chances_view(data: Mapping[str, Any]) -> ChancesView | None:
    """Return the section, ``None`` for snapshots without it."""
    found = data.get("chances")
    if found is None:
        return None
    instrument = load_instruments()[found["instrument"]]
    return ChancesView(
        name=instrument.name,
        ways=tuple(by_date(way["label"], found["weeks"], way) for way in found["ways"]),
        asking=_asking(found["asking"], instrument.name),
        answers=_answers(found["asking"]["answers"], found["instrument"]),
    )


def by_date(label: str, weeks: Sequence[float], found: Mapping[str, Any]) -> ByDate:
    """Return response, remission and relapse by date for one way on."""
    lost = found["relapse"]["by_week"] or [None] * len(weeks)
    return ByDate(
        label=label,
        rows=tuple(
            (
                ngettext("{n} week", "{n} weeks", int(week)).format(n=f"{week:g}"),
                of_people(response),
                of_people(remission),
                "" if share is None else of_people(share),
            )
            for week, response, remission, share in zip(
                weeks, found["response"], found["remission"], lost, strict=True
            )
        ),
        lasting=lasting(found["relapse"]),
        tells_relapse=found["relapse"]["by_week"] is not None,
    )


def lasting(found: Mapping[str, Any]) -> str:
    """Return how long relief lasts, for those who are half better now."""
    if found["by_week"] is None:
        return _(
            "Hardly anybody like this is half better now, so when relief would be lost cannot be told."
        )
    well = _("{people} people like this are half better now").format(
        people=_first_up(of_people(found["well_now"]))
    )
    horizon = f"{found['horizon'] / 7:.0f}"
    if found["median"] is None:
        return _("{well}; of these, {share} lose it again within {weeks} weeks.").format(
            well=well, share=of_people(found["by_horizon"]), weeks=horizon
        )
    early = found["earliest"] or found["median"]
    late = (
        _("later than week {n}").format(n=horizon)
        if found["latest"] is None
        else _("week {n}").format(n=f"{found['latest'] / 7:.0f}")
    )
    return _(
        "{well}; of these, half lose it again by week {median} "
        "(the first tenth by week {early}, the last tenth {late})."
    ).format(well=well, median=f"{found['median'] / 7:.0f}", early=f"{early / 7:.0f}", late=late)


def _asking(found: Mapping[str, Any], name: str) -> str:
    turn = f"{100 * found['expected_turn']:.0f}"
    text = _("A {name} today would remove {learned} of what is uncertain about severity").format(
        name=name, learned=percent(found["learned"])
    )
    now = of_people(found["improved_now"])
    if turn == "0":
        tail = _("and hardly move the chance of being half better ({now} now).").format(now=now)
    else:
        tail = _(
            "and move the chance of being half better ({now} now) by {turn} of 100 people on average."
        ).format(now=now, turn=turn)
    return f"{text}, {tail}"


def _answers(rows: Sequence[Mapping[str, float]], instrument: str) -> tuple[Answers, ...]:
    """Return the possible answers by the instrument's bands, weighed by how likely each is."""
    known = load_instruments()[instrument]
    groups: dict[str, list[Mapping[str, float]]] = {}
    for row in rows:
        band = known.band_of(row["score"])
        groups.setdefault("" if band is None else band.label, []).append(row)
    found = []
    for label, same in groups.items():
        chance = sum(row["chance"] for row in same)
        improved = sum(row["chance"] * row["improved"] for row in same) / chance if chance else 0.0
        first, last = same[0]["score"], same[-1]["score"]
        found.append(
            Answers(
                span=f"{first:g}–{last:g}" if last > first else f"{first:g}",
                label=label.lower(),
                chance=of_people(chance),
                improved=of_people(improved),
            )
        )
    return tuple(found)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
