"""Conditions of the rules that stand beside the course: sleep, function, alliance, nausea, medicines.

They do not judge the response, so they never lead by themselves (bladder, liver and misuse do, when
their rule says so). Each answers yes, no, or ``None`` with what is missing; a rule about an event
that was not recorded does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ketacare.core.errors import InputError
from ketacare.core.history import TreatmentClass, treatment_of
from ketacare.core.measures import score
from ketacare.core.planning.rules import Beside, Known
from ketacare.core.record import Medicine, Vital
from ketacare.core.safety import FactUsed

if TYPE_CHECKING:
    from ketacare.core.planning.conditions import Situation

_SESSION = timedelta(hours=12)  # as for distress and blood pressure of a session
_HYPERTENSION = ("I10", "I11", "I12", "I13", "I15", "I16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One total or subscale of another questionnaire, with its time."""

    value: float
    at: datetime


def judge_beside(condition: Beside, s: Situation) -> Known:
    """Return whether the condition holds for this person now."""
    return _CONDITIONS[condition](s)


def _limit(s: Situation, name: str, unit: str) -> float:
    return s.thresholds.beside[name].to(unit)


def _no(name: str, text: str, at: datetime | None = None) -> Known:
    return Known(holds=False, facts=(FactUsed(name=name, value_text=text, at=at),))


def _yes(name: str, text: str, at: datetime | None = None) -> Known:
    return Known(holds=True, facts=(FactUsed(name=name, value_text=text, at=at),))


def _maintenance(s: Situation) -> Known:
    """Return whether the series is long, dense, or its dose has risen after the course."""
    given = [treated.infusion for treated in s.series.infusions]
    if not given:
        return Known(holds=False)
    last = given[-1]
    months = (last.at - given[0].at) / timedelta(days=1)
    if months > _limit(s, "maintenance", "d"):
        return _yes("series", f"{months:.0f} days from its first to its last infusion", last.at)
    week = [i for i in given if last.at - i.at < timedelta(days=7)]
    if len(week) > _limit(s, "per_week", "count"):
        return _yes("series", f"{len(week)} infusions within 7 days", last.at)
    course = round(_limit(s, "course", "count"))
    if len(given) > course:
        doses = [i.mg_per_kg for i in (given[course - 1], last)]
        if any(dose is None for dose in doses):
            return Known(holds=None, missing=("weight at the infusions, for the dose per kg",))
        before, now = (dose or 0.0 for dose in doses)
        # Weights change by a kilogram; a step of the protocol is several times that.
        if now > before * 1.05:
            return _yes("dose", f"{before:.2f} → {now:.2f} mg/kg since the course", last.at)
    return _no("series", f"{len(given)} infusions in {months:.0f} days", last.at)


def _nausea(s: Situation) -> Known:
    """Return whether nausea reached the limit in enough sessions of the series."""
    limit = _limit(s, "nausea", "point")
    sessions = 0
    given = [treated.infusion.at for treated in s.series.infusions]
    for index, start in enumerate(given):
        following = given[index + 1] if index + 1 < len(given) else s.now
        end = min(start + _SESSION, following, s.now)
        worst = [
            m.value
            for m in s.person.measurements
            if m.kind is Vital.NAUSEA and start <= m.at <= end
        ]
        sessions += bool(worst) and max(worst) >= limit
    text = f"nausea of {limit:g} or more in {sessions} sessions"
    return Known(
        holds=sessions >= _limit(s, "nausea_sessions", "count"),
        facts=(FactUsed(name="nausea", value_text=text),),
    )


def _start_low(s: Situation) -> Known:
    """Return whether age or high blood pressure ask for a lower first dose."""
    age = s.person.age_at(s.now)
    if age is not None and age >= _limit(s, "age", "year"):
        return _yes("age", f"{age:.0f} years")
    for diagnosis in s.person.diagnoses:
        if diagnosis.code.upper().startswith(_HYPERTENSION):
            return _yes("diagnosis", diagnosis.name)
    fact = s.person.fact("hypertension", before=s.now)
    if fact is not None and fact.value is True:
        return _yes("hypertension", "yes", fact.at)
    missing = []
    if age is None:
        missing.append("age")
    if fact is None:
        missing.append("whether there is high blood pressure")
    if missing:
        return Known(holds=None, missing=tuple(missing))
    return _no("age", f"{age:.0f} years, no high blood pressure")


def _taper(s: Situation) -> Known:
    """Return whether a benzodiazepine is taken while the response is partial."""
    last = s.series.last
    if last is None:
        return Known(holds=False)
    if s.treatments is None:
        return Known(holds=None, missing=("the classes of the medicines taken",))
    taken = [m for m in s.person.medicines if m.is_taken_at(s.now) and _is_benzodiazepine(m, s)]
    if not taken:
        return Known(holds=False)
    if last.improvement is None:
        return Known(holds=None, missing=(f"{s.series.name} after the latest infusion",))
    partial = s.thresholds.some.to("%") <= last.improvement < s.thresholds.response.to("%")
    names = ", ".join(m.name or m.ingredient for m in taken)
    text = f"{names}; {last.improvement:.0f} % better"
    return Known(holds=partial, facts=(FactUsed(name="medicines", value_text=text),))


def _is_benzodiazepine(medicine: Medicine, s: Situation) -> bool:
    try:
        found = treatment_of(medicine.ingredient, s.treatments or {})
    except InputError:
        return False  # a medicine the clinic does not list; the safety rules ask about it
    return found.is_any([TreatmentClass.BENZODIAZEPINE])


def _function(s: Situation) -> Known:
    """Return whether function lags behind a response."""
    last = s.series.last
    if last is None or last.improvement is None:
        return Known(holds=False)
    if last.improvement < s.thresholds.response.to("%"):
        return Known(holds=False)
    found = _newest(s, "wsas")
    if found is None:
        return Known(holds=None, missing=("WSAS since the first infusion",))
    limit = _limit(s, "wsas", "point")
    text = f"{found.value:g} (limit {limit:g}), {last.improvement:.0f} % better"
    return Known(
        holds=found.value > limit, facts=(FactUsed(name="WSAS", value_text=text, at=found.at),)
    )


def _alliance(s: Situation) -> Known:
    """Return whether the alliance fell, or positive expectation is low."""
    alliance = _all(s, "wai_sr")
    if len(alliance) > 1:
        best, last = max(alliance[:-1], key=lambda r: r.value), alliance[-1]
        if best.value - last.value >= _limit(s, "alliance_fall", "point"):
            return _yes("WAI-SR", f"{best.value:g} → {last.value:g}", last.at)
    hopes = _all(s, "sets", subscale="positive")
    if hopes and hopes[-1].value <= _limit(s, "expectancy", "point"):
        return _yes("SETS, positive", f"{hopes[-1].value:.3g} of 7", hopes[-1].at)
    missing = tuple(name for name, found in (("WAI-SR", alliance), ("SETS", hopes)) if not found)
    if missing:
        return Known(holds=None, missing=missing)
    return _no("WAI-SR and SETS", f"{alliance[-1].value:g}, {hopes[-1].value:.3g} of 7")


def _sleep(s: Situation) -> Known:
    """Return whether insomnia persists."""
    if not s.series.infusions:
        return Known(holds=False)
    found = _newest(s, "isi")
    if found is None:
        return Known(holds=None, missing=("ISI since the first infusion",))
    limit = _limit(s, "isi", "point")
    return Known(
        holds=found.value >= limit,
        facts=(FactUsed(name="ISI", value_text=f"{found.value:g} (limit {limit:g})", at=found.at),),
    )


def _bladder_or_liver(s: Situation) -> Known:
    bladder = s.person.fact("interstitial_cystitis", before=s.now)
    if bladder is not None and bladder.value is True:
        return _yes("bladder", "cystitis or unexplained urinary symptoms", bladder.at)
    liver = s.person.fact("alt_x_uln", before=s.now)
    if liver is not None and isinstance(liver.value, (int, float)) and liver.value is not True:
        limit = _limit(s, "liver", "xULN")
        if liver.value > limit:
            text = f"{liver.value:g} times the upper limit of normal (limit {limit:g})"
            return _yes("ALT or AST", text, liver.at)
    return Known(holds=False)


def _misuse(s: Situation) -> Known:
    signals: Mapping[str, object] = {
        "misuse_review": "signal",
        "substance_use_disorder": True,
        "urine_drug_screen": "unexplained",
    }
    for code, value in signals.items():
        fact = s.person.fact(code, before=s.now)
        if fact is not None and fact.value == value:
            return _yes(code, "yes" if value is True else str(value), fact.at)
    return Known(holds=False)


def _all(s: Situation, instrument: str, *, subscale: str = "") -> list[Reading]:
    """Return the totals (or one subscale) of a questionnaire up to now, oldest first."""
    found = []
    for entry in s.person.scores_of(instrument):
        if entry.at > s.now:
            continue
        value = entry.total
        if instrument in s.instruments and (subscale or entry.items is not None):
            scored = score(s.instruments[instrument], entry)
            parts = {part.subscale.id: part.total for part in scored.subscales}
            value = parts.get(subscale) if subscale else scored.total
        if value is not None:
            found.append(Reading(value=float(value), at=entry.at))
    return found


def _newest(s: Situation, instrument: str) -> Reading | None:
    """Return the newest total since the first infusion of the series."""
    first = s.series.infusions[0].infusion.at
    since = [reading for reading in _all(s, instrument) if reading.at >= first]
    return since[-1] if since else None


_CONDITIONS: dict[Beside, Callable[[Situation], Known]] = {
    Beside.MAINTENANCE: _maintenance,
    Beside.NAUSEA: _nausea,
    Beside.START_LOW: _start_low,
    Beside.TAPER: _taper,
    Beside.FUNCTION: _function,
    Beside.ALLIANCE: _alliance,
    Beside.SLEEP: _sleep,
    Beside.BLADDER_OR_LIVER: _bladder_or_liver,
    Beside.MISUSE: _misuse,
}
