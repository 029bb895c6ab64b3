"""``ketacare recommend``: options for the next step beside the plain guideline, with forecasts.

The seed is fixed unless one is given, so the same file gives the same answer. A clinician decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ketacare.adapters.report.advice import FanView, advice_shape, inputs_of
from ketacare.cli.cases import moment_of, open_case
from ketacare.cli.printing import Page, name_of, print_json
from ketacare.cli.staging import stage_of
from ketacare.cli.watching import sentences_of_course
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.measures import Instrument
from ketacare.core.planning import Advice, Option, Protocol, advise, costs_of, course_for
from ketacare.core.record import Person
from ketacare.core.response import (
    Course,
    Future,
    Prior,
    forecast,
    population_forecast,
    update,
)
from ketacare.knowledge.loading.evidence import load_prior
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.protocols import load_protocol
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.treatments import load_treatments

# Days from now at which the fans are read off.
AHEAD = (7.0, 14.0, 28.0, 56.0)
_SHOWN = 5  # options described in the text; JSON holds all


def run_recommend(
    file: Path,
    *,
    as_json: bool,
    at: str,
    primary: str,
    seed: int,
    particles: int,
    weigh: Sequence[str] = (),
) -> None:
    """Print options for the next step of the person in ``file``; ``weigh`` holds "name=number"."""
    person = open_case(file)
    now = moment_of(person, at, file)
    prior, instruments = load_prior(), load_instruments()
    if primary not in prior.views:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'options cannot be ranked by "{primary}"; use one of {", ".join(sorted(prior.views))}',
            where="--primary",
        )
    protocol, treatments = load_protocol(), load_treatments()
    weights = protocol.weights.changed(costs_of(weigh), by="set on the command line")
    advice = advise(
        person,
        prior=prior,
        protocol=protocol,
        policy=load_policy(),
        treatments=treatments,
        instruments=instruments,
        primary=primary,
        stage=stage_of(person, now),
        weights=weights,
        now=now,
        rng=np.random.default_rng(seed),
        particles=particles,
    )
    course = course_for(person, prior, instruments, treatments, now=now)
    fans = _fans(advice, course, prior, protocol, primary=primary, seed=seed, particles=particles)
    if as_json:
        shape = advice_shape(advice, fans, person)
        print_json(shape, command="recommend", file=file, person=person, at=person.when(now))
        return
    told = sentences_of_course(advice.posterior, primary, seed=seed)
    _page(person, advice, fans, instruments[primary], told).print()


def _fans(
    advice: Advice,
    course: Course,
    prior: Prior,
    protocol: Protocol,
    *,
    primary: str,
    seed: int,
    particles: int,
) -> list[FanView]:
    """Return fans: anyone on the standard series, this person left alone, and on option 1."""
    days = np.asarray(AHEAD)
    standard = Future(
        doses=tuple(
            (protocol.days_between * i, protocol.dose_mg_per_kg, protocol.minutes)
            for i in range(protocol.number)
        )
    )
    views = [
        FanView(
            about="population",
            label="anyone, from the first infusion of the standard series",
            from_now=AHEAD,
            fan=population_forecast(
                prior, standard, primary, days, rng=np.random.default_rng(seed), particles=particles
            ),
        )
    ]
    # A dose that cannot be used would make every later value of this person's fans wrong.
    if any(text.startswith("dose") for text in course.left_out):
        return views
    posterior = advice.posterior or update(
        prior, course, rng=np.random.default_rng(seed), particles=particles
    )
    start = course.now_day
    plans = [("this person, without a further infusion", Future())]
    if advice.options and advice.options[0].candidate.dose_days:
        first = advice.options[0].candidate
        plans.append((f"this person, option 1: {first.label}", _future(advice.options[0], start)))
    for label, future in plans:
        rng = np.random.default_rng(seed)
        fan = forecast(posterior, future, primary, days + start, rng=rng)
        views.append(FanView(about="person", label=label, from_now=AHEAD, fan=fan))
    return views


def _future(option: Option, start: float) -> Future:
    candidate = option.candidate
    dose, minutes = candidate.dose_mg_per_kg or 0.0, candidate.minutes or 0.0
    return Future(
        doses=tuple((start + day, dose, minutes) for day in candidate.dose_days),
        therapy_days=tuple(start + day for day in candidate.therapy_days),
    )


def _page(
    person: Person, advice: Advice, fans: list[FanView], instrument: Instrument, told: Sequence[str]
) -> Page:
    page = Page()
    page.title(f"Options for the next step: {name_of(person)}")
    page.say(advice.sentence)
    page.missing(advice.missing)
    page.heading("The guideline")
    page.say(advice.guideline.sentence)
    if advice.guideline.leading:
        leading = advice.guideline.leading
        page.items(leading.options)
        page.say(f"{leading.id}, {leading.evidence}; source {leading.source}.", indent=2)
    page.say(advice.comparison)
    page.heading(f"Expected {instrument.name} (median, 9 in 10 people) so many days from now")
    page.table(
        ("for", *(f"+{day:g}" for day in AHEAD)),
        [(view.label, *_cells(view)) for view in fans],
        numbers=len(AHEAD),
    )
    if told:
        page.heading("This course so far")
        page.items(told)
    if advice.options:
        page.heading("Options, best first")
        page.table(
            ("", "option", "relief", "response", "remission", "burden", "risk", "best in"),
            [_row(i, o) for i, o in enumerate(advice.options[:_SHOWN], start=1)],
            numbers=6,
        )
        if len(advice.options) > _SHOWN:
            page.say(f"{len(advice.options) - _SHOWN} more stand in --json.")
        for index, option in enumerate(advice.options[:_SHOWN], start=1):
            page.heading(f"{index}. {option.candidate.label}")
            page.items([*option.reasons, option.sureness.sentence])
            if option.what_would_change:
                page.say("What would change it:", indent=2)
                page.items(option.what_would_change, indent=4)
    _excluded(page, advice)
    if advice.conditions:
        page.heading("To be settled before any infusion")
        page.items(f"{f.title}: {f.sentence}" for f in advice.conditions)
    page.heading("Rests on")
    page.items(advice.notes)
    page.say("; ".join(f"{k} {v}" for k, v in inputs_of(advice, person).items()) + ".")
    page.say(f"Seed {advice.seed}; " + ", ".join(f"{k} {v}" for k, v in advice.versions.items()))
    return page


def _cells(view: FanView) -> list[str]:
    fan = view.fan
    levels = zip(fan.p50, fan.p5, fan.p95, strict=True)
    return [f"{mid:.0f} ({low:.0f} to {high:.0f})" for mid, low, high in levels]


def _row(index: int, option: Option) -> tuple[str, ...]:
    return (
        str(index),
        option.candidate.label,
        f"{option.expected_relief:.0%}",
        f"{option.p_response:.0%}",
        f"{option.p_remission:.0%}",
        f"{option.burden:.2f}",
        f"{option.risk:.2f}",
        f"{option.sureness.best:.0%}",
    )


def _excluded(page: Page, advice: Advice) -> None:
    if not advice.excluded:
        return
    page.heading("Not offered")
    reasons: dict[str, list[str]] = {}
    for excluded in advice.excluded:
        reasons.setdefault(f"{excluded.reason} [{excluded.rule}]", []).append(
            excluded.candidate.label
        )
    page.items(
        f"{reason} ({labels[0]}{f' and {len(labels) - 1} more' if len(labels) > 1 else ''})"
        for reason, labels in reasons.items()
    )
