import hashlib

import pytest

from ketacare.core.errors import InputError
from ketacare.core.sealing import START, after, canonical, hash_after, join, split

LINES = ('{"a":1}', '{"b":"µg"}', '{"c":null}')


def test_the_hash_is_sha256_over_the_hash_before_a_line_feed_and_the_line():
    # Any other program gives the same: printf '%064d\n%s' 0 '{"a":1}' | sha256sum
    expected = hashlib.sha256(b"0" * 64 + b"\n" + b'{"a":1}').hexdigest()
    assert hash_after(START, '{"a":1}') == expected


def test_a_chain_can_be_continued_anywhere():
    assert after(after(START, LINES[:1]), LINES[1:]) == after(START, LINES)


@pytest.mark.parametrize(
    "changed",
    [
        ('{"a":2}', *LINES[1:]),
        LINES[1:],
        LINES[:2],
        (LINES[1], LINES[0], LINES[2]),
        (*LINES, '{"d":0}'),
    ],
    ids=["changed", "first removed", "last removed", "reordered", "added"],
)
def test_whatever_is_done_to_the_lines_shows_in_the_last_hash(changed):
    assert after(START, changed) != after(START, LINES)


def test_lines_survive_being_kept_as_one_text():
    assert split(join(LINES)) == LINES
    assert split(join(())) == ()


def test_a_line_that_would_become_two_is_refused():
    with pytest.raises(InputError, match="line feed"):
        join(["a\nb"])


def test_order_of_keys_does_not_matter_and_a_line_feed_in_a_text_stays_one_line():
    assert canonical({"b": 1, "a": "x\ny"}) == canonical({"a": "x\ny", "b": 1})
    assert canonical({"a": "x\ny"}) == '{"a":"x\\ny"}'


def test_a_double_is_written_as_its_shortest_decimal():
    # 0.1 + 0.2 is 0.30000000000000004 in IEEE 754, and not 0.3.
    assert canonical({"a": 0.1 + 0.2, "b": 0.3}) == '{"a":0.30000000000000004,"b":0.3}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", {1: "x"}])
def test_what_json_cannot_say_exactly_is_refused(value):
    with pytest.raises(InputError, match="cannot be sealed"):
        canonical({"a": value})
