"""Kills a listener under load at random moments, and counts what was acknowledged and what is stored."""

import asyncio
import random
import threading
import time

from tests.load.driving import drive

CHAIRS = 4


def kill_often(clinic, *, times, seed, longest_s=1.0):
    """Kill ``times``, and return (acknowledged, lost, doubled) over all of it.

    After each kill the listener is started again and every chair begins anew with the same control
    ids but other times, so each round has numbers of its own by its position in ``stored``.
    """
    rng = random.Random(seed)
    acknowledged_all, lost = 0, 0
    for _ in range(times):
        before = {bed: len(ids) for bed, ids in clinic.stored().items()}
        port = clinic.listen()
        acknowledged = {}
        timer = threading.Timer(rng.uniform(0.05, longest_s), clinic.listener.kill)
        timer.start()
        asyncio.run(drive(port, chairs=CHAIRS, acknowledged=acknowledged, seconds=60))
        timer.join()
        clinic.kill()
        stored = {bed: ids[before.get(bed, 0) :] for bed, ids in clinic.stored().items()}
        for bed, ids in acknowledged.items():
            acknowledged_all += len(ids)
            lost += len(set(ids) - set(stored.get(bed, [])))
            assert len(stored.get(bed, [])) == len(set(stored.get(bed, [])))  # none twice
            # In order, and nothing between: what is stored is a whole beginning of what was sent.
            assert stored.get(bed, []) == [
                f"{bed.split()[1]}-{n}" for n in range(len(stored.get(bed, [])))
            ]
    return acknowledged_all, lost


def resumes(clinic):
    """Return seconds until a listener that was killed stores again."""
    begun = time.perf_counter()
    port = clinic.listen()
    asyncio.run(drive(port, chairs=CHAIRS, count=1))
    clinic.stop()
    return time.perf_counter() - begun
