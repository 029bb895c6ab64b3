"""Trials judged one by one: the case table, read from ``tests/cases/history/trials.toml``."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketacare.core.errors import InputError
from ketacare.core.history import Adequacy, find_treatment, judge_trial
from ketacare.core.record import (
    Adherence,
    EndReason,
    TreatmentKind,
    TreatmentTrial,
    TrialOutcome,
)
from ketacare.knowledge.load import load_treatments

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TABLE = tomllib.loads(
    (Path(__file__).parents[2] / "cases/history/trials.toml").read_text(encoding="utf-8")
)
WORDS = {True: "yes", False: "no", None: "cannot_tell"}
SAYS = {"name", "like", "adequate", "failed", "counts", "missing", "why"}


def trial_of(case):
    told = TABLE["like"][case["like"]] | {k: v for k, v in case.items() if k not in SAYS}
    told = {k: v for k, v in told.items() if v != "not recorded"}
    days = told.pop("days", None)
    treatment = find_treatment(told["treatment"], load_treatments())
    return TreatmentTrial(
        id=case["name"],
        kind=treatment.kind,
        treatment=told.pop("treatment"),
        dose_mg_per_day=told.pop("mg_per_day", None),
        adherence=Adherence(told.pop("adherence")) if "adherence" in told else None,
        outcome=TrialOutcome(told.pop("outcome")) if "outcome" in told else None,
        end_reason=EndReason(told.pop("end_reason")) if "end_reason" in told else None,
        started=None if days is None else NOW - timedelta(days=400),
        ended=None if days is None else NOW - timedelta(days=400 - days),
        **told,
    )


@pytest.mark.parametrize("case", TABLE["case"], ids=lambda case: f"{case['like']}: {case['name']}")
def test_trial_case(case):
    judged = judge_trial(trial_of(case), load_treatments(), now=NOW)
    found = {
        "adequate": judged.adequacy.value,
        "failed": WORDS[judged.failed],
        "counts": WORDS[judged.counts],
        "missing": list(judged.missing),
    }
    assert found == {
        "adequate": case["adequate"],
        "failed": case["failed"],
        "counts": case["counts"],
        "missing": case.get("missing", []),
    }


@pytest.mark.parametrize("case", TABLE["case"], ids=lambda case: f"{case['like']}: {case['name']}")
def test_every_judgement_has_reasons_in_sentences(case):
    reasons = judge_trial(trial_of(case), load_treatments(), now=NOW).reasons
    assert reasons
    assert all(reason.endswith(".") for reason in reasons)


def a_trial(**told):
    full = TreatmentTrial(
        id="t1",
        kind=TreatmentKind.MEDICINE,
        treatment="escitalopram",
        dose_mg_per_day=10,
        weeks_at_dose=8,
        adherence=Adherence.GOOD,
        outcome=TrialOutcome.NONE,
        end_reason=EndReason.INEFFICACY,
        ongoing=False,
    )
    return replace(full, **told)


def test_trial_that_starts_after_now_does_not_count():
    started = a_trial(started=NOW - timedelta(weeks=20), ended=NOW - timedelta(weeks=8))
    later = a_trial(started=NOW + timedelta(days=1), ended=NOW + timedelta(weeks=12))
    assert judge_trial(started, load_treatments(), now=NOW).counts is True
    assert judge_trial(later, load_treatments(), now=NOW).counts is False


def test_dates_of_an_ongoing_trial_run_up_to_now():
    # 35 days are 5 weeks, fewer than the 6 of a possible trial; 70 days leave it open.
    told = {"weeks_at_dose": None, "ongoing": True, "end_reason": None}
    short = a_trial(started=NOW - timedelta(days=35), **told)
    long = a_trial(started=NOW - timedelta(days=70), **told)
    assert judge_trial(short, load_treatments(), now=NOW).adequacy is Adequacy.NO
    assert judge_trial(long, load_treatments(), now=NOW).adequacy is Adequacy.CANNOT_TELL


def test_brand_name_is_judged_as_its_substance():
    assert judge_trial(a_trial(treatment="Lexapro"), load_treatments(), now=NOW).counts is True


def test_unknown_drug_is_refused_with_the_nearest_names():
    with pytest.raises(InputError, match=r"escitaloprm.*did you mean escitalopram"):
        judge_trial(a_trial(treatment="escitaloprm"), load_treatments(), now=NOW)


ORDER = {Adequacy.NO: 0, Adequacy.POSSIBLE: 1, Adequacy.YES: 2}


@settings(max_examples=30)
@given(
    weeks=st.floats(0, 60),
    more=st.floats(0, 60),
    dose=st.floats(0.1, 80),
    higher=st.floats(0, 80),
)
def test_longer_and_higher_never_makes_a_trial_less_adequate(weeks, more, dose, higher):
    small = a_trial(weeks_at_dose=weeks, dose_mg_per_day=dose)
    large = a_trial(weeks_at_dose=weeks + more, dose_mg_per_day=dose + higher)
    judged = [judge_trial(t, load_treatments(), now=NOW).adequacy for t in (small, large)]
    assert ORDER[judged[0]] <= ORDER[judged[1]]
