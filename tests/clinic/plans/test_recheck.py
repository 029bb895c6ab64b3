"""Stored advice gives every one of its numbers again, to the last bit, or says why it cannot."""

import copy

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from ketacare.clinic.plans import actions, ordering, outlooks, rechecking
from ketacare.clinic.plans.models import AdviceSnapshot, Outlook
from ketacare.core.errors import InputError


@pytest.fixture
def snapshot(make_patient, now):
    return actions.refresh_advice(make_patient(gad7=(15, 12, 14, 9)), now=now)


def test_every_stored_number_comes_out_again(snapshot):
    snapshot.refresh_from_db()  # as it went through the database
    found = rechecking.check(snapshot)
    assert found.is_same
    assert found.named == ()
    assert found.values > 1000  # options, fans, chances, watch: not a handful


def test_a_plan_in_force_is_part_of_what_is_computed_again(make_patient, now, psychiatrist, course):
    patient = make_patient(gad7=(), infusions=0)
    wanted = ordering.Wanted(
        dose_mg_per_kg=0.5, minutes=40, number=6, days_between=3.5, therapy=True
    )
    actions.modify(
        patient, by=psychiatrist, now=now, reason="As agreed.",
        **{name: getattr(wanted, name) for name in wanted.__slots__},
    )  # fmt: skip
    stored = actions.refresh_advice(patient, now=now)
    assert stored.beside["order"]["dose_mg_per_kg"] == 0.5
    stored.refresh_from_db()
    assert rechecking.check(stored).is_same


def test_one_changed_digit_is_found_and_named(snapshot):
    snapshot.data = copy.deepcopy(snapshot.data)
    relief = snapshot.data["options"][0]["expected_relief"]
    snapshot.data["options"][0]["expected_relief"] = relief + 1e-12
    found = rechecking.check(snapshot)
    assert (found.different, found.named) == (1, ("data.options[0].expected_relief",))


def test_other_knowledge_since_is_said_by_name(snapshot):
    snapshot.versions = {**snapshot.versions, "prior_first": "0.0"}
    with pytest.raises(InputError, match=r"prior_first: 0\.0 → "):
        rechecking.check(snapshot)


def test_advice_from_before_everything_was_stored_says_so(snapshot):
    snapshot.beside = {}
    with pytest.raises(InputError, match="without everything they rest on"):
        rechecking.check(snapshot)


def test_the_outlook_of_the_first_option_is_the_stored_forecast_of_it(snapshot, psychiatrist, now):
    """Nobody may meet two different forecasts of the same thing on two pages."""
    drawn = outlooks.draw(snapshot, rank=1, instrument="gad7", by=psychiatrist, now=now)
    fan = next(
        f for f in snapshot.data["forecasts"] if (f["about"], f["instrument"]) == ("plan", "gad7")
    )
    for name in ("days_from_now", "p5", "p25", "p50", "p75", "p95"):
        assert drawn.data[name] == fan[name]
    way = snapshot.data["chances"]["ways"][0]
    assert drawn.data["chances"] == {k: way[k] for k in ("response", "remission", "relapse")}
    again = outlooks.draw(snapshot, rank=1, instrument="gad7", by=psychiatrist, now=now)
    assert again.pk == drawn.pk
    assert Outlook.objects.count() == 1


def test_every_instrument_with_an_error_model_can_be_drawn(snapshot, psychiatrist, now):
    for name, _title in outlooks.instruments_ahead():
        data = outlooks.draw(snapshot, rank=0, instrument=name, by=psychiatrist, now=now).data
        assert data["minimum"] <= min(data["p5"]) <= max(data["p95"]) <= data["maximum"]


def test_an_outlook_refuses_what_is_not_there(snapshot, psychiatrist, now):
    with pytest.raises(InputError, match="no option 999"):
        outlooks.draw(snapshot, rank=999, instrument="gad7", by=psychiatrist, now=now)
    with pytest.raises(InputError, match="cannot be forecast"):
        outlooks.draw(snapshot, rank=1, instrument="shoe_size", by=psychiatrist, now=now)


def test_the_command_names_what_differs_and_nobody(snapshot, capsys):
    call_command("check_advice")
    assert "1 of 1 came out the same, 0 differ, 0 cannot be compared." in capsys.readouterr().out
    data = copy.deepcopy(snapshot.data)
    data["options"][0]["risk"] += 1e-9
    AdviceSnapshot.objects.filter(pk=snapshot.pk).update(data=data)
    with pytest.raises(CommandError, match="do not come out again"):
        call_command("check_advice", all=True)
    said = capsys.readouterr().out
    assert "such as data.options[0].risk" in said
    assert snapshot.patient.family_name not in said
