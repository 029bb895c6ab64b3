"""The house rules that can be read off the tree; the arrows themselves are in the import contract."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "ketacare"
CLINIC = SOURCE / "clinic"
LONGEST = 500


def python_files():
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    return [ROOT / name for name in tracked if (ROOT / name).exists()]


def test_no_file_has_grown_beyond_500_lines():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files()
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


def test_every_module_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if SOURCE in path.parents
        and "migrations" not in path.parts
        and not path.read_text(encoding="utf-8").lstrip().startswith('"""')
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "common.py", "misc.py"])
def test_no_file_is_named_after_nothing(name):
    assert [path for path in python_files() if path.name == name] == []


def test_views_never_write():
    """Only actions write: a view that saves leaves no audit event."""
    writing = re.compile(r"\.(save|bulk_create|objects\.create|update_or_create)\(")
    views = [path for path in python_files() if CLINIC in path.parents and path.stem == "views"]
    assert len(views) >= 10
    found = {
        str(p.relative_to(ROOT)): writing.findall(p.read_text(encoding="utf-8")) for p in views
    }
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_the_core_asks_no_clock_and_no_global_chance():
    asking = re.compile(
        r"datetime\.now\(|time\.time\(|date\.today\(|np\.random\.(rand|seed|normal|choice)\(|import random"
    )
    core = [path for path in python_files() if SOURCE / "core" in path.parents]
    assert len(core) >= 100
    assert [str(p.relative_to(ROOT)) for p in core if asking.search(p.read_text("utf-8"))] == []


def test_templates_hold_no_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
    templates = list(CLINIC.rglob("*.html"))
    assert len(templates) >= 50
    assert [
        str(p.relative_to(ROOT)) for p in templates if inline.search(p.read_text("utf-8"))
    ] == []


def test_locked_requirements_have_hashes_and_no_addresses():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text, path.name
        assert "http" not in re.sub(r"#.*|[\w.-]*http[\w.-]*==", "", text), path.name
