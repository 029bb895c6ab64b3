"""The chart of concentrations: bands, samples, doses; what is drawn stands in its table."""

import pytest

from ketacare.adapters.plots import (
    BandData,
    Case,
    ConcentrationPanel,
    Mark,
    SamplePoint,
    concentration_chart,
)
from ketacare.adapters.plots.standalone import png_of, standalone_svg
from ketacare.core.errors import InputError

MINUTES = [0.0, 40.0, 120.0]
TYPICAL = [0.0, 189.0, 64.0]
PANEL = ConcentrationPanel(
    name="ketamine, venous",
    unit="ng/mL",
    minutes=MINUTES,
    typical=TYPICAL,
    band=BandData(
        at=MINUTES,
        p5=[0, 163, 49],
        p25=[0, 178, 58],
        p50=[0, 187, 64],
        p75=[0, 198, 70],
        p95=[0, 213, 80],
    ),
    samples=[
        SamplePoint(minute=40, value=200),
        SamplePoint(minute=120, value=2, below_limit=True),
    ],
)


def chart(*panels, **options):
    return concentration_chart(chart_id="c", title="Run", panels=panels, **options)


def test_band_line_samples_and_doses_are_drawn(read):
    doses = [Mark(at=0, label="35 mg"), Mark(at=60, label="20 mg")]
    drawn = read(chart(PANEL, doses=doses).svg)
    assert len(drawn.all("polygon", "chart-band-90")) == 1
    assert len(drawn.all("polyline", "chart-line")) == 1
    assert len(drawn.all("circle", "chart-dot")) == 1
    assert len(drawn.all("polygon", "chart-dot-manual")) == 1
    assert len(drawn.all("polygon", "chart-tick")) == 2
    assert drawn.overlaps() == []


def test_a_sample_is_drawn_where_the_curve_of_its_value_would_be(read):
    exact = ConcentrationPanel(
        name="x",
        unit="ng/mL",
        minutes=MINUTES,
        typical=TYPICAL,
        samples=[SamplePoint(minute=40, value=189)],
    )
    drawn = read(chart(exact).svg)
    dot = drawn.all("circle", "chart-dot")[0]
    line = drawn.all("polyline", "chart-line")[0].get("points").split()
    assert f"{dot.get('cx')},{dot.get('cy')}" == line[1]


def test_the_table_says_what_is_drawn():
    rows = chart(PANEL).table_rows
    assert ("40", "ketamine, venous, ng/mL", "189", "187", "163 to 213", "") in rows
    assert ("40", "ketamine, venous, ng/mL", "", "", "", "200") in rows
    assert ("120", "ketamine, venous, ng/mL", "", "", "", "below 2") in rows
    assert "highest 189 ng/mL at minute 40" in chart(PANEL).summary


def test_days_are_counted_in_hours(read):
    long = ConcentrationPanel(name="x", unit="ng/mL", minutes=[0, 4320], typical=[1, 0])
    texts = [t.text for t in read(chart(long).svg).all("text")]
    assert "hours since the first dose" in texts
    assert "minutes since the first dose" in [t.text for t in read(chart(PANEL).svg).all("text")]


def test_a_chart_on_a_page_has_no_styles_and_one_of_its_own_has():
    svg = chart(PANEL).svg
    assert "style" not in svg
    alone = standalone_svg(svg)
    assert alone.startswith("<?xml")
    assert ".chart-band-90{" in alone
    assert alone.count("<svg") == 1


def test_a_picture_is_a_png_of_twice_the_size():
    picture = png_of(chart(PANEL, width=400).svg)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    # Width in the header of a PNG: bytes 16 to 19 (PNG specification, IHDR).
    assert int.from_bytes(picture[16:20], "big") == 800


def test_a_machine_without_fonts_is_told(monkeypatch):
    from ketacare.adapters.plots import standalone

    monkeypatch.setattr(standalone, "_has_fonts", lambda: False)
    with pytest.raises(InputError, match=r"write \.svg"):
        png_of(chart(PANEL).svg)


def test_a_chart_without_curves_or_room_is_refused():
    with pytest.raises(InputError, match="needs a curve"):
        chart()
    with pytest.raises(InputError, match="320"):
        chart(PANEL, width=300)


COMPARED = ConcentrationPanel(
    name="Another medicine: ketamine, venous",
    unit="ng/mL",
    minutes=MINUTES,
    typical=TYPICAL,
    label="as they are",
    cases=[
        Case(label="with it, at least", values=TYPICAL),
        Case(label="with it, at most", values=[0.0, 212.0, 90.0]),
    ],
)


def test_cases_stand_side_by_side_and_are_named(read):
    found = chart(COMPARED)
    drawn = read(found.svg)
    # each line once in the panel and once beside its name
    for name in ("chart-line", "chart-case-1", "chart-case-2"):
        assert len(drawn.all("polyline", name)) == 2
    for label in ("as they are", "with it, at least", "with it, at most"):
        assert f">{label}</text>" in found.svg
    assert drawn.overlaps() == []
    row = next(r for r in found.table_rows if "at most" in r[1] and r[0] == "40")
    assert row[2] == "212"


def test_a_case_above_the_usual_line_fits_into_the_panel(read):
    high = ConcentrationPanel(
        name="x",
        unit="ng/mL",
        minutes=MINUTES,
        typical=TYPICAL,
        label="as they are",
        cases=[Case(label="twice", values=[0.0, 378.0, 128.0])],
    )
    drawn = read(chart(high).svg)
    panel = drawn.all("rect", "chart-panel")[0]
    line = drawn.all("polyline", "chart-case-1")[-1]
    heights = [float(pair.split(",")[1]) for pair in line.get("points").split()]
    assert min(heights) >= float(panel.get("y"))


def test_a_caption_stands_below_in_lines_that_fit(read):
    words = "Dashed: the typical person. " * 12
    found = chart(PANEL, caption=words, width=340)
    drawn = read(found.svg)
    assert found.svg.count("typical person") >= 6
    assert drawn.overlaps() == []
    assert max(right for _, _, right, _, _ in drawn.boxes()) <= 340


RISE = ConcentrationPanel(
    name="Systolic pressure, rise",
    unit="mmHg",
    minutes=MINUTES,
    band=BandData(
        at=MINUTES,
        p5=[-8, -5, -7],
        p25=[-3, 5, -2],
        p50=[0, 14, 2],
        p75=[3, 22, 6],
        p95=[8, 34, 11],
    ),
    from_zero=False,
    height=84,
)


def test_a_sign_stands_below_on_the_same_axis_with_values_below_zero(read):
    drawn = read(chart(PANEL, RISE).svg)
    above, below = drawn.all("rect", "chart-panel")
    assert above.get("x") == below.get("x")
    assert float(below.get("height")) == 84
    assert len(drawn.all("line", "chart-axis")) == len(
        read(chart(PANEL).svg).all("line", "chart-axis")
    )
    # the lower edge of the band, -8, lies inside the panel and below its zero
    points = drawn.all("polygon", "chart-band-90")[1].get("points").split()
    lowest = max(float(point.split(",")[1]) for point in points)
    assert lowest < float(below.get("y")) + 84
    assert drawn.overlaps() == []


def test_a_sign_has_no_typical_line_and_says_so_in_table_and_summary():
    found = chart(RISE)
    assert found.table_rows[1] == ("40", "Systolic pressure, rise, mmHg", "", "14", "−5 to 34", "")
    assert "highest median 14 mmHg at minute 40" in found.summary


def test_a_file_of_its_own_has_colours_for_a_dark_screen_and_white_paper():
    alone = standalone_svg(chart(PANEL).svg)
    light, _, dark = alone.partition("@media screen and (prefers-color-scheme:dark)")
    assert "background:#fff" in light
    assert "background:#12161c" in dark
    for name in ("chart-panel", "chart-median", "chart-tick", "chart-label-quiet"):
        assert name in light.partition("<style>")[2]
        assert name in dark.partition("</style>")[0]
