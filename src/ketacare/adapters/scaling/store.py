"""Keeps results of tasks in a folder, so that work that was interrupted goes on where it stopped.

The folder is named after everything the results depend on (:func:`fingerprint`): other inputs are
another folder, never mixed. A result is written whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketacare.core.errors import ErrorCode, InputError

_LENGTH = 16  # hexadecimal digits: no two sets of inputs of one clinic share them


def fingerprint(inputs: Any) -> str:
    """Return a short name for ``inputs``, the same for the same JSON values."""
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of results by position; values are JSON, whose floats come back to the last bit."""

    folder: Path

    @classmethod
    def under(cls, root: Path, inputs: Any) -> Store:
        """Return the store of ``inputs`` under ``root``, made if needed, with the inputs beside it."""
        folder = root / fingerprint(inputs)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / "inputs.json", inputs)
        except OSError as error:
            raise InputError(
                ErrorCode.NOT_AVAILABLE,
                f"{root} cannot hold results ({error.strerror}); name a folder that can be written",
                where="--store",
            ) from error
        return cls(folder)

    def get(self, position: int) -> Any | None:
        """Return the stored result, or ``None`` when there is none that can be read."""
        try:
            return json.loads(self._path(position).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, position: int, value: Any) -> None:
        """Store a result."""
        _write(self._path(position), value)

    def _path(self, position: int) -> Path:
        return self.folder / f"{position:06d}.json"


def _write(path: Path, value: Any) -> None:
    """Write beside and rename, so that a reader never sees half of it."""
    beside = path.with_suffix(f".{os.getpid()}.part")
    beside.write_text(json.dumps(value, allow_nan=False), encoding="utf-8")
    beside.replace(path)
