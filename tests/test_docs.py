"""The documentation is held against the tree: links, commands, targets, decisions."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
]
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_names_commands_that_exist():
    from typer.main import get_command

    from ketacare.cli.app import app

    known = set(get_command(app).commands)
    named = set(re.findall(r"\bketacare (\w+) +docs/", (ROOT / "README.md").read_text("utf-8")))
    assert {"stage", "screen", "score", "simulate", "recommend"} <= named
    assert named <= known


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_make_targets_exist(page):
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make (\w+)", (ROOT / page).read_text("utf-8"), re.MULTILINE))
    assert named
    assert named <= targets


def test_architecture_names_rooms_that_exist():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = set(re.findall(r"`((?:core|knowledge|adapters|clinic)/[\w/]+?)/?(?:\.\w+)?`", text))
    source = ROOT / "src" / "ketacare"
    missing = [
        room
        for room in rooms
        if not (source / room).exists() and not list(source.glob(f"{room}.*"))
    ]
    assert len(rooms) >= 15
    assert missing == []


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_changelog_tells_what_changed_in_the_clinical_content():
    assert "### Knowledge" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
