"""Charts as SVG text, each with a table and a sentence that say the same.

The charts hold no styles, no scripts and no colours: classes name what each mark means, and the
style sheet decides how it looks in light, dark and print. Shapes differ as well as classes, so
that colour is never the only carrier. ``plots.standalone`` turns a chart into a file of its own. Sizes are CSS pixels at the ``width`` asked for; the fonts
are 12 px there, so ask for 340 on a phone rather than shrinking a wide chart.

Class names (style these, nothing else is used):

==================== =====================================================================
``chart``            the ``<svg>`` itself; ``chart-scores``, ``chart-vitals``,
                     ``chart-shares``, ``chart-concentrations``, ``chart-strip`` or
                     ``chart-tradeoff`` beside it
``chart-panel``      background of one panel
``chart-grid``       horizontal grid line; ``chart-axis`` the time axis
``chart-label``      any text; ``chart-label-title`` a panel's name, ``chart-label-value`` the
                     newest value, ``chart-label-quiet`` ticks of the axes
``chart-band-90``    5 to 95 % band; ``chart-band-50`` 25 to 75 % band (polygons ahead, upright
                     bars behind a score that was foreseen)
``chart-median``     median of the band (a line)
``chart-line``       line through measured scores; the typical person's concentration
``chart-case-1``     to ``chart-case-4``: other cases beside the typical line
``chart-dot``        a measured score or a device's value (filled circle)
``chart-dot-manual`` a value a person measured (open diamond)
``chart-range``      device values that stand close, from lowest to highest (upright strokes)
``chart-pump``       the pump's rate while it runs (filled); ``chart-crossed`` a limit was crossed
``chart-dot-newest`` beside ``chart-dot`` on the newest one
``chart-dot-other``  an option that another outdoes (small open circle)
``chart-threshold``  a dashed limit or response line; ``chart-threshold-label`` its text
``chart-tick``       a dose on the time axis (triangle); ``chart-tick-label`` its text
``chart-event``      a vertical line for start, pause, stop; ``chart-now`` the present
==================== =====================================================================
"""

from ketacare.adapters.plots.chart import BandData, Chart, Mark, Threshold
from ketacare.adapters.plots.concentrations import (
    Case,
    ConcentrationPanel,
    SamplePoint,
    concentration_chart,
)
from ketacare.adapters.plots.scores import Foreseen, ScorePanel, ScorePoint, score_chart
from ketacare.adapters.plots.shares import ShareRow, share_chart
from ketacare.adapters.plots.strip import (
    StripEvent,
    StripPump,
    StripScale,
    StripSeries,
    StripSign,
    strip_chart,
)
from ketacare.adapters.plots.tradeoff import TradeOff, trade_off_chart
from ketacare.adapters.plots.vitals import VitalPanel, VitalPoint, vitals_chart

__all__ = [
    "BandData",
    "Case",
    "Chart",
    "ConcentrationPanel",
    "Foreseen",
    "Mark",
    "SamplePoint",
    "ScorePanel",
    "ScorePoint",
    "ShareRow",
    "StripEvent",
    "StripPump",
    "StripScale",
    "StripSeries",
    "StripSign",
    "Threshold",
    "TradeOff",
    "VitalPanel",
    "VitalPoint",
    "concentration_chart",
    "score_chart",
    "share_chart",
    "strip_chart",
    "trade_off_chart",
    "vitals_chart",
]
