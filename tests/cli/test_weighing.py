"""``ketacare recommend --weigh``: options by one's own weights, and weights that are none."""

import pytest

AT = ("--at", "2026-05-16T12:00Z", "--particles", "200")


@pytest.mark.slow
def test_own_weights_are_used_and_shown(ketacare, course):
    ran = ketacare("recommend", course, *AT, "--weigh", "infusion=0.4", "--json")
    assert ran.json["inputs"]["cost of an infusion, in mean relief"] == "40.0%"
    assert ran.json["options"][0]["infusions"] == 0  # nothing is worth 40 % of relief


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ("infusion", "write it as infusion=0.01"),
        ("infusion=much", 'the weight "infusion" is much'),
        ("infusion=-1", "give a number from 0 to 1"),
        ("money=0.1", '"money" is not a weight'),
    ],
)
def test_a_weight_that_is_none_is_one_sentence(ketacare, course, weight, said):
    ran = ketacare("recommend", course, *AT, "--weigh", weight)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
