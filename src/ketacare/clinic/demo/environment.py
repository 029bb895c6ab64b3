"""Prepares the place the sample clinic runs in, before any setting is read.

The demo brings its own settings: its data folder, a secret key made on the first start, plain HTTP
on this machine, the mark for sample data, and a free port for the bedside monitor. What the caller
has set stays, except a database address: sample people never go into a real clinic's database.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
from collections.abc import MutableMapping
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ketacare.clinic.config.starting import require_folder, require_free
from ketacare.core.errors import ErrorCode, InputError

DEFAULT_FOLDER = "data/demo"
DEFAULT_PORT = "8000"
MARK = "demo.txt"
SECRET = "secret-key"  # noqa: S105 - the name of a file
LOCK = "demo.lock"
_MARK_TEXT = (
    "This folder belongs to `ketacare demo`. Nobody in it is a real person.\n"
    "`ketacare demo --reset` empties it and starts over.\n"
)
# What must be the demo's own, and what it prefers unless the caller says otherwise.
_OURS = {"KETACARE_SAMPLE_DATA": "yes", "KETACARE_SECURE_COOKIES": "no"}
_PREFERRED = {
    "KETACARE_CLINIC_NAME": "Ketacare sample clinic",
    "KETACARE_CLINIC_PHONE": "+1 202 555 0199",  # a number kept free for films and books
    "KETACARE_IDLE_MINUTES": "120",
    "KETACARE_LOG_LEVEL": "ERROR",
    # One thread: several processes write the sample people side by side.
    "OPENBLAS_NUM_THREADS": "1",
}

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

_held: list[IO[str]] = []  # the lock lasts as long as the process


def prepare(environ: MutableMapping[str, str], *, reset: bool) -> Path:
    """Make the data folder ready and complete ``environ``; return the folder.

    Raises :class:`InputError` with one sentence when the folder holds something else, another
    demo runs in it, or the port is taken.
    """
    folder = Path(environ.get("KETACARE_DATA_DIR") or DEFAULT_FOLDER).expanduser().absolute()
    port = environ.get("KETACARE_PORT") or DEFAULT_PORT
    host = environ.get("KETACARE_HOST") or "127.0.0.1"
    if host not in LOCAL_HOSTS:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            f"KETACARE_HOST is {host}, but the demo speaks plain HTTP with sign-ins on the screen; "
            "leave it out, or run ketacare serve behind a proxy with TLS",
        )
    require_free(host, port)
    _claim(folder)
    if reset:
        _empty(folder)
    (folder / MARK).write_text(_MARK_TEXT, encoding="utf-8")
    environ.pop("DATABASE_URL", None)
    environ.pop("KETACARE_SECRET_KEY_FILE", None)
    environ.update(_OURS)
    environ.update({name: environ.get(name) or value for name, value in _PREFERRED.items()})
    environ["KETACARE_DATA_DIR"] = str(folder)
    environ["KETACARE_PORT"] = port
    environ["KETACARE_SECRET_KEY"] = _secret(folder)
    environ["KETACARE_TIME_ZONE"] = environ.get("KETACARE_TIME_ZONE") or local_zone()
    environ["KETACARE_VITALS_PORT"] = environ.get("KETACARE_VITALS_PORT") or str(free_port())
    return folder


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def local_zone() -> str:
    """Return the machine's time zone by name, UTC when it has none."""
    place = os.path.realpath("/etc/localtime")
    name = place.partition("/zoneinfo/")[2]
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return name


def _claim(folder: Path) -> None:
    """Take the folder for this process alone; refuse one that holds something else."""
    new = not folder.exists()
    require_folder(folder)
    holds = [] if new else [p.name for p in folder.iterdir()]
    if holds and MARK not in holds:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            f"{folder} holds other files: name a new or empty folder for the sample clinic "
            "in KETACARE_DATA_DIR.",
        )
    (folder / MARK).touch()
    handle = (folder / LOCK).open("w", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"Another demo is running in {folder}: stop it first, or choose another "
            "KETACARE_DATA_DIR.",
        ) from error
    _held.append(handle)


def release() -> None:
    """Give the folder free again; the end of the process does the same."""
    while _held:
        _held.pop().close()


def _empty(folder: Path) -> None:
    """Remove everything the demo made."""
    for place in folder.iterdir():
        if place.name == LOCK:
            continue
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink()


def _secret(folder: Path) -> str:
    """Return the secret key of this folder, made on the first start and readable by its owner only."""
    place = folder / SECRET
    if not place.exists():
        write_private(place, secrets.token_urlsafe(50))
    return place.read_text(encoding="utf-8").strip()


def write_private(place: Path, text: str) -> None:
    """Write a file only its owner may read, whole or not at all."""
    unfinished = place.with_name(place.name + ".new")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(place)
