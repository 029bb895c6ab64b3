"""Starts and ends ``ketacare monitor``, the simulated bedside monitor, as a process of its own.

It is the same program anybody can start by hand: it connects to the vitals port and knows nothing
of the database.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from ketacare.clinic.infusions.models import Session

LOG = "monitor.log"
EVERY_S = 5
_HOURS = 4  # it ends by itself, should nobody be left to end it
_PATIENCE_S = 1.0


class Monitor:
    """The monitor at the chair of a session, for as long as the context lasts."""

    def __init__(self, session: Session, *, port: int, folder: Path, seed: int) -> None:
        self._command = _command(session, port=port, seed=seed)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self._log = (self._folder / LOG).open("wb")
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._log is not None:
            self._log.close()


def _command(session: Session, *, port: int, seed: int) -> list[str]:
    if session.chair is None or session.started_at is None or session.dose_mg is None:
        raise ValueError("a session without chair, start or dose has no monitor")
    options = {
        "port": port,
        "bed": session.chair.name,
        "seed": seed,
        "weight": f"{session.weight_kg:g} kg",
        "dose": f"{session.dose_mg:g} mg",
        "minutes": f"{session.minutes:g}",
        "started": session.started_at.isoformat(),
        "every": EVERY_S,
        "cuff": 5,
        "count": _HOURS * 3600 // EVERY_S,
    }
    return [
        sys.executable, "-m", "ketacare.cli", "monitor", "--backfill",
        *(f"--{name}={value}" for name, value in options.items()),
    ]  # fmt: skip
