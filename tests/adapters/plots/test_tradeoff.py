"""The trade-off chart: the three are told apart without colour, and the table says all of it."""

import pytest

from ketacare.adapters.plots import TradeOff, trade_off_chart
from ketacare.core.errors import InputError

OPTIONS = [
    TradeOff(rank=1, label="give two", relief=0.40, risk=2.0, burden=0.02),
    TradeOff(rank=2, label="wait", relief=0.25, risk=0.0, burden=0.0),
    TradeOff(rank=3, label="give <two> later", relief=0.39, risk=2.0, burden=0.02,
             outdone_by="give two"),
]  # fmt: skip


@pytest.mark.parametrize("width", [300, 330, 560, 760])
def test_every_option_is_drawn_in_both_panels_and_no_label_lies_on_another(read, width):
    found = read(trade_off_chart(chart_id="c", title="t", options=OPTIONS, width=width).svg)
    assert len(found.all("circle", "chart-dot")) == 2 * 2
    assert len(found.all("circle", "chart-dot-other")) == 2
    assert found.overlaps() == []
    assert all(left >= 0 and right <= width for left, _, right, _, _ in found.boxes())


def test_a_crowd_of_options_keeps_its_labels_apart(read):
    crowd = [
        TradeOff(rank=i, label=f"o{i}", relief=0.3 + 0.001 * (i % 7), risk=i / 30, burden=0.02)
        for i in range(1, 70)
    ]
    found = read(trade_off_chart(chart_id="c", title="t", options=crowd, width=330).svg)
    assert found.overlaps() == []


def test_the_table_has_the_undone_first_and_names_what_outdoes():
    chart = trade_off_chart(chart_id="c", title="t", options=OPTIONS)
    assert [row[0] for row in chart.table_rows] == ["1", "2", "3"]
    assert chart.table_rows[0] == ("1", "give two", "40.0 %", "2.0", "2.0 %", "no other outdoes it")
    assert chart.table_rows[2][-1] == "outdone by: give two"
    assert "2 of 3 options are outdone by no other" in chart.summary
    assert "25 % relief for no drug risk (option 2)" in chart.summary


def test_options_alike_are_drawn_and_nothing_is_styled_inline():
    same = [TradeOff(rank=i, label="<b>", relief=0.0, risk=0.0, burden=0.0) for i in (1, 2)]
    svg = trade_off_chart(chart_id="c", title="A & B", options=same).svg
    assert "style=" not in svg
    assert "<b>" not in svg
    assert "nan" not in svg


def test_a_chart_without_options_or_room_is_refused():
    with pytest.raises(InputError, match="at least one option"):
        trade_off_chart(chart_id="c", title="t", options=[])
    with pytest.raises(InputError, match="300"):
        trade_off_chart(chart_id="c", title="t", options=OPTIONS, width=200)
