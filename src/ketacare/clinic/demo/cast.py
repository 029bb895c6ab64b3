"""The people of the caseload: what each story is about, and what is special in its telling.

Together they stand at all eight stations of the loop, and differ in what changes the advice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from ketacare.clinic.demo import histories
from ketacare.clinic.demo.chart import Order
from ketacare.clinic.demo.histories import Kind
from ketacare.clinic.demo.story import RED_PRESSURE, Story, Telling
from ketacare.clinic.demo.virtual import Course
from ketacare.clinic.demo.workdays import workday_from
from ketacare.clinic.eligibility.models import Review
from ketacare.clinic.plans.models import Decision
from ketacare.core.pharmacology import Baseline

Tell = Callable[[Telling], None]
DONE = timedelta(minutes=5)

# What is ordered: therapy after each infusion, or once the course has worked.
WITHOUT_THERAPY = Order(therapy=False)
WEEKLY = Order(therapy=False, days_between=7.0)
FAR_AWAY = "Lives two hours away and can come once a week."
THERAPY_LATER = (
    "Wants to see first whether the infusions help; therapy is offered again once they do."
)

_SOME = 0.20  # of the GAD-7, the limit of the guideline after infusion 4
_PARTIAL = 0.25
_RESPONSE = 0.50
_REMITTED = 4  # GAD-7 points


def taking(
    name: str, mg_per_day: float, *, years: float = 2.0
) -> Callable[[date], tuple[histories.Row, ...]]:
    """Return a medicine that has been taken since ``years`` before the referral."""

    def rows(referred: date) -> tuple[histories.Row, ...]:
        since = referred - timedelta(days=int(years * 365))
        return ({"medicine": name, "mg_per_day": mg_per_day, "since": since},)

    return rows


# Which courses the stories are about. ------------------------------------------------------------


def _hardly_better_after_four(course: Course) -> bool:
    return 0.0 <= course.gain(4) < _SOME - 0.03 and all(course.gain(n) > -0.1 for n in (1, 2, 3))


def _early_response(course: Course) -> bool:
    return course.gain(2) >= _RESPONSE and course.gain(1) >= _PARTIAL


def _some_response(course: Course) -> bool:
    return all(course.gain(n) >= _SOME for n in range(1, len(course.after) + 1))


def _remission_being_lost(course: Course) -> bool:
    best = min(visit.total("gad7") for visit in course.after)
    last = course.later[-1].total("gad7")
    start = course.baseline.total("gad7")
    kept = course.later[0].total("gad7") <= _REMITTED + 1
    lost = start - last <= 0.45 * (start - best)
    return start >= 14 and best <= _REMITTED and kept and lost and last < start


def _lasting_response(course: Course) -> bool:
    return course.gain(6) >= _RESPONSE and all(
        course.later_gain(i) >= _RESPONSE - 0.1 for i in range(len(course.later))
    )


def _thoughts_of_death(course: Course) -> bool:
    answers = [visit.items["phq9"][8] for visit in (course.baseline, *course.after)]
    now = course.after[-1].total("gad7")
    return answers[-1] >= 1 and max(answers[:-1]) == 0 and now > _REMITTED and course.gain(3) > 0


# How the special ones are told. ------------------------------------------------------------------


def _newly_referred(telling: Telling) -> None:
    scene, chart = telling.scene, telling.chart
    came = scene.open(2, 11, 20)
    told = histories.history(
        telling.story.history, referred=came.date(), rng=telling.rng, second_diagnosis=False
    )
    chart.refer(came, "Anxious for years, several tablets and some therapy; no records were sent.")
    chart.tell(scene.open(1, 14), told, complete=False)
    chart.ask(scene.open(1, 15), due_at=scene.now + timedelta(days=1))


def _work_up_open(telling: Telling) -> None:
    telling.refer(before=5)
    scene, chart = telling.scene, telling.chart
    telling.score(telling.course.baseline, scene.open(2, 9, 40))
    chart.rate(scene.open(2, 11), telling.course.baseline.items["hama"])
    chart.work_up(
        scene.open(1, 10, 15),
        changed=telling.story.changed,
        left_out=("alt_x_uln", "urine_drug_screen") if telling.story.hypertensive else (),
    )


def _waits_for_the_second_signature(telling: Telling) -> None:
    _work_up_open(telling)
    telling.chart.override_held(
        telling.scene.open(1, 16, 20),
        "Well on it for four years after everything else failed; pressure every 5 minutes.",
        cosign=False,
    )


def _not_now(telling: Telling) -> None:
    _work_up_open(telling)
    telling.chart.review(
        telling.scene.open(1, 15, 30),
        Review.Decision.NOT_NOW,
        "The medicines were ended for side effects, not for lack of effect. One more adequate "
        "trial first; then look again.",
    )


def _ready_for_a_plan(telling: Telling) -> None:
    _work_up_open(telling)
    telling.chart.override_held(telling.scene.open(1, 16), "Weighed up with the patient.")
    telling.chart.review(telling.scene.open(1, 16, 30))
    telling.chart.advise(telling.scene.open(1, 16, 40))


def _booked_today(telling: Telling) -> None:
    telling.refer()
    telling.assess()
    telling.decide(advised=True)
    scene = telling.scene
    at = scene.now + timedelta(hours=2)
    if at.astimezone(scene.zone).date() != scene.today:
        at = scene.now + timedelta(minutes=20)
    telling.chart.book(at, now=scene.ago(days=1), chair=scene.chairs[1])


def _running_now(telling: Telling) -> None:
    telling.series()
    _go_on(telling, telling.scene.ago(minutes=125))
    start_running(telling, minutes_ago=15.0)


def start_running(telling: Telling, *, minutes_ago: float) -> None:
    """Start an infusion on the first chair so that it has been running for ``minutes_ago``."""
    session = telling.chart.start(
        telling.scene.ago(minutes=minutes_ago), telling.chair, notice_days=3.0
    )
    telling.chart.watch(session, (10.0,) if minutes_ago > 12 else ())
    telling.sessions.append(session)


def _go_on(telling: Telling, at: datetime, reason: str = "") -> None:
    """Compute options and leave the plan as it is, on the record, if they ask for a decision."""
    telling.chart.advise(at)
    telling.chart.stay(
        at + timedelta(minutes=3),
        reason or "Going well; the course goes on as agreed until the fourth infusion.",
    )


def _book_next(telling: Telling) -> None:
    """Book the next infusion, on the next working day but one."""
    scene = telling.scene
    day = workday_from(workday_from(scene.today + timedelta(days=1)) + timedelta(days=1))
    at = scene.at(day, telling.hour, telling.minute)
    telling.chart.book(at, now=scene.now - DONE, chair=telling.chair)


def _recovering(telling: Telling) -> None:
    telling.series()
    _go_on(telling, telling.scene.ago(minutes=150))
    chart, scene = telling.chart, telling.scene
    session = chart.start(scene.ago(minutes=68), telling.chair, notice_days=3.0)
    readings = chart.watch(session, (10.0, 20.0, 30.0))
    session = chart.finish(session, readings)
    chart.recover(session, readings, (55.0,))
    telling.sessions.append(session)


def _series(telling: Telling) -> None:
    telling.series()
    telling.follow()
    telling.chart.advise(telling.scene.now - DONE)


def _without_integration(telling: Telling) -> None:
    telling.series()
    _go_on(
        telling,
        telling.scene.now - DONE,
        "Half better after two; wants to finish the course as agreed before anything is spaced.",
    )
    _book_next(telling)
    telling.chart.chase(telling.scene.now - DONE)


def _questionnaire_late(telling: Telling) -> None:
    telling.series()
    sent = telling.moment(telling.dose_days[-1] + 1)
    telling.chart.ask(sent, due_at=sent + timedelta(hours=24), expires_at=sent + timedelta(days=7))
    _go_on(
        telling,
        telling.scene.now - DONE,
        "The answers after the last infusion are awaited first; the nurse is asking for them.",
    )
    _book_next(telling)


def _link_open(telling: Telling) -> None:
    telling.series()
    sent = telling.scene.at(telling.day(telling.dose_days[-1]), 17, 30)
    tomorrow = telling.scene.now + timedelta(days=1)
    telling.chart.ask(
        sent, due_at=tomorrow, expires_at=max(sent, telling.scene.now) + timedelta(days=7)
    )
    telling.chart.advise(telling.scene.now - DONE)
    _book_next(telling)


def _red_pressure(telling: Telling) -> None:
    telling.chart.spikes = {2: RED_PRESSURE}
    telling.series()
    telling.chart.advise(telling.scene.now - DONE)


def _course_over(telling: Telling) -> None:
    telling.series()
    chart, last = telling.chart, telling.dose_days[-1]
    chart.end_plan(
        telling.open_moment(last + 1, minutes=90),
        "Response at the end of the course: stop the series, therapy goes on.",
        Decision.Grounds.GUIDELINE,
    )
    ends = telling.scene.today
    for number in range(8):
        day = last + 8 + 7 * number
        if telling.day(day) < ends - timedelta(days=3):
            telling.therapy_due.append((telling.open_moment(day, minutes=20), "cbt"))
    telling.follow()
    chart.advise(telling.scene.now - DONE)


# The caseload. -----------------------------------------------------------------------------------

CAST: tuple[tuple[Story, Tell], ...] = (
    (
        Story(
            key="partial",
            station="adaptation",
            sentence="Four infusions, less than 20 % better: the guideline says stop.",
            given=4,
            last_dose=2,
            fits=_hardly_better_after_four,
            medicines=taking("lorazepam", 2.0),
            diazepam_mg_per_day=20.0,
            advised_after=frozenset({2, 4}),
        ),
        _series,
    ),
    (
        Story(
            key="running",
            station="infusion",
            sentence="The third infusion is running now.",
            given=2,
            last_dose=7,
            order=WEEKLY,
            why=FAR_AWAY,
            fits=_some_response,
        ),
        _running_now,
    ),
    (
        Story(
            key="link",
            station="measurement",
            sentence="One infusion so far; the link to the questionnaire is open.",
            given=1,
            last_dose=1,
            unscored=1,
        ),
        _link_open,
    ),
    (
        Story(
            key="risk",
            station="measurement",
            sentence="Item 9 of the PHQ-9 was answered with more than never.",
            given=3,
            last_dose=2,
            fits=_thoughts_of_death,
            risk_open=True,
        ),
        _series,
    ),
    (
        Story(
            key="relapse",
            station="adaptation",
            sentence="In remission for weeks after six infusions; now half of the gain is lost.",
            given=6,
            last_dose=45,
            later=(8, 15, 22, 29, 36, 43),
            fits=_remission_being_lost,
            advised_after=frozenset({3}),
            advised_later=frozenset({2, 6}),
        ),
        _course_over,
    ),
    (
        Story(
            key="early",
            station="integration",
            sentence="Half better after two infusions; integration has not taken place.",
            given=2,
            last_dose=3,
            fits=_early_response,
            integrates=False,
        ),
        _without_integration,
    ),
    (
        Story(
            key="pressure",
            station="adaptation",
            order=WITHOUT_THERAPY,
            why=THERAPY_LATER,
            sentence="Treated hypertension, blood pressure red in the last infusion.",
            given=2,
            last_dose=2,
            fits=_some_response,
            advised_after=frozenset({2}),
            hypertensive=True,
            medicines=taking("lisinopril", 20.0, years=5.0),
        ),
        _red_pressure,
    ),
    (
        Story(
            key="late",
            forecast=True,
            station="measurement",
            order=WITHOUT_THERAPY,
            why=THERAPY_LATER,
            sentence="Five infusions; the last questionnaire is overdue.",
            given=5,
            last_dose=4,
            unscored=1,
            fits=_some_response,
            advised_after=frozenset({2}),
        ),
        _questionnaire_late,
    ),
    (
        Story(
            key="recovery",
            station="infusion",
            sentence="The fourth infusion has ended; the person is still here.",
            given=3,
            last_dose=7,
            order=WEEKLY,
            why=FAR_AWAY,
            fits=_some_response,
        ),
        _recovering,
    ),
    (
        Story(
            key="today",
            forecast=True,
            station="infusion",
            order=WITHOUT_THERAPY,
            why=THERAPY_LATER,
            sentence="The first infusion is booked for today.",
        ),
        _booked_today,
    ),
    (
        Story(
            key="ready",
            station="plan",
            sentence="Eligible since the last working day; no plan and no consent yet.",
            history=Kind.RESISTANT,
        ),
        _ready_for_a_plan,
    ),
    (
        Story(
            key="benzodiazepine",
            station="eligibility",
            sentence="Clonazepam at twice the limit, high blood pressure, results outstanding.",
            history=Kind.NO_THERAPY,
            medicines=taking("clonazepam", 2.5, years=6.0),
            hypertensive=True,
            rest=Baseline(systolic=166.0, diastolic=97.0, heart_rate=84.0),
        ),
        _work_up_open,
    ),
    (
        Story(
            key="maoi",
            station="eligibility",
            sentence="Takes tranylcypromine: the second signature is awaited.",
            medicines=taking("tranylcypromine", 30.0, years=4.0),
        ),
        _waits_for_the_second_signature,
    ),
    (
        Story(
            key="intolerant",
            station="eligibility",
            sentence="Trials ended for side effects, not for lack of effect: not now.",
            history=Kind.INTOLERANT,
        ),
        _not_now,
    ),
    (
        Story(
            key="lasting",
            station="learning",
            sentence="Response after six infusions, kept for two months with CBT.",
            given=6,
            last_dose=58,
            later=(14, 28, 42, 56),
            fits=_lasting_response,
            advised_after=frozenset({2}),
            advised_later=frozenset({1}),
        ),
        _course_over,
    ),
    (
        Story(
            key="new",
            station="history",
            sentence="Referred two days ago; doses and durations were never written down.",
            history=Kind.UNTOLD,
        ),
        _newly_referred,
    ),
)
SITTING = ("recovery", "running")  # in a chair right now
STATIONS: Mapping[str, str] = {
    "history": "history",
    "eligibility": "eligibility",
    "plan": "plan",
    "infusion": "infusion",
    "integration": "integration",
    "measurement": "measurement",
    "adaptation": "adaptation",
    "learning": "what the clinic learns",
}
