"""Staging scores in points: sums worked beside the files' checks, gaps and what they leave open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.core.history import functioning_of, judge_trial, points_of, set_apart, stage
from ketacare.core.record import (
    Adherence,
    Diagnosis,
    EndReason,
    Fact,
    Person,
    Score,
    TreatmentKind,
    TreatmentTrial,
    TrialOutcome,
    TrialRole,
)
from ketacare.knowledge.load import (
    load_staging,
    load_staging_points,
    load_treatments,
    staging_ids,
    staging_points_ids,
)
from ketacare.knowledge.loading.staging_points import check_all

NOW = datetime(2026, 12, 7, 12, tzinfo=UTC)
COMPLETE = Fact(code="trial_history_complete", value=True, at=NOW)


def failed(treatment="escitalopram", **how):
    how = {
        "dose_mg_per_day": 150.0,
        "weeks_at_dose": 10.0,
        "adherence": Adherence.GOOD,
        "outcome": TrialOutcome.NONE,
        "end_reason": EndReason.INEFFICACY,
        "ongoing": False,
        "optimised": False,
        **how,
    }
    kind = load_treatments()[treatment].kind
    return TreatmentTrial(id=f"{treatment}-{len(how)}", kind=kind, treatment=treatment, **how)


def asked(method, *trials, **record):
    facts = (COMPLETE, Fact(code="psychosis_current", value=False, at=NOW))
    record = {
        "facts": facts,
        "scores": (Score(instrument="gad7", at=NOW, total=10),),
        "diagnoses": (Diagnosis(name="GAD", code="F41.1", since=NOW - timedelta(days=200)),),
        **record,
    }
    person = Person(id="p", label="P", trials=trials, **record)
    judged = [judge_trial(t, load_treatments(), now=NOW) for t in trials]
    return points_of(person, judged, load_staging_points(method), now=NOW)


def test_every_check_of_the_files_holds() -> None:
    assert set(staging_points_ids()) == {"mgh_s", "maudsley"}
    assert [f"{c.name}: {c.found}" for c in check_all() if not c.passed] == []


@pytest.mark.parametrize(("weeks", "points"), [(6.0, 1), (5.9, 0)])
def test_six_weeks_make_a_trial_of_the_mgh_method(weeks, points) -> None:
    assert asked("mgh_s", failed(weeks_at_dose=weeks)).total == points


def test_intolerance_gives_no_point() -> None:
    assert asked("mgh_s", failed(end_reason=EndReason.INTOLERANCE)).total == 0


# Months since the diagnosis: 1 point up to 12, 2 up to 24, 3 beyond (Fekadu 2018, table 3).
# One antidepressant 1, GAD-7 10 is the third grade of severity: 3.
@pytest.mark.parametrize(
    ("days", "points"), [(365, 1 + 3 + 1), (410, 2 + 3 + 1), (730, 2 + 3 + 1), (770, 3 + 3 + 1)]
)
def test_duration_in_months(days, points) -> None:
    since = (Diagnosis(name="GAD", code="F41.1", since=NOW - timedelta(days=days)),)
    assert asked("maudsley", failed(), diagnoses=since).total == points


# 1 to 2 antidepressants 1 point, 3 to 4 two points; duration 1, severity 3.
@pytest.mark.parametrize(
    ("names", "points"),
    [
        (("escitalopram", "venlafaxine_xr"), 5),
        (("escitalopram", "venlafaxine_xr", "sertraline"), 6),
        (("escitalopram", "venlafaxine_xr", "sertraline", "mirtazapine", "fluoxetine"), 7),
        (("escitalopram", "escitalopram"), 5),
    ],
)
def test_different_antidepressants_are_counted(names, points) -> None:
    assert asked("maudsley", *(failed(name) for name in names)).total == points


def test_what_cannot_be_told_leaves_a_range_and_names_itself() -> None:
    found = asked("maudsley", failed(), facts=())
    assert found.total is None
    assert (found.low, found.high) == (5, 7)  # severity 3 to 5 while psychosis is not asked
    assert found.missing == (
        "whether there is psychosis now",
        "whether other treatments were tried: the list is not marked complete",
    )
    assert found.sentence.startswith("Cannot tell by the Maudsley staging method: at least 5")


def test_points_carry_caution_version_and_sources() -> None:
    found = asked("mgh_s", failed())
    assert "exploratory in anxiety" in found.caution
    assert (found.version, found.status.value) == ("1", "candidate")
    assert found.sources[0] == "mgh_s_table"


def test_an_augmentation_says_what_it_was_added_to() -> None:
    trial = failed("buspirone", role=TrialRole.AUGMENTATION, added_to="sertraline")
    judged = judge_trial(trial, load_treatments(), now=NOW)
    assert "It was added to Sertraline: an augmentation, not a medicine tried by itself." in (
        judged.reasons
    )


def test_endings_are_kept_apart() -> None:
    trials = (
        failed("sertraline", end_reason=EndReason.INTOLERANCE),
        failed("venlafaxine_xr", end_reason=EndReason.ACCESS, name="Effexor XR"),
        failed("paroxetine", end_reason=EndReason.INTOLERANCE),
        failed("escitalopram"),
    )
    apart = set_apart([judge_trial(t, load_treatments(), now=NOW) for t in trials])
    assert {(each.reason, each.names) for each in apart} == {
        (EndReason.INTOLERANCE, ("Sertraline", "Paroxetine")),
        (EndReason.ACCESS, ("Effexor XR",)),
    }


def test_functioning_in_three_domains_and_what_was_not_rated() -> None:
    facts = (
        Fact(code="function_social", value="severe", at=NOW),
        Fact(code="function_professional", value="none", at=NOW),
    )
    found = functioning_of(Person(id="p", label="P", facts=facts), now=NOW)
    assert [domain.level for domain in found.domains] == ["severe", "none", None]
    assert found.missing == ("how much personal and family life is restricted",)
    assert found.sentence == (
        "Social life is restricted: severe (7 Dec 2026). "
        "Work or school is not restricted (7 Dec 2026). "
        "Personal and family life was not rated."
    )


def test_all_definitions_read_the_same_facts() -> None:
    person = Person(
        id="p",
        label="P",
        trials=(failed("escitalopram"), failed("venlafaxine_xr")),
        facts=(COMPLETE,),
        diagnoses=(Diagnosis(name="GAD", code="F41.1", confirmed_by="Dr A"),),
    )
    answers = {
        name: stage(person, load_treatments(), load_staging(name), now=NOW).resistant
        for name in staging_ids()
    }
    # Two medicines failed and no CBT: enough for the Delphi criteria, not for the other two.
    assert answers == {"domschke_2024": True, "bokma_2019": False, "ketacare_anxiety": False}


def test_kinds_of_trials_are_those_of_the_record() -> None:
    assert failed("ect").kind is TreatmentKind.NEUROMODULATION
