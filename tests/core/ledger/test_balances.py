"""Nothing is created or lost: conservation over any sequence of postings, and refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketacare.core.errors import InputError
from ketacare.core.ledger import (
    EMPTY,
    Balance,
    account_of,
    adjust,
    administer,
    discard,
    dispatch,
    draw,
    give_back,
    post,
    receive,
    reverse,
    share,
    vials_to_open,
    waste,
)

VIAL = 500_000  # 10 mL of 50 mg/mL

amounts = st.integers(min_value=1, max_value=2_000_000)
postings = st.lists(
    st.one_of(
        st.builds(receive, st.integers(1, 20), st.just(VIAL)),
        st.builds(lambda ug, opened: draw(ug, opened=opened), amounts, st.integers(0, 4)),
        st.builds(administer, st.integers(0, 100_000)),
        st.builds(waste, amounts),
        st.builds(lambda ug: give_back(ug, sealed=0, vial_ug=VIAL), amounts),
        st.builds(lambda ug, vials: discard(ug, vials=vials), amounts, st.integers(0, 2)),
        st.builds(dispatch, st.integers(1, 3), st.just(VIAL)),
    ),
    max_size=30,
)


@given(postings)
def test_whatever_is_accepted_leaves_no_less_than_nothing_and_adds_up(wanted):
    balance, done = EMPTY, []
    for posting in wanted:
        try:
            after = post(balance, posting, VIAL)
            account_of([*done, posting])
        except InputError:
            continue
        balance = after
        done.append(posting)
    assert balance.vials >= 0
    assert balance.open_ug(VIAL) >= 0
    # What is in the cabinet and out of it is what came in less what left for good.
    out = account_of(done).open_ug
    left = sum(p.lot_ug + p.out_ug for p in done)
    assert balance.ug + out == left


@given(postings)
def test_reversing_everything_leaves_nothing(wanted):
    balance, done = EMPTY, []
    for posting in wanted:
        try:
            balance = post(balance, posting, VIAL)
        except InputError:
            continue
        done.append(posting)
    for posting in reversed(done):
        balance = post(balance, reverse(posting), VIAL)
    assert balance == EMPTY


@given(st.integers(0, 10), st.integers(0, VIAL - 1), amounts)
def test_just_enough_vials_are_opened(vials, rest, ug):
    balance = Balance(vials=vials, ug=vials * VIAL + rest)
    opened = vials_to_open(balance, ug, VIAL)
    assert rest + opened * VIAL >= ug
    assert opened == 0 or rest + (opened - 1) * VIAL < ug


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.data())
def test_shares_add_up_and_none_exceeds_its_part(parts, data):
    total = data.draw(st.integers(0, sum(parts)))
    shares = share(total, parts)
    assert sum(shares) == total
    assert all(0 <= own <= part for own, part in zip(shares, parts, strict=True))


def test_shares_beyond_the_whole_are_refused():
    assert share(30, (10, 20)) == (10, 20)
    with pytest.raises(InputError, match="31 cannot be shared over 30"):
        share(31, (10, 20))


def test_a_draw_for_one_person_leaves_the_rest_of_the_vial():
    balance = post(EMPTY, receive(10, VIAL), VIAL)
    balance = post(balance, draw(35_000, opened=1), VIAL)
    # 10 vials of 500 mg less 35 mg: 4965 mg, nine sealed vials and 465 mg open.
    assert balance == Balance(vials=9, ug=4_965_000)
    assert balance.open_ug(VIAL) == 465_000


def test_a_draw_beyond_what_is_open_is_refused_without_opening_a_vial():
    balance = Balance(vials=1, ug=VIAL + 20_000)
    assert post(balance, draw(35_000, opened=1), VIAL) == Balance(vials=0, ug=485_000)
    with pytest.raises(InputError, match="20 mg are in opened vials"):
        post(balance, draw(35_000, opened=0), VIAL)


def test_more_vials_than_there_are_is_refused():
    balance = Balance(vials=2, ug=2 * VIAL)
    assert post(balance, dispatch(2, VIAL), VIAL) == EMPTY
    with pytest.raises(InputError, match="2 sealed vials and 3 are asked for"):
        post(balance, dispatch(3, VIAL), VIAL)


def test_an_infusion_adds_up_when_everything_is_accounted_for():
    drawn = [draw(50_000, opened=1), administer(34_988)]
    assert account_of(drawn).open_ug == 15_012
    assert not account_of(drawn).adds_up(100)
    assert account_of([*drawn, waste(15_012)]).adds_up(0)
    # 15 mg wasted: 12 ug are open, inside a tolerance of 0.1 mg and outside one of 0.01 mg.
    assert account_of([*drawn, waste(15_000)]).adds_up(100)
    assert not account_of([*drawn, waste(15_000)]).adds_up(10)


def test_nothing_adds_up_before_the_pump_was_asked():
    drawn = [draw(50_000, opened=1), waste(50_000)]
    assert account_of(drawn).administered_ug is None
    assert not account_of(drawn).adds_up(0)
    assert account_of([*drawn, administer(0)]).adds_up(0)


def test_more_given_than_drawn_is_refused():
    assert account_of([draw(35_000, opened=1), administer(35_000)]).open_ug == 0
    with pytest.raises(InputError, match=r"0\.001 mg more are given"):
        account_of([draw(35_000, opened=1), administer(35_001)])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: receive(0, VIAL),
        lambda: draw(0, opened=0),
        lambda: draw(1, opened=-1),
        lambda: give_back(1, sealed=1, vial_ug=VIAL),
        lambda: adjust(vials=0, ug=0),
    ],
)
def test_an_entry_that_says_nothing_or_cannot_be_is_refused(wrong):
    assert give_back(VIAL, sealed=1, vial_ug=VIAL).vials == 1
    with pytest.raises(InputError):
        wrong()
