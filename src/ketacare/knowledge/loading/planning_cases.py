"""Reads cases for the adaptive-care rules written as tables, and asks the guideline about them.

The same format stands in the ``[[check]]``s of the rules file and in the case tables of the tests:
a baseline, the scores after each infusion, how the last one was borne, and the rule that leads. The
cases happen on one fixed moment, so that nothing depends on the day they are run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ketacare.core.errors import ErrorCode
from ketacare.core.measures import Instrument
from ketacare.core.planning import AdaptiveRules, guideline
from ketacare.core.record import (
    Diagnosis,
    Fact,
    Infusion,
    Measurement,
    Medicine,
    Person,
    Score,
    Vital,
)
from ketacare.core.safety import Policy
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.treatments import load_treatments
from ketacare.knowledge.reading import Section

CASE_NOW = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
"""A Monday noon: what "now" is in every case."""

_DOSE_MG, _WEIGHT_KG, _MINUTES = 35.0, 70.0, 40.0  # 0.5 mg/kg over 40 min


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineCase:
    """One case: a person, the rule that must lead (empty: cannot tell), what must be missing."""

    name: str
    person: Person
    primary: str
    rule: str
    also: tuple[str, ...]
    missing: tuple[str, ...]
    not_also: tuple[str, ...]
    open_beside: tuple[str, ...]
    source: str


def read_guideline_case(part: Section) -> GuidelineCase:
    """Read one case.

    ``scores`` holds the total about ``hours_after`` hours (24) after each infusion, ``"none"`` where
    it was not asked; infusions are ``gap_days`` apart (3.5), the last one ``days_ago`` days ago (2).
    ``later`` adds totals by the days after the last infusion. ``distress``, ``cadss6`` and
    ``systolic`` were measured in the last session, ``tolerated`` is what the clinician recorded.
    ``nausea`` is the worst of each session, ``doses`` the mg/kg of each infusion (0.5); ``facts``,
    ``medicines``, ``diagnoses``, ``age`` and ``others`` (other questionnaires: id, items or total, days
    after the last infusion) are as in a record. ``not_also`` must not apply, ``open_beside`` cannot be
    told.
    """
    scores = part.raw("scores")
    gap, ago = part.number("gap_days", 3.5), part.number("days_ago", 2.0)
    hours = part.number("hours_after", 24.0)
    primary = part.text("primary", "gad7")
    last = CASE_NOW - timedelta(days=ago)
    times = [last - timedelta(days=gap * i) for i in reversed(range(len(scores)))]
    found: list[Score] = []
    if "baseline" in part:
        first = times[0] if times else CASE_NOW
        at = first - timedelta(days=part.number("baseline_days_before", 3.0))
        found.append(Score(instrument=primary, at=at, total=part.number("baseline")))
    for at, total in zip(times, scores, strict=True):
        if total != "none":
            found.append(
                Score(instrument=primary, at=at + timedelta(hours=hours), total=float(total))
            )
    for days, total in part.raw("later", []):
        found.append(Score(instrument=primary, at=last + timedelta(days=days), total=float(total)))
    found += [_other(other, last) for other in part.sections("others", optional=True)]
    doses = part.raw("doses", [_DOSE_MG / _WEIGHT_KG] * len(times))
    person = Person(
        id="case",
        label="Case",
        age_years=part.number("age") if "age" in part else None,
        diagnoses=tuple(Diagnosis(name=code, code=code) for code in part.texts("diagnoses", ())),
        medicines=tuple(
            Medicine(ingredient=name, mg_per_day=1.0) for name in part.texts("medicines", ())
        ),
        infusions=tuple(
            Infusion(
                at=at,
                dose_mg=_DOSE_MG if dose == "no weight" else float(dose) * _WEIGHT_KG,
                minutes=_MINUTES,
                weight_kg=None if dose == "no weight" else _WEIGHT_KG,
            )
            for at, dose in zip(times, doses, strict=True)
        ),
        scores=tuple(sorted(found, key=lambda s: s.at)),
        measurements=(*_session(part, last), *_nausea(part, times)),
        facts=_facts(part, last),
    )
    case = GuidelineCase(
        name=part.text("name"),
        person=person,
        primary=primary,
        rule=part.raw("rule"),
        also=part.texts("also", ()),
        missing=part.texts("missing", ()),
        not_also=part.texts("not_also", ()),
        open_beside=part.texts("open_beside", ()),
        source=part.source,
    )
    if case.rule and case.missing:
        raise part.error(
            ErrorCode.CONTRADICTION, "missing", "a case with a leading rule has nothing missing"
        )
    part.close()
    return case


def judge_guideline_case(
    case: GuidelineCase,
    rules: AdaptiveRules,
    *,
    instruments: Mapping[str, Instrument],
    policy: Policy,
) -> CheckResult:
    """Return whether the guideline says of the case what it must."""
    view = guideline(
        case.person,
        rules,
        instruments=instruments,
        policy=policy,
        primary=case.primary,
        now=CASE_NOW,
        treatments=load_treatments(),
    )
    leading = "" if view.leading is None else view.leading.id
    also = {found.id for found in view.also}
    gaps = "; ".join(view.missing)
    beside = {found.id for found in view.open_beside}
    passed = (
        leading == case.rule
        and set(case.also) <= also
        and not set(case.not_also) & also
        and set(case.open_beside) <= beside
        and all(text in gaps for text in case.missing)
    )
    return CheckResult(
        file=case.source,
        name=case.name,
        passed=passed,
        expected=f"{case.rule or 'cannot tell'} {' '.join((*case.also, *case.missing))}".strip(),
        found=f"{leading or 'cannot tell'}: {view.sentence} also {sorted(also)}, missing {gaps}, open beside {sorted(beside)}",
    )


def _session(part: Section, start: datetime) -> tuple[Measurement, ...]:
    found: list[Measurement] = []
    for key, kind in (
        ("distress", Vital.DISTRESS),
        ("cadss6", Vital.CADSS6),
        ("systolic", Vital.SYSTOLIC),
    ):
        values = part.numbers(key, ())
        found.extend(
            # Every five minutes from the twentieth on: close enough to confirm each other.
            Measurement(kind=kind, value=value, at=start + timedelta(minutes=20 + 5 * index))
            for index, value in enumerate(values)
        )
    return tuple(found)


def _nausea(part: Section, times: list[datetime]) -> Iterator[Measurement]:
    for at, worst in zip(times, part.raw("nausea", []), strict=False):
        if worst != "none":
            when = at + timedelta(minutes=30)
            yield Measurement(kind=Vital.NAUSEA, value=float(worst), at=when)


def _other(part: Section, last: datetime) -> Score:
    items = part.raw("items", None)
    found = Score(
        instrument=part.text("instrument"),
        at=last + timedelta(days=part.number("days", 1.0)),
        total=part.number("total") if "total" in part else None,
        items=None if items is None else tuple(items),
    )
    part.close()
    return found


def _facts(part: Section, last: datetime) -> tuple[Fact, ...]:
    told = part.section("facts", optional=True)
    found = [
        Fact(code=code, value=told.raw(code), at=CASE_NOW - timedelta(hours=1))
        for code in told.keys()  # noqa: SIM118 - a Section
    ]
    if "tolerated" in part:
        found.append(
            Fact(
                code="last_infusion_tolerated",
                value=part.flag("tolerated"),
                at=last + timedelta(hours=2),
            )
        )
    if "suicide_risk" in part:
        found.append(
            Fact(
                code="cssrs_since_last",
                value=part.text("suicide_risk"),
                at=CASE_NOW - timedelta(hours=1),
            )
        )
    return tuple(found)
