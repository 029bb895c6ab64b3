"""Keeps patient data out of the logs: out of messages, and out of what exceptions say."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from types import TracebackType

_IDENTIFIER = re.compile(
    r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|(?<=/)[\w-]+:[\w-]+:[\w-]{20,}", re.IGNORECASE
)


class WithoutPatientData(logging.Filter):
    """Shortens ids and signed links to their first four characters, and drops query strings.

    Four characters are enough to see that two lines speak of the same thing and too few to find
    the person. What tracebacks say is the matter of :class:`WithoutValues`; an answer that refuses
    (403, 404) is no fault of the program and has none.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message in place and let it pass."""
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        text = _IDENTIFIER.sub(lambda found: found.group()[:4] + "…", record.getMessage())
        record.msg = re.sub(r"(/[^\s?\"]*)\?[^\s\"]*", r"\1?…", text)
        record.args = ()
        return True


class WithoutValues(logging.Formatter):
    """Writes tracebacks with files, lines and the kinds of exceptions, but not what these say.

    A database that refuses a row says which values were in it, and a number that cannot be read
    is quoted. Only what the system says (``OSError``: a port is taken, a disk is full) is kept.
    """

    def formatException(  # noqa: N802 - the name the logging module calls
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Return the traceback without values."""
        return "" if ei[1] is None else "".join(_told(ei[1], set())).rstrip("\n")


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__
    if before is None and not error.__suppress_context__:
        before = error.__context__
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield "Then, because of it or while it was handled:\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    said = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{said}\n"
    for inner in getattr(error, "exceptions", ()):
        if isinstance(inner, BaseException) and id(inner) not in seen:
            yield from _told(inner, seen)
