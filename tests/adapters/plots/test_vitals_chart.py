import pytest

from ketacare.adapters.plots import (
    BandData,
    Mark,
    Threshold,
    VitalPanel,
    VitalPoint,
    vitals_chart,
)
from ketacare.core.errors import InputError

BAND = BandData(
    at=[0, 40, 120],
    p5=[110, 122, 110],
    p25=[120, 132, 120],
    p50=[125, 137, 125],
    p75=[130, 142, 130],
    p95=[140, 152, 140],
)


def points(*values, manual=False, every=5):
    return [VitalPoint(minute=i * every, value=v, manual=manual) for i, v in enumerate(values)]


SYSTOLIC = VitalPanel(
    name="Systolic pressure",
    unit="mmHg",
    points=[*points(128, 131, 140), VitalPoint(minute=12, value=144, manual=True)],
    band=BAND,
    limits=[Threshold(value=160, label="amber 160"), Threshold(value=180, label="red 180")],
)
SPO2 = VitalPanel(name="Oxygen saturation", unit="%", points=points(97, 98, 96))


def chart(**changes):
    return vitals_chart(
        **{
            "chart_id": "v",
            "title": "Session",
            "panels": [SYSTOLIC, SPO2],
            "events": [Mark(at=0, label="start"), Mark(at=9, label="pause")],
            "now": 13,
            **changes,
        }
    )


def test_a_persons_reading_has_another_shape_than_the_devices(read):
    parsed = read(chart().svg)
    assert len(parsed.all("circle", "chart-dot")) == 6
    assert len(parsed.all("polygon", "chart-dot-manual")) == 1


def test_band_stands_behind_the_dots(read):
    names = [e.get("class") for e in read(chart().svg).root]
    assert names.index("chart-band-90") < names.index("chart-dot")


def test_readings_are_not_joined_so_that_gaps_stay_gaps(read):
    assert [p.get("class") for p in read(chart().svg).all("polyline")] == ["chart-median"]


def test_table_keeps_person_and_device_apart_with_the_expected_range():
    rows = chart().table_rows
    # Minute 12 falls into the five minutes from 10; of the band the nearest time known is 0.
    assert ("10", "Systolic pressure, mmHg", "144", "140", "125", "110 to 140") in rows
    assert ("0", "start", "", "", "", "") in rows


def test_many_device_readings_keep_every_extreme(read):
    many = [VitalPoint(minute=i / 12, value=97, manual=False) for i in range(1440)]
    many[700] = VitalPoint(minute=700 / 12, value=71, manual=False)
    drawn = chart(panels=[VitalPanel(name="Oxygen saturation", unit="%", points=many)], events=[])
    dots = read(drawn.svg).all("circle", "chart-dot")
    assert len(dots) < 700
    lowest = max(float(d.get("cy")) for d in dots)
    assert sum(float(d.get("cy")) == lowest for d in dots) == 1
    assert ("55", "Oxygen saturation, %", "", "71 to 97", "", "") in drawn.table_rows


def test_a_prediction_alone_is_drawn_and_tabled(read):
    panel = VitalPanel(name="Concentration", unit="ng/mL", band=BAND)
    drawn = chart(panels=[panel], events=[], now=None)
    assert len(read(drawn.svg).all("polygon", "chart-band-50")) == 1
    assert drawn.table_rows[0] == ("0", "Concentration, ng/mL", "", "", "125", "110 to 140")
    assert drawn.summary == "Nothing was measured yet."


def test_summary_names_newest_value_its_origin_and_the_range():
    assert chart(panels=[SYSTOLIC]).summary == (
        "Systolic pressure 144 mmHg at minute 12, by a person; range 128 to 144."
    )


@pytest.mark.parametrize("width", [320, 340, 720, 1200])
def test_labels_are_inside_the_image_and_apart(read, width):
    parsed = read(chart(width=width).svg)
    assert {t.get("font-size") for t in parsed.all("text")} == {"12"}
    assert parsed.overlaps() == []
    assert all(box[0] >= 0 and box[2] <= width for box in parsed.boxes())


def test_clock_times_can_stand_under_the_axis(read):
    drawn = chart(tick_label=lambda m: f"{10 + int(m // 60)}:{int(m % 60):02d}", width=340)
    texts = [t.text for t in read(drawn.svg).all("text", "chart-label-quiet")]
    assert "10:30" in texts
    assert read(drawn.svg).overlaps() == []


def test_no_panels_or_a_narrow_chart_is_refused():
    assert chart(width=320)
    with pytest.raises(InputError, match="at least one sign"):
        chart(panels=[])
    with pytest.raises(InputError, match="320 or more"):
        chart(width=300)
