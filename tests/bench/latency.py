"""Times a value on its way: to the monitor's acknowledgement, to an open session page, to the board.

The server is a process of its own and its clients share the machine with it, so these are the longest
it takes. The limit state is changed in the transaction that is acknowledged, so the time to the
acknowledgement is no shorter than the time to the changed state.
"""

import asyncio
import tempfile
from pathlib import Path

from tests.load.viewing import Serving, percentile, watch_under_load

SECONDS = 25
LOADS = ((12, 0.250, 0.500), (50, None, 1.0))  # chairs, target of the state, target of the page


def run(line):
    """Print the 99th percentiles at both loads, every page open and one board."""
    for chairs, state, page in LOADS:
        print(
            f"\n{chairs} chairs x 7 signs x 1 Hz, {SECONDS} s, every session's page and a board open"
        )
        with tempfile.TemporaryDirectory() as folder:
            serving = Serving(Path(folder), chairs=chairs).start()
            try:
                told = asyncio.run(watch_under_load(serving, chairs=chairs, seconds=SECONDS))
            finally:
                serving.stop()
        stored = sorted(at - told.sent[key] for key, at in told.acknowledged.items())
        line(
            "value received -> limit state changed and committed, p99",
            percentile(stored, 0.99),
            state,
        )
        for where, name in (("page", "session page"), ("board", "board")):
            waits = told.waits(where)
            line(
                f"value received -> told to another station's {name}, p99",
                percentile(waits, 0.99),
                page,
            )
            print(f"{'':<4}{len(waits)} of {len(told.acknowledged)} values seen there")
