"""What the policy says about a problem: asked first, shown with its source, never before the answer."""

from django.urls import reverse
from tests.clinic.infusions.conftest import NOW, minutes, observe

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions import actions
from ketacare.clinic.infusions.alarming import alarms_of
from ketacare.clinic.infusions.rescuing import prompts_of
from ketacare.clinic.infusions.watching import read
from ketacare.clinic.vitals.models import DeviceEvent, Message


def prompts(session, now):
    return {
        each.core.problem.id: each for each in prompts_of(session, read(session, now=now), now=now)
    }


def shown(prompt):
    return [agent.agent.name for agent in prompt.core.agents if agent.shown]


def test_a_red_pressure_asks_then_confirms_before_a_drug_is_shown(running, nurse):
    observe(running, nurse, minutes(10), systolic=186, diastolic=104, heart_rate=80)
    first = prompts(running, minutes(10))["high_pressure"]
    assert [question.code for question in first.asks] == ["target_organ_symptoms"]
    assert shown(first) == []
    actions.answer(
        session=running, answers={"target_organ_symptoms": False}, by=nurse, now=minutes(11)
    )
    # Seen once: repeated after 3 to 5 minutes before any drug.
    once = prompts(running, minutes(11))["high_pressure"]
    assert (once.asks, shown(once)) == ((), [])
    assert once.answered[-1].by == nurse.display_name
    observe(running, nurse, minutes(14), systolic=188, diastolic=104, heart_rate=80)
    assert "Labetalol" in shown(prompts(running, minutes(14))["high_pressure"])


def test_nothing_is_prompted_while_all_is_well_or_before_the_start(ready, running, nurse):
    observe(running, nurse, minutes(10), systolic=130, diastolic=80)
    assert prompts(running, minutes(10)) == {}


def test_a_problem_called_by_name_has_a_page(running, client_of):
    client = client_of(Role.NURSE)
    page = client.get(reverse("infusions:problem", args=[running.pk, "anaphylaxis"]))
    assert "says to consider" in page.content.decode()
    assert client.get(reverse("infusions:problem", args=[running.pk, "nothing"])).status_code == 404


def alarm(session, at, phase, **more):
    message = Message.objects.create(
        digest=f"{at:%H%M%S}{phase}",
        control_id=phase,
        raw=b"",
        received_at=at,
        device_id="M1",
        status="committed",
    )
    return DeviceEvent.objects.create(
        session=session, message=message, kind=DeviceEvent.Kind.ALARM, at=at, received_at=at,
        device_id="M1", code="196648", name="High limit", phase=phase, priority="PH", **more,
    )  # fmt: skip


def test_the_monitors_own_alarm_stands_until_the_monitor_ends_it(running):
    alarm(running, NOW, "start", text="HR > 120")
    [going] = alarms_of(running.pk)
    assert (going.name, going.detail, going.device) == ("High limit", "HR > 120", "M1")
    alarm(running, minutes(1), "end")
    assert alarms_of(running.pk) == ()
