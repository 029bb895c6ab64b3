"""Reads clinical cases written as tables and asks a rule about them.

The same format stands in the ``[[check]]``s of the rule files and in the case tables of the tests:
facts, measurements, medicines, infusions, scores and the visit, each with how long ago it was.
The cases happen on one fixed moment, so that nothing depends on the day they are run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ketacare.core.errors import ErrorCode
from ketacare.core.history import Treatments, treatment_of
from ketacare.core.record import (
    Diagnosis,
    EndReason,
    Fact,
    Infusion,
    InfusionEvent,
    InfusionEventKind,
    Measurement,
    Medicine,
    Origin,
    Person,
    Score,
    Sex,
    TreatmentTrial,
    Vital,
)
from ketacare.core.safety import (
    Outcome,
    Phase,
    Policy,
    Preparation,
    RuleFinding,
    SessionContext,
    Station,
    Stock,
    Strength,
    Waste,
    screen,
)
from ketacare.core.units import Quantity, parse_quantity
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.treatments import load_treatments
from ketacare.knowledge.reading import Section

# A Monday noon after the first entries of the policy: what "now" is in every case.
CASE_NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyCase:
    """One case: a person and a visit, the rule asked, and what it must say.

    ``station`` is ``None`` for the rule's first one. ``says`` is a part of the sentence that must
    be there; ``missing`` the names that must be reported missing; ``because`` where the expectation
    comes from, for the reader. ``take_away`` names facts without each of which nothing can be told.
    """

    name: str
    rule: str
    person: Person
    context: SessionContext
    station: Station | None
    expect: Outcome
    situation: str
    strength: Strength | None
    missing: tuple[str, ...] | None
    says: str
    because: str = ""
    take_away: tuple[str, ...] = ()


def read_cases(section: Section, key: str, *, rule: str = "") -> tuple[SafetyCase, ...]:
    """Return the cases of an array of tables; ``rule`` is the default for all of them."""
    return tuple(_read_case(part, rule) for part in section.sections(key))


def ask_case(case: SafetyCase, policy: Policy, treatments: Treatments) -> RuleFinding:
    """Return what the policy's rule says about the case."""
    station = case.station or policy.rule(case.rule).stations[0]
    (finding,) = screen(
        case.person,
        policy,
        treatments,
        station=station,
        now=CASE_NOW,
        context=case.context,
        rules=(case.rule,),
    )
    return finding


def check_case(
    case: SafetyCase, policy: Policy, treatments: Treatments, *, file: str
) -> CheckResult:
    """Return whether the rule says about the case what the case expects."""
    finding = ask_case(case, policy, treatments)
    expected, found = [case.expect.value], [finding.outcome.value]
    if case.situation:
        expected.append(case.situation)
        found.append(finding.situation)
    if case.strength is not None:
        expected.append(case.strength.value)
        found.append(finding.strength.value)
    if case.missing is not None:
        expected.append(f"missing {', '.join(sorted(case.missing)) or 'nothing'}")
        found.append(f"missing {', '.join(sorted(finding.missing)) or 'nothing'}")
    if case.says:
        expected.append(case.says)
        found.append(case.says if case.says in finding.sentence else finding.sentence)
    return CheckResult(
        file=file,
        name=f"{case.rule}: {case.name}",
        passed=expected == found,
        expected="; ".join(expected),
        found="; ".join(found),
        source=finding.source,
    )


def _read_case(part: Section, rule: str) -> SafetyCase:
    case = SafetyCase(
        name=part.text("name"),
        rule=part.text("rule", rule),
        person=_person(part),
        context=_context(part.section("visit", optional=True)),
        station=part.choice("station", Station) if "station" in part else None,
        expect=part.choice("expect", Outcome),
        situation=part.text("situation", ""),
        strength=part.choice("strength", Strength) if "strength" in part else None,
        missing=part.texts("missing") if "missing" in part else None,
        says=part.text("says", ""),
        because=part.text("because", ""),
        take_away=part.texts("take_away", ()),
    )
    part.close()
    return case


def _person(part: Section) -> Person:
    about = part.section("person", optional=True)
    person = Person(
        id="case",
        label="Case",
        sex=about.choice("sex", Sex) if "sex" in about else None,
        age_years=about.number("age_years") if "age_years" in about else None,
        birth_date=about.day("birth_date") if "birth_date" in about else None,
        diagnoses=tuple(_diagnosis(d) for d in part.sections("diagnoses", optional=True)),
        trials=tuple(_trial(t) for t in part.sections("trials", optional=True)),
        medicines=tuple(_medicine(m) for m in part.sections("medicines", optional=True)),
        facts=tuple(_facts(part.section("facts", optional=True))),
        measurements=tuple(_measurements(part.section("measurements", optional=True))),
        infusions=tuple(_infusion(i) for i in part.sections("infusions", optional=True)),
        scores=tuple(_score(s) for s in part.sections("scores", optional=True)),
    )
    about.close()
    return person


def _when(part: Section, key: str = "ago") -> datetime:
    if key not in part:
        return CASE_NOW
    return CASE_NOW - timedelta(minutes=parse_quantity(part.text(key)).to("min"))


def _each(section: Section) -> Iterator[tuple[str, Any, datetime]]:
    """Yield name, value and time: ``x = 3``, ``x = { value = 3, ago = "2 h" }`` or a list of these."""
    for name in section.keys():  # noqa: SIM118 - a Section
        value = section.raw(name)
        if isinstance(value, list):
            entries = list(section.sections(name))
        elif isinstance(value, Mapping):
            entries = [section.section(name)]
        else:
            yield name, value, CASE_NOW
            continue
        for entry in entries:
            yield name, entry.raw("value"), _when(entry)
            entry.close()


def _facts(section: Section) -> Iterator[Fact]:
    for code, value, at in _each(section):
        yield Fact(code=code, value=value, at=at)


def _measurements(section: Section) -> Iterator[Measurement]:
    # In a case a value comes from a device when its name says so: "spo2_device".
    for name, value, at in _each(section):
        kind = name.removesuffix("_device")
        if kind not in set(Vital):
            raise section.error(ErrorCode.UNKNOWN_NAME, name, f'"{kind}" is not a measurement')
        origin = Origin.DEVICE if name.endswith("_device") else Origin.PERSON
        yield Measurement(kind=Vital(kind), value=float(value), at=at, origin=origin)


def _diagnosis(part: Section) -> Diagnosis:
    found = Diagnosis(
        name=part.text("name"),
        code=part.text("code", ""),
        confirmed_by=part.text("confirmed_by", ""),
        in_person=part.flag("in_person") if "in_person" in part else None,
    )
    part.close()
    return found


def _medicine(part: Section) -> Medicine:
    found = Medicine(
        ingredient=part.text("ingredient"),
        mg_per_day=part.number("mg_per_day") if "mg_per_day" in part else None,
        until=_when(part, "ended_ago") if "ended_ago" in part else None,
        last_taken=_when(part, "taken_ago") if "taken_ago" in part else None,
    )
    part.close()
    return found


def _trial(part: Section) -> TreatmentTrial:
    treatment = treatment_of(part.text("treatment"), load_treatments())
    found = TreatmentTrial(
        id=part.where,
        kind=treatment.kind,
        treatment=treatment.id,
        dose_mg_per_day=part.number("mg_per_day") if "mg_per_day" in part else None,
        started=_when(part, "started_ago") if "started_ago" in part else None,
        ended=_when(part, "ended_ago") if "ended_ago" in part else None,
        ongoing=part.flag("ongoing") if "ongoing" in part else None,
        end_reason=part.choice("end_reason", EndReason) if "end_reason" in part else None,
    )
    part.close()
    return found


def _infusion(part: Section) -> Infusion:
    found = Infusion(
        at=_when(part),
        dose_mg=part.number("dose_mg"),
        minutes=40.0,
        weight_kg=part.number("weight_kg") if "weight_kg" in part else None,
        completed=part.flag("completed") if "completed" in part else None,
        events=tuple(_pump_event(e) for e in part.sections("events", optional=True)),
    )
    part.close()
    return found


def _pump_event(part: Section) -> InfusionEvent:
    found = InfusionEvent(
        kind=part.choice("kind", InfusionEventKind),
        at=_when(part),
        mg_per_h=part.number("mg_per_h"),
        reason=part.text("reason", ""),
        by=part.text("by", ""),
    )
    part.close()
    return found


def _score(part: Section) -> Score:
    items = part.raw("items", None)
    found = Score(
        instrument=part.text("instrument"),
        at=_when(part),
        total=part.number("total") if "total" in part else None,
        items=None if items is None else tuple(None if v == "missing" else int(v) for v in items),
    )
    part.close()
    return found


def _context(part: Section) -> SessionContext:
    def number(key: str, unit: str) -> float | None:
        return None if key not in part else Quantity(part.number(key), unit).value

    context = SessionContext(
        dose_mg_per_kg=number("dose_mg_per_kg", "mg/kg"),
        minutes=number("minutes", "min"),
        dose_mg=number("dose_mg", "mg"),
        second_dose_mg=number("second_dose_mg", "mg"),
        stage_resistant=part.flag("stage_resistant") if "stage_resistant" in part else None,
        stage_lacks_only_therapy=part.flag("stage_lacks_only_therapy", False),
        phase=part.choice("phase", Phase) if "phase" in part else None,
        started=_when(part, "started_ago") if "started_ago" in part else None,
        ended=_when(part, "ended_ago") if "ended_ago" in part else None,
        preparation=_preparation(part.section("preparation")) if "preparation" in part else None,
        waste=_waste(part.section("waste")) if "waste" in part else None,
        stock=_stock(part.section("stock")) if "stock" in part else None,
    )
    part.close()
    return context


def _optional(part: Section, key: str) -> float | None:
    return part.number(key) if key in part else None


def _preparation(part: Section) -> Preparation:
    found = Preparation(
        vial_mg_per_mL=_optional(part, "vial_mg_per_mL"),
        dilution_recorded=part.flag("dilution_recorded") if "dilution_recorded" in part else None,
        concentration_mg_per_mL=_optional(part, "concentration_mg_per_mL"),
        rate_mL_per_h=_optional(part, "rate_mL_per_h"),
        volume_mL=_optional(part, "volume_mL"),
        lot=part.text("lot", ""),
        expires_on=part.day("expires_on") if "expires_on" in part else None,
        recalled=part.flag("recalled") if "recalled" in part else None,
    )
    part.close()
    return found


def _waste(part: Section) -> Waste:
    found = Waste(
        mg=_optional(part, "mg"),
        mL=_optional(part, "mL"),
        reason=part.text("reason", ""),
        by=part.text("by", ""),
        witness=part.text("witness", ""),
        witness_signed=part.flag("witness_signed") if "witness_signed" in part else None,
    )
    part.close()
    return found


def _stock(part: Section) -> Stock:
    found = Stock(
        difference_mg=_optional(part, "difference_mg"),
        difference_found=_when(part, "difference_found_ago")
        if "difference_found_ago" in part
        else None,
        last_inventory=part.day("last_inventory") if "last_inventory" in part else None,
    )
    part.close()
    return found
