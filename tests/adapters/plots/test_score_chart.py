import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketacare.adapters.plots import (
    BandData,
    Foreseen,
    Mark,
    ScorePanel,
    ScorePoint,
    Threshold,
    score_chart,
)
from ketacare.adapters.plots.drawing import spread
from ketacare.core.errors import InputError

FAN = BandData(
    at=[10, 24, 60], p5=[3, 2, 1], p25=[6, 4, 3], p50=[8, 6, 5], p75=[10, 8, 8], p95=[13, 12, 12]
)
GAD7 = ScorePanel(
    name="GAD-7",
    minimum=0,
    maximum=21,
    points=[ScorePoint(day=-3, value=17), ScorePoint(day=4, value=11), ScorePoint(day=10, value=8)],
    fan=FAN,
    thresholds=[Threshold(value=8.5, label="response"), Threshold(value=4, label="remission")],
)
PHQ9 = ScorePanel(name="PHQ-9", minimum=0, maximum=27, points=[ScorePoint(day=-3, value=14)])
DOSES = [Mark(at=day, label="0.5 mg/kg") for day in (0, 3, 7)]


def chart(**changes):
    return score_chart(
        **{
            "chart_id": "c1",
            "title": "Scores of Ada & Co",
            "panels": [GAD7, PHQ9],
            "doses": DOSES,
            "today": 10,
            **changes,
        }
    )


def test_the_image_has_a_name_and_a_description_by_its_own_ids(read):
    root = read(chart().svg).root
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c1-title c1-desc"
    named = {e.get("id"): e.text for e in root if e.get("id")}
    assert named == {"c1-title": "Scores of Ada & Co", "c1-desc": chart().summary}


def test_nothing_a_strict_content_policy_refuses(read):
    svg = chart(title='<script>x</script>"').svg
    assert "style=" not in svg
    assert "<script" not in svg
    assert read(svg).root is not None


def test_every_measured_score_is_a_dot_and_a_row(read):
    drawn = chart()
    assert len(read(drawn.svg).all("circle", "chart-dot")) == 4
    measured = {(row[0], row[1], row[2]) for row in drawn.table_rows if row[2]}
    assert {("−3", "GAD-7", "17"), ("4", "GAD-7", "11"), ("−3", "PHQ-9", "14")} <= measured


def test_fan_is_two_polygons_and_rows_with_both_ranges(read):
    drawn = chart()
    assert len(read(drawn.svg).all("polygon", "chart-band-90")) == 1
    assert len(read(drawn.svg).all("polygon", "chart-band-50")) == 1
    assert ("60", "GAD-7", "", "5", "3 to 8", "1 to 12") in drawn.table_rows


def test_doses_are_ticks_with_one_label_for_equal_doses(read):
    parsed = read(chart().svg)
    assert len(parsed.all("polygon", "chart-tick")) == 3
    assert [t.text for t in parsed.all("text", "chart-tick-label")] == ["3 × 0.5 mg/kg"]


def test_thresholds_are_lines_at_their_level(read):
    parsed = read(chart(panels=[GAD7]).svg)
    panel = parsed.all("rect", "chart-panel")[0]
    top, height = float(panel.get("y")), float(panel.get("height"))
    heights = sorted(float(line.get("y1")) for line in parsed.all("line", "chart-threshold"))
    # 21 points over the height of the panel, counted from its foot.
    expected = [top + height * (1 - value / 21) for value in (8.5, 4)]
    assert heights == pytest.approx(expected, abs=0.06)  # rounded to a tenth of a pixel


def test_summary_says_first_last_and_expected():
    assert chart(panels=[GAD7]).summary == (
        "GAD-7: 17 on day −3, 8 on day 10; by day 60 expected to be 5, nine in ten people between 1 and 12. "
        "3 infusions marked."
    )


def test_a_person_without_scores_gets_an_empty_chart_that_says_so(read):
    drawn = chart(panels=[ScorePanel(name="GAD-7", minimum=0, maximum=21)], doses=[], today=None)
    assert drawn.summary == "GAD-7: nothing measured yet."
    assert drawn.table_rows == ()
    assert not read(drawn.svg).all("circle")


@pytest.mark.parametrize("width", [320, 340, 720, 1200])
def test_labels_are_12_px_inside_the_image_and_apart(read, width):
    parsed = read(chart(width=width).svg)
    assert {t.get("font-size") for t in parsed.all("text")} == {"12"}
    assert parsed.root.get("viewBox").split()[2] == str(width)
    assert parsed.overlaps() == []
    assert all(box[0] >= 0 and box[2] <= width for box in parsed.boxes())


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(-30, 400), st.integers(0, 21)), max_size=8),
    st.lists(st.integers(0, 400), max_size=8),
    st.sampled_from([320, 340, 720]),
)
def test_no_record_makes_labels_overlap(read, points, doses, width):
    panel = ScorePanel(
        name="GAD-7",
        minimum=0,
        maximum=21,
        points=[ScorePoint(day=d, value=v) for d, v in points],
        thresholds=GAD7.thresholds,
    )
    marks = [Mark(at=d, label=f"{d % 3} mg/kg") for d in doses]
    assert read(chart(panels=[panel], doses=marks, width=width, today=None).svg).overlaps() == []


def test_too_narrow_or_without_instruments_is_refused():
    assert chart(width=320)
    with pytest.raises(InputError, match="320 or more"):
        chart(width=319)
    with pytest.raises(InputError, match="at least one instrument"):
        chart(panels=[])


def test_band_with_unequal_lengths_is_refused():
    with pytest.raises(InputError, match="different lengths"):
        BandData(at=[1, 2], p5=[1], p25=[1], p50=[1], p75=[1], p95=[1])


@given(st.lists(st.floats(0, 140), max_size=9))
def test_spread_labels_keep_their_distance_and_their_order(wanted):
    placed = spread(wanted, low=6, high=150)
    ordered = [placed[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])]
    assert all(b - a >= 15 - 1e-6 for a, b in pairwise(ordered))
    assert all(6 - 1e-6 <= p <= 150 + 1e-6 for p in placed)  # nine labels of 15 px fit into 144


def test_what_was_foreseen_stands_behind_the_score_and_in_its_row(read):
    told = Foreseen(day=4, p5=5, p25=8, p50=10, p75=12, p95=16, made="1 Nov 2026")
    foreseen = dataclasses.replace(GAD7, foreseen=[told])
    drawn = chart(panels=[foreseen])
    plain = chart(panels=[GAD7])
    count = 'class="chart-band-90"'
    assert drawn.svg.count(count) == plain.svg.count(count) + 1
    assert drawn.table_headers == (*plain.table_headers, "Expected on")
    row = next(r for r in drawn.table_rows if r[:3] == ("4", "GAD-7", "11"))
    assert row[3:] == ("10", "8 to 12", "5 to 16", "1 Nov 2026")
    assert {len(r) for r in drawn.table_rows} == {7}
    assert {len(r) for r in plain.table_rows} == {6}
