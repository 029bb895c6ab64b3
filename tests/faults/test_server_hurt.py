"""A real server with pages open and monitors sending, hurt: what it says then, and how it comes back.

After each: everything acknowledged is stored once and in order, and nobody restarted anything.
"""

import contextlib
import socket
import time

import pytest
from tests.faults.clinic import message
from tests.faults.hurting import Ear, Monitors, clock, deaf, fill, resident_kb, small_disk
from tests.load.viewing import Serving

from ketacare.adapters.hl7v2 import frame

pytestmark = pytest.mark.slow
CHAIRS = 2


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A clinic that serves, whose clock and disk can be hurt."""
    folder = tmp_path_factory.mktemp("served")
    environment, move = clock(folder)
    with small_disk(folder / "disk", 24) as disk:
        serving = Serving(disk or folder, chairs=CHAIRS, environment=environment).start()
        serving.move_clock, serving.disk = move, disk
        yield serving
        serving.stop()


def page_of(serving):
    """Return the stream of the page of the first chair's session."""
    return f"/infusions/{serving.sessions['Chair 0']}/stream/"


@contextlib.contextmanager
def watched(serving):
    """Monitors that send, and a board and a session's page that are open; at the end nothing is lost."""
    before = {bed: len(ids) for bed, ids in serving.clinic.stored().items()}
    ears = [Ear(serving, "/board/stream/"), Ear(serving, page_of(serving))]
    monitors = Monitors(serving.vitals_port, chairs=CHAIRS)
    monitors.start()
    try:
        for ear in ears:
            assert ear.hears("beat", r"\d", within=20) is not None
        yield monitors, ears
    finally:
        monitors.stop()
        for ear in ears:
            ear.close()
    stored = {bed: ids[before.get(bed, 0) :] for bed, ids in serving.clinic.stored().items()}
    for bed, ids in monitors.taken.items():
        assert ids
        # What was stored in the moment in which the answer did not arrive may be there too.
        assert [each for each in stored[bed] if each in set(ids)] == ids


def goes_on(monitors, taken):
    """Return whether more than ``taken`` of a chair are acknowledged soon."""
    return soon(lambda: len(monitors.taken["Chair 0"]) > taken, within=10)


def refused_within(monitors, seconds):
    return soon(lambda: any(code == "AE" for _at, code in monitors.answers), within=seconds)


def soon(holds, *, within):
    until = time.monotonic() + within
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)  # another process: nothing to wait on but what it says
    return False


def test_a_full_disk_is_said_on_every_page_and_ends_by_itself(served):
    if served.disk is None:
        pytest.skip("nobody may mount a small disk here")
    with watched(served) as (monitors, ears):
        ballast = fill(served.disk)
        assert refused_within(monitors, 20)  # asked for again, not acknowledged
        for ear in ears:
            assert ear.hears("trouble", "^full$", within=10) is not None
        ballast.unlink()
        freed = time.monotonic()
        for ear in ears:
            assert ear.hears("trouble", "^over$", within=10, since=freed) is not None
        assert goes_on(monitors, len(monitors.taken["Chair 0"]))


def test_a_locked_database_is_said_and_ends_by_itself(served):
    with watched(served) as (monitors, ears):
        database = served.clinic.database()
        try:
            database.execute("begin immediate")
            for ear in ears:
                assert ear.hears("trouble", "^waiting$", within=8) is not None
        finally:
            database.execute("rollback")
            database.close()
        freed = time.monotonic()
        for ear in ears:
            assert ear.hears("trouble", "^over$", within=10, since=freed) is not None
    assert {code for _at, code in monitors.answers} == {"AA"}


def test_a_browser_that_hangs_costs_nothing_and_holds_up_nobody(served):
    with watched(served) as (_monitors, (board, page)):
        lines = [deaf(served, "/board/stream/") for _ in range(20)]
        try:
            time.sleep(2)
            before, begun = resident_kb(served.process), time.monotonic()
            time.sleep(4)
            grown = resident_kb(served.process) - before
            for ear, event in ((board, "seat-"), (page, "tiles")):
                told = [
                    at
                    for at, name, _data in list(ear.said)
                    if name.startswith(event) and at > begun
                ]
                assert len(told) >= 8  # of 20 values of each chair
            assert grown < 4000
        finally:
            for line in lines:
                line.close()


def test_half_open_monitors_hold_up_no_page(served):
    with watched(served) as (_monitors, (_board, page)):
        held = []
        for number in range(20):
            line = socket.create_connection(("127.0.0.1", served.vitals_port), timeout=10)
            line.sendall(frame(message(0, 900 + number))[:120])
            held.append(line)
        begun = time.monotonic()
        assert page.hears("tiles", "Pulse", within=5, since=begun) is not None
        for line in held:
            line.close()


def test_a_clock_that_is_set_is_said_loses_nothing_and_hides_no_silence(served):
    """Last, because it is said for a minute."""
    try:
        for hours in (2, -1):
            with watched(served) as (monitors, (board, page)):
                assert goes_on(monitors, 3)
                before = time.monotonic()
                served.move_clock(hours * 3600)
                for ear in (board, page):
                    assert ear.hears("trouble", "^clock$", within=10) is not None or hours < 0
                # Values are stored and shown on, and the monitor's rhythm is known again.
                assert goes_on(monitors, len(monitors.taken["Chair 0"]) + 3)
                assert page.hears("tiles", "Monitor connected", within=10, since=before) is not None
            with contextlib.closing(Ear(served, page_of(served))) as page:
                assert page.hears("tiles", "Monitor silent", within=20) is not None
    finally:
        served.move_clock(0)
