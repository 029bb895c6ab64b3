"""``python -m ketacare.clinic listen``: receive monitors' messages without serving pages."""

from __future__ import annotations

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ketacare.clinic.vitals.listener import Listener
from ketacare.clinic.vitals.tls import context_of
from ketacare.core.errors import InputError


class Command(BaseCommand):
    """Listen for bedside monitors in a process of its own."""

    help = "Receive bedside monitors' messages (HL7 v2 over MLLP) until interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add address and port; the settings give both when they are left out."""
        parser.add_argument("--host", help="Address; KETACARE_VITALS_HOST when left out.")
        parser.add_argument("--port", type=int, help="Port; KETACARE_VITALS_PORT when left out.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen until SIGINT or SIGTERM."""
        port = options["port"]
        if port is None:
            port = settings.KETACARE["KETACARE_VITALS_PORT"]
        if port is None:
            raise CommandError("Give --port, or set KETACARE_VITALS_PORT.")
        host = options["host"] or settings.KETACARE["KETACARE_VITALS_HOST"]
        try:
            asyncio.run(self._listen(host, port))
        except InputError as error:
            raise CommandError(error.sentence) from error
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error

    async def _listen(self, host: str, port: int) -> None:
        listener = Listener(host=host, port=port, tls=context_of(settings.KETACARE))
        await listener.start()
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        # Said last: whoever reads it may stop us at once.
        self.stdout.write(f"Listening on {host}:{listener.port}.")
        self.stdout.flush()
        await stopped.wait()
        await listener.stop()
