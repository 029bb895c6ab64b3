"""Ctrl-C that is heard: said again until whoever catches it has it.

Python raises ``KeyboardInterrupt`` wherever it happens to be, and code in C that clears errors it
did not expect (a look-up in a dictionary, a library that asks for an attribute) takes it away
without a word. The demo would then go on as if nobody had asked it to stop.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN_S = 2.0  # long enough for processes and connections to be closed in the meantime


@contextmanager
def interruptible(*, again_s: float = AGAIN_S) -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` in the block on SIGINT and SIGTERM, and again until it is left.

    The handlers stay afterwards, without saying it again.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if inside:
            signal.setitimer(signal.ITIMER_REAL, again_s)
        raise KeyboardInterrupt

    inside = True
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        inside = False
        signal.setitimer(signal.ITIMER_REAL, 0.0)
