"""The address part that changes whenever a static file changes."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path


def digest(folder: Path) -> str:
    """Return twelve hexadecimal digits made from every file below ``folder``.

    The versions of the packages whose static files are served too are part of it.
    """
    total = hashlib.sha256()
    for package in ("django", "django-htmx", "django-allauth"):
        total.update(version(package).encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(path.relative_to(folder).as_posix().encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:12]
