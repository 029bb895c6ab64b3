"""``ketacare serve`` and ``ketacare demo``: hand over to the clinic, a program of its own.

The command line knows no Django; it starts ``python -m ketacare.clinic`` in its own place, so
that signals and exit codes are the clinic's.
"""

from __future__ import annotations

import os
import sys


def run_clinic(command: str, *arguments: str, host: str = "", port: int = 0) -> None:
    """Replace this process by the clinic's ``command``; options given here win over the environment."""
    environment = dict(os.environ)
    if host:
        environment["KETACARE_HOST"] = host
    if port:
        environment["KETACARE_PORT"] = str(port)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(  # noqa: S606 - our own interpreter and module, no shell
        sys.executable,
        [sys.executable, "-m", "ketacare.clinic", command, *arguments],
        environment,
    )
