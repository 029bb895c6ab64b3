"""Every page a role can reach, at both widths: axe-core, no sideways scrolling, a quiet console.

A page is one address pattern of the clinic (some in several states). Where a page has no kind of
element that was not examined on another one already, axe has nothing new to find and is not run
again; everything else is looked at on each page.
"""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import Resolver404, resolve
from playwright.sync_api import expect
from tests.browser.conftest import WIDTHS

ROLES = ["psychiatrist", "nurse", "anaesthesia", "therapist", "front_desk", "researcher", "manager"]
# How many people or sessions a psychiatrist looks at where a page depends on where they stand.
STATES = {
    "infusions:session": 4,
    "patients:chart": 2,
    "plans:overview": 2,
    "questionnaires:overview": 2,
}
NOT_PAGES = {
    "infusions:stream",
    "infusions:live",
    "mfa_download_recovery_codes",
    "theme",
    "records:pdf",
    "records:values",
}
LEAST_PAGES = {"psychiatrist": 30, "nurse": 25, "front_desk": 4, "researcher": 3, "manager": 8}
# The kinds of elements of a page: tag, classes, role and state, with those of the parent.
KINDS = """() => {
  const kind = (e) => [e.tagName, e.className.baseVal ?? e.className, e.getAttribute("role"), e.type,
    e.getAttribute("aria-current"), e.hasAttribute("open")].join("|");
  return [...new Set([...document.body.querySelectorAll("*")]
    .filter((e) => !e.closest("svg") || e.tagName === "svg")
    .map((e) => kind(e.parentElement) + ">" + kind(e)))];
}"""
EVERYTHING = {"resultTypes": ["violations"]}
COLOURS = {**EVERYTHING, "runOnly": ["color-contrast", "link-in-text-block"]}
examined: set[str] = set()


def name_of(address):
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None


def listen(page):
    """Return the list that fills with what the browser complains about."""
    heard = []
    page.on("console", lambda line: heard.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def violations(page, rules=EVERYTHING):
    """Return what axe finds on the page as it is shown now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("rules => axe.run(rules)", rules)["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
        for rule in found
        for node in rule["nodes"][:3]
    ]


def too_wide(page):
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"scrolls sideways: {wide[0]} px in {wide[1]}"] if wide[0] > wide[1] else []


def examine(page, heard):
    """Look at the open page at both widths, and in the dark; return one line for each problem."""
    kinds = set(page.evaluate(KINDS))
    is_new = not kinds <= examined
    wrong = []
    for width, (x, y) in WIDTHS.items():
        page.set_viewport_size({"width": x, "height": y})
        here = [*too_wide(page), *(violations(page) if is_new else [])]
        wrong += [f"{width}: {line}" for line in here]
    if is_new:
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark: {line}" for line in violations(page, COLOURS)]
        page.emulate_media(color_scheme="light")
        examined.update(kinds)
    wrong += [f"console: {line}" for line in heard]
    heard.clear()
    return wrong


def links(page):
    found = page.locator("a[href]").evaluate_all("all => all.map(e => e.href)")
    return [f"{urlsplit(a).path}?{urlsplit(a).query}".rstrip("?") for a in found]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_a_role_can_reach(open_page, role):
    page = open_page(role)
    heard = listen(page)
    page.goto("/")
    waiting, visited, wrong = [urlsplit(page.url).path], {}, []
    states = STATES if role == "psychiatrist" else {}
    while waiting:
        address = waiting.pop(0)
        name = name_of(address)
        known = visited.setdefault(name, [])
        if name in NOT_PAGES or address in known or len(known) >= states.get(name, 1):
            continue
        known.append(address)
        answer = page.goto(address)
        if answer.status != 200:
            wrong.append(f"{address}: a link leads to {answer.status}")
            heard.clear()
            continue
        wrong += [f"{address}: {line}" for line in examine(page, heard)]
        if page.get_by_role("heading", level=1).count() != 1:
            wrong.append(f"{address}: has not exactly one heading of level 1")
        waiting += [each for each in links(page) if name_of(each) is not None]
    assert not wrong, "\n".join(wrong)
    assert len([name for name in visited if visited[name]]) >= LEAST_PAGES.get(role, 15), visited


def test_pages_of_a_stranger_and_of_what_went_wrong(open_page, demo):
    page = open_page(None)
    heard = listen(page)
    wrong = []
    addresses = ["/sign-in/", "/sign-in/closed/", "/q/none:0:none/", "/nowhere/", open_link(demo)]
    for address in addresses:
        page.goto(address)
        # A page that says "not found" is also heard as an error of loading it.
        heard[:] = [line for line in heard if "Failed to load resource" not in line]
        wrong += [f"{address}: {line}" for line in examine(page, heard)]
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("link", name=re.compile("^(Start|Continue)$")).click()
    wrong += [f"a question: {line}" for line in examine(page, heard)]
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    # The refusal (422) is also heard as an error of loading, a moment before or after it shows.
    refused = [line for line in examine(page, heard) if "status of 422" not in line]
    wrong += [f"a question not answered: {line}" for line in refused]
    page.get_by_label("Not at all").check()
    page.get_by_role("button", name="Continue").click()
    page.goto(f"{open_link(demo)}check/")
    wrong += [f"the answers: {line}" for line in examine(page, heard)]
    assert not wrong, "\n".join(wrong)


def open_link(demo):
    """Return the path of the questionnaire link the demo printed."""
    return re.findall(r"http://[^/\s]+(/q/\S+)", demo.output())[-1]


@pytest.mark.parametrize("role", ["psychiatrist", "manager"])
def test_pages_can_be_read_without_javascript(open_page, role):
    page = open_page(role, "phone", script=False)
    page.goto("/")
    waiting, visited = [urlsplit(page.url).path], set()
    while waiting:
        address = waiting.pop(0)
        name = name_of(address)
        if name in visited or name in NOT_PAGES:
            continue
        visited.add(name)
        assert page.goto(address).status == 200, address
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        # Something to read below the heading, and nothing that waits for a script.
        assert len(page.get_by_role("main").inner_text()) > 40, address
        waiting += [each for each in links(page) if name_of(each) is not None]
    assert len(visited) >= LEAST_PAGES[role]
