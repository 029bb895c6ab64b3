"""Each score is held against the forecast that was stored before it, or it is said why not."""

from datetime import timedelta

import pytest

from ketacare.clinic.patients.presenting import chart_view
from ketacare.clinic.plans import access, actions
from ketacare.clinic.plans.models import Comparison

ORDER = {"dose_mg_per_kg": 0.5, "minutes": 40, "number": 6, "days_between": 3.5, "therapy": False}


@pytest.fixture
def patient(make_patient):
    return make_patient()


@pytest.fixture
def before(course):
    return course.start - timedelta(hours=1)


def test_without_treatment_the_forecast_without_holds(patient, before, course):
    stored = actions.refresh_advice(patient, now=before)
    later = before + timedelta(days=7)
    course.add_score(patient, 15, at=later)
    actions.refresh_advice(patient, now=later + timedelta(minutes=1))
    row = access.all_comparisons().get()
    fan = next(
        f for f in stored.data["forecasts"] if (f["about"], f["instrument"]) == ("none", "gad7")
    )
    index = fan["days_from_now"].index(7.0)
    assert (row.about, row.snapshot_id, row.total) == ("none", stored.pk, 15)
    assert (row.p5, row.p50, row.p95) == tuple(fan[p][index] for p in ("p5", "p50", "p95"))
    assert row.learned  # the baseline was in it


def test_with_the_infusions_planned_the_forecast_with_the_plan_holds(
    patient, before, course, psychiatrist, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.modify(patient, by=psychiatrist, now=before, **ORDER, reason="The protocol.")
    course.add_infusion(patient, at=course.start, by=psychiatrist)
    after = course.start + timedelta(days=1)
    course.add_score(patient, 9, at=after)
    actions.refresh_advice(patient, now=after + timedelta(minutes=1))
    assert access.all_comparisons().get().about == "plan"


def test_other_infusions_than_forecast_are_not_compared(
    patient, before, course, psychiatrist, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.modify(patient, by=psychiatrist, now=before, **ORDER, reason="The protocol.")
    for hours in (0, 30):  # a second one after 30 hours, where the plan has 84
        course.add_infusion(patient, at=course.start + timedelta(hours=hours), by=psychiatrist)
    after = course.start + timedelta(days=2)
    course.add_score(patient, 9, at=after)
    actions.refresh_advice(patient, now=after + timedelta(minutes=1))
    row = access.all_comparisons().get()
    assert row.about == ""
    assert row.p50 is None
    assert "Other infusions" in row.problem


def test_the_hours_after_an_infusion_are_left_out(patient, before, course, psychiatrist):
    actions.refresh_advice(patient, now=before)
    course.add_infusion(patient, at=course.start, by=psychiatrist)
    course.add_score(patient, 2, at=course.start + timedelta(hours=11))
    course.add_score(patient, 9, at=course.start + timedelta(hours=13))
    actions.refresh_advice(patient, now=course.start + timedelta(days=1))
    assert [row.total for row in access.all_comparisons()] == [9]


def test_a_score_is_compared_once(patient, before, course):
    actions.refresh_advice(patient, now=before)
    later = before + timedelta(days=3)
    course.add_score(patient, 15, at=later)
    for hours in (1, 26, 51):
        actions.refresh_advice(patient, now=later + timedelta(hours=hours))
    assert Comparison.objects.count() == 1


def test_the_chart_shows_the_forecast_made_before_each_score(make_patient, course, psychiatrist):
    """The bar behind a dot is the stored forecast, whatever was learned from the score since."""
    patient = make_patient(gad7=(15, 14))
    before = course.start + 2 * course.gap
    stored = actions.refresh_advice(patient, now=before)
    later = before + timedelta(days=7)
    course.add_score(patient, 3, at=later)  # far from what was expected of a 14
    newest = actions.refresh_advice(patient, now=later + timedelta(minutes=1))
    view = chart_view(patient, user=psychiatrist, now=later + timedelta(days=1))
    headers, rows = view.picture.wide.table_headers, view.picture.wide.table_rows
    assert headers[-1] == "Expected on"
    row = next(r for r in rows if r[1:3] == ("GAD-7", "3"))
    fan = next(
        f for f in stored.data["forecasts"] if (f["about"], f["instrument"]) == ("none", "gad7")
    )
    assert row[3] == f"{fan['p50'][fan['days_from_now'].index(7.0)]:g}"
    assert row[-1] == f"{before:%-d %b %Y}"
    assert newest.data["learned"]["scores_used"] == stored.data["learned"]["scores_used"] + 1
    assert "of 1 score lies inside" in view.picture.note
