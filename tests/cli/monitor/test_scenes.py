"""What each scenario puts on the line, read back by the parser the clinic uses."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from ketacare.adapters.hl7v2 import parse_oru
from ketacare.cli.monitor.playing import Player, Schedule
from ketacare.cli.monitor.scenes import SCENES, scene_of
from ketacare.core.errors import InputError
from ketacare.core.record import Vital

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Still:
    """A patient whose readings never change."""

    def continuous(self, minute):
        return {Vital.SPO2: 97.0, Vital.HEART_RATE: 70.0}

    def cuff(self, minute):
        return {Vital.SYSTOLIC: 120.0, Vital.DIASTOLIC: 80.0}


class Line:
    """Takes every message and remembers when it came."""

    def __init__(self, clock):
        self.clock, self.got, self.closed = clock, [], 0

    async def deliver(self, payload, control_id):
        self.got.append((self.clock[0], control_id, payload))
        return True

    async def close(self):
        self.closed += 1


def play(name, *, count=5, every_s=60.0, seed=1):
    clock = [AT]

    async def sleep(seconds):
        clock[0] += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    line = Line(clock)
    schedule = Schedule(
        bed="3", device="D", started=AT, speed=1.0, every_s=every_s, cuff_min=5.0, count=count,
        backfill=False,
    )  # fmt: skip
    player = Player(
        patient=Still(), schedule=schedule, sender=line, now=lambda: clock[0], sleep=sleep,
        scene=scene_of(name), seed=seed,
    )  # fmt: skip
    asyncio.run(player.run())
    return line


def values(payload):
    return {o.kind: o.value for o in parse_oru(payload).observations}


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("quiet", "ihe_pcd01"),
        ("dialect-hexadecimal", "mdil"),
        ("dialect-loinc", "loinc"),
        ("dialect-no-zone", "ihe_pcd01"),
    ],
)
def test_every_dialect_says_the_same(name, profile):
    (_when, _id, payload) = play(name, count=1).got[0]
    message = parse_oru(payload)
    assert (message.profile, message.bed) == (profile, "3")
    assert values(payload) == {
        Vital.SPO2: 97,
        Vital.HEART_RATE: 70,
        Vital.SYSTOLIC: 120,
        Vital.DIASTOLIC: 80,
    }


def test_pressures_in_a_wrong_unit_are_not_read():
    found = values(play("wrong-units", count=1).got[0][2])
    assert (found[Vital.SYSTOLIC], found[Vital.SPO2]) == (None, 97)


def test_what_was_measured_while_the_line_was_lost_comes_after_with_its_own_time():
    line = play("line-lost", count=20)
    assert len({control_id for _w, control_id, _p in line.got}) == 20  # nothing is missing
    minutes = [(when - AT) / timedelta(minutes=1) for when, _id, _p in line.got]
    assert not [m for m in minutes if 12 <= m < 15]
    times = [parse_oru(p).observations[0].at - AT for _w, _id, p in line.got]
    assert times == sorted(times)
    late = [t for t in times if timedelta(minutes=12) <= t < timedelta(minutes=15)]
    assert len(late) >= 2  # one a minute, measured while nothing could be sent


def test_a_storm_repeats_each_message():
    line = play("storm", count=3)
    assert [len({i for _w, i, _p in line.got}), len(line.got)] == [3, 18]


def test_a_drifting_clock_is_ahead_and_runs_away():
    # 4 minutes ahead, and 90 s an hour: after an hour 330 s.
    line = play("clock-drift", count=2, every_s=3600.0)
    ahead = [
        parse_oru(p).sent_at - (AT + timedelta(hours=n)) for n, (_w, _i, p) in enumerate(line.got)
    ]
    assert ahead == [timedelta(seconds=240), timedelta(seconds=330)]


def test_artefacts_are_rare_reproducible_and_single():
    def strange(seed):
        got = play("artefact", count=200, every_s=1.0, seed=seed).got
        return [
            n
            for n, (_w, _i, p) in enumerate(got)
            if values(p)[Vital.HEART_RATE] > 190 or values(p)[Vital.SPO2] < 70
        ]

    first = strange(1)
    # 5 % of 200 is 10, with a standard deviation of 3: three of them to each side.
    assert 1 <= len(first) <= 19
    assert strange(1) == first
    assert strange(2) != first


def test_scenarios_join():
    both = scene_of("hypertension+line-lost")
    assert both.course.value == "hypertension"
    assert both.is_cut(13)
    with pytest.raises(InputError, match="line-lost"):
        scene_of("hypertension+nosuch")


def test_the_command_names_every_scenario():
    from typer.main import get_command

    from ketacare.cli.app import app

    option = next(p for p in get_command(app).commands["monitor"].params if p.name == "scenario")
    assert set(SCENES) <= set(option.help.replace(";", ",").replace(" ", "").split(","))


def test_the_report_names_what_was_acknowledged(tmp_path):
    from ketacare.cli.monitor.client import Tally
    from ketacare.cli.monitor.command import _write_report

    tally = Tally(sent=2, acknowledged=1, accepted_ids=["a"], rejected_ids=["b"])
    _write_report(tmp_path / "r.json", {"3": tally}, scenario="quiet", seed=1)
    said = json.loads((tmp_path / "r.json").read_text())["beds"]["3"]
    assert (said["acknowledged"], said["rejected"]) == (["a"], ["b"])
