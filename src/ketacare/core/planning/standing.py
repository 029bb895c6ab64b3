"""Where a person stands in a series, as far as limits on the next step depend on it.

A small value instead of a whole record, so that the same limits hold for a person with a record
and for a virtual person in a trial. What is not known is ``None``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ketacare.core.planning.guideline import GuidelineView
from ketacare.core.planning.rules import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the series so far allows to say.

    ``responded`` and ``responds``: at least a response after any infusion, after the latest one.
    ``distress``, ``pressure``, ``nausea`` and ``tolerated`` are about the latest infusion, ``None``
    when not recorded (``unborne`` names what would have said it). ``given_days`` are the days of
    the infusions of the series, counted from now, so at most zero.
    """

    number: int
    responded: bool
    responds: bool
    distress: bool | None = None
    pressure: bool | None = None
    nausea: bool | None = None
    tolerated: bool | None = None
    unborne: tuple[str, ...] = ()
    given_days: tuple[float, ...] = ()

    @property
    def badly(self) -> bool:
        """Return whether the latest infusion brought distress or a red blood pressure."""
        return bool(self.distress or self.pressure)


def standing_of(plain: GuidelineView, thresholds: Thresholds, *, now: datetime) -> Standing:
    """Return where the person of a guideline view stands at ``now``."""
    response = thresholds.response.to("%")
    series, tolerance = plain.series, plain.tolerance
    known = [t.improvement for t in series.infusions if t.improvement is not None]
    last = series.last
    return Standing(
        number=series.number,
        responded=any(improvement >= response for improvement in known),
        responds=(
            last is not None and last.improvement is not None and last.improvement >= response
        ),
        distress=None if tolerance is None else tolerance.distress,
        pressure=None if tolerance is None else tolerance.pressure,
        nausea=None if tolerance is None else tolerance.nausea,
        tolerated=None if tolerance is None else tolerance.tolerated,
        unborne=() if tolerance is None else tolerance.missing,
        given_days=tuple((t.infusion.at - now) / timedelta(days=1) for t in series.infusions),
    )
