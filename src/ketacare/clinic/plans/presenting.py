"""A snapshot in the words of the page: natural frequencies, groups of options, what it rests on.

Nothing is computed anew: every number comes from the stored data, so that a page opened a year
later shows what the signer saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ketacare.clinic.plans.charts import Picture, pictures_of, trade_off_of
from ketacare.clinic.plans.models import AdviceSnapshot
from ketacare.core.planning import COSTS

COMPARED = 4
"""Kinds of action compared in full; the others stand in the table of all options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    """One option as it is shown; ``follows`` is ``None`` when the guideline cannot be told."""

    rank: int
    label: str
    headline: str
    relief: str
    relief_range: str
    response: str
    remission: str
    relapse: str
    visits: str
    burden: str
    risk: str
    net: str
    sure: str
    sure_short: str
    follows: bool | None
    therapy: bool
    reasons: tuple[str, ...]
    changes: tuple[str, ...]
    conditions: tuple[str, ...]

    @property
    def title(self) -> str:
        """The option as a heading."""
        return self.label[:1].upper() + self.label[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The best variant of one action, and how many other variants there are."""

    best: OptionView
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceView:
    """Everything the page says about one snapshot."""

    snapshot: AdviceSnapshot
    groups: tuple[Group, ...]
    kinds: int
    horizon_weeks: str
    judged_weeks: str
    weighing: Mapping[str, str]
    options: tuple[OptionView, ...]
    excluded: tuple[tuple[str, str, tuple[str, ...]], ...]
    guideline: Mapping[str, Any]
    comparison: str
    conditions: tuple[Mapping[str, Any], ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    learned: str
    learned_level: str
    pictures: tuple[Picture, ...]
    trade_off: Picture | None
    rests_on: tuple[Mapping[str, Any], ...]
    inputs: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]

    @property
    def first(self) -> OptionView | None:
        """The first option, if there is any."""
        return self.options[0] if self.options else None


def advice_view(snapshot: AdviceSnapshot) -> AdviceView:
    """Return a snapshot as the page shows it."""
    data = snapshot.data
    options = tuple(option_view(o) for o in data["options"])
    groups = _groups(options)
    learned, level = _learned(data)
    return AdviceView(
        snapshot=snapshot,
        groups=_worth_comparing(groups),
        kinds=len(groups),
        horizon_weeks=f"{data['weights']['horizon_weeks']:g}",
        judged_weeks=f"{data['weights']['judged_weeks']:g}",
        weighing={
            name: percent(value, digits=2)
            for name, value in data["weights"].items()
            if name in COSTS
        },
        options=options,
        excluded=_excluded(data["excluded"]),
        guideline=data["guideline"],
        comparison=data["comparison"],
        conditions=tuple(data["conditions"]),
        missing=tuple(data["missing"]),
        notes=tuple(data["notes"]),
        learned=learned,
        learned_level=level,
        pictures=pictures_of(data),
        trade_off=trade_off_of(data),
        rests_on=tuple(data["rests_on"]),
        inputs=tuple((k, v) for k, v in data["inputs"].items() if k != "now"),
        versions=tuple(snapshot.versions.items()),
    )


def option_view(option: Mapping[str, Any]) -> OptionView:
    """Return one option in words."""
    sureness = option["sureness"]
    departs = option["departs"]
    return OptionView(
        rank=option["rank"],
        label=option["label"],
        headline=option["headline"],
        relief=percent(option["expected_relief"]),
        relief_range=_("{low} to {high}").format(
            low=percent(option["relief_low"]), high=percent(option["relief_high"])
        ),
        response=of_people(option["p_response"]),
        remission=of_people(option["p_remission"]),
        relapse=(
            _("cannot say: hardly anybody gets half better")
            if option["p_relapse"] is None
            else _("{people} of those who get half better").format(
                people=of_people(option["p_relapse"])
            )
        ),
        visits=_visits(option["infusions"], option["therapy_sessions"]),
        burden=percent(option["burden"], digits=1),
        risk=_risk(option["risk"]),
        net=_net(option),
        sure=_sure(sureness),
        sure_short=of_people(sureness["best"]),
        follows=None if departs is None else departs == 0,
        therapy=option["therapy"],
        reasons=tuple(option["reasons"]),
        changes=tuple(option["what_would_change"]),
        conditions=tuple(option["conditions"]),
    )


def _net(option: Mapping[str, Any]) -> str:
    """Return the sum an option is ranked by, to be redone by hand."""
    relief, burden, score = option["expected_relief"], option["burden"], option["score"]
    return _("{relief} relief − {burden} burden − {risk} risk = {score}").format(
        relief=percent(relief, digits=1),
        burden=percent(burden, digits=1),
        risk=percent(relief - burden - score, digits=1),
        score=percent(score, digits=1),
    )


def percent(share: float, *, digits: int = 0) -> str:
    """Return a share as "42 %", with a real minus sign and a narrow gap that does not break."""
    return f"{100 * share:.{digits}f}".replace("-", "−") + "\u00a0%"


def of_people(share: float) -> str:
    """Return a probability as people: "about 6 of 10", of 100 where tens would hide it."""
    if round(100 * share) < 1:
        return _("fewer than 1 of 100")
    if round(100 * share) >= 100:
        return _("nearly all of 100")
    if 0.095 <= share < 0.95:  # what rounds to whole tens
        return _("about {n} of 10").format(n=round(10 * share))
    return _("about {n} of 100").format(n=round(100 * share))


def _groups(options: Sequence[OptionView]) -> tuple[Group, ...]:
    by_action: dict[str, list[OptionView]] = {}
    for option in options:
        by_action.setdefault(option.headline, []).append(option)
    return tuple(Group(best=same[0], others=len(same) - 1) for same in by_action.values())


def _worth_comparing(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Return the first four kinds of action, and what else the guideline proposes, in order."""
    return tuple(
        group for index, group in enumerate(groups) if index < COMPARED or group.best.follows
    )


def _visits(infusions: int, sessions: int) -> str:
    if not infusions and not sessions:
        return _("no further visits")
    parts = []
    if infusions:
        parts.append(ngettext("{n} infusion", "{n} infusions", infusions).format(n=infusions))
    if sessions:
        parts.append(
            ngettext("{n} therapy session", "{n} therapy sessions", sessions).format(n=sessions)
        )
    return " + ".join(parts)


def _risk(risk: float) -> str:
    if not risk:
        return _("no drug risk")
    if abs(risk - 1.0) < 0.05:  # what rounds to 1.0
        return _("as 1 standard infusion")
    return _("as {n:.1f} standard infusions").format(n=risk)


def _sure(sureness: Mapping[str, float]) -> str:
    best = _("Best for {people} people like this").format(people=of_people(sureness["best"]))
    action = _("this action in some form for {people}").format(
        people=of_people(sureness["action_best"])
    )
    text = f"{best}; {action}."
    if sureness["behind"] > 0:
        text += " " + _("It lies {gap} of relief behind the first option.").format(
            gap=percent(sureness["behind"], digits=1)
        )
    if sureness["behind"] < 2 * sureness["error"] and sureness["behind"] > 0:
        text += " " + _("That is too little to tell the two apart.")
    return text


def _excluded(rows: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the excluded options by reason: (reason, rule, labels)."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["reason"], row["rule"]), []).append(row["label"])
    return tuple((reason, rule, tuple(labels)) for (reason, rule), labels in found.items())


def _learned(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the forecast has learned from, and the level of its status mark."""
    learned = data["learned"]
    if learned is None:
        return _("No forecast: the record of doses is incomplete."), "stop"
    number = learned["scores_used"]
    if not number:
        return _("Population forecast: no score of this person is in it yet."), "info"
    text = ngettext(
        "Learned from {n} score of this person.", "Learned from {n} scores of this person.", number
    ).format(n=number)
    if learned["status"] != "good":
        return f"{text} {learned['advice']}", "watch"
    return text, "good"
