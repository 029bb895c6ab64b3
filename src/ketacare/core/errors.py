"""The errors the project raises: one sentence with the value and the remedy, and a code.

A program reads the code, a person reads the sentence. Nothing here knows about files or HTTP: the
boundary that catches an error adds its own place (the file, the form field) with :meth:`at`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class ErrorCode(StrEnum):
    """What kind of thing went wrong, for programs."""

    UNKNOWN_UNIT = "unknown_unit"
    UNIT_MISMATCH = "unit_mismatch"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_NAME = "unknown_name"
    MISSING_SOURCE = "missing_source"
    CONTRADICTION = "contradiction"
    DOSE_MISMATCH = "dose_mismatch"
    OUTSIDE_DOMAIN = "outside_domain"
    NOT_AVAILABLE = "not_available"
    NUMERICAL = "numerical"
    BAD_FORMAT = "bad_format"
    NOT_ALLOWED = "not_allowed"


class KetacareError(ValueError):
    """A refusal with advice: what is wrong, with which value, what to do.

    ``where`` is the place as the reader knows it (``"trials[2].dose"``); ``source`` the file or
    form it stands in. ``str(error)`` is one line made of all three.
    """

    def __init__(
        self, code: ErrorCode, sentence: str, *, where: str = "", source: str = ""
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.where = where
        self.source = source

    def at(self, where: str = "", *, source: str = "") -> Self:
        """Return the same error with its place put in front of what is already known."""
        if not self.where:
            joined = where
        elif not where:
            joined = self.where
        else:
            joined = (
                f"{where}{self.where}" if self.where.startswith("[") else f"{where}.{self.where}"
            )
        return type(self)(self.code, self.sentence, where=joined, source=source or self.source)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.where, self.sentence) if part)


class InputError(KetacareError):
    """Something that came from outside (a file, a form, a message) cannot be accepted."""


class KnowledgeError(KetacareError):
    """A knowledge file is wrong: the clinic must not start with it."""


class DomainError(KetacareError):
    """The question lies outside what the model or the evidence can answer."""
