"""What keeps the clinic from starting, said in one sentence: the port, the folder, the database.

Whoever starts a clinic sees this on a terminal or in the journal of a service; a traceback would
tell neither what is wrong nor what to do. Nothing here quotes what a record holds.
"""

from __future__ import annotations

import errno
import os
import socket
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ketacare.core.errors import ErrorCode, InputError

# What SQLite says (sqlite.org/rescode.html), and what it means to whoever starts the clinic.
_SQLITE: Mapping[str, tuple[str, str]] = {
    "file is not a database": (
        "is not a database",
        "move it away to begin with an empty clinic, or restore it from a backup",
    ),
    "malformed": ("is damaged", "restore it from a backup; the damaged file is left as it is"),
    "readonly": ("cannot be written", "give this account the right to write it and its folder"),
    "unable to open": ("cannot be opened", "give this account the right to read and write it"),
    "is full": ("has no room: the disk is full", "free some space and start again"),
    "locked": (
        "is in use by another program",
        "stop the program that writes to it, a backup perhaps, and start again",
    ),
    "disk i/o error": ("cannot be read or written", "look at the disk, then start again"),
}


def require_free(host: str, port: str, *, setting: str = "KETACARE_PORT") -> None:
    """Raise :class:`InputError` when something else listens on the port that ``setting`` names."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
        raise InputError(
            ErrorCode.BAD_FORMAT, f"{setting} is {port!r}: give a whole number from 1 to 65535."
        )
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise InputError(
                    ErrorCode.NOT_AVAILABLE,
                    f"Port {port} on {host} cannot be used ({error.strerror}); "
                    f"choose another one with {setting}.",
                ) from error
            raise InputError(
                ErrorCode.NOT_AVAILABLE,
                f"Port {port} is taken by another program; choose another one, "
                f"for example {setting}={int(port) + 1 if int(port) < 65535 else 8000}.",
            ) from error


def require_folder(folder: Path) -> None:
    """Make the data folder when there is none; raise :class:`InputError` when it cannot be used."""
    if folder.exists() and not folder.is_dir():
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f"KETACARE_DATA_DIR is {folder}, which is a file: name a folder.",
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise refused_folder(folder, error) from error


def refused_folder(folder: Path, error: OSError) -> InputError:
    """Return the refusal of a folder the system would not let us use."""
    if error.errno == errno.ENOSPC:
        return InputError(
            ErrorCode.NOT_AVAILABLE,
            f"There is no room in {folder}: the disk is full; free some space and start again.",
        )
    return InputError(
        ErrorCode.NOT_AVAILABLE,
        f"{folder} cannot be used as the data folder ({os.strerror(error.errno or errno.EIO)}): "
        "give this account the right to write there, or name another one in KETACARE_DATA_DIR.",
    )


def refused_database(error: Exception, database: Mapping[str, Any]) -> InputError:
    """Return what an error of the database means for the start; ``database`` as in the settings."""
    said = str(error).lower()
    if "sqlite" in database["ENGINE"]:
        for words, (what, remedy) in _SQLITE.items():
            if words in said:
                return _refused(f"The database {database['NAME']} {what}: {remedy}.")
        return _refused(
            f"The database {database['NAME']} cannot be used: it does not look as this version "
            "left it; restore it from a backup, or run the version that last used it."
        )
    place = f"{database.get('HOST') or 'this machine'}:{database.get('PORT') or 5432}"
    if "password authentication" in said or "role" in said:
        return _refused(
            f"The database at {place} does not let {database.get('USER') or 'this account'} in: "
            "give the right name and password in DATABASE_URL."
        )
    if "does not exist" in said and "database" in said:
        return _refused(
            f"There is no database {database['NAME']} at {place}: make it, or name another one in "
            "DATABASE_URL."
        )
    return _refused(
        f"The database at {place} does not answer as it should: see that it runs, has room and can "
        "be reached from here, or name another one in DATABASE_URL."
    )


def refuse_newer(applied: Iterable[tuple[str, str]], known: Callable[[str, str], bool]) -> None:
    """Raise :class:`InputError` when the database has been changed by a version we do not know.

    ``applied`` are the changes (application, name) it carries. To write into tables made by a
    newer version would leave out what that version needs.
    """
    unknown = sorted(f"{app}.{name}" for app, name in applied if not known(app, name))
    if unknown:
        raise _refused(
            f"The database was used by a newer version (it has {unknown[0]}): install that "
            "version again, or restore a backup made before it."
        )


def _refused(sentence: str) -> InputError:
    return InputError(ErrorCode.NOT_AVAILABLE, sentence)
