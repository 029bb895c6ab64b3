"""Writes a run as a page: who and what, concentrations with bands, signs, and what to keep in mind."""

from __future__ import annotations

from collections.abc import Iterator

from ketacare.adapters.report.exposure import UNIT, Curve, ExposureView, ScenarioView
from ketacare.adapters.report.session import CIRCULATION, SessionView
from ketacare.cli.printing import Page, name_of
from ketacare.core.pharmacology import Enantiomer, Exposure
from ketacare.core.record import Person

_TITLES = {
    "systolic": "systolic mmHg",
    "diastolic": "diastolic mmHg",
    "heart_rate": "heart rate /min",
    "dissociation": "CADSS points",
}
_WATCHED_MIN = 60.0  # after the end; signs fall for at least this long
_ACROSS = 4  # curves beside one another in one table
_FORMS = {Enantiomer.RACEMATE: "racemic ", Enantiomer.S: "S-", Enantiomer.R: "R-"}


def page_of(view: ExposureView, person: Person | None) -> Page:
    """Return the page of one run."""
    page = Page()
    page.title(f"Expected exposure{'' if person is None else f': {name_of(person)}'}")
    page.say(_given(view))
    page.say(view.note)
    for start in range(0, len(view.curves), _ACROSS):
        curves = view.curves[start : start + _ACROSS]
        banded = any(curve.band is not None for curve in curves)
        spread = "typical person; median (9 in 10 people)" if banded else "typical person"
        page.heading(f"Concentration in {UNIT}: {spread}, over time since the first dose")
        page.table(
            ("time", *(title for curve in curves for title in _heads(curve))),
            [
                (clock(minute), *(cell for curve in curves for cell in _cells(curve, index)))
                for index, minute in enumerate(view.minutes)
            ],
            numbers=1 + sum(len(_heads(curve)) for curve in curves),
        )
    if view.session is not None:
        _signs(page, view, view.session)
    for scenario in view.scenarios:
        _scenario(page, scenario)
    page.heading("To keep in mind")
    page.items([*view.notes, *view.outside])
    banded = any(curve.band is not None for curve in view.curves)
    people = f"{view.people} drawn people" if banded else "the typical person"
    status = view.session.forecast.status if view.session is not None else view.model.status
    inputs = (
        ", ".join(view.session.forecast.inputs)
        if view.session is not None
        else f"{view.model.id} {view.model.version}, {people}"
    )
    page.items([f"Models: {inputs}, seed {view.seed}; status {status.value}."])
    if view.sources:
        page.heading("The literature this run rests on")
        page.items(
            " ".join(part for part in (f"{s.id}: {s.citation}", s.link, f"For: {used}.") if part)
            for s, used in view.sources
        )
    return page


def clock(minute: float) -> str:
    """Return a time since the first dose: minutes up to two hours, then hours, then days."""
    if minute <= 120:
        return f"{minute:g} min"
    return f"{minute / 60:.4g} h" if minute < 2880 else f"{minute / 1440:.4g} d"


def _given(view: ExposureView) -> str:
    subject = view.subject
    who = [f"{subject.weight_kg:g} kg"]
    if subject.age_years is not None:
        who.append(f"{subject.age_years:g} years")
    if subject.sex is not None:
        who.append(subject.sex.value)
    if subject.height_cm is not None:
        who.append(f"{subject.height_cm:g} cm")
    form = _FORMS[view.regimen.enantiomer] if view.model.drug == "ketamine" else ""
    total = view.regimen.total_mg
    doses = "; ".join(view.given)
    # "35 mg over 40 min" says it all; rates, repeats, mg/kg and salts need the sum beside them.
    plain = len(view.given) == 1 and view.given[0].startswith(f"{total:g} mg ")
    more = "" if plain else f", {total:.4g} mg in all"
    named = any(word in doses for word in ("ketamine", "racem"))
    what = "" if named else f" of {form}{view.model.drug}"
    return (
        f"{doses}{what} (base{more}, {total / subject.weight_kg:.2g} mg/kg) "
        f"in {', '.join(who)}, from {view.origin}."
    )


def _heads(curve: Curve) -> tuple[str, ...]:
    return (curve.name,) if curve.band is None else (curve.name, "median (9 in 10)")


def _cells(curve: Curve, index: int) -> tuple[str, ...]:
    typical = figure(curve.typical[index])
    if curve.band is None:
        return (typical,)
    low, mid, high = (float(getattr(curve.band, lv)[index]) for lv in ("p5", "p50", "p95"))
    return (typical, f"{figure(mid)} ({figure(low)} to {figure(high)})")


def figure(value: float) -> str:
    """Return a concentration with as many digits as anybody can use."""
    if abs(value) < 5e-4:
        return "0"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _scenario(page: Page, view: ScenarioView) -> None:
    page.heading(f"What if: {view.comparison.title}. Typical {view.analyte}, {view.site}")
    page.table(
        ("case", "dose mg", "peak ng/mL", "area ng.h/mL", "peak", "area"),
        [
            (row.label, *_exposure(row.exposure), _ratio(row.peak_ratio), _ratio(row.area_ratio))
            for row in view.comparison.rows
        ],
        numbers=5,
    )
    page.items(f"{row.label}: {row.sentence}" for row in view.comparison.rows if row.sentence)
    page.say(view.comparison.note, indent=2)


def _exposure(found: Exposure | None) -> tuple[str, ...]:
    if found is None:
        return ("", "no answer", "")
    return (f"{found.dose_mg:.4g}", figure(found.peak_ng_ml), figure(found.area_ng_h_ml))


def _ratio(value: float | None) -> str:
    return "" if value is None else f"× {value:.2f}"


def _signs(page: Page, view: ExposureView, session: SessionView) -> None:
    page.heading("Signs: median (9 in 10 people)")
    page.table(
        ("time", *(_sign_title(name, session) for name in _TITLES)),
        [
            (clock(minute), *(_sign(session, name, index) for name in _TITLES))
            for index, minute in enumerate(view.minutes)
        ],
        numbers=1 + len(_TITLES),
    )
    back = list(_back(session)) if _is_long(view) else []
    page.heading("Back to before, and what else happens" if back else "What else happens")
    page.items([*back, *_chances(session)])
    if session.forecast.crossing:
        page.heading("How many of such people reach a red limit of the policy")
        page.items(f"{_TITLES[k]}: {p:.0%}" for k, p in session.forecast.crossing.items())


def _is_long(view: ExposureView) -> bool:
    """Return whether the times reach far enough beyond the end to say when signs are back."""
    return max(view.minutes) >= view.regimen.end_h * 60.0 + _WATCHED_MIN


def _back(session: SessionView) -> Iterator[str]:
    """Yield when each sign is back to before, for half and for 19 of 20 people."""
    for name, back in session.forecast.back.items():
        if back.p50 is None:
            yield f"{_TITLES[name]}: most people are not back within the times asked"
            continue
        most = "later than shown" if back.p95 is None else f"by {clock(round(back.p95 * 60.0))}"
        yield (
            f"{_TITLES[name]}, back to within {back.within:.3g} of before: half of people by "
            f"{clock(round(back.p50 * 60.0))}, 19 of 20 {most}"
        )


def _chances(session: SessionView) -> Iterator[str]:
    for name, chance in session.forecast.chances.items():
        known = chance.low is not None and chance.high is not None
        spread = f" ({chance.low:.0%} to {chance.high:.0%})" if known else ""
        yield f"{name.replace('_', ' ').capitalize()}: {chance.share:.0%} of people{spread}"


def _sign_title(name: str, session: SessionView) -> str:
    return f"{_TITLES[name]}{', rise' if session.as_rise and name in CIRCULATION else ''}"


def _sign(session: SessionView, name: str, index: int) -> str:
    band = session.forecast.bands[name]
    sign = "+" if session.as_rise and name in CIRCULATION else ""
    low, mid, high = (getattr(band, level)[index] for level in ("p5", "p50", "p95"))
    shown = [f"{value:{sign}.0f}" for value in (mid, low, high)]
    mid_text, low_text, high_text = ("0" if t in {"-0", "+0"} else t for t in shown)
    return f"{mid_text} ({low_text} to {high_text})"
