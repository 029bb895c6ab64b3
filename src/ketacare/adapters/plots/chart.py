"""What charts are made of and what they give back: bands, marks, thresholds, the chart itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ketacare.core.errors import ErrorCode, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing and what stands beside it: a table with the same numbers, a sentence with the gist."""

    svg: str
    table_headers: tuple[str, ...]
    table_rows: tuple[tuple[str, ...], ...]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BandData:
    """Percentiles over time: ``at`` in days (scores) or minutes (vital signs), equal lengths.

    Any sequences of numbers are taken, arrays too, and kept as tuples of floats.
    """

    at: Sequence[float]
    p5: Sequence[float]
    p25: Sequence[float]
    p50: Sequence[float]
    p75: Sequence[float]
    p95: Sequence[float]

    def __post_init__(self) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, tuple(float(v) for v in getattr(self, name)))
        lengths = {len(s) for s in (self.at, self.p5, self.p25, self.p50, self.p75, self.p95)}
        if len(lengths) != 1:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f"the percentiles have different lengths {sorted(lengths)}; give one value a time",
            )
        if not self.at:
            raise InputError(ErrorCode.MISSING_KEY, "a band needs at least one time; give no band")

    def at_time(self, when: float) -> tuple[float, float, float, float, float]:
        """Return the five percentiles at one time, by the nearest time that is known."""
        index = min(range(len(self.at)), key=lambda i: abs(self.at[i] - when))
        return (
            self.p5[index],
            self.p25[index],
            self.p50[index],
            self.p75[index],
            self.p95[index],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment on the time axis with a short text: a dose, a start, a pause."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A level with a short text: response, remission, an alarm limit."""

    value: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A linear map from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of ``value``."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Return whether ``value`` lies on the scale."""
        return self.low <= value <= self.high


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most ``most`` round numbers from ``low`` to ``high``, steps of 1, 2, 2.5 or 5."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    ticks: list[float] = []
    for step in (1, 2, 2.5, 5, 10, 20):
        ticks = _multiples(low, high, step * power)
        if len(ticks) <= most:
            break
    return ticks


def day_ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most ``most`` day numbers, in days, weeks or months of four weeks."""
    for step in (1, 2, 7, 14, 28, 56, 84, 168, 364):
        ticks = _multiples(low, high, step)
        if len(ticks) <= most:
            return ticks
    return nice_ticks(low, high, most)


def minute_ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most ``most`` minutes, in steps a clock knows."""
    for step in (5, 10, 15, 20, 30, 60, 120, 240):
        ticks = _multiples(low, high, step)
        if len(ticks) <= most:
            return ticks
    return nice_ticks(low, high, most)


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def number(value: float) -> str:
    """Return a number as a reader wants it: no trailing zeros, a real minus sign."""
    text = f"{value:.1f}" if abs(value) < 1000 else f"{value:.0f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")
