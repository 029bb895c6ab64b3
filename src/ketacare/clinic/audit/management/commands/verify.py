"""``ketacare audit verify`` says whether the audit log, the seals and the cabinet's guards hold."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from ketacare.clinic.audit.verify import verify


class Command(BaseCommand):
    """Walk the audit log and the seals of sessions; look for the triggers that protect them."""

    help = (
        "Check the audit log's hash chain, the sealed session records against the database, and "
        "the triggers of log, records and cabinet. Exit code 1 when anything is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the one option."""
        parser.add_argument(
            "--quick",
            action="store_true",
            help="check the chains only, without reading every sealed session again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verdict."""
        from ketacare.clinic.cabinet import triggers as cabinet
        from ketacare.clinic.records.verify import verify as verify_seals

        verdict, seals = verify(), verify_seals(quick=options["quick"])
        problems = [*verdict.problems, *seals.problems]
        problems += [
            f"The trigger {name} of the cabinet is missing: make it again as the migrations do."
            for name in cabinet.missing(connection)
        ]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            sys.exit(1)
        self.stdout.write(
            f"The audit log holds: {verdict.events} events, last hash {verdict.last_hash}."
        )
        self.stdout.write(
            f"The sealed records hold: {seals.seals} seals, last hash {seals.last_hash}."
        )
        self.stdout.write("The cabinet's ledger is protected: every trigger is there.")
