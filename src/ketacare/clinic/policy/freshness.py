"""Since when this server has read its content, and which files were written after that.

Content is read once and then answers every page alike, so that two findings of one day cannot come
from two policies. A changed file therefore counts from the next start; the policy page says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from django.utils import timezone

Stamp = tuple[int, int]  # when a file was written, in ns, and its size


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The content at one moment: each file's path with its stamp."""

    at: datetime
    files: dict[str, Stamp]

    def changed_in(self, later: Reading) -> tuple[str, ...]:
        """Return the files that are new, gone or written again in ``later``, by name."""
        return tuple(
            sorted(
                name
                for name in self.files.keys() | later.files.keys()
                if self.files.get(name) != later.files.get(name)
            )
        )


def look() -> Reading:
    """Return the content's files as they are on disk now."""
    return Reading(at=timezone.now(), files=dict(_stamps()))


def _stamps() -> Iterator[tuple[str, Stamp]]:
    with as_file(files("ketacare.knowledge")) as root:
        for path in Path(root).rglob("*.toml"):
            found = path.stat()
            yield path.relative_to(root).as_posix(), (found.st_mtime_ns, found.st_size)
