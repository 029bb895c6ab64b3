"""The caseload is the same for the same seed, stands at every station, and was written by actions."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from ketacare.clinic.audit.models import Event
from ketacare.clinic.audit.verify import verify
from ketacare.clinic.demo import caseload, running
from ketacare.clinic.demo.cast import CAST, STATIONS
from ketacare.clinic.history import access as history
from ketacare.clinic.infusions.models import Phase, PumpEvent, Session, Step
from ketacare.clinic.patients.mapping import person_record
from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans import access as plans
from ketacare.clinic.plans.models import AdviceSnapshot
from ketacare.clinic.questionnaires import access as questionnaires
from ketacare.clinic.questionnaires.models import Response
from ketacare.clinic.therapy import access as therapy
from ketacare.clinic.vitals.models import Value

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)  # a Wednesday
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_same_seed_same_people():
    once, twice = (caseload.parts(today=MONDAY, past=3) for _ in range(2))

    assert [p.identity for p in once] == [p.identity for p in twice]
    assert [p.course for p in once] == [p.course for p in twice]


def test_another_seed_other_courses():
    once = caseload.parts(today=MONDAY, past=0)
    other = caseload.parts(today=MONDAY, past=0, seed=7)

    assert [p.course for p in once] != [p.course for p in other]


@pytest.mark.parametrize("days", range(7))
def test_every_story_finds_its_person_on_every_weekday(days):
    everybody = caseload.parts(today=MONDAY + timedelta(days=days))

    assert len(everybody) == len(CAST) + caseload.PAST
    assert {part.story.station for part in everybody} == set(STATIONS)


def test_names_are_varied():
    names = [
        f"{p.identity.given_name} {p.identity.family_name}" for p in caseload.parts(today=MONDAY)
    ]

    assert len(set(names)) == len(names)
    assert max(map(len, names)) > 60
    assert any(max(map(ord, name)) > 255 for name in names)  # beyond Latin-1


@pytest.fixture(scope="module")
def written(django_db_setup, django_db_blocker):
    """The cast and two past cases, written once for this module and taken back at its end."""
    from django.db import transaction

    from ketacare.clinic.accounts.models import User
    from ketacare.clinic.accounts.roles import Role

    with django_db_blocker.unblock(), transaction.atomic():
        staff = {
            role: User.objects.create(
                username=f"demo-{role.value}", display_name=str(role.label), role=role
            )
            for role in Role
        }
        caseload.generate(staff=staff, now=NOW, past=2)
        parts = caseload.parts(today=NOW.date(), past=2)
        yield {
            part.story.key: Patient.objects.get(
                given_name=part.identity.given_name, family_name=part.identity.family_name
            )
            for part in parts
        } | {"staff": staff}
        transaction.set_rollback(True)


@pytest.fixture
def people(written, django_db_blocker):
    with django_db_blocker.unblock():
        yield written


def test_everybody_is_marked_as_sample(people):
    assert Patient.objects.count() == len(CAST) + 2
    assert not Patient.objects.filter(is_sample=False).exists()


def test_the_log_holds_and_tells_of_everything(people):
    verdict = verify()

    assert verdict.holds, verdict.problems
    told = Counter(Event.objects.values_list("tag", flat=True))
    started = PumpEvent.objects.filter(kind=PumpEvent.Kind.START).count()
    assert (
        told["infusion:run:started"] == started == Session.objects.exclude(started_at=None).count()
    )
    assert told["patient:record:added"] == Patient.objects.count()
    assert told["plan:advice:computed"] == AdviceSnapshot.objects.count()
    answered = told["questionnaire:answer:given"] + told["questionnaire:answer:rated"]
    assert answered == Response.objects.count()
    assert told["infusion:session:booked"] == Step.objects.filter(act=Step.Act.SCHEDULE).count()


def test_nothing_lies_in_the_future(people):
    assert not Response.objects.filter(at__gt=NOW).exists()
    assert not Value.objects.filter(at__gt=NOW).exists()
    assert not Session.objects.filter(started_at__gt=NOW).exists()
    assert not AdviceSnapshot.objects.filter(computed_at__gt=NOW).exists()


def test_the_stations(people):
    def phases(key):
        return set(Session.objects.filter(patient=people[key]).values_list("phase", flat=True))

    # History: nobody can tell whether treatment was adequate.
    new = person_record(people["new"].pk, now=NOW)
    assert history.stage_of(new, now=NOW).resistant is None
    # Eligibility: side effects are no failed trials; a second signature is awaited.
    intolerant = person_record(people["intolerant"].pk, now=NOW)
    assert history.stage_of(intolerant, now=NOW).resistant is False
    assert people["maoi"].overrides.get(rule="maoi.taken").awaited == ("anaesthesia",)
    # Plan, infusion, recovery.
    assert plans.needs_decision(people["ready"].pk)
    assert Phase.SCHEDULED in phases("today")
    assert Phase.RUNNING in phases("running")
    assert Phase.RECOVERY in phases("recovery")
    # Integration is missing, a questionnaire is late, an answer about risk is open.
    assert any(i.standing != "done" for i in therapy.integrations_of(people["early"].pk, now=NOW))
    assert questionnaires.requests_due(now=NOW, patient_id=people["late"].pk).exists()
    assert questionnaires.open_risk_answers(people["risk"].pk).exists()
    assert questionnaires.open_risk_answers().count() == 1


def test_the_advice_differs_by_course(people):
    def asked(key):
        needed = plans.decision_needed(people[key].pk)
        return "" if needed is None else needed.sentence

    assert "(A5) proposes to stop the series" in asked("partial")
    assert "(A11)" in asked("relapse")
    assert "(A16)" in asked("pressure")
    assert not asked("early")  # decided already, with a reason


def test_forecasts_were_stored_before_the_scores_they_are_held_against(people):
    for key in ("partial", "relapse", "lasting"):
        patient = people[key]
        first = patient.advice_snapshots.order_by("computed_at").first()
        later = patient.responses.filter(instrument="gad7", at__gt=first.computed_at)
        assert first.data["forecasts"]
        assert later.count() >= 3


def test_infusions_are_given_on_working_days(people):
    before_today = Session.objects.filter(started_at__lt=NOW - timedelta(hours=12))

    assert before_today
    assert {s.started_at.weekday() for s in before_today} <= {0, 1, 2, 3, 4}


def test_a_fresh_infusion_takes_the_place_of_one_that_was_left(people):
    from django.db import transaction

    staff, later = people["staff"], NOW + timedelta(hours=26)
    with transaction.atomic():
        left = Session.objects.get(phase=Phase.RUNNING)

        assert running.in_progress(staff=staff, now=NOW, seed=1).session == left
        fresh = running.in_progress(staff=staff, now=later, seed=1)
        assert fresh.fresh
        assert fresh.session.phase == Phase.RUNNING
        assert fresh.session.patient_id != left.patient_id
        left.refresh_from_db()
        assert left.phase == Phase.RUNNING  # kept as it is
        assert left.steps.get(act=Step.Act.NOTE).text.startswith(
            "Sample clinic: the demo was stopped"
        )

        again = running.in_progress(staff=staff, now=later + timedelta(hours=30), seed=1)
        left.refresh_from_db()
        assert left.phase == Phase.DISCHARGED  # written down late, with the reason
        assert again is not None
        assert again.fresh
        assert verify().holds
        transaction.set_rollback(True)
