"""Runs independent pieces of writing one after the other, or one process each where that is possible."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence

from django.db import connections

Job = Callable[[], None]


def run_jobs(jobs: Sequence[Job], *, side_by_side: bool) -> None:
    """Run all jobs; raise ``RuntimeError`` when one of them failed.

    Side by side needs a database that other processes reach, Linux and more than one processor;
    without these it is one after the other.
    """
    if not side_by_side or sys.platform != "linux" or (os.cpu_count() or 1) < 2:
        for job in jobs:
            job()
        return
    connections.close_all()  # a connection must not be shared by two processes
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_run, args=(job,), daemon=True) for job in jobs]
    for process in processes:
        process.start()
    try:
        for process in processes:
            process.join()
    finally:
        for process in processes:
            if process.is_alive():
                process.terminate()
                process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a process that wrote sample people ended with an error, shown above")


def _run(job: Job) -> None:
    # The parent decides when to stop, whoever pressed Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()  # the process is short, and looking for cycles takes a tenth of its time
    try:
        fast_commits()
        job()
    except Exception:  # noqa: BLE001 - whatever it was, the parent has to hear of it
        traceback.print_exc()
        sys.exit(1)
    finally:
        connections.close_all()


def fast_commits() -> None:
    """Let SQLite not wait for the disk while sample people are written: they can be written again."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
