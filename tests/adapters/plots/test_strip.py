"""The strip: both signs of a panel apart, people and devices apart, gaps left open, all in the table."""

import re

import pytest

from ketacare.adapters.plots import (
    StripEvent,
    StripPump,
    StripScale,
    StripSeries,
    StripSign,
    VitalPoint,
    strip_chart,
)
from ketacare.core.errors import InputError


def device(*pairs):
    return [VitalPoint(minute=minute, value=value, manual=False) for minute, value in pairs]


def strip(**more):
    values = {
        "chart_id": "s",
        "title": "Strip",
        "pump": StripPump(unit="mL/h", steps=[(0, 75), (15, 0), (20, 75), (45, 0)], said="50 mL"),
        "signs": [],
        "until": 60,
        **more,
    }
    return strip_chart(**values)


def test_the_pump_is_drawn_only_while_it_runs():
    # Two runs: 0 to 15 and 20 to 45 min; on 1018 px the axis is 960 px from 38, so 16 px a minute.
    drawn = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*chart-pump', strip(width=1018).svg)  # fmt: skip
    assert [(float(x), float(width)) for x, width in drawn] == [(38, 240), (358, 400)]


def test_two_signs_of_one_panel_are_not_drawn_as_one():
    both = StripSign(
        name="Blood pressure", unit="mmHg", height=90,
        series=[
            StripSeries(name="Systolic", points=device(*((t / 10, 130) for t in range(300)))),
            StripSeries(name="Diastolic", points=device(*((t / 10, 80) for t in range(300)))),
        ],
    )  # fmt: skip
    found = strip(signs=[both])
    strokes = re.findall(r"M[\d.]+ ([\d.]+)V([\d.]+)", found.svg)
    # Every value of a sign is the same, so each stroke is a dot of 2 px, never from one to the other.
    assert {round(float(low) - float(top), 1) for top, low in strokes} == {2.0}
    assert ("0", "Diastolic, mmHg", "", "80 (50 values)") in found.table_rows
    assert "last 130 / 80" in found.svg


def test_a_gap_stays_a_gap():
    points = device(*((t / 10, 72) for t in range(600) if not 200 < t < 400))
    sign = StripSign(name="Pulse", unit="per min", series=[StripSeries(name="Pulse", points=points)])  # fmt: skip
    xs = [float(x) for x in re.findall(r"M([\d.]+) ", strip(signs=[sign], width=1018).svg)]
    # Nothing from minute 20 (38 + 320 px) to minute 40 (38 + 640 px).
    assert [x for x in xs if 360 < x < 676] == []
    assert min(xs) == 38
    assert len(xs) > 300


def test_a_persons_value_has_another_shape_and_another_column():
    points = [*device((10, 118)), VitalPoint(minute=11, value=122, manual=True)]
    sign = StripSign(name="Systolic", unit="mmHg", series=[StripSeries(name="Systolic", points=points)])  # fmt: skip
    found = strip(signs=[sign])
    assert found.svg.count("chart-dot-manual") == 1
    assert len(re.findall(r'class="chart-dot"', found.svg)) == 1
    assert ("10", "Systolic, mmHg", "122", "118") in found.table_rows


def test_events_and_scales_are_numbers_that_stand_in_the_table():
    found = strip(
        events=[StripEvent(minute=15, text="paused: nausea")],
        scales=[StripScale(name="Distress", points=[(14, 6), (30, 1)])],
    )
    assert ("15", "1. paused: nausea", "", "") in found.table_rows
    assert ("14", "Distress", "6", "") in found.table_rows
    assert ">1</text>" in found.svg


def test_it_holds_no_style_and_says_what_it_shows():
    found = strip(events=[StripEvent(minute=15, text="<b>paused</b>")])
    assert "style" not in found.svg
    assert found.summary == "Pump: 50 mL. 1 events."
    assert "<b>" not in found.svg


def test_too_narrow_and_no_time_at_all_are_refused():
    with pytest.raises(InputError, match="320"):
        strip(width=200)
    with pytest.raises(InputError, match="ends before"):
        strip(until=0)
