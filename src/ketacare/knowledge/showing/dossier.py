"""Reads the dossier: the comment a knowledge file opens with, in labelled parts where it has them.

Two ways of writing are understood. A label, two spaces or more, and text that goes on indented::

    # Study       Simons et al. 2022, population analysis. 20 healthy volunteers
    #             (10 women), 18 to 45 years.

or plain prose, whose lines are joined until an empty one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# "Not here    text": up to twenty characters that start with a capital, then a gap.
_LABELLED = re.compile(r"^(?P<label>[A-Z][^\s].{0,22}?) {2,}(?P<text>\S.*)$")
# "Source: text" or "Not implemented: text" at the start of a line of prose.
_NAMED = re.compile(r"^(?P<label>[A-Z][A-Za-z ]{2,22}): (?P<text>\S.*)$")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a dossier; ``label`` is empty for prose."""

    label: str
    text: str


def read_dossier(text: str) -> tuple[Part, ...]:
    """Return the parts of the comment that ``text`` opens with."""
    lines = _comment(text)
    # One "Label: text" among prose is a sentence of the prose, not a part.
    several = sum(_NAMED.match(line) is not None for line in lines) > 1
    parts: list[list[str]] = []
    fresh = True
    for line in lines:
        if not line.strip():
            fresh = True
            continue
        match = _LABELLED.match(line) or (_NAMED.match(line) if several else None)
        if match is not None:
            parts.append([match["label"].strip(), match["text"].strip()])
        elif fresh or not parts:
            parts.append(["", line.strip()])
        else:
            parts[-1][1] += f" {line.strip()}"
        fresh = False
    return tuple(Part(label, words) for label, words in parts)


def _comment(text: str) -> list[str]:
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" ").rstrip())
    return lines
