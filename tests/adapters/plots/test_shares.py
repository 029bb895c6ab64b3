"""The share chart: what is drawn stands in the table, and what cannot be said is said so."""

import pytest

from ketacare.adapters.plots import ShareRow, share_chart
from ketacare.core.errors import InputError

KNOWN = ShareRow(label="80 % band", count="6 of 9", share=6 / 9, low=0.3, high=0.93, promised=0.8)
UNKNOWN = ShareRow(label="90 % band", count="nobody yet", share=None)


def test_the_table_says_what_is_drawn():
    chart = share_chart(chart_id="c", title="Coverage", rows=[KNOWN, UNKNOWN])
    # 6 of 9 is 66.7 %.
    assert chart.table_rows[0] == ("80 % band", "6 of 9", "67 %", "30 % to 93 %", "80 %")
    assert chart.table_rows[1][2:] == ("cannot say", "cannot say", "")
    assert "67 % where 80 % was promised" in chart.summary
    assert chart.svg.count("<circle") == 1


def test_the_drawing_has_no_styles_and_escapes_its_texts():
    row = ShareRow(label="<b>&", count="1 of 2", share=0.5)
    chart = share_chart(chart_id="c", title="A & B", rows=[row])
    assert "style=" not in chart.svg
    assert "<b>" not in chart.svg
    assert "&lt;b&gt;&amp;" in chart.svg


def test_a_chart_without_rows_or_room_is_refused():
    assert share_chart(chart_id="c", title="t", rows=[KNOWN], width=300).svg
    with pytest.raises(InputError, match="at least one row"):
        share_chart(chart_id="c", title="t", rows=[])
    with pytest.raises(InputError, match="300"):
        share_chart(chart_id="c", title="t", rows=[KNOWN], width=200)
