"""Published staging scores in points: MGH staging and the Maudsley method, side by side.

Both were made for depression and are exploratory in anxiety. A part that cannot be told has a lowest
and a highest number of points; the total stays open and names what is missing. The points come from
``knowledge/staging_points``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ketacare.core.history.criteria import SeverityReading
from ketacare.core.history.judgement import Adequacy, TrialJudgement
from ketacare.core.history.treatments import TreatmentClass
from ketacare.core.record import Person, TreatmentKind
from ketacare.core.sources import Provenance, Sourced, Status

_MONTH = timedelta(days=365.25 / 12)
_ANTIDEPRESSANTS = (
    TreatmentClass.SSRI,
    TreatmentClass.SNRI,
    TreatmentClass.TCA,
    TreatmentClass.MAOI,
    TreatmentClass.OTHER_ANTIDEPRESSANT,
)


class PointsKind(StrEnum):
    """Which published method the points follow."""

    MGH = "mgh"
    MAUDSLEY = "maudsley"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsBand:
    """A named range of totals, both ends included."""

    name: str
    low: Sourced
    high: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsDefinition:
    """One method: its numbers by name, its bands, and what it was made for."""

    provenance: Provenance
    name: str
    kind: PointsKind
    numbers: Mapping[str, Sourced]
    bands: tuple[PointsBand, ...]
    history_complete_fact: str
    caution: str

    @property
    def id(self) -> str:
        """Return the id of the method."""
        return self.provenance.id

    def points(self, name: str) -> float:
        """Return one of its numbers."""
        return self.numbers[name].value


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsPart:
    """One part of a total: its points, or between which they lie; what is missing to tell."""

    name: str
    low: float
    high: float
    sentence: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsStage:
    """What a method says about one person; ``total`` is ``None`` while it cannot be told."""

    definition_id: str
    definition_name: str
    version: str
    status: Status
    total: float | None
    low: float
    high: float
    band: str
    sentence: str
    parts: tuple[PointsPart, ...]
    missing: tuple[str, ...]
    caution: str
    sources: tuple[str, ...]


def points_of(
    person: Person,
    trials: Sequence[TrialJudgement],
    definition: PointsDefinition,
    *,
    now: datetime,
    severity: Sequence[SeverityReading] | None = None,
) -> PointsStage:
    """Return the points of one method for judged trials (``Stage.trials``).

    ``severity`` are scored totals; without it the totals in the record are used.
    """
    if definition.kind is PointsKind.MGH:
        parts = _mgh(trials, definition)
    else:
        readings = person.scores if severity is None else severity
        parts = _maudsley(person, trials, definition, readings, now=now)
    complete = person.fact(definition.history_complete_fact, before=now)
    missing = [gap for part in parts for gap in part.missing]
    if complete is None or complete.value is not True:
        missing.append("whether other treatments were tried: the list is not marked complete")
    low, high = sum(p.low for p in parts), sum(p.high for p in parts)
    total = None if missing or low != high else low
    band = "" if total is None else _band(definition, total)
    return PointsStage(
        definition_id=definition.id,
        definition_name=definition.name,
        version=definition.provenance.version,
        status=definition.provenance.status,
        total=total,
        low=low,
        high=high,
        band=band,
        sentence=_sentence(definition, total, low, band),
        parts=tuple(parts),
        missing=tuple(dict.fromkeys(missing)),
        caution=definition.caution,
        sources=definition.provenance.sources,
    )


def _sentence(definition: PointsDefinition, total: float | None, low: float, band: str) -> str:
    if total is None:
        return f"Cannot tell by {definition.name}: at least {spoken_points(low)} as far as is recorded."
    return f"{spoken_points(total)} by {definition.name}" + (f": {band}." if band else ".")


def spoken_points(points: float) -> str:
    """Return points as said: ``"1 point"``, ``"0.5 points"``."""
    return f"{points:g} point" if points == 1 else f"{points:g} points"


def _band(definition: PointsDefinition, total: float) -> str:
    for band in definition.bands:
        if band.low.value <= total <= band.high.value:
            return band.name
    return ""


def _failed(judged: TrialJudgement, least_weeks: float | None) -> bool | None:
    """Return whether it counts as a failed adequate trial; "possible" is enough for these methods."""
    if not judged.treatment.counts or judged.failed is False or judged.adequacy is Adequacy.NO:
        return False
    if judged.failed is None or judged.adequacy is Adequacy.CANNOT_TELL:
        return None
    weeks = judged.trial.weeks_at_dose
    return least_weeks is None or weeks is None or weeks >= least_weeks


def _name(judged: TrialJudgement) -> str:
    return judged.trial.name or judged.treatment.name


def _gap(judged: TrialJudgement) -> str:
    return f"{_name(judged)}: {', '.join(judged.missing) or 'whether it failed'}"


def _count(
    name: str, answers: Mapping[str, bool | None], each: float, gaps: Sequence[str], what: str
) -> PointsPart:
    sure = sum(1 for answer in answers.values() if answer)
    open_ = sum(1 for answer in answers.values() if answer is None)
    text = f"{sure} {what}" + (f", {open_} cannot be told" if open_ else "")
    return PointsPart(
        name=name,
        low=sure * each,
        high=(sure + open_) * each,
        sentence=f"{text}: {spoken_points(each)} each.",
        missing=tuple(gaps),
    )


def _mgh(trials: Sequence[TrialJudgement], definition: PointsDefinition) -> list[PointsPart]:
    """Return +1 a failed adequate trial, +0.5 an optimisation or augmentation, +3 for ECT."""
    weeks = definition.points("weeks")
    medicines = [t for t in trials if t.treatment.kind is TreatmentKind.MEDICINE]
    alone = [t for t in medicines if not t.is_augmentation]
    added = [t for t in medicines if t.is_augmentation]
    verdicts = {t.trial.id: _failed(t, weeks) for t in medicines}
    gaps = [_gap(t) for t in alone if verdicts[t.trial.id] is None]
    counted = [t for t in alone if verdicts[t.trial.id] is not False]
    optimised: dict[str, bool | None] = {
        t.trial.id: (t.trial.optimised if verdicts[t.trial.id] else None)
        if t.trial.optimised is not False
        else False
        for t in counted
    }
    return [
        _count(
            "trials",
            {t.trial.id: verdicts[t.trial.id] for t in alone},
            definition.points("trial"),
            gaps,
            "failed adequate trials of a medicine",
        ),
        _count(
            "optimisation",
            optimised,
            definition.points("optimisation"),
            [
                f"{_name(t)}: whether the dose was raised as far as it was borne"
                for t in counted
                if t.trial.optimised is None
            ],
            "of them optimised",
        ),
        _count(
            "augmentation",
            {t.trial.id: verdicts[t.trial.id] for t in added},
            definition.points("augmentation"),
            [_gap(t) for t in added if verdicts[t.trial.id] is None],
            "failed augmentations",
        ),
        _ect(trials, definition.points("ect")),
    ]


def _ect(trials: Sequence[TrialJudgement], points: float) -> PointsPart:
    found = [t for t in trials if t.treatment.id == "ect"]
    if any(t.failed for t in found):
        return PointsPart(name="ect", low=points, high=points, sentence="ECT was given and failed.")
    if any(t.failed is None for t in found):
        return PointsPart(
            name="ect",
            low=0.0,
            high=points,
            sentence="ECT was given; whether it failed cannot be told.",
            missing=("ECT: whether it failed",),
        )
    text = "ECT did not fail." if found else "No ECT is recorded."
    return PointsPart(name="ect", low=0.0, high=0.0, sentence=text)


def _maudsley(
    person: Person,
    trials: Sequence[TrialJudgement],
    definition: PointsDefinition,
    readings: Sequence[SeverityReading],
    *,
    now: datetime,
) -> list[PointsPart]:
    """Return duration, severity, failed antidepressants, augmentation and ECT."""
    added = [t for t in trials if t.is_augmentation]
    point = definition.points("augmentation")
    return [
        _duration(person, definition, now=now),
        _severity(person, definition, readings, now=now),
        _antidepressants(trials, definition),
        PointsPart(
            name="augmentation",
            low=point if added else 0.0,
            high=point if added else 0.0,
            sentence="An augmentation was tried." if added else "No augmentation is recorded.",
        ),
        _ect(trials, definition.points("ect")),
    ]


def _duration(person: Person, definition: PointsDefinition, *, now: datetime) -> PointsPart:
    since = [d.since for d in person.diagnoses if d.since is not None and d.primary] or [
        d.since for d in person.diagnoses if d.since is not None
    ]
    if not since:
        return PointsPart(
            name="duration",
            low=1.0,
            high=3.0,
            sentence="Since when the disorder lasts is not recorded.",
            missing=("since when the disorder lasts",),
        )
    months = math.floor((now - min(since)) / _MONTH)
    points = 3.0
    if months <= definition.points("months_short"):
        points = 1.0
    elif months <= definition.points("months_long"):
        points = 2.0
    return PointsPart(
        name="duration", low=points, high=points, sentence=f"It has lasted {months} months."
    )


def _severity(
    person: Person,
    definition: PointsDefinition,
    readings: Sequence[SeverityReading],
    *,
    now: datetime,
) -> PointsPart:
    psychosis = person.fact("psychosis_current", before=now)
    if psychosis is not None and psychosis.value is True:
        return PointsPart(name="severity", low=5.0, high=5.0, sentence="There is psychosis now.")
    known = [r for r in readings if r.instrument == "gad7" and r.at <= now and r.total is not None]
    latest = max(known, key=lambda r: r.at, default=None)
    age = timedelta(days=definition.numbers["score_age"].to("d"))
    if latest is None or latest.total is None or now - latest.at > age:
        days = definition.numbers["score_age"].to("d")
        return PointsPart(
            name="severity",
            low=1.0,
            high=4.0,
            sentence="There is no recent GAD-7.",
            missing=(f"a GAD-7 not older than {days:g} days",),
        )
    cuts = [definition.points(name) for name in ("mild", "moderate", "severe")]
    points = 1.0 + sum(latest.total >= cut for cut in cuts)
    gaps = () if psychosis is not None else ("whether there is psychosis now",)
    return PointsPart(
        name="severity",
        low=points,
        high=points if not gaps else 5.0,
        sentence=f"GAD-7 was {latest.total:g} ({person.spoken(latest.at)}).",
        missing=gaps,
    )


def _antidepressants(trials: Sequence[TrialJudgement], definition: PointsDefinition) -> PointsPart:
    asked = [t for t in trials if t.treatment.is_any(_ANTIDEPRESSANTS) and not t.is_augmentation]
    verdicts = [(t, _failed(t, None)) for t in asked]
    sure = {t.treatment.substance for t, failed in verdicts if failed}
    most = sure | {t.treatment.substance for t, failed in verdicts if failed is None}
    missing = [_gap(t) for t, failed in verdicts if failed is None]
    if not sure:
        missing.append("a failed adequate trial of an antidepressant: the method begins with one")
    cuts = [definition.points(name) for name in ("few", "some", "many", "most")]

    def level(count: int) -> float:
        return 1.0 + sum(count > cut for cut in cuts)

    return PointsPart(
        name="antidepressants",
        low=level(len(sure)),
        high=level(len(most)),
        sentence=(
            f"{len(sure)} antidepressant{'' if len(sure) == 1 else 's'} failed an adequate trial; "
            "the same one twice is one."
        ),
        missing=tuple(missing),
    )
