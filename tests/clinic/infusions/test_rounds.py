"""What a look at the chairs finds: values, levels, acts, silence; and what it costs in questions."""

from datetime import timedelta

import pytest
from tests.clinic.infusions.conftest import DEVICE, NOW, minutes, observe

from ketacare.adapters.hl7v2 import Outgoing, build_oru
from ketacare.clinic.infusions import actions
from ketacare.clinic.infusions.fragments import saying_of
from ketacare.clinic.infusions.rounds import Rounds
from ketacare.clinic.vitals import actions as vitals
from ketacare.core.record import Vital
from ketacare.core.safety import Level


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def send(at, number, **values):
    outgoing = [Outgoing(kind=Vital(k), value=v, at=at) for k, v in values.items()]
    vitals.ingest(
        build_oru(outgoing, control_id=f"M{number}", bed="Chair 2", device=DEVICE, at=at), now=at
    )


def level(seen, kind):
    return next(tile.state.level for tile in seen.tiles if tile.state.kind is kind)


@pytest.fixture
def rounds(running):
    """Rounds that have looked once."""
    made = Rounds()
    made.look(now=after(1))
    return made


def test_a_value_beyond_a_limit_is_found_at_the_next_look(rounds):
    send(after(2), 1, heart_rate=135, spo2=97)  # red: above 130 (clinical reference C3)
    (found,) = rounds.look(now=after(2.1)).glances
    assert level(found.watch, Vital.HEART_RATE) is Level.RED
    assert found.turned
    assert not found.acted


def test_nothing_new_is_nothing_to_say(rounds):
    send(after(2), 1, heart_rate=80)
    assert rounds.look(now=after(2.1)).glances
    assert not rounds.look(now=after(2.2)).is_news


def test_an_act_of_somebody_else_is_found(rounds, running, nurse):
    actions.pause(
        session=running, reason="Nausea", by=nurse, now=after(3), expected_version=running.version
    )
    (found,) = rounds.look(now=after(3.1)).glances
    assert found.acted
    assert found.watch.session.phase == "paused"


def test_what_a_person_enters_and_corrects_is_found(rounds, running, nurse):
    (value,) = observe(running, nurse, after(4), heart_rate=140)
    (found,) = rounds.look(now=after(4.1)).glances
    assert (found.acted, level(found.watch, Vital.HEART_RATE)) == (True, Level.RED)
    vitals.correct_value(value=value, new_value=74, reason="typed wrongly", by=nurse, now=after(5))
    (found,) = rounds.look(now=after(5.1)).glances
    assert level(found.watch, Vital.HEART_RATE) is Level.NORMAL


def test_a_monitor_of_every_second_is_missed_within_ten(rounds):
    """Nothing arrives, nothing is pressed: the server's clock alone tells."""
    for n in range(6):
        send(after(2 + n), n, heart_rate=135)
        rounds.look(now=after(2 + n))
    assert not rounds.look(now=after(7 + 7.9)).standing[0].monitor_silent
    (found,) = rounds.look(now=after(7 + 9)).glances
    assert found.watch.monitor_silent
    assert found.turned
    # The silence neither clears nor raises a value's limit: the last value still says what it said.
    assert level(found.watch, Vital.HEART_RATE) is Level.RED


def test_a_monitor_of_every_minute_is_not_missed_after_ten_seconds(rounds):
    for n in range(4):
        send(after(60 * n), n, heart_rate=80)
    rounds.look(now=after(181))
    assert not rounds.look(now=after(180 + 100)).standing[0].monitor_silent
    # 2.5 times its rhythm of 60 s
    assert rounds.look(now=after(180 + 151)).standing[0].monitor_silent


def test_a_clock_set_back_does_not_stop_the_looking(rounds):
    send(after(2), 1, heart_rate=80)
    rounds.look(now=after(2.1))
    assert rounds.look(now=after(-1800)).glances  # half an hour back, and it looks


def test_a_closed_session_is_said_once(rounds, running, nurse):
    actions.stop(
        session=running, reason="Wish", completed=False, by=nurse, now=minutes(1),
        expected_version=running.version,
    )  # fmt: skip
    rounds.look(now=minutes(1.1))
    type(running).objects.filter(pk=running.pk).update(phase="discharged")
    assert rounds.look(now=minutes(1.2)).over == [running.pk]
    assert rounds.look(now=minutes(1.3)).over == []


def test_an_open_page_is_told_values_and_when_to_look_again(rounds, running):
    say = saying_of(running.pk)
    send(after(2), 1, heart_rate=82)
    news = say(rounds.look(now=after(2.1)))
    assert "82" in news["tiles"]
    assert "\n" not in news["tiles"]
    assert news["changed"] == "changed"  # the pulse had been a person's, now a monitor is heard
    send(after(3), 2, heart_rate=83)
    assert set(say(rounds.look(now=after(3.1)))) == {"tiles", "phase"}


def test_a_look_at_quiet_chairs_asks_one_question(rounds, django_assert_num_queries):
    with django_assert_num_queries(1):
        rounds.look(now=after(1.5))


def test_what_was_just_seen_is_known_until_something_is_committed(rounds, running):
    send(after(2), 1, heart_rate=82)
    rounds.look(now=after(2.1))
    assert set(rounds.known(now=after(3))) == {running.pk}
    assert rounds.known(now=after(30)) == {}  # too old to be shown as now
    send(after(3), 2, heart_rate=135)
    assert rounds.known(now=after(3.1)) == {}  # committed, and not yet looked at


def test_a_page_that_was_just_opened_is_told_everything(rounds, running):
    send(after(2), 1, heart_rate=82)
    rounds.look(now=after(2.1))
    assert "82" in saying_of(running.pk)(rounds.as_new())["tiles"]


def test_an_acknowledged_limit_is_an_act_for_every_other_page(rounds, running, nurse):
    """Its value stays as it is: nothing else of the chair would tell the other stations."""
    send(after(2), 1, spo2=84)  # critical: below 88 (clinical reference C3)
    rounds.look(now=after(2.1))
    assert not rounds.look(now=after(2.2)).is_news
    actions.acknowledge(alert=running.alerts.get(), words="oxygen", by=nurse, now=after(3))
    (found,) = rounds.look(now=after(3.1)).glances
    assert found.acted
