"""The clinic's definition of resistance: each criterion from both sides and with its fact missing.

Limits (knowledge/staging/ketacare_anxiety.toml): two medicines, one an SSRI or SNRI; one CBT;
GAD-7 of 10 or HAM-A of 20, at most 14 days old; eight other causes looked at.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ketacare.core.errors import InputError
from ketacare.core.history import Count, stage
from ketacare.core.measures import rate_all
from ketacare.core.record import (
    Adherence,
    Calendar,
    Diagnosis,
    EndReason,
    Fact,
    Infusion,
    Person,
    Score,
    TreatmentKind,
    TreatmentTrial,
    TrialOutcome,
)
from ketacare.knowledge.load import load_instruments, load_staging, load_treatments

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CHECKLIST = ("caffeine", "alcohol", "cannabis", "sleep", "thyroid", "bipolar", "adhd", "substances")


def medicine(name, mg, weeks=10.0, **told):
    full = TreatmentTrial(
        id=name,
        kind=TreatmentKind.MEDICINE,
        treatment=name,
        dose_mg_per_day=mg,
        weeks_at_dose=weeks,
        adherence=Adherence.GOOD,
        outcome=TrialOutcome.NONE,
        end_reason=EndReason.INEFFICACY,
        ongoing=False,
    )
    return replace(full, **told)


def cbt(**told):
    full = TreatmentTrial(
        id="cbt",
        kind=TreatmentKind.PSYCHOTHERAPY,
        treatment="cbt",
        sessions=14,
        weeks=16,
        disorder_specific=True,
        exposure_delivered=True,
        therapist_qualified=True,
        homework_fraction=0.7,
        outcome=TrialOutcome.PARTIAL,
        end_reason=EndReason.INEFFICACY,
        ongoing=False,
    )
    return replace(full, **told)


SSRI = medicine("escitalopram", 20)
SNRI = medicine("venlafaxine_xr", 150)
PREGABALIN = medicine("pregabalin", 300)
BUSPIRONE = medicine("buspirone", 30)


def facts(**answers):
    told = {f"pseudo_{c}": True for c in CHECKLIST} | {"trial_history_complete": True} | answers
    return tuple(Fact(code=k, value=v, at=NOW) for k, v in told.items() if v is not None)


def gad7(total, days_ago=0.0):
    return Score(instrument="gad7", at=NOW - timedelta(days=days_ago), total=total)


def hama(total):
    return Score(instrument="hama", at=NOW, total=total)


def person(**told):
    full = Person(
        id="p1",
        label="someone",
        diagnoses=(
            Diagnosis(name="Generalised anxiety disorder", code="F41.1", confirmed_by="Dr Berg"),
        ),
        trials=(SSRI, SNRI, cbt()),
        facts=facts(),
        scores=(gad7(15),),
    )
    return replace(full, **told)


def staged(definition="ketacare_anxiety", **told):
    return stage(person(**told), load_treatments(), load_staging(definition), now=NOW)


def criterion(answer, name):
    return next(c for c in answer.criteria if c.name == name)


def test_everything_met_is_resistant_with_its_computation():
    answer = staged()
    assert answer.resistant is True
    assert answer.level == "2 medicines, 1 therapy"
    assert answer.missing == ()
    assert [t.counts for t in answer.trials] == [True, True, True]
    assert answer.definition_id == "ketacare_anxiety"
    assert "ketacare_anxiety 2 (candidate)" in answer.versions
    assert "bokma_2019" in answer.sources


@pytest.mark.parametrize(
    ("diagnoses", "met"),
    [
        ((Diagnosis(name="Panic disorder", code="F41.0", confirmed_by="Dr Berg"),), True),
        ((Diagnosis(name="Agoraphobia", confirmed_by="Dr Berg"),), True),
        ((Diagnosis(name="Panic disorder", code="F41.0"),), None),
        (
            (
                Diagnosis(
                    name="Panic disorder",
                    code="F41.0",
                    confirmed_by="Dr Berg",
                    confirmed_on=NOW + timedelta(days=1),
                ),
            ),
            None,
        ),
        ((Diagnosis(name="Illness anxiety", code="F45.21", confirmed_by="Dr Berg"),), False),
        ((Diagnosis(name="Depression", code="F33.1", confirmed_by="Dr Berg"),), False),
        ((), None),
    ],
)
def test_diagnosis(diagnoses, met):
    answer = staged(diagnoses=diagnoses)
    assert criterion(answer, "diagnosis").met is met
    assert answer.resistant is met


@pytest.mark.parametrize(
    ("trials", "met"),
    [
        ((SSRI, SNRI), True),
        ((SSRI, PREGABALIN), True),
        ((PREGABALIN, BUSPIRONE), False),  # none is an SSRI or SNRI
        ((SSRI,), False),
        ((SSRI, SSRI), False),  # one medicine, tried twice
        ((medicine("paroxetine", 40), medicine("paroxetine_cr", 37.5)), False),  # one substance
        ((SSRI, medicine("venlafaxine_xr", 150, 7.9)), None),  # possible
        ((SSRI, medicine("venlafaxine_xr", 150, 5.9)), False),  # too short
        ((SSRI, medicine("venlafaxine_xr", None)), None),
        ((SSRI, medicine("venlafaxine_xr", 150, end_reason=EndReason.INTOLERANCE)), False),
        ((SSRI, medicine("lorazepam", 2)), False),  # recorded, never counted
        ((SSRI, medicine("lamotrigine", 400)), False),  # no definition
    ],
)
def test_medicines_with_a_complete_list(trials, met):
    answer = staged(trials=(*trials, cbt()))
    assert criterion(answer, "medicines").met is met
    assert answer.resistant is met


@pytest.mark.parametrize("complete", [None, False])
def test_too_few_medicines_in_a_list_not_known_to_be_complete(complete):
    told = {"trials": (SSRI, cbt())}
    assert staged(**told).resistant is False
    answer = staged(**told, facts=facts(trial_history_complete=complete))
    assert answer.resistant is None
    assert answer.missing == (
        "whether other medicines were tried: the list is not marked complete",
    )


def test_missing_dose_is_named_with_its_medicine():
    answer = staged(trials=(SSRI, medicine("venlafaxine_xr", None), cbt()))
    assert answer.missing == ("Venlafaxine XR: dose of Venlafaxine XR in mg a day",)
    assert answer.level == "1 to 2 medicines, 1 therapy"
    assert answer.failed_medicines == Count(low=1, high=2)


def test_possible_trial_counts_where_the_definition_says_so():
    told = person(trials=(SSRI, medicine("venlafaxine_xr", 150, 6), cbt()))
    strict = load_staging()
    generous = replace(strict, possible_counts=True)
    assert stage(told, load_treatments(), strict, now=NOW).resistant is None
    assert stage(told, load_treatments(), generous, now=NOW).resistant is True


@pytest.mark.parametrize(
    ("trials", "exception", "met"),
    [
        ((cbt(),), None, True),
        ((cbt(sessions=12),), None, True),
        ((cbt(sessions=11),), None, None),
        ((cbt(sessions=7),), None, False),
        ((cbt(sessions=None),), None, None),
        ((), None, False),
        ((), "declined", True),
        ((), "not_available", True),
        ((cbt(sessions=None),), "unable", True),
    ],
)
def test_therapy(trials, exception, met):
    answer = staged(trials=(SSRI, SNRI, *trials), facts=facts(cbt_exception=exception))
    assert criterion(answer, "therapies").met is met
    assert answer.resistant is met


def test_no_therapy_in_a_list_not_known_to_be_complete():
    answer = staged(trials=(SSRI, SNRI), facts=facts(trial_history_complete=None))
    assert answer.resistant is None
    assert answer.missing == (
        "whether other therapies were tried: the list is not marked complete",
    )


@pytest.mark.parametrize(
    ("scores", "met"),
    [
        ((gad7(10),), True),
        ((gad7(9), hama(19)), False),
        ((gad7(9), hama(20)), True),
        ((hama(20),), True),
        ((gad7(9),), None),  # the HAM-A alone could still meet it
        ((gad7(15, days_ago=14),), True),
        ((gad7(15, days_ago=14.1),), None),
        ((gad7(15, days_ago=3), gad7(4)), None),  # the newest one decides
        ((gad7(15, days_ago=-1),), None),  # after now
        ((), None),
    ],
)
def test_severity(scores, met):
    answer = staged(scores=scores)
    assert criterion(answer, "severity").met is met
    assert answer.resistant is met


def test_severity_after_the_first_infusion_is_that_before_it():
    infusion = Infusion(at=NOW - timedelta(days=30), dose_mg=35, minutes=40)
    treated = person(scores=(gad7(16, days_ago=33), gad7(3)), infusions=(infusion,))
    answer = stage(treated, load_treatments(), load_staging(), now=NOW)
    assert answer.severity_at == infusion.at
    assert answer.resistant is True


def test_answers_without_a_total_are_scored_by_whoever_knows_the_instrument():
    told = person(scores=(Score(instrument="gad7", at=NOW, items=(2,) * 7),))
    rated = rate_all(told, load_instruments(), now=NOW)
    unscored = stage(told, load_treatments(), load_staging(), now=NOW)
    scored = stage(told, load_treatments(), load_staging(), now=NOW, severity=rated)
    assert unscored.resistant is None
    assert scored.resistant is True  # 7 x 2 = 14, at least 10


@pytest.mark.parametrize("cause", CHECKLIST)
def test_each_other_cause_must_be_looked_at(cause):
    not_answered = staged(facts=facts(**{f"pseudo_{cause}": None}))
    still_open = staged(facts=facts(**{f"pseudo_{cause}": False}))
    assert not_answered.resistant is None
    assert len(not_answered.missing) == 1
    assert still_open.resistant is False
    assert staged().resistant is True


def test_a_not_met_criterion_decides_even_when_another_is_open():
    assert staged(scores=(gad7(2), hama(5)), diagnoses=()).resistant is False


def test_unknown_drug_names_the_trial():
    with pytest.raises(InputError) as refused:
        staged(trials=(SSRI, medicine("sertralin", 100)))
    assert refused.value.where == "trials[2].treatment"
    assert "sertraline" in refused.value.sentence


def test_bokma_side_by_side_asks_for_one_medicine_and_one_therapy():
    told = {"trials": (SSRI, cbt())}
    assert staged("bokma_2019", **told).resistant is True
    assert staged(**told).resistant is False


@pytest.mark.parametrize("definition", ["ketacare_anxiety", "bokma_2019"])
def test_published_case_ray_kious_2016_cannot_be_told(definition):
    """Prim Care Companion CNS Disord 18(4): what was tried and up to which dose, no durations."""
    day_zero = datetime(2016, 1, 1, 12, tzinfo=UTC)
    case = Person(
        id="ray_kious_2016",
        label="34-year-old woman",
        age_years=34,
        calendar=Calendar.RELATIVE,
        anchor=day_zero,
        diagnoses=(Diagnosis(name="Panic disorder", code="F41.0"),),
        trials=(
            TreatmentTrial(id="1", kind=TreatmentKind.NEUROMODULATION, treatment="ect"),
            TreatmentTrial(
                id="2",
                kind=TreatmentKind.MEDICINE,
                treatment="escitalopram",
                dose_mg_per_day=30,
            ),
            TreatmentTrial(
                id="3", kind=TreatmentKind.MEDICINE, treatment="lamotrigine", dose_mg_per_day=400
            ),
            TreatmentTrial(id="4", kind=TreatmentKind.MEDICINE, treatment="lorazepam"),
            TreatmentTrial(id="5", kind=TreatmentKind.PSYCHOTHERAPY, treatment="cbt"),
        ),
        infusions=(Infusion(at=day_zero, dose_mg=34, minutes=None),),
        scores=(Score(instrument="gad7", at=day_zero - timedelta(days=4), total=6),),
    )
    now = day_zero + timedelta(weeks=10)
    answer = stage(case, load_treatments(), load_staging(definition), now=now)
    assert answer.resistant is None
    assert answer.sentence.startswith("Cannot tell")
    assert "0 to 1 medicines, 0 to 1 therapies" in answer.level
    told = " ".join(answer.missing)
    assert "Escitalopram: weeks at that dose, adherence" in told
    assert "Cognitive behavioural therapy: number of sessions" in told
    assert "who confirmed the anxiety diagnosis" in told
    assert "day -4" in criterion(answer, "severity").sentence


SOCIAL = Diagnosis(name="social anxiety disorder", code="F40.10", confirmed_by="dr")
GENERALISED = Diagnosis(name="generalised anxiety", code="F41.1", confirmed_by="dr")
LOW = (gad7(9), hama(19))


@pytest.mark.parametrize(
    ("diagnoses", "met"),
    [
        ((GENERALISED,), False),  # no scale of social anxiety is asked for
        ((SOCIAL,), None),  # the LSAS alone could still meet it
        ((replace(SOCIAL, code=""),), None),  # without a code the name counts
        ((GENERALISED, SOCIAL), None),  # none is the main one: both count
        ((replace(GENERALISED, primary=True), SOCIAL), False),
        ((GENERALISED, replace(SOCIAL, primary=True)), None),
    ],
)
def test_a_scale_of_one_disorder_is_asked_where_that_is_the_diagnosis(diagnoses, met):
    answer = staged(scores=LOW, diagnoses=diagnoses)
    assert criterion(answer, "severity").met is met


def test_the_newest_form_of_the_lsas_decides():
    def lsas(instrument, total, days_ago):
        at = NOW - timedelta(days=days_ago)
        return Score(instrument=instrument, at=at, total=total)

    def met(*scores):
        answer = staged(scores=(*LOW, *scores), diagnoses=(SOCIAL,))
        return criterion(answer, "severity").met

    assert met(lsas("lsas_sr", 80, 5), lsas("lsas_ca", 40, 1)) is False
    assert met(lsas("lsas_sr", 80, 1), lsas("lsas_ca", 40, 5)) is True
