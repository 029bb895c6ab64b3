"""Advice: what may be ranked, in which order, and when there is none.

Numbers of the response model are not pinned here: what is tested is the arithmetic on them, the
limits, and the promises (repeatable, nothing from the future, nothing from stale scores).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ketacare.core.errors import InputError
from ketacare.core.planning import Action, Kind
from ketacare.core.record import Fact, Infusion, Score
from ketacare.knowledge.loading.protocols import load_protocol

pytestmark = pytest.mark.slow  # each simulates dozens of futures


def gives(advice):
    return [o.candidate for o in advice.options if o.candidate.kind is Kind.GIVE]


def reasons(advice, pick):
    return {e.reason for e in advice.excluded if pick(e.candidate)}


# --- the ranking -------------------------------------------------------------------------------


def test_options_are_in_order_of_score(make, ask):
    scores = [o.score for o in ask(make(12, 11, 10)).options]
    assert len(scores) > 5
    assert scores == sorted(scores, reverse=True)


def test_score_is_relief_minus_burden_minus_risk(make, ask):
    # 0.005 per infusion, 0.001 per therapy session, 0.02 per departure from the guideline, 0.003
    # per standard infusion of risk: the weights file.
    advice = ask(make(12, 11, 10))
    for option in advice.options:
        departures = len(set(option.candidate.actions) - set(advice.guideline.actions))
        burden = 0.005 * option.infusions + 0.001 * option.therapy_sessions + 0.02 * departures
        assert option.burden == pytest.approx(burden)
        expected = option.expected_relief - burden - 0.003 * option.risk
        assert option.score == pytest.approx(expected)


@pytest.mark.parametrize("scores", [(), (12,), (12, 11, 10), (16, 15, 16), (9, 8, 7, 6, 6, 6)])
def test_an_option_worse_in_all_three_is_never_above(make, ask, scores):
    options = ask(make(*scores)).options
    for place, above in enumerate(options):
        for below in options[place + 1 :]:
            assert not (
                above.expected_relief < below.expected_relief
                and above.burden > below.burden
                and above.risk > below.risk
            )


def test_shares_of_being_best_sum_to_one(make, ask):
    advice = ask(make(12, 11, 10))
    assert sum(o.sureness.best for o in advice.options) == pytest.approx(1.0)
    by_action = {o.candidate.headline: o.sureness.action_best for o in advice.options}
    assert sum(by_action.values()) == pytest.approx(1.0)


def test_every_option_says_what_it_brings_and_how_sure_that_is(make, ask):
    for option in ask(make(12, 11, 10)).options:
        assert option.relief_low <= option.expected_relief <= option.relief_high
        assert 0 <= option.p_remission <= option.p_response + 1e-9 <= 1 + 1e-9
        assert len(option.reasons) == 4
        assert "simulated people like this one" in option.sureness.sentence


def test_first_option_says_what_would_change_it(make, ask):
    first = ask(make(12, 11, 10)).options[0]
    assert any("next GAD-7" in sentence for sentence in first.what_would_change)


def test_nothing_on_an_option_commands(make, ask):
    advice = ask(make(12, 11, 10))
    text = " ".join([advice.sentence, advice.comparison, *advice.options[0].reasons])
    assert "A clinician decides." in text
    assert "must" not in text
    assert "recommend" not in text


# --- beside the guideline ---------------------------------------------------------------------


@pytest.mark.parametrize("scores", [(12,), (16, 15, 16), (15, 16, 15, 16), (9, 8, 7, 6, 6, 6)])
def test_comparison_says_whether_first_option_and_guideline_agree(make, ask, scores):
    advice = ask(make(*scores))
    apart = set(advice.options[0].candidate.actions) - set(advice.guideline.actions)
    assert advice.guideline.leading.id in advice.comparison
    assert advice.comparison.startswith("They differ" if apart else "The first option and")


def test_a_difference_is_explained_with_numbers(make, ask):
    # Without the cost of departing, the simulation may say anything: it then has to explain itself.
    protocol = load_protocol()
    free = replace(protocol.weights, departure_cost=_zero(protocol.weights.departure_cost))
    advice = ask(make(9, 8, 7, 6, 6, 6), protocol=replace(protocol, weights=free))
    assert advice.comparison.startswith("They differ: the guideline (A7) proposes to stop")
    assert "relief against" in advice.comparison


def _zero(number):
    return replace(number, quantity=replace(number.quantity, value=0.0))


def test_four_infusions_without_improvement_put_stopping_first(make, ask):
    advice = ask(make(15, 16, 15, 16))
    assert advice.guideline.leading.id == "A5"
    assert advice.options[0].candidate.kind is Kind.STOP


# --- hard limits ------------------------------------------------------------------------------


def test_stopping_is_not_ranked_before_infusion_three(make, ask):
    two, three = ask(make(15, 15)), ask(make(15, 15, 15))
    assert not any(o.candidate.kind is Kind.STOP for o in two.options)
    assert any("can stop at any time" in r for r in reasons(two, lambda c: c.kind is Kind.STOP))
    assert any(o.candidate.kind is Kind.STOP for o in three.options)


def test_no_dose_rises_before_one_was_tolerated(make, ask):
    start = ask(make())
    assert {c.dose_mg_per_kg for c in gives(start)} == {0.5}
    assert reasons(start, lambda c: c.dose_mg_per_kg == 0.75) >= {
        "No dose has been tolerated yet: start at the start dose."
    }


def test_a_dose_rises_by_one_step_after_a_tolerated_one(make, ask):
    assert {c.dose_mg_per_kg for c in gives(ask(make(12)))} == {0.5, 0.75}


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ({"distress": 8, "tolerated": None}, "Dissociation was distressing"),
        ({"systolic": (185, 185), "tolerated": None}, "Blood pressure was red"),
        ({"distress": None, "tolerated": None}, "needs a recorded tolerance"),
        ({"tolerated": False}, "needs a recorded tolerance"),
    ],
)
def test_no_dose_rises_after_a_session_that_was_not_tolerated(make, ask, session, words):
    good, bad = ask(make(12)), ask(make(12, **session))
    assert 0.75 in {c.dose_mg_per_kg for c in gives(good)}
    assert 0.75 not in {c.dose_mg_per_kg for c in gives(bad)}
    assert any(words in r for r in reasons(bad, lambda c: c.dose_mg_per_kg == 0.75))


def test_after_distress_only_slower_or_lower_is_offered(make, ask):
    offered = gives(ask(make(12, distress=9, tolerated=None)))
    assert {(c.dose_mg_per_kg, c.minutes) for c in offered} == {
        (0.25, 40.0),
        (0.25, 60.0),
        (0.5, 60.0),
    }


def test_a_dose_that_works_is_not_raised(make, ask):
    some, response = ask(make(12)), ask(make(8))  # 25 % and 50 % of 16
    assert 0.75 in {c.dose_mg_per_kg for c in gives(some)}
    assert 0.75 not in {c.dose_mg_per_kg for c in gives(response)}


def test_spacing_beyond_a_week_waits_for_a_response(make, ask):
    assert max(c.interval_days for c in gives(ask(make(12)))) == 7
    assert max(c.interval_days for c in gives(ask(make(8)))) == 28


def test_three_a_week_is_not_offered(make, ask):
    advice = ask(make(12))
    assert min(c.interval_days for c in gives(advice)) == 3.5
    assert any("2 infusions a week" in r for r in reasons(advice, lambda c: c.interval_days == 2.5))


def test_a_seventh_infusion_within_three_weeks_is_not_offered(make, ask):
    # Six infusions 3 days apart span 15 days: a seventh 3.5 days on falls on day 18.5, within the
    # 21 days of the first; 7 days on it is day 22.
    six = ask(make(12, 12, 12, 12, 12, 12, gap=3.0))
    assert not any(c.interval_days == 3.5 for c in gives(six))
    assert any(c.interval_days == 7 for c in gives(six))


def test_spacing_is_counted_from_the_last_infusion(make, ask):
    first = next(c for c in gives(ask(make(12, days_ago=1.5))) if c.interval_days == 3.5)
    assert first.days_until_next == pytest.approx(2.0)  # 3.5 − 1.5
    late = next(c for c in gives(ask(make(12, days_ago=6))) if c.interval_days == 3.5)
    assert late.days_until_next == 0


def test_a_hard_stop_of_the_person_excludes_every_infusion(make, ask, now):
    aneurysm = Fact(code="aneurysm_or_avm", value=True, at=now - timedelta(days=3))
    advice = ask(make(12, facts=(aneurysm,)))
    assert gives(ask(make(12)))
    assert not gives(advice)
    assert {e.rule for e in advice.excluded if e.candidate.kind is Kind.GIVE} == {
        "aneurysm.history"
    }
    assert [o.candidate.kind for o in advice.options[:1]] == [Kind.STOP]


def test_what_the_safety_rules_still_need_is_listed(make, ask):
    advice = ask(make(12, tolerated=None))  # measured, but nobody answered the question
    raised = next(o for o in advice.options if Action.RAISE in o.candidate.actions)
    kept = next(o for o in advice.options if o.candidate.actions == (Action.CONTINUE,))
    assert any("tolerance of the last infusion" in c for c in raised.conditions)
    assert kept.conditions == ()
    assert advice.conditions  # eligibility questions nobody answered for this person


def test_a_dose_that_is_not_round_by_weight_is_no_rise(make, ask):
    # 34.8 mg for 70 kg is 0.497 mg/kg: 0.5 again is not a higher dose, 0.75 one step up.
    offered = ask(make(12, dose=34.8 / 70))
    assert {c.dose_mg_per_kg for c in gives(offered)} == {0.5, 0.75}
    kept = next(o for o in offered.options if o.candidate.dose_mg_per_kg == 0.5)
    assert kept.conditions == ()


# --- no advice from stale or missing scores -----------------------------------------------------


def test_scores_older_than_two_weeks_give_no_options(make, ask):
    fresh, stale = ask(make(12, 8, days_ago=15)), ask(make(12, 8, days_ago=15.1))
    assert fresh.options  # scored one day after an infusion 15 days ago: exactly 14 days old
    assert stale.options == ()
    assert "14.1 days old, more than 14" in stale.sentence
    assert "do not adapt the dose from stale data" in stale.sentence
    assert stale.guideline.leading.id == "A22"
    assert any("GAD-7" in text for text in stale.missing)


def test_without_any_score_there_are_no_options(make, ask):
    advice = ask(make(None, baseline=None))
    assert advice.options == ()
    assert advice.excluded == ()
    assert "no usable GAD-7" in advice.sentence


def test_before_the_score_after_the_first_infusion_there_are_no_options(make, ask):
    advice = ask(make(None))
    assert advice.options == ()
    assert "nothing has been scored since infusion 1" in advice.sentence
    assert ask(make(12)).options


def test_somebody_clearly_worse_gets_no_ranking(make, ask):
    # Reliable change of the GAD-7 is 6 points: 12 → 18 holds, 12 → 17 does not.
    worse = ask(make(18, baseline=12))
    assert worse.options == ()
    assert worse.guideline.leading.id == "A13"
    assert "see the person today" in worse.sentence
    assert ask(make(17, baseline=12)).options


def test_high_suicide_risk_gets_no_ranking(make, ask, now):
    risk = Fact(code="cssrs_since_last", value="high", at=now - timedelta(hours=2))
    low = replace(risk, value="low")
    assert ask(make(12, facts=(risk,))).options == ()
    assert ask(make(12, facts=(low,))).options


def test_two_infusions_without_scores_give_no_options(make, ask):
    advice = ask(make(12, None, None))
    assert advice.options == ()
    assert advice.guideline.leading.id == "A22"
    assert ask(make(12, None, 11)).options


def test_an_infusion_without_weight_gives_no_options(make, ask):
    somebody = make(12)
    weightless = replace(
        somebody, infusions=tuple(replace(i, weight_kg=None) for i in somebody.infusions)
    )
    assert ask(somebody).options
    advice = ask(weightless)
    assert advice.options == ()
    assert "no weight recorded" in advice.sentence


# --- before the first infusion ------------------------------------------------------------------


def test_before_the_first_infusion_the_population_speaks(make, ask):
    advice = ask(make(baseline=None))
    assert advice.sentence.startswith("Expected of anyone at the start")
    assert Action.START in advice.options[0].candidate.actions
    assert any("as the baseline" in text for text in advice.missing)
    assert not any("as the baseline" in text for text in ask(make()).missing)


def test_start_options_stay_at_the_start_dose(make, ask):
    first = ask(make()).options[0].candidate
    assert (first.dose_mg_per_kg, first.minutes, first.interval_days) == (0.5, 40, 3.5)
    assert len(first.dose_days) == 6


# --- repeatable, and blind to the future --------------------------------------------------------


def test_same_inputs_and_seed_give_the_same_advice(make, ask):
    somebody = make(12, 11, 10)
    one = ask(somebody, seed=11)
    again = ask(somebody, seed=int(one.seed), fresh=True)
    assert [(o.candidate, o.score, o.sureness) for o in one.options] == [
        (o.candidate, o.score, o.sureness) for o in again.options
    ]


def test_another_seed_moves_scores_by_no_more_than_its_error(make, ask):
    # 400 particles: the standard error of mean relief is about 0.25/sqrt(400) = 0.0125; four of them.
    one = {o.candidate: o.expected_relief for o in ask(make(12, 11, 10), seed=1).options}
    two = {o.candidate: o.expected_relief for o in ask(make(12, 11, 10), seed=2).options}
    assert max(abs(one[c] - two[c]) for c in one) < 0.05


def test_what_happens_after_now_changes_nothing(make, ask, now):
    somebody = make(12, 11, 10)
    later = replace(
        somebody,
        scores=(
            *somebody.scores,
            Score(instrument="gad7", at=now + timedelta(hours=1), total=21),
        ),
        infusions=(
            *somebody.infusions,
            Infusion(at=now + timedelta(hours=2), dose_mg=70, minutes=40, weight_kg=70),
        ),
    )
    assert [o.score for o in ask(later).options] == [o.score for o in ask(somebody).options]


def test_advice_carries_inputs_and_versions(make, ask):
    advice = ask(make(12, 11, 10), seed=11)
    assert advice.seed == "11"
    assert advice.inputs["infusions in this series"] == "3"
    assert advice.inputs["scores used"] == "4"
    assert {"standard_iv", "adaptive_rules", "advice_weights", "safety policy", "gad7"} <= set(
        advice.versions
    )


def test_an_unknown_primary_instrument_is_refused(make, ask):
    assert ask(make(12)).options
    with pytest.raises(InputError, match="lsas"):
        ask(make(12), primary="lsas")
