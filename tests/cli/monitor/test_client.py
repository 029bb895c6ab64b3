"""The client against a listener on this machine that accepts, drops, refuses and stays silent."""

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ketacare.adapters.hl7v2 import Deframer, ack, build_oru, frame, parse_oru
from ketacare.adapters.hl7v2.building import Outgoing
from ketacare.cli.monitor.client import Sender
from ketacare.cli.monitor.playing import Player, Schedule
from ketacare.core.record import Vital

AT = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
pytestmark = pytest.mark.slow


class Listener:
    """Answers the n-th message it receives as told: AA, AE, AR, "drop", "silent" or "garbage"."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.received = []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.handle, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def connect(self):
        return await asyncio.open_connection(*self.server.sockets[0].getsockname()[:2])

    async def handle(self, reader, writer):
        deframer = Deframer()
        while data := await reader.read(65536):
            for payload in deframer.feed(data):
                message = parse_oru(payload)
                self.received.append(message)
                answer = self.answers.pop(0) if self.answers else "AA"
                if answer == "drop":
                    writer.close()
                    return
                if answer == "silent":
                    continue
                if answer == "garbage":
                    writer.write(frame(b"hello"))
                else:
                    writer.write(frame(ack(message, answer, "busy", at=AT)))
                await writer.drain()
        writer.close()


def message(number):
    observed = [Outgoing(kind=Vital.SPO2, value=97, at=AT)]
    return build_oru(observed, control_id=f"K{number}", bed="3", device="D", at=AT)


def deliver(*answers, count=1, reply_s=5.0, connect=None):
    """Return what the listener received, the sender's tally, the waits and what was said."""
    waits, said, accepted = [], [], []

    async def sleep(seconds):
        waits.append(seconds)

    async def run():
        async with Listener(*answers) as listener:
            sender = Sender(
                connect=connect(listener) if connect else listener.connect,
                sleep=sleep,
                rng=np.random.default_rng(1),
                say=said.append,
                reply_s=reply_s,
            )
            numbers = range(1, count + 1)
            accepted.extend([await sender.deliver(message(n), f"K{n}") for n in numbers])
            await sender.close()
            return [m.control_id for m in listener.received], sender.tally

    received, tally = asyncio.run(run())
    return received, tally, waits, said, accepted


def test_accepted_messages_go_once_and_in_order_over_one_connection():
    received, tally, waits, _, accepted = deliver(count=3)
    assert received == ["K1", "K2", "K3"]
    assert (tally.sent, tally.acknowledged, tally.again, tally.connections) == (3, 3, 0, 1)
    assert (waits, accepted) == ([], [True, True, True])


def test_error_is_sent_again_under_the_same_id_until_accepted():
    received, tally, waits, said, _ = deliver("AE", "AE", "AA")
    assert received == ["K1", "K1", "K1"]
    assert (tally.acknowledged, tally.again) == (1, 2)
    assert len(waits) == 2
    assert said == ["not accepted: busy; trying again"]  # said once, not for each attempt


@pytest.mark.parametrize("fault", ["drop", "garbage"])
def test_lost_or_broken_answers_lead_to_a_new_connection(fault):
    received, tally, _, _, _ = deliver(fault, count=2)
    assert received == ["K1", "K1", "K2"]
    assert (tally.acknowledged, tally.connections) == (2, 2)


def test_silence_ends_in_a_new_attempt():
    received, tally, _, _, _ = deliver("silent", reply_s=0.02)
    assert received == ["K1", "K1"]
    assert tally.acknowledged == 1


def test_rejection_is_final_and_counted():
    received, tally, _, said, accepted = deliver("AR", count=2)
    assert received == ["K1", "K2"]
    assert accepted == [False, True]
    assert tally.rejected == 1
    assert said == ["rejected: busy"]


def test_waits_double_with_jitter_up_to_half_a_minute():
    _, _, waits, _, _ = deliver(*["AE"] * 9)
    # Half to all of 0.5, 1, 2, 4, 8, 16, then 30 s.
    caps = [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert all(cap / 2 <= wait <= cap for wait, cap in zip(waits, caps, strict=True))


def test_a_clinic_that_is_not_there_yet_is_tried_again():
    def connect(listener):
        refusals = iter([ConnectionRefusedError("refused")] * 2)

        async def attempt():
            if (error := next(refusals, None)) is not None:
                raise error
            return await listener.connect()

        return attempt

    received, tally, waits, said, _ = deliver(connect=connect)
    assert received == ["K1"]
    assert len(waits) == 2
    assert "refused" in said[0]
    assert tally.sentence.startswith("1 messages sent, 1 acknowledged")


class Still:
    """A patient whose values say which minute was asked."""

    def continuous(self, minute):
        return {Vital.SPO2: 97.0, Vital.HEART_RATE: round(60 + minute, 2)}

    def cuff(self, minute):
        return {Vital.SYSTOLIC: 120.0, Vital.DIASTOLIC: 80.0}


def play(**changes):
    """Return the messages a listener got from a player on a clock of its own."""
    clock = [AT]

    async def sleep(seconds):
        clock[0] += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    async def run():
        async with Listener() as listener:
            sender = Sender(
                connect=listener.connect, sleep=sleep, rng=np.random.default_rng(1), say=print
            )
            schedule = Schedule(
                **{
                    "bed": "3",
                    "device": "D",
                    "started": AT,
                    "speed": 1.0,
                    "every_s": 60.0,
                    "cuff_min": 5.0,
                    "count": 7,
                    "backfill": False,
                    **changes,
                }
            )
            player = Player(
                patient=Still(), schedule=schedule, sender=sender, now=lambda: clock[0], sleep=sleep
            )
            await player.run()
            return listener.received

    return asyncio.run(run())


def kinds(message):
    return {o.kind for o in message.observations}


def test_cuff_readings_come_every_five_minutes():
    messages = play()
    with_cuff = [i for i, m in enumerate(messages) if Vital.SYSTOLIC in kinds(m)]
    assert with_cuff == [0, 5]  # one message a minute
    assert len({m.control_id for m in messages}) == 7


def test_speed_moves_the_patient_not_the_clock():
    messages = play(speed=10.0, count=3)
    rates = [next(o.value for o in m.observations if o.kind is Vital.HEART_RATE) for m in messages]
    assert rates == [60, 70, 80]  # minutes 0, 10 and 20
    assert [m.sent_at - AT for m in messages] == [timedelta(minutes=m) for m in (0, 1, 2)]


def test_backfill_sends_the_past_with_its_own_times():
    messages = play(started=AT - timedelta(minutes=3), backfill=True, count=5)
    times = [m.observations[0].at - AT for m in messages]
    assert times == [timedelta(minutes=m) for m in (-3, -2, -1, 0, 1)]
