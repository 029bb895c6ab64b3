"""``python -m ketacare.clinic adduser``: the first manager, who then adds everybody else."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ketacare.clinic import audit
from ketacare.clinic.accounts.actions import create_user
from ketacare.clinic.accounts.roles import Role


class Command(BaseCommand):
    """Add a person who can sign in; the password is asked for and never shown."""

    help = "Add a person. The password is asked for, or read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add name and role."""
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="The name as others see it.")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for the password and add the person."""
        password = (
            getpass.getpass("Password (at least 12 characters): ")
            if sys.stdin.isatty()
            else sys.stdin.readline().rstrip(os.linesep)
        )
        try:
            person = create_user(
                by=audit.SYSTEM,
                username=options["username"],
                display_name=options["name"],
                role=Role(options["role"]),
                password=password,
                email=options["email"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{person.display_name} can sign in as {person.username}.")
