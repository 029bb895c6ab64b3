"""``ketacare audit verify`` says whether the audit log, the seals and the cabinet's guards hold."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db import connection

from ketacare import __version__
from ketacare.clinic.audit.verify import Verdict, verify

if TYPE_CHECKING:
    from ketacare.clinic.records.verify import Verdict as SealVerdict


class Command(BaseCommand):
    """Walk the audit log and the seals of sessions; look for the triggers that protect them."""

    help = (
        "Check the audit log's hash chain, the sealed session records against the database, and "
        "the triggers of log, records and cabinet. Exit code 1 when anything is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the two options."""
        parser.add_argument(
            "--quick",
            action="store_true",
            help="check the chains only, without reading every sealed session again",
        )
        parser.add_argument("--json", action="store_true", help="print the verdict as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verdict."""
        from ketacare.clinic.cabinet import triggers as cabinet
        from ketacare.clinic.records.verify import verify as verify_seals

        verdict, seals = verify(), verify_seals(quick=options["quick"])
        guards = tuple(
            f"The trigger {name} of the cabinet is missing: make it again as the migrations do."
            for name in cabinet.missing(connection)
        )
        problems = [*verdict.problems, *seals.problems, *guards]
        if options["json"]:
            self.stdout.write(json.dumps(_said(verdict, seals, guards, **options), indent=2))
        else:
            self._tell(verdict, seals, problems)
        if problems:
            sys.exit(1)

    def _tell(self, verdict: Verdict, seals: SealVerdict, problems: Sequence[str]) -> None:
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            return
        self.stdout.write(
            f"The audit log holds: {verdict.events} events, last hash {verdict.last_hash}."
        )
        self.stdout.write(
            f"The sealed records hold: {seals.seals} seals, last hash {seals.last_hash}."
        )
        self.stdout.write("The cabinet's ledger is protected: every trigger is there.")


def _said(
    verdict: Verdict, seals: SealVerdict, guards: Sequence[str], *, quick: bool, **_options: Any
) -> dict[str, Any]:
    """Return the verdict as it is printed for programs."""
    return {
        "ketacare": __version__,
        "command": "audit verify",
        "holds": verdict.holds and seals.holds and not guards,
        "quick": quick,
        "audit_log": {
            "holds": verdict.holds,
            "events": verdict.events,
            "last_hash": verdict.last_hash,
            "problems": list(verdict.problems),
        },
        "sealed_records": {
            "holds": seals.holds,
            "seals": seals.seals,
            "last_hash": seals.last_hash,
            "problems": list(seals.problems),
        },
        "cabinet": {"holds": not guards, "problems": list(guards)},
    }
