"""Verification says which event of which session differs, in which place, and both values."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from tests.clinic.records.conftest import LATER

from ketacare.clinic.audit.models import Event
from ketacare.clinic.cabinet import triggers as cabinet
from ketacare.clinic.eligibility import actions as eligibility
from ketacare.clinic.eligibility.models import Answer
from ketacare.clinic.infusions.models import Step
from ketacare.clinic.records import actions, triggers
from ketacare.clinic.records.models import Head, Seal
from ketacare.clinic.records.verify import verify
from ketacare.clinic.vitals.models import Value

WHEN = LATER + timedelta(hours=2)


@pytest.fixture
def behind_the_triggers():
    """Somebody with the database's password: the triggers step aside and come back."""

    def change(act):
        triggers.remove(connection)
        act()
        triggers.install(connection)

    return change


@pytest.fixture
def chain(sealed, nurse):
    actions.add(
        session=sealed, text="Came by taxi.", reason="Told in the call.", by=nurse, now=WHEN
    )
    return sealed


def test_what_nobody_touched_holds(chain):
    verdict = verify()
    assert verdict.problems == ()
    assert verdict.seals == 2


def test_a_changed_value_of_the_monitor_is_named_with_both(chain, behind_the_triggers):
    behind_the_triggers(lambda: Value.objects.filter(value=171).update(value=131))
    (problem,) = verify().problems
    assert f"session {chain.pk}" in problem
    # Sent at 15:10:01, so 1000 ms into the minute.
    assert "monitor:" in problem
    assert "T15:10" in problem
    assert "was sealed as 171.0 and is now 131.0" in problem


def test_a_changed_note_is_named(chain, behind_the_triggers):
    behind_the_triggers(lambda: Step.objects.filter(act="note").update(text="All quiet."))
    (problem,) = verify().problems
    assert 'row.text was sealed as "Holds her sister\'s hand."' in problem


def test_a_removed_and_an_added_row_are_told_apart(chain, nurse, behind_the_triggers):
    step = Step.objects.get(act="note")

    def change():
        Step.objects.filter(pk=step.pk).delete()
        Step.objects.create(session=chain, act="note", version=90, at=WHEN, by=nurse, text="x")

    behind_the_triggers(change)
    missing, added = verify().problems
    assert f"infusions.step:{step.pk} was sealed and is no longer there" in missing
    assert "was not sealed and is there now" in added


def test_a_changed_copy_of_the_record_is_found(chain, behind_the_triggers):
    seal = Seal.objects.get(position=1)
    from ketacare.clinic.records.models import pack

    other = pack(tuple(line.replace("Slept well.", "Slept badly.") for line in seal.lines))
    behind_the_triggers(lambda: Seal.objects.filter(position=1).update(content=other))
    first, second = verify().problems
    assert "the stored record was changed after it was sealed" in first
    assert "Slept badly." in second
    assert "Slept well." in second


def test_a_seal_taken_out_is_found(chain, behind_the_triggers):
    behind_the_triggers(lambda: Seal.objects.filter(position=1).delete())
    assert "Seal 1 is missing" in verify().problems[0]


def test_seals_cut_off_at_the_end_are_found(chain, behind_the_triggers):
    behind_the_triggers(lambda: Seal.objects.filter(position=2).delete())
    assert "seals are missing at the end" in verify().problems[0]


def test_another_signer_is_found(chain, therapist, behind_the_triggers):
    behind_the_triggers(lambda: Seal.objects.filter(position=1).update(by=therapist))
    assert "who sealed it" in verify().problems[0]


def test_a_missing_trigger_is_found(chain):
    triggers.remove(connection)
    assert "infusions_step_sealed" in " ".join(verify().problems)
    triggers.install(connection)


def test_an_answer_corrected_after_the_seal_is_no_difference(chain, psychiatrist):
    answer = Answer.objects.filter(code="fasting_solids_h").first()
    eligibility.correct_answer(
        answer=answer, value=7.0, by=psychiatrist, now=WHEN, reason="Asked again."
    )
    assert verify().problems == ()


def test_somebody_who_changes_their_name_is_no_difference(chain, nurse):
    nurse.display_name = "Noor Haddad-Lang"
    nurse.save()
    assert verify().holds


def test_the_command_prints_all_three_and_fails_for_a_missing_guard_of_the_cabinet(chain):
    out = StringIO()
    call_command("verify", stdout=out)
    assert [line.split(":")[0] for line in out.getvalue().splitlines()] == [
        "The audit log holds",
        "The sealed records hold",
        "The cabinet's ledger is protected",
    ]
    cabinet.remove(connection)
    told = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify", stderr=told)
    cabinet.install(connection)
    assert "cabinet_entry_no_" in told.getvalue()


def test_for_programs_the_command_prints_one_object_and_fails_the_same_way(chain):
    out = StringIO()
    call_command("verify", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["holds"]
    assert told["sealed_records"] == {
        "holds": True,
        "seals": 2,
        "last_hash": Head.objects.get().hash,
        "problems": [],
    }
    assert told["audit_log"]["events"] == Event.objects.count()
    cabinet.remove(connection)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify", "--json", stdout=out)
    cabinet.install(connection)
    told = json.loads(out.getvalue())
    assert (told["holds"], told["audit_log"]["holds"], told["cabinet"]["holds"]) == (
        False,
        True,
        False,
    )
    assert "cabinet_entry_no_" in " ".join(told["cabinet"]["problems"])


def test_an_event_of_the_audit_log_holds_each_hash(chain):
    noted = {e.details["hash"] for e in Event.objects.filter(tag__startswith="infusion:record:")}
    assert noted == set(Seal.objects.values_list("hash", flat=True))
    assert Head.objects.get().hash in noted
