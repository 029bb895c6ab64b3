"""Counts, intervals and coverage, against arithmetic and published values."""

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.clinic.outcomes.counting import (
    Held,
    Reading,
    Share,
    TreatedCourse,
    clustered,
    coverage,
    infusions_used,
    respond,
    time_to_response,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEEKS4 = timedelta(days=28)


def person(*, baseline=16, after=(), infusions=1):
    """``after`` are (day, total) counted from the first infusion."""
    readings = [] if baseline is None else [Reading(at=START - timedelta(days=1), total=baseline)]
    readings += [Reading(at=START + timedelta(days=d), total=t) for d, t in after]
    given = tuple(START + timedelta(days=3 * i) for i in range(infusions))
    return TreatedCourse(infusions=given, readings=tuple(readings))


def judged(*people, days=60):
    return respond(
        people, now=START + timedelta(days=days), judged=WEEKS4, response=0.5, remission=4
    )


def test_an_exact_interval_is_clopper_and_pearsons():
    # No event in 10: upper limit 1 - 0.025^(1/10) = 0.3085 (Clopper and Pearson 1934).
    assert Share(n=0, of=10).interval == (0.0, pytest.approx(1 - 0.025**0.1))
    # All of 10: lower limit 0.025^(1/10).
    assert Share(n=10, of=10).interval == (pytest.approx(0.025**0.1), 1.0)
    # 5 of 10: 0.187 to 0.813, as printed in tables of exact limits.
    assert Share(n=5, of=10).interval == (
        pytest.approx(0.187, abs=5e-4),
        pytest.approx(0.813, abs=5e-4),
    )
    assert Share(n=0, of=0).interval is None
    assert Share(n=0, of=0).share is None


def test_every_treated_person_is_in_exactly_one_place():
    found = judged(
        person(after=[(27, 8)]),  # exactly half of 16: a response
        person(after=[(27, 9)]),  # 44 % better: none
        person(after=[(29, 4)]),  # a response and a remission
        person(after=[(5, 3)]),  # better early, not measured at four weeks
        person(baseline=None, after=[(28, 3)]),
        days=60,
    )
    assert (found.treated, found.measured, found.not_measured, found.no_baseline, found.not_due) == (
        5, 3, 1, 1, 0,
    )  # fmt: skip
    assert (found.response, found.remission) == (Share(n=2, of=3), Share(n=1, of=3))
    # Of the 4 whose time has come: 2 if the unmeasured one did not respond, 3 if he did.
    assert found.bounds == (0.5, 0.75)


def test_nobody_is_called_unmeasured_before_the_time_is_over():
    # Day 28 plus the two weeks of grace is day 42.
    assert judged(person(), days=41).not_due == 1
    assert judged(person(), days=42).not_measured == 1


def test_scores_of_the_first_hours_do_not_count():
    early = Reading(at=START + timedelta(days=28), total=2, usable=False)
    base = Reading(at=START - timedelta(days=1), total=16)
    found = judged(TreatedCourse(infusions=(START,), readings=(base, early)))
    assert found.measured == 0


def test_the_time_to_response_is_kaplan_and_meiers():
    people = (
        person(after=[(2, 12), (6, 8)]),  # responds on day 6
        person(after=[(10, 12)]),  # followed until day 10, no response
        person(after=[(14, 7)]),  # responds on day 14
        person(after=[(20, 15)]),  # followed until day 20
    )
    found = time_to_response(people, response=0.5, days=(7, 14))
    # Day 6: 4 at risk, S = 3/4. Day 14: 2 at risk (10 is gone), S = 3/4 * 1/2 = 3/8.
    assert [day.share for day in found.by_day] == pytest.approx([0.25, 0.625])
    assert found.median_days == 14
    assert (found.people, found.responded) == (4, 2)
    assert [day.followed for day in found.by_day] == [3, 2]
    assert all(day.low <= day.share <= day.high for day in found.by_day)


def test_no_median_while_fewer_than_half_have_responded():
    people = (person(after=[(6, 8)]), person(after=[(20, 15)]), person(after=[(20, 15)]))
    assert time_to_response(people, response=0.5, days=(7,)).median_days is None


def test_infusions_used():
    used = infusions_used([person(infusions=n) for n in (6, 2, 6, 4)])
    assert (used.people, used.total, used.median, used.least, used.most) == (4, 18, 5.0, 2, 6)
    assert infusions_used([]).median is None


def fan(total):
    return Held(total=total, p5=2, p10=4, p25=6, p75=10, p90=12, p95=14)


def test_coverage_counts_the_ends_of_a_band():
    # 6 and 10 are the ends of the 50 % band, 12 of the 80 %, 14 of the 90 %, 15 is outside.
    found = coverage([fan(6), fan(10), fan(12), fan(14), fan(15)])
    assert [(c.promised, c.inside.n, c.inside.of) for c in found] == [
        (0.5, 2, 5), (0.8, 3, 5), (0.9, 4, 5),
    ]  # fmt: skip


def test_a_band_is_called_too_narrow_only_when_the_interval_says_so():
    # 3 of 5 in the 80 % band: 0.147 to 0.947, which holds 0.8 and nearly everything else.
    few = coverage([fan(8)] * 3 + [fan(20)] * 2)[1]
    assert few.verdict == "cannot say"
    # 82 of 100: 0.731 to 0.890 (Clopper-Pearson).
    assert coverage([fan(8)] * 82 + [fan(20)] * 18)[1].verdict == "holds"
    # 60 of 100: 0.497 to 0.697, which does not.
    many = coverage([fan(8)] * 60 + [fan(20)] * 40)[1]
    assert many.verdict == "too narrow"
    assert coverage([])[1].verdict == "cannot say"
    # All of 100 in the 50 % band.
    assert coverage([fan(8)] * 100)[0].verdict == "too wide"


def test_one_score_each_is_counted_as_clopper_and_pearson_do():
    inside = [True] * 8 + [False] * 2
    assert clustered(inside, range(10)).interval == Share(n=8, of=10).interval


def test_people_who_are_all_in_or_all_out_count_once():
    """10 people of 5 scores each, all alike within a person: worth 10 scores, not 50.

    p = 0.8; between = 10/9 * (8 * (5 - 4)^2 + 2 * (0 - 4)^2) / 50^2 = 10/9 * 40 / 2500; one score
    each would have 0.16 / 49. 50 * (0.16 / 49) / (40 / 2250) = 9.18, times
    (t(0.975, 49) / t(0.975, 9))^2 = (2.0096 / 2.2622)^2 = 0.789: 7.25.
    """
    inside = [True] * 40 + [False] * 10
    share = clustered(inside, [i // 5 for i in range(50)])
    assert share.worth == pytest.approx(7.25, abs=0.01)
    low, high = share.interval
    assert low < Share(n=40, of=50).interval[0]
    assert high > Share(n=40, of=50).interval[1]


def test_all_inside_counts_each_person_once():
    share = clustered([True] * 12, [0] * 6 + [1] * 6)
    assert share.interval == Share(n=2, of=2).interval
