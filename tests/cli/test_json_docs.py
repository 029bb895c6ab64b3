"""docs/json.md against what the commands print: every path in both directions."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
NOW = "2026-05-16T12:00Z"
SAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "otto_2021_samples.toml"


def section(title):
    """Return documented paths of a section, with shared shapes put in place."""
    body = re.search(rf"^##+ {title}\n(.*?)(?=^##+ |\Z)", PAGE, re.DOTALL | re.MULTILINE)[1]
    paths = set()
    for names, value in re.findall(r"^\| (`.*?`) \| (.*) \|$", body, re.MULTILINE):
        shared = re.search(r"\]\(#(\w+)\)", value)
        for path in re.findall(r"`(.*?)`", names):
            paths.add(path)
            if shared:
                paths |= {f"{path}.{inner}" for inner in section(shared[1])}
    return paths


def printed(value, path=""):
    """Return every path of a JSON value; a list of plain values is one path."""
    if isinstance(value, dict):
        found = {path} if not value else set()
        return found.union(*(printed(v, f"{path}.{k}" if path else k) for k, v in value.items()))
    if isinstance(value, list):
        return {f"{path}[]"}.union(*(printed(v, f"{path}[]") for v in value))
    return {path}


def is_documented(path, documented):
    def matches(pattern):
        return re.fullmatch(re.escape(pattern).replace(r"\*", "[^.]+"), path)

    parents = (p for p in documented if p.startswith((path + ".", path + "[].")))
    # An empty list or object prints as its own name; its entries are what is documented.
    whole = path.removesuffix("[]")
    inside = any(p.startswith((whole + ".", whole + "[].")) for p in documented)
    return any(matches(p) for p in documented) or any(parents) or inside


@pytest.mark.slow
@pytest.mark.parametrize(
    ("title", "arguments"),
    [
        ("stage", ("stage", "COURSE", "--at", NOW)),
        ("stage", ("stage", "PUBLISHED")),
        ("screen", ("screen", "COURSE", "--at", NOW)),
        ("simulate", ("simulate", "COURSE", "--at", NOW)),
        ("simulate", ("simulate", "COURSE", "--at", NOW, "--cite", "--scenario", "liver")),
        ("fit", ("fit", "SAMPLES", "--model", "pk_ketamine_otto_2021", "--cite")),
        ("recommend", ("recommend", "COURSE", "--at", NOW, "--particles", "400")),
        ("recommend", ("recommend", "PUBLISHED", "--particles", "400")),
        ("score", ("score", "COURSE", "--at", NOW)),
        ("knowledge check", ("knowledge", "check")),
        ("knowledge show", ("knowledge", "show", "drugs", "pk_ketamine_simons_2022")),
        ("knowledge show", ("knowledge", "show", "facts", "aneurysm_or_avm")),
        ("knowledge list", ("knowledge", "list")),
        ("knowledge list", ("knowledge", "list", "rules")),
    ],
)
def test_everything_printed_is_documented(ketacare, course, published, title, arguments):
    files = {"COURSE": course, "PUBLISHED": published, "SAMPLES": SAMPLES}
    ran = ketacare(*(files.get(a, a) for a in arguments), "--json")
    documented = section(title) | section("Every command")
    assert {p for p in printed(ran.json) if not is_documented(p, documented)} == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("title", "arguments"),
    [
        ("stage", ("stage", "COURSE", "--at", NOW)),
        ("screen", ("screen", "COURSE", "--at", NOW)),
        ("simulate", ("simulate", "COURSE", "--at", NOW)),
        ("simulate", ("simulate", "COURSE", "--at", NOW, "--cite", "--scenario", "liver")),
        ("fit", ("fit", "SAMPLES", "--model", "pk_ketamine_otto_2021", "--cite")),
        ("recommend", ("recommend", "COURSE", "--at", NOW, "--particles", "400")),
        ("score", ("score", "COURSE", "--at", NOW)),
    ],
)
def test_everything_documented_is_printed(ketacare, course, title, arguments):
    found = printed(
        ketacare(
            *({"COURSE": course, "SAMPLES": SAMPLES}.get(a, a) for a in arguments), "--json"
        ).json
    )

    def is_printed(path):
        pattern = re.escape(path).replace(r"\*", "[^.]+")
        # A parent that is null or empty in this file stands for what is inside it.
        parents = [path[: m.start()] for m in re.finditer(r"\[\]|\.", path)]
        empty = any(p in found or f"{p}[]" in found for p in parents if p)
        return any(re.match(pattern, p) for p in found) or empty

    assert {p for p in section(title) | section("Every command") if not is_printed(p)} == set()
