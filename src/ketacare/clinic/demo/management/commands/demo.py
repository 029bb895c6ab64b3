"""``python -m ketacare.clinic demo``: the clinic with sample people, started and stopped as one.

The data folder, the secret key and the free port are made ready in :mod:`..environment`, before
Django is set up. Ctrl-C and SIGTERM end everything; what stays is the data folder.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, connections
from django.utils import timezone

from ketacare.clinic.config.migrating import bring_up_to_date
from ketacare.clinic.config.serving import Server
from ketacare.clinic.demo import announce, caseload, jobs, running, staff
from ketacare.clinic.demo.chart import Staff
from ketacare.clinic.demo.environment import write_private
from ketacare.clinic.demo.interrupting import interruptible
from ketacare.clinic.demo.monitor import Monitor
from ketacare.clinic.work.actions import KEEP_DRAFTS, discard_old_drafts

MADE = "caseload.json"
_DATABASE = "ketacare.sqlite3"


class SpeakingServer(Server):
    """A server that says something once it can answer."""

    def __init__(self, config: uvicorn.Config, *, then: str) -> None:
        super().__init__(config)
        self._then = then

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and print what is to be said."""
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(self._then)
            sys.stdout.flush()


class Command(BaseCommand):
    """Serve the sample clinic."""

    help = "The clinic with sample people: KETACARE_DATA_DIR, KETACARE_PORT, --reset."
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the option that starts over; the folder was emptied before this runs."""
        parser.add_argument("--reset", action="store_true", help="Start over with new data.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing, serve until interrupted, leave only the data folder."""
        try:
            with interruptible():
                self._run()
        except KeyboardInterrupt:
            connections.close_all()
            made = (settings.KETACARE["KETACARE_DATA_DIR"] / MADE).exists()
            self._say(
                "Stopped; the data is kept."
                if made
                else "Stopped before the sample clinic was finished; the next start makes it again."
            )

    def _run(self) -> None:
        values = settings.KETACARE
        folder: Path = values["KETACARE_DATA_DIR"]
        self._forget_unfinished(folder)
        bring_up_to_date()
        people = staff.make_staff(folder)
        self._make_caseload(folder, people)
        now = timezone.now()
        discard_old_drafts(before=now - KEEP_DRAFTS)
        present = running.in_progress(staff=people, now=now, seed=caseload.SEED)
        host, port = values["KETACARE_HOST"], values["KETACARE_PORT"]
        text = announce.announcement(
            base=f"http://{host}:{port}",
            sign_ins=staff.read_sign_ins(folder),
            first=announce.first_looks(
                staff=people, running=present.session if present else None, now=now
            ),
            folder=str(folder),
        )
        connections.close_all()
        with contextlib.ExitStack() as alongside:
            if present is not None:
                alongside.enter_context(
                    Monitor(
                        present.session,
                        port=values["KETACARE_VITALS_PORT"],
                        folder=folder,
                        seed=caseload.SEED,
                    )
                )
            SpeakingServer(_config(host, port), then=text).run()

    def _forget_unfinished(self, folder: Path) -> None:
        """Remove a database whose caseload was never finished: it is made again."""
        if not (folder / MADE).exists():
            for place in folder.glob(f"{_DATABASE}*"):
                place.unlink()
            (folder / staff.FILE).unlink(missing_ok=True)

    def _make_caseload(self, folder: Path, people: Staff) -> None:
        if (folder / MADE).exists():
            return
        self._say("Making the sample clinic; this takes a few seconds.")
        jobs.fast_commits()
        now = timezone.now()
        caseload.generate(staff=people, now=now, side_by_side=True)
        connection.close()  # the next one waits for the disk again
        made = {"seed": caseload.SEED, "made_at": now.isoformat()}
        write_private(folder / MADE, json.dumps(made) + "\n")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _config(host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        "ketacare.clinic.config.asgi:application",
        host=host,
        port=port,
        lifespan="on",
        log_config=None,  # settings.LOGGING says how
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,  # a request that hangs would keep it waiting
    )
