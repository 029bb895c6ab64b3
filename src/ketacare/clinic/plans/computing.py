"""Computes one snapshot from a record: advice, forecasts with and without treatment, what they rest on.

Pure but for reading the knowledge files: the same record, moment, plan and seed give the same
values. It takes about a second, so pages never call it; actions do, when the inputs change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from ketacare import __version__
from ketacare.adapters.report import FanView, advice_shape
from ketacare.clinic.plans.ahead import Way, ahead_of
from ketacare.clinic.plans.mapping import digest
from ketacare.clinic.plans.watching import Agreed, watched
from ketacare.clinic.plans.weighing import weights_in_force
from ketacare.core.history import Treatments
from ketacare.core.measures import Instrument
from ketacare.core.planning import (
    Action,
    Advice,
    Candidate,
    Protocol,
    Weights,
    advise,
    course_for,
    departures,
)
from ketacare.core.record import Person
from ketacare.core.response import (
    Course,
    Fan,
    Future,
    Posterior,
    Prior,
    WatchRules,
    forecast,
    update,
)
from ketacare.core.safety import Policy
from ketacare.core.sources import Provenance
from ketacare.knowledge.load import (
    load_instruments,
    load_policy,
    load_prior,
    load_protocol,
    load_sources,
    load_treatments,
    load_watch_rules,
)

PRIMARY = "gad7"
SHOWN = ("gad7", "phq9")
PARTICLES = 2000
# Days from now: every day for four weeks, then every second, so that a later score can be compared.
AHEAD = (0.5, *(float(d) for d in range(1, 29)), *(float(d) for d in range(30, 85, 2)))
WITH_PLAN, WITHOUT = "plan", "none"
_OTHERS = 30  # see fan_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The rest of the plan in force as the forecast needs it; days are counted from now."""

    dose_mg_per_kg: float
    minutes: float
    dose_days: tuple[float, ...]
    therapy_days: tuple[float, ...]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Everything of the knowledge files a snapshot rests on."""

    prior: Prior
    protocol: Protocol
    policy: Policy
    treatments: Treatments
    instruments: Mapping[str, Instrument]
    watch: WatchRules

    @property
    def versions(self) -> dict[str, str]:
        """Return what must be the same for the same advice."""
        rules, weights = self.protocol.guideline.provenance, self.protocol.weights.provenance
        return {
            "ketacare": __version__,
            self.prior.id: self.prior.version,
            self.protocol.id: self.protocol.provenance.version,
            rules.id: rules.version,
            weights.id: weights.version,
            "safety policy": self.policy.version,
            self.watch.provenance.id: self.watch.provenance.version,
            **{name: self.instruments[name].provenance.version for name in SHOWN},
        }


def knowledge(weights: Weights | None = None) -> Knowledge:
    """Return the knowledge in force (cached by its loaders), weighed as the clinic weighs now.

    ``weights`` are those of an earlier moment, for advice that is computed again.
    """
    return Knowledge(
        prior=load_prior(),
        protocol=replace(load_protocol(), weights=weights or weights_in_force()),
        policy=load_policy(),
        treatments=load_treatments(),
        instruments=load_instruments(),
        watch=load_watch_rules(),
    )


def stale_after() -> timedelta:
    """Return how old the last score may be for anything to be advised on it."""
    return timedelta(days=load_protocol().guideline.thresholds.stale.to("d"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A snapshot's values: the advice as an object, ``data`` and the watch as they are stored."""

    advice: Advice
    data: dict[str, Any]
    watch: list[dict[str, Any]]
    seed: int


def seed_of(record: Mapping[str, Any], known: Knowledge) -> int:
    """Return the seed for a record: the same record and knowledge, the same options."""
    return int(digest(record, known.versions)[:12], 16)


def compute(
    person: Person,
    *,
    now: datetime,
    seed: int,
    known: Knowledge,
    order: Order | None,
    agreed: Agreed | None = None,
    particles: int = PARTICLES,
) -> Computed:
    """Return options, fans and watch for ``person`` at ``now``.

    ``order`` is the plan in force and ``agreed`` how often a score is expected, if they are known.
    """
    advice = advise(
        person,
        prior=known.prior,
        protocol=known.protocol,
        policy=known.policy,
        treatments=known.treatments,
        instruments=known.instruments,
        primary=PRIMARY,
        now=now,
        rng=np.random.default_rng(seed),
        particles=particles,
    )
    course = course_for(person, known.prior, known.instruments, known.treatments, now=now)
    posterior: Posterior | None = None
    fans: list[FanView] = []
    ways: list[Way] = []
    # A dose that cannot be used would make every later value of the fan wrong.
    if not any(text.startswith("dose") for text in course.left_out):
        # The ensemble the options were simulated on; there is none when options are refused.
        posterior = advice.posterior or update(
            known.prior, course, rng=np.random.default_rng(seed), particles=particles
        )
        ways = _ways(posterior.course.now_day, advice, order)
        fans = _fans(posterior, ways, seed=seed)
    data = advice_shape(advice, fans, person=person)
    _complete(data, advice)
    data["learned"] = _learned(posterior)
    data["course"] = _drawn(course, advice, known)
    data["ahead"] = _ahead(advice, order)
    data["chances"] = None if posterior is None else ahead_of(posterior, PRIMARY, ways, seed=seed)
    data["rests_on"] = _rests_on(known, advice)
    data["weights"] = _weights(known)
    found = watched(posterior, PRIMARY, known.watch, known.prior, agreed=agreed, seed=seed)
    return Computed(advice=advice, data=data, watch=found, seed=seed)


def _ways(start: float, advice: Advice, order: Order | None) -> list[Way]:
    """Return what may be done from now on: the plan (or the first option), and nothing further."""
    ways: list[Way] = []
    if order is not None and order.dose_days:
        label = f"With the plan: {order.label}"
        ways.append(Way(about=WITH_PLAN, label=label, future=_ordered(order, start)))
    elif advice.options and advice.options[0].candidate.dose_days:
        first = advice.options[0].candidate
        label = f"With option 1: {first.label}"
        ways.append(Way(about=WITH_PLAN, label=label, future=offered(first, start)))
    ways.append(Way(about=WITHOUT, label="Without a further infusion", future=Future()))
    return ways


def _fans(posterior: Posterior, ways: Sequence[Way], *, seed: int) -> list[FanView]:
    """Return the fans of both instruments for each way on."""
    return [
        FanView(
            about=way.about,
            label=way.label,
            from_now=AHEAD,
            fan=fan_of(posterior, way.future, name, seed=seed),
        )
        for way in ways
        for name in SHOWN
    ]


def fan_of(posterior: Posterior, future: Future, instrument: str, *, seed: int) -> Fan:
    """Return the fan of one instrument if ``future`` is done: the same for the same seed, anywhere."""
    others = tuple(name for name in posterior.prior.views if name not in SHOWN)
    return forecast(
        posterior,
        future,
        instrument,
        posterior.course.now_day + np.asarray(AHEAD),
        rng=np.random.default_rng([seed, *_own((*SHOWN, *others).index(instrument))]),
    )


def _own(place: int) -> tuple[int, ...]:
    """Return what sets an instrument's random numbers apart from the others' and the watch's."""
    return (place,) if place < len(SHOWN) else (_OTHERS, place)


def _ordered(order: Order, start: float) -> Future:
    doses = tuple((start + d, order.dose_mg_per_kg, order.minutes) for d in order.dose_days)
    return Future(doses=doses, therapy_days=tuple(start + d for d in order.therapy_days))


def offered(candidate: Candidate, start: float) -> Future:
    """Return what an option asks for, as the forecast needs it; ``start`` is today's day."""
    dose, minutes = candidate.dose_mg_per_kg or 0.0, candidate.minutes or 0.0
    return Future(
        doses=tuple((start + day, dose, minutes) for day in candidate.dose_days),
        therapy_days=tuple(start + day for day in candidate.therapy_days),
    )


def future_of(option: Mapping[str, Any], known: Knowledge, start: float) -> Future:
    """Return what a stored option asks for; therapy days as the options were made with."""
    days = option["dose_days"]
    dose, minutes = option["dose_mg_per_kg"] or 0.0, option["minutes"] or 0.0
    therapy = option.get("therapy_days")
    if therapy is None:
        after = known.protocol.weights.therapy_after.to("d")
        therapy = [day + after for day in days] if option["therapy"] else []
    return Future(
        doses=tuple((start + day, dose, minutes) for day in days),
        therapy_days=tuple(start + day for day in therapy),
    )


def _complete(data: dict[str, Any], advice: Advice) -> None:
    """Add to each option what signing it needs: its days, its conditions, the guideline beside it."""
    proposed = advice.guideline.actions
    for row, option in zip(data["options"], advice.options, strict=True):
        row["headline"] = option.candidate.headline
        row["dose_days"] = list(option.candidate.dose_days)
        row["therapy_days"] = list(option.candidate.therapy_days)
        row["conditions"] = list(option.conditions)
        row["departs"] = departures(option.candidate.actions, proposed) if proposed else None
        # As the ranking counts it: where the guideline cannot be told, against going on.
        row["departures"] = departures(option.candidate.actions, proposed or (Action.CONTINUE,))
    data["guideline"]["proposes"] = [action.wording for action in proposed]
    leading = advice.guideline.leading
    if leading is not None:
        data["guideline"]["leading"]["facts"] = [
            {"name": f.label or f.name, "value": f.value_text} for f in leading.facts
        ]
        data["guideline"]["leading"]["note"] = leading.note
        source = load_sources().get(leading.source)
        data["guideline"]["leading"]["citation"] = source.citation if source else leading.source


def _learned(posterior: Posterior | None) -> dict[str, Any] | None:
    if posterior is None:
        return None
    return {
        "scores_used": posterior.scores_used,
        "scores_skipped": posterior.scores_skipped,
        "effective_size": round(posterior.effective_size, 1),
        "status": posterior.status.value,
        "advice": posterior.status.advice,
    }


def _drawn(course: Course, advice: Advice, known: Knowledge) -> dict[str, Any]:
    """Return what the chart shows beside the fans, with the times it rests on."""
    zero = course.zero
    at = {} if zero is None else {"zero": zero.isoformat()}
    return {
        **at,
        "now_day": course.now_day,
        "first_dose_day": course.doses[0].day if course.doses else None,
        "doses": [[d.day, d.mg_per_kg] for d in course.doses],
        "points": {
            name: [[r.day, r.total] for r in course.ratings if r.instrument == name]
            for name in SHOWN
        },
        "levels": {name: _levels(name, course, advice, known) for name in SHOWN},
        "left_out": list(course.left_out),
    }


def _ahead(advice: Advice, order: Order | None) -> dict[str, Any] | None:
    """Return the infusions the forecast "with the plan" assumes, in days from now."""
    if order is not None and order.dose_days:
        return {"dose_mg_per_kg": order.dose_mg_per_kg, "dose_days": list(order.dose_days)}
    if advice.options and advice.options[0].candidate.dose_days:
        first = advice.options[0].candidate
        return {"dose_mg_per_kg": first.dose_mg_per_kg, "dose_days": list(first.dose_days)}
    return None


def _levels(name: str, course: Course, advice: Advice, known: Knowledge) -> dict[str, Any]:
    """Return range and levels of an instrument; the response level is ``None`` without a baseline."""
    view, instrument = known.prior.view(name), known.instruments[name]
    first = course.first_rating(name)
    base = None if first is None else float(first.total)
    baseline = advice.guideline.series.baseline
    if name == PRIMARY and baseline is not None:
        base = baseline.total
    return {
        "name": instrument.name,
        "minimum": view.minimum,
        "maximum": view.maximum,
        "baseline": base,
        "response": None if base is None else base * (1.0 - view.response.value),
        "remission": view.remission.value,
    }


def _rests_on(known: Knowledge, advice: Advice) -> list[dict[str, Any]]:
    rules, weights = known.protocol.guideline.provenance, known.protocol.weights.provenance
    parts: Sequence[tuple[str, Provenance]] = (
        ("How people respond", known.prior.provenance),
        ("The course and its limits", known.protocol.provenance),
        ("The guideline's rules", rules),
        ("How options are weighed", weights),
        ("The instrument", known.instruments[PRIMARY].provenance),
    )
    citations = load_sources()
    return [
        {
            "part": part,
            "id": p.id,
            "title": p.title,
            "version": p.version,
            "status": p.status.value,
            "sources": [
                {"id": s, "citation": citations[s].citation, "link": citations[s].link}
                for s in p.sources
                if s in citations
            ],
        }
        for part, p in parts
    ]


def _weights(known: Knowledge) -> dict[str, float]:
    weights = known.protocol.weights
    return {
        "horizon_weeks": weights.horizon.to("wk"),
        "judged_weeks": weights.judged.to("wk"),
        "infusion": weights.infusion_cost.to("1"),
        "therapy": weights.therapy_cost.to("1"),
        "risk": weights.risk_cost.to("1"),
        "departure": weights.departure_cost.to("1"),
    }


def order_of(
    *,
    dose_mg_per_kg: float,
    minutes: float,
    left: int,
    days_between: float,
    therapy: bool,
    next_at: datetime,
    now: datetime,
    known: Knowledge,
) -> Order:
    """Return the rest of a plan: ``left`` infusions from ``next_at`` on, or from now when overdue."""
    first = max((next_at - now) / timedelta(days=1), 0.0)
    planned = (first + days_between * i for i in range(left))
    days = tuple(day for day in planned if day < AHEAD[-1])
    after = known.protocol.weights.therapy_after.to("d")
    label = (
        f"{left} more infusion{'' if left == 1 else 's'} of {dose_mg_per_kg:.3g} mg/kg over "
        f"{minutes:g} min, {days_between:g} days apart"
    )
    return Order(
        dose_mg_per_kg=dose_mg_per_kg,
        minutes=minutes,
        dose_days=days,
        therapy_days=tuple(day + after for day in days) if therapy else (),
        label=label + (", with therapy" if therapy else ""),
    )
