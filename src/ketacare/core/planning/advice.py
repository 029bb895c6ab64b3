"""Options for the next step, ranked for a clinician who decides, beside the plain guideline rule.

Hard limits first, then simulation of every allowed candidate on the ensemble of people like this
one, then expected relief minus burden and risk. Without a recent score there are no options, only
the guideline and the sentence that says what to ask for. Deterministic for the same inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.history import Stage, Treatments, lorazepam_equivalent
from ketacare.core.measures import Instrument
from ketacare.core.planning.candidates import candidates_for, current_of
from ketacare.core.planning.guideline import GuidelineView, guideline
from ketacare.core.planning.limits import Excluded, Limited, limit
from ketacare.core.planning.options import Option, rank
from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.readiness import readiness
from ketacare.core.planning.rules import Action
from ketacare.core.planning.simulation import ensemble_of, simulate
from ketacare.core.planning.weighing import departures
from ketacare.core.planning.weights import Weights
from ketacare.core.record import Person
from ketacare.core.response import Course, Posterior, Prior, course_of, update
from ketacare.core.safety import Policy, RuleFinding

_SIMULATED = 800
"""People simulated per candidate: enough that the ranking's Monte Carlo error is shown small."""

_DIAZEPAM = "diazepam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Ranked options with everything they rest on.

    ``options`` is empty when no advice can be given; ``sentence`` then says why and what to do.
    ``comparison`` says how the first option and the guideline agree. ``conditions`` are safety
    findings to be settled before any infusion. ``inputs``, ``seed`` and ``versions`` make the
    advice repeatable: the same inputs and ``numpy.random.default_rng(int(seed))`` give it again.
    ``posterior`` is what the options were simulated on, for whoever draws a forecast beside them
    (``None`` when there are no options).
    """

    options: tuple[Option, ...]
    excluded: tuple[Excluded, ...]
    guideline: GuidelineView
    comparison: str
    conditions: tuple[RuleFinding, ...]
    missing: tuple[str, ...]
    sentence: str
    notes: tuple[str, ...]
    inputs: Mapping[str, str]
    seed: str
    versions: Mapping[str, str]
    posterior: Posterior | None = field(default=None, compare=False, repr=False)


def advise(
    person: Person,
    *,
    prior: Prior,
    protocol: Protocol,
    policy: Policy,
    treatments: Treatments,
    instruments: Mapping[str, Instrument],
    primary: str = "gad7",
    stage: Stage | None = None,
    weights: Weights | None = None,
    now: datetime,
    rng: np.random.Generator,
    particles: int = 2000,
) -> Advice:
    """Return options for the next step of ``person`` at ``now``, ranked on ``primary``.

    ``stage`` is what the history says about resistance; without it the safety rule that asks for it
    cannot tell. ``weights`` are the clinic's or the person's own (see :meth:`Weights.changed`);
    without them those of the protocol hold. Nothing recorded after ``now`` is seen. Raises :class:`InputError` for a primary instrument
    the clinic or the response model does not know.
    """
    seed = str(getattr(rng.bit_generator.seed_seq, "entropy", "unknown"))
    if prior.view(primary).inverted:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            f"{primary} counts well-being, more is better; rank by a scale of symptoms instead",
        )
    rules = protocol.guideline
    weights = protocol.weights if weights is None else weights
    plain = guideline(
        person,
        rules,
        instruments=instruments,
        policy=policy,
        primary=primary,
        now=now,
        treatments=treatments,
    )
    course = course_for(person, prior, instruments, treatments, now=now)
    current = current_of(person, plain.series, protocol, now=now)
    limited = limit(
        candidates_for(current, protocol, weights),
        person,
        current=current,
        plain=plain,
        protocol=protocol,
        policy=policy,
        treatments=treatments,
        now=now,
        stage=stage,
    )
    missing, refusal = readiness(plain, course, rules, now=now)
    options: tuple[Option, ...] = ()
    posterior: Posterior | None = None
    if not refusal:
        posterior = update(prior, course, rng=rng, particles=particles)
        baseline = plain.series.baseline
        ensemble = ensemble_of(
            posterior,
            primary,
            weights,
            baseline=None if baseline is None else baseline.total,
            size=_SIMULATED,
            rng=rng,
        )
        tolerance = plain.tolerance
        options = rank(
            {c: simulate(c, ensemble, weights) for c in limited.allowed},
            ensemble,
            protocol=protocol,
            weights=weights,
            event=tolerance is not None and bool(tolerance.distress or tolerance.pressure),
            proposed=plain.actions or (Action.CONTINUE,),
            instrument_name=instruments[primary].name,
            conditions=limited.open_orders,
        )
    return Advice(
        options=options,
        # Nothing was compared, so nothing was turned down: a list would read like a choice.
        excluded=() if refusal else limited.excluded,
        guideline=plain,
        comparison=_compare(options, plain),
        conditions=limited.conditions,
        missing=missing,
        sentence=refusal or _sentence(options, plain),
        notes=(*_notes(posterior, course, limited, prior), *_later(person, now)),
        inputs=_inputs(
            person, course, plain, weights=weights, primary=primary, particles=particles, now=now
        ),
        seed=seed,
        versions={
            prior.id: prior.version,
            protocol.id: protocol.provenance.version,
            rules.provenance.id: rules.provenance.version,
            weights.provenance.id: weights.provenance.version,
            "safety policy": policy.version,
            instruments[primary].id: instruments[primary].provenance.version,
        },
        posterior=posterior,
    )


def course_for(
    person: Person,
    prior: Prior,
    instruments: Mapping[str, Instrument],
    treatments: Treatments,
    *,
    now: datetime,
) -> Course:
    """Return the course the advice is computed from: routes of the prior, benzodiazepines taken.

    For whoever draws a forecast beside the advice and wants the same course.
    """

    def diazepam_mg_at(at: datetime) -> float | None:
        known = lorazepam_equivalent(person, treatments, at).mg_per_day
        factor = treatments[_DIAZEPAM].lorazepam_mg if _DIAZEPAM in treatments else None
        return None if known is None or factor is None else known * factor.to("mg")

    return course_of(
        person,
        {name: i for name, i in instruments.items() if name in prior.views},
        now,
        routes={route: factor.to("1") for route, factor in prior.routes.items()},
        diazepam_mg_at=diazepam_mg_at,
    )


def _compare(options: tuple[Option, ...], plain: GuidelineView) -> str:
    """Return how the first option and the guideline stand to each other."""
    if not options:
        return "There is no ranking to compare with the guideline."
    first = options[0].candidate
    if plain.leading is None:
        return f'The guideline cannot be told here; the first option is "{first.headline}".'
    if not departures(first.actions, plain.actions):
        return f"The first option and the guideline ({plain.leading.id}) agree: {first.headline}."
    proposed = " or ".join(action.wording for action in plain.actions)
    near = next((o for o in options if not departures(o.candidate.actions, plain.actions)), None)
    text = (
        f"They differ: the guideline ({plain.leading.id}) proposes to {proposed}, the first "
        f'option is "{first.headline}".'
    )
    if near is None:
        return f"{text} No option the guideline proposes passed the limits."
    behind = near.sureness.behind
    why = (
        f' The guideline\'s "{near.candidate.headline}" is expected to bring '
        f"{near.expected_relief:.0%} relief against {options[0].expected_relief:.0%}, and lies "
        f"{behind:.1%} behind after burden and risk, although departing from the rule counts against "
        "an option; the rule looks at the last scores alone, the "
        "simulation at the whole course and what follows."
    )
    return text + why


def _sentence(options: tuple[Option, ...], plain: GuidelineView) -> str:
    if not options:
        return "No option passes the hard limits; see the reasons."
    first = options[0]
    start = "Expected of anyone at the start: " if plain.series.number == 0 else ""
    text = (
        f"{start}{first.candidate.label} comes first of {len(options)} options (expected relief "
        f"{first.expected_relief:.0%}); {first.sureness.sentence[0].lower()}"
        f"{first.sureness.sentence[1:]} A clinician decides."
    )
    return text[0].upper() + text[1:]


def _notes(
    posterior: Posterior | None, course: Course, limited: Limited, prior: Prior
) -> tuple[str, ...]:
    found = [] if posterior is None else [posterior.status.advice]
    found.extend(course.left_out)
    if limited.conditions:
        found.append(
            f"{len(limited.conditions)} safety questions are open and must be settled before an "
            "infusion."
        )
    found.append(
        f"The response model ({prior.id}) rests on little evidence in anxiety; weights and rules "
        "are candidates nobody has verified."
    )
    return tuple(found)


def _later(person: Person, now: datetime) -> tuple[str, ...]:
    """Return what of the record lies after the moment of looking, as a sentence."""
    counts = {
        "infusion": sum(1 for i in person.infusions if i.at > now),
        "score": sum(1 for s in person.scores if s.at > now),
    }
    found = [f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items() if n]
    if not found:
        return ()
    return (f"Not used, because recorded for after {person.spoken(now)}: {' and '.join(found)}.",)


def _inputs(
    person: Person,
    course: Course,
    plain: GuidelineView,
    *,
    weights: Weights,
    primary: str,
    particles: int,
    now: datetime,
) -> dict[str, str]:
    baseline, latest = plain.series.baseline, plain.series.latest
    return {
        "now": now.isoformat(),
        "primary": primary,
        "infusions in this series": str(plain.series.number),
        "doses used": str(len(course.doses)),
        "scores used": str(len(course.ratings)),
        "therapy sessions used": str(len(course.therapy_days)),
        "baseline": "missing" if baseline is None else f"{baseline.total:g}",
        "latest score": (
            "missing" if latest is None else f"{latest.total:g} ({person.spoken(latest.at)})"
        ),
        "particles": str(particles),
        "people simulated": str(min(_SIMULATED, particles)),
        "cost of an infusion, in mean relief": f"{weights.infusion_cost.to('1'):.1%}",
        "cost of a therapy session, in mean relief": f"{weights.therapy_cost.to('1'):.1%}",
        "cost of the risk of a standard infusion, in mean relief": (
            f"{weights.risk_cost.to('1'):.1%}"
        ),
        "cost of departing from the guideline, in mean relief": (
            f"{weights.departure_cost.to('1'):.1%}"
        ),
    }
