"""Loads whom to call in a crisis, by country: content a clinic checks before it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ketacare.core.sources import Provenance
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import Section, open_folder, open_section, read_provenance

FOLDER = "crisis"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisLine:
    """One place to reach a person; ``text`` is empty where one cannot write."""

    name: str
    call: str
    text: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisHelp:
    """Help in one country: its emergency number and its lines, the first one first."""

    country: str
    emergency: str
    lines: tuple[CrisisLine, ...]
    provenance: Provenance


@cache
def load_crisis_help() -> Mapping[str, CrisisHelp]:
    """Return the help there is, by the two letters of a country (ISO 3166-1 alpha-2)."""
    found = [read_help(root) for root in _roots()]
    return {item.country: item for item in found}


def read_help(root: Section) -> CrisisHelp:
    """Read one file from its table."""
    provenance = read_provenance(root)
    lines = []
    for part in root.sections("line"):
        lines.append(
            CrisisLine(
                name=part.text("name"),
                call=part.text("call"),
                text=part.text("text", ""),
                when=part.text("when"),
            )
        )
        part.close()
    found = CrisisHelp(
        country=root.text("country"),
        emergency=root.text("emergency"),
        lines=tuple(lines),
        provenance=provenance,
    )
    root.raw("check", None)
    root.close()
    return found


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables: which number comes first."""
    results = []
    for root in _roots():
        first = read_help(root).lines[0].call
        for part in root.sections("check"):
            name, expected = part.text("name"), part.text("call")
            part.close()
            results.append(
                CheckResult(
                    file=part.source,
                    name=name,
                    passed=first == expected,
                    expected=expected,
                    found=first,
                    source="project",
                )
            )
    return results


def _roots() -> list[Section]:
    known = source_ids()
    return [open_section(f, folder=FOLDER, known_sources=known) for f in open_folder(FOLDER)]
