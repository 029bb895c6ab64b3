"""The stage of resistance: the judged trials held against a definition, criterion by criterion.

The answer is three-valued, and the computation is part of it: a label without its trials, its
missing facts and the version of the definition is never returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ketacare.core.errors import InputError
from ketacare.core.history import criteria as ask
from ketacare.core.history.criteria import Count, Criterion, SeverityReading
from ketacare.core.history.definition import Combine, StagingDefinition
from ketacare.core.history.functioning import Functioning, SetApart, functioning_of, set_apart
from ketacare.core.history.judgement import TrialJudgement
from ketacare.core.history.treatments import Treatments
from ketacare.core.history.trials import judge_trial
from ketacare.core.record import Person, TreatmentKind
from ketacare.core.sources import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a definition says about one person.

    ``resistant`` is ``None`` when it cannot be told; ``missing`` then says what would settle it.
    ``level`` counts the different treatments that failed an adequate trial. ``severity_at`` is
    the time current severity was judged for: the first infusion, or ``now`` before it. ``apart``
    are the trials that ended for another reason than lack of effect, ``functioning`` how daily life
    goes in three domains; neither changes the label.
    ``versions`` names every knowledge file that was used, ``sources`` their sources.
    """

    level: str
    resistant: bool | None
    sentence: str
    trials: tuple[TrialJudgement, ...]
    criteria: tuple[Criterion, ...]
    missing: tuple[str, ...]
    definition_id: str
    definition_name: str
    version: str
    status: Status
    sources: tuple[str, ...]
    versions: tuple[str, ...]
    failed_medicines: Count
    failed_therapies: Count
    severity_at: datetime
    apart: tuple[SetApart, ...] = ()
    functioning: Functioning | None = None


def stage(
    person: Person,
    treatments: Treatments,
    definition: StagingDefinition,
    *,
    now: datetime,
    severity: Sequence[SeverityReading] | None = None,
) -> Stage:
    """Return the stage of ``person`` as far as it is known at ``now``.

    ``severity`` are scored totals (``measures.rate_all``); without it the totals in the record
    are used, and a score with answers but no total counts as not scored. Raises
    :class:`InputError` naming the trial whose treatment is not known.
    """
    trials = _judge_all(person, treatments, now=now)
    severity_at = min([now, *(i.at for i in person.infusions)])
    found = [
        ask.diagnosis(person, definition, now=now),
        ask.medicines(person, trials, definition, now=now),
        ask.therapies(person, trials, definition, now=now),
    ]
    if definition.severity is not None:
        readings = person.scores if severity is None else severity
        found.append(ask.severity(readings, person, definition, at=severity_at))
    if definition.checklist:
        found.append(ask.checklist(person, definition, now=now))
    resistant = _all_met(found, definition.combine)
    medicines = ask.count_failed(trials, definition, TreatmentKind.MEDICINE)
    therapies = ask.count_failed(trials, definition, TreatmentKind.PSYCHOTHERAPY)
    level = f"{medicines.text('medicine', 'medicines')}, {therapies.text('therapy', 'therapies')}"
    missing = tuple(part for criterion in found for part in criterion.missing)
    return Stage(
        level=level,
        resistant=resistant,
        sentence=_sentence(definition, found, resistant, level),
        trials=trials,
        criteria=tuple(found),
        missing=missing,
        apart=set_apart(trials),
        functioning=functioning_of(person, now=now),
        definition_id=definition.id,
        definition_name=definition.name,
        version=definition.provenance.version,
        status=definition.provenance.status,
        sources=_sources(definition, trials),
        versions=_versions(definition, trials),
        failed_medicines=medicines,
        failed_therapies=therapies,
        severity_at=severity_at,
    )


def _judge_all(
    person: Person, treatments: Treatments, *, now: datetime
) -> tuple[TrialJudgement, ...]:
    judged = []
    for index, trial in enumerate(person.trials, start=1):
        try:
            judged.append(judge_trial(trial, treatments, now=now))
        except InputError as error:
            raise error.at(f"trials[{index}].treatment") from error
    return tuple(judged)


_TRIED = frozenset({"medicines", "therapies"})


def _all_met(criteria: Sequence[Criterion], combine: Combine) -> bool | None:
    answers = [c.met for c in criteria if combine is Combine.BOTH or c.name not in _TRIED]
    if combine is Combine.EITHER:
        tried = [c.met for c in criteria if c.name in _TRIED]
        answers.append(True if True in tried else (None if None in tried else False))
    if False in answers:
        return False
    return None if None in answers else True


def _sentence(
    definition: StagingDefinition,
    criteria: Sequence[Criterion],
    resistant: bool | None,  # noqa: FBT001 - the three-valued answer itself
    level: str,
) -> str:
    if resistant:
        return f"Resistant by {definition.name}: adequate trials of {level} failed."
    if resistant is False:
        unmet = "; ".join(c.label for c in criteria if c.met is False)
        return f"Not met: {definition.name}. What is not so: {unmet}."
    unknown = sum(1 for c in criteria if c.met is None)
    return (
        f"Cannot tell by {definition.name}: {unknown} of {len(criteria)} criteria are open, "
        f"adequate trials of {level} failed as far as is recorded."
    )


def _sources(definition: StagingDefinition, trials: Sequence[TrialJudgement]) -> tuple[str, ...]:
    names = dict.fromkeys(definition.provenance.sources)
    for trial in trials:
        names.update(dict.fromkeys(trial.treatment.provenance.sources))
    return tuple(names)


def _versions(definition: StagingDefinition, trials: Sequence[TrialJudgement]) -> tuple[str, ...]:
    heads = [definition.provenance, *(trial.treatment.provenance for trial in trials)]
    return tuple(dict.fromkeys(f"{h.id} {h.version} ({h.status.value})" for h in heads))
