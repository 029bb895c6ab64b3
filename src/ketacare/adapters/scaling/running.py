"""Runs tasks at a place, takes stored results where there are any, and returns all in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ketacare.adapters.scaling.places import Place
from ketacare.adapters.scaling.store import Store

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

Progress = Callable[[int, int], None]
"""Called with (done, all) at the start and after each task."""


def run_tasks(
    function: Callable[[S, T], R],
    shared: S,
    tasks: Sequence[T],
    *,
    place: Place,
    store: Store | None = None,
    to_json: Callable[[R], Any] = lambda result: result,
    from_json: Callable[[Any], R] = lambda value: value,
    progress: Progress = lambda _done, _all: None,
) -> list[R]:
    """Return ``function(shared, task)`` for every task, in the order of the tasks.

    Results found in ``store`` are not computed again. ``to_json`` and ``from_json`` must give the
    same result back to the last bit, or what is resumed differs from what was not interrupted.
    """
    found: dict[int, R] = {}
    if store is not None:
        for position in range(len(tasks)):
            value = store.get(position)
            if value is not None:
                found[position] = from_json(value)
    progress(len(found), len(tasks))
    open_positions = [p for p in range(len(tasks)) if p not in found]
    if open_positions:
        todo = [tasks[p] for p in open_positions]
        for index, result in place.results(function, shared, todo):
            position = open_positions[index]
            found[position] = result
            if store is not None:
                store.put(position, to_json(result))
            progress(len(found), len(tasks))
    return [found[position] for position in range(len(tasks))]
