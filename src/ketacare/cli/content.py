"""``ketacare knowledge``: run the content's own checks, and show the content as it is written."""

from __future__ import annotations

import difflib
import json
import sys
import tomllib
from importlib.metadata import version
from importlib.resources import files

import typer

from ketacare.cli.printing import Page
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.sources import Status
from ketacare.knowledge.check import CheckReport, check_everything, knowledge_files

# Kinds of which one file holds many: where they stand, under which key, and what names one.
_ENTRIES = {
    "treatments": ("treatments/", "treatment", "id"),
    "facts": ("safety/facts.toml", "fact", "code"),
    "sources": ("sources.toml", "", ""),
}
# Kinds of which one file is one.
_FOLDERS = {
    "devices": "devices/",
    "drugs": "drugs/",
    "evidence": "evidence/",
    "instruments": "instruments/",
    "protocols": "protocols/",
    "rules": "safety/",
    "staging": "staging/",
}


def run_check(*, as_json: bool) -> None:
    """Run all checks, print the result, and leave with 1 when one failed."""
    report = check_everything()
    if as_json:
        sys.stdout.write(json.dumps(_shape(report), ensure_ascii=False, indent=2) + "\n")
    else:
        _page(report).print()
    if report.failed:
        raise typer.Exit(1)


def _shape(report: CheckReport) -> dict[str, object]:
    return {
        "ketacare": version("ketacare"),
        "command": "knowledge check",
        "checks": report.count,
        "failed": [
            {"file": r.file, "name": r.name, "expected": r.expected, "found": r.found}
            for r in report.failed
        ],
        "kinds": {kind: len(found) for kind, found in report.results.items()},
        "files": len(report.files),
        "candidate": report.having(Status.CANDIDATE),
        "verified": report.having(Status.VERIFIED),
    }


def _page(report: CheckReport) -> Page:
    page = Page()
    page.title("Checks of the clinical content")
    page.table(
        ("kind", "checks", "failed"),
        [
            (kind, str(len(found)), str(sum(not r.passed for r in found)))
            for kind, found in report.results.items()
        ],
        numbers=2,
    )
    for result in report.failed:
        page.heading(f"{result.file}: {result.name}")
        page.say(f"expected {result.expected}, found {result.found}", indent=2)
    page.heading(
        f"{report.count} checks, {len(report.failed)} failed; {len(report.files)} files: "
        f"{report.having(Status.VERIFIED)} verified, {report.having(Status.CANDIDATE)} candidate."
    )
    return page


def run_show(kind: str, name: str) -> None:
    """Print one entry or file, the list of a kind, or the kinds."""
    if not kind:
        sys.stdout.write(f"Kinds: {', '.join(sorted((*_ENTRIES, *_FOLDERS)))}.\n")
        return
    if kind in _ENTRIES:
        found = _entries(kind)
    elif kind in _FOLDERS:
        found = _files(_FOLDERS[kind])
    else:
        raise _unknown("kind", kind, sorted((*_ENTRIES, *_FOLDERS)))
    if not name:
        page = Page()
        page.table(("id", "what it is"), [(key, title) for key, (title, _) in found.items()])
        page.print()
        return
    if name not in found:
        raise _unknown(kind, name, list(found))
    sys.stdout.write(found[name][1].rstrip("\n") + "\n")


def _unknown(what: str, name: str, names: list[str]) -> InputError:
    near = difflib.get_close_matches(name, names, n=3)
    if near:
        advice = f"did you mean {' or '.join(near)}?"
    else:
        advice = f"see the list with: ketacare knowledge show{'' if what == 'kind' else f' {what}'}"
    return InputError(ErrorCode.UNKNOWN_NAME, f'"{name}" is not known; {advice}', where=what)


def _files(folder: str) -> dict[str, tuple[str, str]]:
    root = files("ketacare.knowledge")
    return {
        file.id: (
            f"{file.title} (version {file.version}, {file.status})",
            (root / file.path).read_text("utf-8"),
        )
        for file in knowledge_files()
        if file.path.startswith(folder) and file.id
    }


def _entries(kind: str) -> dict[str, tuple[str, str]]:
    place, array, key = _ENTRIES[kind]
    root = files("ketacare.knowledge")
    found = {}
    for file in knowledge_files():
        if not file.path.startswith(place):
            continue
        table = tomllib.loads((root / file.path).read_text("utf-8"))
        tables = table[array] if array else [{"id": name, **part} for name, part in table.items()]
        for entry in tables:
            title = entry.get("name") or entry.get("label") or entry.get("citation", "")
            found[entry[key or "id"]] = (str(title), _written(entry, file.path))
    return found


def _written(entry: dict[str, object], path: str) -> str:
    lines = [f"# from knowledge/{path}"]
    lines += [f"{key} = {_value(value)}" for key, value in entry.items()]
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else str(value)
