"""``ketacare simulate``: expected venous concentration and circulation in one session.

The dose is the one given as an option, else the file's last infusion, else the protocol's for the
recorded weight. Where no blood pressure was measured, the rise over the person's own is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from ketacare.adapters.report.session import CIRCULATION, SessionView, session_shape
from ketacare.cli.cases import moment_of, open_case, read_amount, read_dose
from ketacare.cli.printing import Page, name_of, print_json
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import (
    Baseline,
    Regimen,
    SessionForecast,
    Subject,
    expected_session,
)
from ketacare.core.planning import dosing_weight
from ketacare.core.record import Person, Vital
from ketacare.core.safety import Level, Policy, Side
from ketacare.knowledge.loading.drugs import load_effect_model, load_pk_model
from ketacare.knowledge.loading.protocols import load_protocol
from ketacare.knowledge.loading.safety import load_policy

PEOPLE = 1000
# Any baseline does where only the rise is shown: the effects add to it.
_ANY = Baseline(systolic=120.0, diastolic=80.0, heart_rate=70.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is simulated, and where it came from."""

    dose_mg: float
    minutes: float
    weight_kg: float
    age_years: float | None
    number: int
    baseline: Baseline | None
    origin: str


def run_simulate(
    file: Path | None,
    *,
    as_json: bool,
    at: str,
    dose: str,
    weight: str,
    age: str,
    seed: int,
) -> None:
    """Print what to expect in one session."""
    person = None if file is None else open_case(file)
    if person is None and not (dose and weight):
        raise InputError(
            ErrorCode.MISSING_KEY,
            'there is nothing to simulate: give a case file, or --weight "70 kg" and '
            '--dose "35 mg over 40 min"',
        )
    now = None if person is None else moment_of(person, at, file)
    session = _session(person, now, file, dose=dose, weight=weight, age=age)
    view = _simulate(session, load_policy(), now, seed=seed)
    if as_json:
        when = "" if person is None or now is None else person.when(now)
        shape = session_shape(view)
        print_json(shape, command="simulate", file=file, person=person, at=when)
        return
    _page(view, person).print()


def _session(
    person: Person | None,
    now: datetime | None,
    file: Path | None,
    *,
    dose: str,
    weight: str,
    age: str,
) -> Session:
    given_weight = read_amount(weight, "kg", where="--weight", example="70 kg") if weight else None
    given_age = read_amount(age, "year", where="--age", example="34 years") if age else None
    if person is None or now is None:
        dose_mg, minutes = read_dose(dose)
        return Session(
            dose_mg=dose_mg,
            minutes=_known_minutes(minutes, dose_mg),
            weight_kg=given_weight or 0.0,
            age_years=given_age,
            number=1,
            baseline=None,
            origin="the options given",
        )
    past = sorted((i for i in person.infusions if i.at <= now), key=lambda i: i.at)
    last = past[-1] if past else None
    start = now if last is None else last.at
    if dose:
        dose_mg, minutes = read_dose(dose)
        origin = "the dose given as an option"
    elif last is not None:
        dose_mg, minutes = last.dose_mg, last.minutes
        origin = f"the infusion of {person.when(last.at)}"
    else:
        protocol = load_protocol()
        per_kg, minutes = protocol.dose_mg_per_kg, protocol.minutes
        kilograms = given_weight or dosing_weight(person, protocol=protocol, now=now)
        dose_mg = per_kg * kilograms
        origin = f"the protocol's {per_kg:g} mg/kg for {kilograms:g} kg"
    source = str(file)
    if minutes is None and not dose:
        # Never silent: the origin says that the duration is the protocol's, not the file's.
        minutes = load_protocol().minutes
        origin = (
            f"{origin}, over the protocol's {minutes:g} min because the file does not say how long"
        )
    return Session(
        dose_mg=dose_mg,
        minutes=_known_minutes(minutes, dose_mg),
        weight_kg=given_weight or _weight(person, start, last.weight_kg if last else None, source),
        age_years=given_age or person.age_at(start),
        number=len(past) if last is not None and not dose else len(past) + 1,
        baseline=_baseline(person, start),
        origin=origin,
    )


def _known_minutes(minutes: float | None, dose_mg: float) -> float:
    if minutes is None:
        raise InputError(
            ErrorCode.MISSING_KEY,
            "over how long the dose is given is not known; "
            f'give it, for example --dose "{dose_mg:g} mg over 40 min"',
            where="--dose",
        )
    return minutes


def _weight(person: Person, at: datetime, dosed_on: float | None, source: str) -> float:
    measured = person.latest(Vital.WEIGHT, before=at)
    known = dosed_on or (measured.value if measured else None)
    if known is None:
        raise InputError(
            ErrorCode.MISSING_KEY,
            'no weight is recorded; add a measurement, or give --weight "70 kg"',
            where="weight",
            source=source,
        )
    return known


def _baseline(person: Person, at: datetime) -> Baseline | None:
    """Return the last readings before the dose, or ``None`` unless all three were recorded."""
    kinds = (Vital.SYSTOLIC, Vital.DIASTOLIC, Vital.HEART_RATE)
    found = [person.latest(kind, before=at) for kind in kinds]
    values = [m.value for m in found if m is not None]
    if len(values) < len(kinds):
        return None
    return Baseline(systolic=values[0], diastolic=values[1], heart_rate=values[2])


def _simulate(session: Session, policy: Policy, now: datetime | None, *, seed: int) -> SessionView:
    times_h = np.arange(0.0, 121.0, 10.0) / 60.0
    as_rise = session.baseline is None
    found = expected_session(
        load_pk_model(),
        load_effect_model(),
        Subject(weight_kg=session.weight_kg, age_years=session.age_years),
        Regimen.infusion(session.dose_mg, session.minutes),
        times_h,
        baseline=session.baseline or _ANY,
        hypertensive=None,
        session_number=max(session.number, 1),
        n=PEOPLE,
        rng=np.random.default_rng(seed),
        limits=None if as_rise else _red_limits(policy, now),
    )
    return SessionView(
        forecast=_as_rise(found) if as_rise else found,
        dose_mg=session.dose_mg,
        minutes=session.minutes,
        weight_kg=session.weight_kg,
        age_years=session.age_years,
        as_rise=as_rise,
        origin=session.origin,
        seed=seed,
        notes=_notes(session),
    )


def _notes(session: Session) -> tuple[str, ...]:
    notes = []
    if session.baseline is None:
        notes.append(
            "No blood pressure and heart rate from before the dose are recorded: the rise over the "
            "person's own readings is shown, which includes the scatter of single readings."
        )
    if session.age_years is None:
        notes.append("The age is not known: the bands mix all ages.")
    return tuple(notes)


def _red_limits(policy: Policy, now: datetime | None) -> dict[str, float]:
    """Return the site's red upper limits, in whose crossing the reader is interested."""
    limits = {}
    for kind in (Vital.SYSTOLIC, Vital.DIASTOLIC, Vital.HEART_RATE):
        for bound in policy.monitoring.vitals[kind].bounds:
            if bound.level is Level.RED and bound.side is Side.ABOVE and now is not None:
                # A record from before the first limit is held against that first limit.
                day = max(now.date(), bound.dated.entries[0].since)
                limits[kind.value] = bound.dated.on(day).value
    return limits


def _as_rise(found: SessionForecast) -> SessionForecast:
    """Return the forecast with the circulation as change from the baseline it was drawn with."""
    bands = dict(found.bands)
    for name in CIRCULATION:
        band, base = bands[name], getattr(_ANY, name)
        bands[name] = replace(
            band,
            **{level: getattr(band, level) - base for level in ("p5", "p25", "p50", "p75", "p95")},
        )
    return replace(found, bands=bands)


_TITLES = {
    "concentration": "ketamine ng/mL",
    "systolic": "systolic mmHg",
    "diastolic": "diastolic mmHg",
    "heart_rate": "heart rate /min",
    "dissociation": "CADSS points",
}


def _page(view: SessionView, person: Person | None) -> Page:
    page = Page()
    page.title(f"Expected session{'' if person is None else f': {name_of(person)}'}")
    page.say(
        f"{view.dose_mg:g} mg of racemic ketamine over {view.minutes:g} min in {view.weight_kg:g} kg "
        f"({view.dose_mg / view.weight_kg:.2g} mg/kg), from {view.origin}."
    )
    page.say(view.forecast.note)
    page.heading("Median (9 in 10 people) over minutes since the start; concentration venous")
    page.table(
        ("minute", *(_title(name, view) for name in _TITLES)),
        [
            (f"{minute:g}", *(_cell(view, name, index) for name in _TITLES))
            for index, minute in enumerate(view.minutes_shown)
        ],
        numbers=1 + len(_TITLES),
    )
    if view.forecast.crossing:
        page.heading("How many of such people reach a red limit of the policy")
        page.items(f"{_TITLES[k]}: {p:.0%}" for k, p in view.forecast.crossing.items())
    page.heading("To keep in mind")
    page.items([*view.notes, *view.forecast.outside])
    models = ", ".join(view.forecast.inputs)
    page.items([f"Models: {models}, seed {view.seed}; status {view.forecast.status.value}."])
    return page


def _title(name: str, view: SessionView) -> str:
    return f"{_TITLES[name]}{', rise' if view.as_rise and name in CIRCULATION else ''}"


def _cell(view: SessionView, name: str, index: int) -> str:
    band = view.forecast.bands[name]
    sign = "+" if view.as_rise and name in CIRCULATION else ""
    low, mid, high = (getattr(band, level)[index] for level in ("p5", "p50", "p95"))
    return f"{mid:{sign}.0f} ({low:{sign}.0f} to {high:{sign}.0f})"
