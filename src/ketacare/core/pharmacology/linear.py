"""The exact response of linear compartment systems to a piecewise-constant input, for many people.

Between two changes of the input the state is x(t) = e^(A s) x0 + (integral of e^(A u) du) b r with
s the time since the change, so an answer at one time never depends on which other times were
asked. Modes are used where they are sound, and otherwise the augmented matrix exponential of
Van Loan (IEEE Trans Automat Contr 1978;23:395). Nothing here knows of ketamine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ketacare.core.errors import ErrorCode, KetacareError
from ketacare.core.pharmacology.early import early, early_reach
from ketacare.core.pharmacology.modes import Floats, Modes, decompose, upstream
from ketacare.core.pharmacology.stepping import respond_by_exponentials

_CACHED = 32_768  # numbers worked on at once; a few such arrays stay in a core's cache
_JUDGED_BY = 16  # people whose cancellation stands for that of their batch
_DIGITS_KEPT = 1e-11
_PEOPLE_AT_ONCE = 8_192  # bounds the memory of their modes to some tens of megabytes
# Rounding leaves about 1e-12 of a peak below zero where nothing has arrived yet.
_BELOW_ZERO = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearSystem:
    """``n`` systems of the same shape.

    ``matrix`` (n, m, m) in 1/h, ``entry`` (n, m) what one mg of input adds to each state, or
    (n, c, m) for ``c`` inputs, ``readout`` (n, o, m) how each of ``o`` outputs is made of the
    states.
    """

    matrix: Floats
    entry: Floats
    readout: Floats

    def __len__(self) -> int:
        return len(self.matrix)

    def of(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> LinearSystem:
        """Return the systems of some people."""
        return LinearSystem(
            matrix=self.matrix[rows], entry=self.entry[rows], readout=self.readout[rows]
        )

    @property
    def entries(self) -> Floats:
        """Return the entries as (n, c, m), also where there is one."""
        return self.entry[:, None] if self.entry.ndim == 2 else self.entry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedule:
    """The input as segments: from ``starts[i]`` (h) on ``rates[i]`` (mg/h), after ``jumps[i]`` mg.

    ``rates`` and ``jumps`` are (s,), or (s, c) for ``c`` inputs. ``starts`` (s,) begin at zero and
    rise; (n, s) gives every person times of their own.
    """

    starts: Floats
    rates: Floats
    jumps: Floats

    @property
    def is_personal(self) -> bool:
        """Return whether people have times of their own."""
        return self.starts.ndim == 2

    def of(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Schedule:
        """Return the schedule of some people."""
        return replace(self, starts=self.starts[rows]) if self.is_personal else self

    def delivered(self, times_h: Floats) -> Floats:
        """Return the mg given (t,) up to and including each time (one input, one for all)."""
        starts = self.starts[0] if self.is_personal else self.starts
        spans = np.clip(times_h[:, None] - starts, 0.0, np.append(np.diff(starts), np.inf))
        jumped = np.where(times_h[:, None] >= starts, self.jumps, 0.0)
        return np.asarray(spans @ self.rates + jumped.sum(axis=1))


def respond(system: LinearSystem, schedule: Schedule, times_h: Floats) -> Floats:
    """Return the outputs (n, o, t) at ``times_h``; at the moment of a bolus, just after it.

    ``times_h`` may be in any order and must not be negative. Everything is at rest before zero.
    Where nothing can be negative, rounding below zero is zero.
    """
    order = np.argsort(times_h, kind="stable")
    times = times_h[order]
    found = np.zeros((len(system), system.readout.shape[1], len(times)))
    for first in range(0, len(system), _PEOPLE_AT_ONCE):
        rows = slice(first, first + _PEOPLE_AT_ONCE)
        responder(system.of(rows), schedule.of(rows), times).add(slice(0, len(times)), found[rows])
    if (order[1:] > order[:-1]).all():
        return found
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return found[:, :, back]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Responder:
    """Systems with their modes worked out, ready to be read at any of some rising ``times``.

    ``unsound`` are the people (rows) whose ``system`` is stepped instead; ``early`` holds the
    outputs and columns of times whose answer was summed another way, with that answer.
    """

    times: Floats
    schedule: Schedule
    modes: Modes | None
    courses: tuple[Course, ...]
    unsound: NDArray[np.intp]
    system: LinearSystem
    early: tuple[NDArray[np.intp], NDArray[np.intp], Floats]
    lifted: bool

    def add(self, columns: slice, found: Floats) -> None:
        """Add the outputs at some of the times to ``found`` (n, o, t), which is zero before."""
        if self.modes is None:
            return
        times = self.times[columns]
        if len(self.unsound) < len(found):
            _modal(self.modes, self.courses, self.schedule, times, found)
            outputs, places, better = self.early
            here = (places >= columns.start) & (places < columns.stop)
            if here.any():
                found[:, outputs[:, None], places[here] - columns.start] = better[:, :, here]
        if len(self.unsound):
            schedule = self.schedule.of(self.unsound)
            found[self.unsound] = respond_by_exponentials(self.system, schedule, times)
        if self.lifted:
            _lift(found)


def responder(system: LinearSystem, schedule: Schedule, times: Floats) -> Responder:
    """Return the systems ready to be read at rising ``times``."""
    lifted = bool((system.entry >= 0).all() and (system.readout >= 0).all())
    system = without_unseen(system)
    none = np.zeros(0, dtype=np.intp)
    empty = (none, none, np.zeros((len(system), 0, 0)))
    if not system.matrix.shape[1]:
        return Responder(
            times=times,
            schedule=schedule,
            modes=None,
            courses=(),
            unsound=none,
            system=system,
            early=empty,
            lifted=lifted,
        )
    modes = _modes(system)
    bad = np.flatnonzero(~modes.sound)
    sharpened = empty
    if modes.sound.any() and not schedule.is_personal and (system.entry >= 0).all():
        sharpened = _sharpened(system, modes, schedule, times)
    return Responder(
        times=times,
        schedule=schedule,
        modes=modes,
        courses=tuple(_courses(modes, schedule)) if modes.sound.any() else (),
        unsound=bad,
        system=system.of(bad),
        early=sharpened,
        lifted=lifted,
    )


def prepared(system: LinearSystem) -> Modes:
    """Return the modes of the systems, without the states that no output depends on."""
    return _modes(without_unseen(system))


def _modes(system: LinearSystem) -> Modes:
    return decompose(
        np.ascontiguousarray(np.moveaxis(system.matrix, 0, 2)),
        np.ascontiguousarray(np.moveaxis(system.entries, 0, 2)),
        np.ascontiguousarray(np.moveaxis(system.readout, 0, 2)),
    )


def _sharpened(
    system: LinearSystem, modes: Modes, schedule: Schedule, times: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return outputs, columns and values of what soon after a dose is a small rest of large modes.

    A few people stand for all of a batch.
    """
    outputs = columns = np.zeros(0, dtype=np.intp)
    high = int(np.searchsorted(times, early_reach(system, schedule), side="right"))
    if high:
        rows = np.unique(np.linspace(0, len(system) - 1, _JUDGED_BY).astype(int))
        net = _of_people(modes, rows)
        gross = replace(net, entry=np.abs(net.entry), gain=np.abs(net.gain))
        whole = np.zeros((len(rows), len(modes.gain), high))
        parts = np.zeros_like(whole)
        _modal(net, tuple(_courses(net, schedule)), schedule, times[:high], whole)
        _modal(gross, tuple(_courses(gross, schedule)), schedule, times[:high], parts)
        vague = (parts * np.finfo(float).eps > _DIGITS_KEPT * np.abs(whole)) & (parts > 0)
        vague &= net.sound[:, None, None]
        outputs, columns = (np.flatnonzero(vague.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    if not len(outputs):
        return outputs, columns, np.zeros((len(system), 0, 0))
    return outputs, columns, early(system, schedule, times[columns], outputs)


def _of_people(modes: Modes, rows: NDArray[np.intp]) -> Modes:
    return replace(
        modes,
        rates=modes.rates[:, rows],
        entry=modes.entry[:, :, rows],
        gain=modes.gain[:, :, rows],
        sound=modes.sound[rows],
    )


def _lift(found: Floats) -> None:
    """Set what rounding left below zero to zero; refuse what is more than rounding."""
    if found.size == 0 or (low := float(found.min())) >= 0:
        return
    if not low >= -_BELOW_ZERO * max(1.0, float(found.max())):
        raise KetacareError(
            ErrorCode.NUMERICAL,
            f"an amount came out as {low:g}, below zero by more than rounding; report the model",
        )
    np.maximum(found, 0.0, out=found)


def without_unseen(system: LinearSystem) -> LinearSystem:
    """Return the system without the states that no output depends on; the answer is the same."""
    reach = upstream((system.matrix != 0).any(axis=0))
    read = (system.readout != 0).any(axis=(0, 1))
    fed = (system.entries != 0).any(axis=(0, 1))
    keep = np.flatnonzero(reach[read].any(axis=0) & reach[:, fed].any(axis=1))
    if len(keep) == system.matrix.shape[1]:
        return system
    return LinearSystem(
        matrix=system.matrix[:, keep[:, None], keep],
        entry=system.entry[..., keep],
        readout=system.readout[:, :, keep],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """The modes from one change of the input on: ``state`` (k, n) then, ``push`` (k, n) per hour.

    ``since`` is the start in h, one number or one per person (n,).
    """

    since: float | Floats
    state: Floats
    push: Floats


def _courses(modes: Modes, schedule: Schedule) -> Iterator[Course]:
    """Yield the modes at the start of each segment, jump included."""
    starts = schedule.starts if schedule.is_personal else schedule.starts[None]
    rates = schedule.rates.reshape(starts.shape[1], -1)
    jumps = schedule.jumps.reshape(starts.shape[1], -1)
    state = np.zeros_like(modes.rates)
    push = state
    for i in range(starts.shape[1]):
        if i:
            state = _advanced(modes, state, push, starts[:, i] - starts[:, i - 1])
        if jumps[i].any():
            state = state + np.tensordot(jumps[i], modes.entry, 1)
        push = np.tensordot(rates[i], modes.entry, 1)
        since = starts[:, i] if schedule.is_personal else float(starts[0, i])
        yield Course(since=since, state=state, push=push)


def _advanced(modes: Modes, state: Floats, push: Floats, span: Floats) -> Floats:
    """Return the modes ``span`` hours (n,) or (1,) later."""
    after = np.empty_like(state)
    pushed = bool(push.any())
    for first, length in modes.ladders:
        rate = modes.rates[first]
        shapes, drives = _shapes(rate * span, span, length, rate, pushed=pushed)
        for k in range(length):
            here = first + k
            after[here] = sum(state[here + q] * shapes[q] for q in range(length - k))
            if pushed:
                after[here] += sum(push[here + q] * drives[q] for q in range(length - k))
    return after


def _shapes(
    exponent: Floats, span: Floats, length: int, rate: Floats, *, pushed: bool
) -> tuple[list[Floats], list[Floats]]:
    """Return s^q/q! e^(rate s) and its integrals from 0 to s, q = 0 … length - 1."""
    decay = np.exp(exponent)
    shapes = [decay]
    for q in range(1, length):
        shapes.append(shapes[-1] * span / q)
    if not pushed:
        return shapes, []
    drives = [np.expm1(exponent) / rate]
    for q in range(1, length):
        drives.append((shapes[q] - drives[-1]) / rate)
    return shapes, drives


def _modal(
    modes: Modes, courses: tuple[Course, ...], schedule: Schedule, times: Floats, found: Floats
) -> None:
    """Add the outputs at rising ``times`` to ``found`` (n, o, t), as sums of modes."""
    starts = schedule.starts
    for i, course in enumerate(courses):
        last = i + 1 == starts.shape[-1]
        if not schedule.is_personal:
            low = np.searchsorted(times, starts[i], side="left")
            high = len(times) if last else np.searchsorted(times, starts[i + 1], side="left")
            if low < high:
                _read(modes, course, times[low:high], found[:, :, low:high])
            continue
        # Times of their own: every segment is read at every time and kept where it belongs.
        since = times - starts[:, i, None]
        within = since >= 0
        if not last:
            within &= times < starts[:, i + 1, None]
        if within.any():
            part = np.zeros_like(found)
            _read(modes, course, np.maximum(since, 0.0), part, personal=True)
            found += np.where(within[:, None], part, 0.0)


def _read(
    modes: Modes, course: Course, times: Floats, found: Floats, *, personal: bool = False
) -> None:
    """Add one segment; ``times`` are those asked, or (n, t) hours since the start if personal."""
    count, width = found.shape[0], times.shape[-1]
    at_once = max(1, _CACHED // width)
    moved, pushed = bool(course.state.any()), bool(course.push.any())
    exponent, buffer = np.empty((at_once, width)), np.empty((at_once, width))
    since = times if personal else times - course.since
    for first in range(0, count, at_once):
        rows = slice(first, min(first + at_once, count))
        size = rows.stop - rows.start
        span = since[rows] if personal else since
        for start, length in modes.ladders:
            if length > 1:
                _read_ladder(modes, course, (start, length), span, rows, found)
                continue
            gain = modes.gain[:, start, rows]
            rate = modes.rates[start, rows]
            x = np.multiply(rate[:, None], span, out=exponent[:size])
            y = buffer[:size]
            if pushed:
                drive = gain * (course.push[start, rows] / rate)
                np.expm1(x, out=y)
                _add(found, rows, drive, y, last=not moved)
            if moved:
                np.exp(x, out=x)
                _add(found, rows, gain * course.state[start, rows], x, last=True)


def _add(found: Floats, rows: slice, weight: Floats, shape: Floats, *, last: bool) -> None:
    """Add weight (o, r) times shape (r, t) to each output; the last may use the shape up."""
    used = [o for o in range(len(weight)) if weight[o].any()]
    for o in used:
        spent = last and o == used[-1]
        term = np.multiply(shape, weight[o][:, None], out=shape if spent else None)
        found[rows, o] += term


def _read_ladder(  # noqa: PLR0917 - one kernel
    modes: Modes,
    course: Course,
    ladder: tuple[int, int],
    span: Floats,
    rows: slice,
    found: Floats,
) -> None:
    """Add a run of modes with one rate: e^(rate s) times a polynomial, and its integrals."""
    first, length = ladder
    places = range(first, first + length)
    pushed = bool(course.push[first : first + length].any())
    rate = modes.rates[first, rows][:, None]
    shapes, drives = _shapes(rate * span, span, length, rate, pushed=pushed)
    for o in range(found.shape[1]):
        gain = modes.gain[o, :, rows]
        if not gain[places.start : places.stop].any():
            continue
        for q in range(length):
            pairs = [(k, k + q) for k in places if k + q < places.stop]
            weight = sum(gain[k] * course.state[up, rows] for k, up in pairs)
            found[rows, o] += np.asarray(weight)[:, None] * shapes[q]
            if pushed:
                weight = sum(gain[k] * course.push[up, rows] for k, up in pairs)
                found[rows, o] += np.asarray(weight)[:, None] * drives[q]
