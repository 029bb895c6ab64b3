"""The manager adds people, changes their role and ends their access; every step is in the log."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from ketacare.clinic import audit
from ketacare.clinic.accounts import actions
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.audit.models import Event
from ketacare.clinic.audit.verify import verify
from ketacare.core.errors import InputError

LENA = {
    "username": "lena",
    "display_name": "Lena Berg",
    "email": "lena@clinic.test",
    "role": "nurse",
    "password": "correct horse battery",
}


def test_adding_a_person(client_of):
    answer = client_of(Role.MANAGER).post("/people/add/", LENA)
    assert answer["Location"] == "/people/"
    lena = User.objects.get(username="lena")
    assert lena.check_password(LENA["password"])
    event = Event.objects.get(tag=audit.Tag.USER_ADDED)
    assert (event.actor_name, event.object_id) == ("Mara Quinn", str(lena.pk))
    assert LENA["password"] not in event.details_json


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "short"}, "at least 12 characters"),
        ({"username": "NURSE"}, "signs in with this name already"),
        ({"email": "Nurse@clinic.test"}, "has this e-mail address already"),
        ({"role": ""}, "This field is required"),
        ({"role": "wizard"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client_of, change, words):
    answer = client_of(Role.MANAGER).post("/people/add/", {**LENA, **change})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "Lena Berg" in answer.content.decode()
    assert not User.objects.filter(username="lena").exists()


def change(client, person, **values):
    sent = {
        "display_name": person.display_name,
        "email": person.email,
        "role": person.role,
        "is_active": "on",
        "reason": "New contract.",
    }
    sent.update(values)
    return client.post(f"/people/{person.pk}/", {k: v for k, v in sent.items() if v is not None})


def test_changing_a_role_keeps_before_after_and_why(client_of, nurse):
    assert change(client_of(Role.MANAGER), nurse, role="therapist").status_code == 302
    nurse.refresh_from_db()
    assert nurse.role == Role.THERAPIST
    event = Event.objects.get(tag=audit.Tag.USER_CHANGED)
    assert event.details == {
        "before": {"role": "nurse", "active": True},
        "after": {"role": "therapist", "active": True},
    }
    assert event.sentence.endswith("Reason: New contract.")


def test_a_change_needs_a_reason(client_of, nurse):
    assert change(client_of(Role.MANAGER), nurse, role="therapist", reason="").status_code == 200
    nurse.refresh_from_db()
    assert nurse.role == Role.NURSE


def test_a_manager_cannot_lock_themselves_out(client_of, manager):
    client = client_of(Role.MANAGER)
    answer = change(client, manager, is_active=None)
    assert "ask another manager" in answer.content.decode()
    assert change(client, manager, display_name="Mara Q.").status_code == 302
    manager.refresh_from_db()
    assert (manager.is_active, manager.display_name) == (True, "Mara Q.")


def test_a_new_password_ends_the_sessions(client_of, nurse):
    hers = client_of(Role.NURSE)
    assert hers.get("/account/").status_code == 200
    client_of(Role.MANAGER).post(f"/people/{nurse.pk}/password/", {"password": "another long one"})
    nurse.refresh_from_db()
    assert nurse.check_password("another long one")
    assert hers.get("/account/").status_code == 302


def test_somebody_who_is_not_there_is_not_found(client_of):
    address = "/people/00000000-0000-0000-0000-000000000000/"
    assert client_of(Role.MANAGER).get(address).status_code == 404


def test_an_action_that_fails_leaves_nothing_behind(manager):
    with pytest.raises(ValidationError):
        actions.create_user(
            by=manager, username="x", display_name="X", role=Role.NURSE, password="short"
        )
    with pytest.raises(InputError):
        actions.change_user(
            by=manager,
            user=manager,
            display_name="M",
            email="",
            role=Role.NURSE,
            is_active=True,
            reason="x",
        )
    assert not User.objects.filter(username="x").exists()
    assert verify().events == 0


def test_the_first_manager_is_added_from_the_command_line(db, monkeypatch, capsys):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    call_command("adduser", "mara", name="Mara Quinn", role="manager")
    assert capsys.readouterr().out == "Mara Quinn can sign in as mara.\n"
    assert User.objects.get().role == Role.MANAGER
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="at least 12"):
        call_command("adduser", "nils", name="Nils", role="nurse")
