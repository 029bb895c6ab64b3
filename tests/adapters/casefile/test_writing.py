"""What is written reads back as the same person: for any record the vocabulary allows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ketacare.adapters.casefile import read_case, write_case
from ketacare.core.record import (
    Adherence,
    Calendar,
    Certainty,
    Diagnosis,
    EndReason,
    Fact,
    Infusion,
    InfusionEvent,
    InfusionEventKind,
    Measurement,
    Medicine,
    Person,
    Score,
    Sex,
    TherapyKind,
    TherapySession,
    TreatmentKind,
    TreatmentTrial,
    TrialOutcome,
    TrialRole,
    Vital,
)

START = datetime(2026, 5, 3, 14, 30, tzinfo=UTC)

FULL = Person(
    id="p1",
    label='Ada "the first" \\ Ω\n2',
    sex=Sex.FEMALE,
    birth_date=date(1990, 2, 3),
    diagnoses=(
        Diagnosis(
            name="GAD",
            code="F41.1",
            confirmed_by="dr",
            confirmed_on=START,
            in_person=True,
            primary=True,
            since=START - timedelta(days=900),
        ),
    ),
    trials=(
        TreatmentTrial(
            id="t1",
            kind=TreatmentKind.MEDICINE,
            treatment="sertraline",
            name="Zoloft",
            dose_mg_per_day=150.5,
            weeks_at_dose=9.3,
            started=START - timedelta(days=400),
            ended=START - timedelta(days=300),
            adherence=Adherence.PARTIAL,
            outcome=TrialOutcome.PARTIAL,
            end_reason=EndReason.INEFFICACY,
            role=TrialRole.AUGMENTATION,
            added_to="escitalopram",
            optimised=True,
            certainty=Certainty.RECALL,
            recorded_by="nurse",
            note="x",
        ),
        TreatmentTrial(
            id="t2",
            kind=TreatmentKind.PSYCHOTHERAPY,
            treatment="cbt",
            sessions=14,
            weeks=16,
            ongoing=False,
            disorder_specific=True,
            exposure_delivered=False,
            therapist_qualified=True,
            homework_fraction=0.6,
        ),
    ),
    medicines=(Medicine(ingredient="lorazepam", mg_per_day=0.5, last_taken=START, as_needed=True),),
    facts=(
        Fact(code="aneurysm_or_avm", value=False, at=START, by="dr", note="asked"),
        Fact(code="alt_x_uln", value=1.25, unit="xULN", at=START),
    ),
    measurements=(Measurement(kind=Vital.HEART_RATE, value=71.5, at=START, by="n"),),
    infusions=(
        Infusion(
            at=START,
            dose_mg=34,
            minutes=40,
            weight_kg=68,
            completed=True,
            events=(
                InfusionEvent(kind=InfusionEventKind.START, at=START, mg_per_h=51, by="n"),
                InfusionEvent(
                    kind=InfusionEventKind.STOP,
                    at=START + timedelta(minutes=40),
                    mg_per_h=0,
                    reason="done",
                ),
            ),
        ),
    ),
    therapy=(TherapySession(kind=TherapyKind.INTEGRATION, at=START, minutes=50, attended=True),),
    scores=(
        Score(instrument="gad7", at=START, items=(2, 3, None, 2, 1, 2, 0)),
        Score(instrument="phq9", at=START, total=8.0),
    ),
)


def back(person):
    return read_case(write_case(person), source="written")


def test_a_full_record_reads_back_as_itself():
    assert back(FULL) == FULL


def test_a_record_that_counts_days_reads_back_as_itself():
    person = Person(
        id="p",
        label="p",
        calendar=Calendar.RELATIVE,
        anchor=START,
        age_years=34,
        scores=(Score(instrument="gad7", at=START - timedelta(days=4, hours=1), total=6.0),),
    )
    assert back(person) == person
    assert "2026" not in write_case(person).replace("anchor = 2026-05-03", "")


def test_what_is_missing_is_left_out():
    written = write_case(Person(id="p", label="p"))
    assert written.split("\n")[:4] == ["format = 1", "", "[person]", 'id = "p"']
    assert "sex" not in written


TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(
    lambda t: t.replace(tzinfo=UTC)
)
SCORES = st.builds(
    Score,
    instrument=st.just("gad7"),
    at=TIMES,
    items=st.tuples(*[st.none() | st.integers(0, 3)] * 7),
)
TRIALS = st.builds(
    TreatmentTrial,
    id=st.uuids().map(str),
    kind=st.just(TreatmentKind.MEDICINE),
    treatment=st.just("sertraline"),
    name=st.text(max_size=8).filter(lambda t: not t or t.strip()),
    dose_mg_per_day=st.none() | st.floats(1e-3, 1e4),
    weeks_at_dose=st.none() | st.floats(0, 1e3),
    adherence=st.none() | st.sampled_from(Adherence),
    note=st.text(max_size=20),
)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(SCORES, max_size=3), st.lists(TRIALS, max_size=3, unique_by=lambda t: t.id))
def test_any_record_reads_back_as_itself(scores, trials):
    person = Person(id="p", label="p", scores=tuple(scores), trials=tuple(trials))
    assert back(person) == person
