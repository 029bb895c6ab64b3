"""``python -m ketacare.clinic serve``: bring the database up to date and serve the clinic."""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from ketacare.clinic.config.migrating import bring_up_to_date, require_known_changes
from ketacare.clinic.config.serving import Server
from ketacare.clinic.config.starting import require_free
from ketacare.clinic.work.actions import KEEP_DRAFTS, discard_old_drafts


class Command(BaseCommand):
    """Serve the pages, the live streams and, when its port is set, the vitals listener."""

    help = "Serve the clinic on KETACARE_HOST and KETACARE_PORT."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the option that leaves the database alone."""
        parser.add_argument(
            "--no-migrate", action="store_true", help="Do not bring the database up to date first."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until interrupted."""
        values = settings.KETACARE
        require_free(values["KETACARE_HOST"], str(values["KETACARE_PORT"]))
        if values["KETACARE_VITALS_PORT"]:
            require_free(
                values["KETACARE_VITALS_HOST"],
                str(values["KETACARE_VITALS_PORT"]),
                setting="KETACARE_VITALS_PORT",
            )
        if options["no_migrate"]:
            require_known_changes()
        else:
            bring_up_to_date()
        discard_old_drafts(before=timezone.now() - KEEP_DRAFTS)
        config = uvicorn.Config(
            "ketacare.clinic.config.asgi:application",
            host=values["KETACARE_HOST"],
            port=values["KETACARE_PORT"],
            lifespan="on",
            log_config=None,  # settings.LOGGING says how
            access_log=False,
            server_header=False,
            proxy_headers=values["KETACARE_BEHIND_PROXY"],
            timeout_graceful_shutdown=3,  # a request that hangs would keep it waiting for ever
        )
        server = Server(config)
        with contextlib.suppress(KeyboardInterrupt):  # the signal, once everything has ended
            server.run()
        if not server.started:
            raise SystemExit(3)  # as uvicorn itself ends when it could not start
