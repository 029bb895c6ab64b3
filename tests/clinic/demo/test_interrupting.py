"""An interrupt is heard though something on the way clears it; nothing is said once it was."""

import signal
import time

import pytest

from ketacare.clinic.demo.interrupting import interruptible


@pytest.fixture
def handlers():
    kept = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def work_that_clears(number, cleared):
    """Work on and clear two interrupts, as a look-up in C does that clears every error."""
    for _ in range(2):
        try:
            if not cleared:
                signal.raise_signal(number)
            time.sleep(5)
        except KeyboardInterrupt:
            cleared.append(number)
    time.sleep(5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_that_was_cleared_is_said_again(number, handlers):
    cleared = []
    with pytest.raises(KeyboardInterrupt), interruptible(again_s=0.02):
        work_that_clears(number, cleared)

    assert len(cleared) == 2


def test_once_it_was_heard_it_is_not_said_again(handlers):
    with pytest.raises(KeyboardInterrupt), interruptible(again_s=0.02):
        signal.raise_signal(signal.SIGINT)

    time.sleep(0.06)  # three times as long as it would have taken
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
