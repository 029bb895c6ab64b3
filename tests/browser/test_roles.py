"""Each role signs in, lands where its work is, and is offered only what it may do."""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import fill_sign_in, sign_in

EVERYBODY_CLINICAL = ["Today", "Patients", "Infusions"]
PLACES = {
    "psychiatrist": [*EVERYBODY_CLINICAL, "Cabinet", "Outcomes", "Policy"],
    "nurse": [*EVERYBODY_CLINICAL, "Cabinet", "Policy"],
    "anaesthesia": [*EVERYBODY_CLINICAL, "Cabinet", "Policy"],
    "therapist": [*EVERYBODY_CLINICAL, "Policy"],
    "front_desk": ["Today", "Patients"],
    "researcher": ["Outcomes"],
    "manager": ["Today", "Cabinet", "Outcomes", "Policy", "People", "Audit"],
}
FRONT_PAGE = {"researcher": "What the clinic learns"}
# What nobody at the front desk has to read about a person, in the words the clinic's pages use.
CLINICAL = re.compile(
    r"ketamin|infusion|GAD-7|PHQ|HAM-A|C-SSRS|\bmg\b|mmHg|\bdose|anxi|depress|suicid|diagnos"
    r"|medicin|eligib|resistan|integration|therapy|\bscore|recovery|\bplan\b|\brisk",
    re.IGNORECASE,
)


@pytest.mark.parametrize("role", PLACES)
def test_a_role_lands_on_its_front_page_with_its_own_navigation(open_page, demo, role):
    page = open_page(None)
    sign_in(page, demo, role)
    expect(page.get_by_role("heading", level=1)).to_contain_text(FRONT_PAGE.get(role, "Today"))
    places = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(places).to_have_text(PLACES[role])
    expect(page.get_by_role("banner")).to_contain_text(demo.sign_ins[role]["name"])
    for place in PLACES[role]:
        page.get_by_role("navigation", name="Main").get_by_role("link", name=place).click()
        expect(page.get_by_role("link", name=place, exact=True)).to_have_attribute(
            "aria-current", "page"
        )


def test_a_wrong_password_says_so_and_lets_nobody_in(open_page, demo):
    page = open_page(None)
    page.goto("/board/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Sign-in name or e-mail").fill(demo.sign_ins["nurse"]["username"])
    page.get_by_label("Password", exact=True).fill("not-the-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
    fill_sign_in(page, demo, "nurse")
    # Back at the page that was asked for.
    page.wait_for_url("**/board/")


def test_the_front_desk_reads_no_clinical_word(open_page):
    page = open_page("front_desk")
    page.goto("/patients/")
    people = page.get_by_role("main").get_by_role("table").get_by_role("link")
    addresses = {link.get_attribute("href") for link in people.all()}
    assert len(addresses) >= 8
    shown = ["/board/", "/patients/", "/patients/new/", *sorted(addresses)]
    for address in shown:
        page.goto(address)
        # Who sent the person is a name like any other, whatever words are in it.
        said = re.sub(r"Referred\n[^\n]+", "", page.get_by_role("main").inner_text())
        assert len(said) > 20
        assert not CLINICAL.search(said), f"{address}: {CLINICAL.search(said)[0]!r} in {said}"


def test_a_clinical_page_is_refused_to_the_front_desk_in_words(open_page):
    page = open_page("front_desk")
    page.goto("/patients/")
    chart = page.get_by_role("main").get_by_role("table").get_by_role("link").first
    address = chart.get_attribute("href")
    for part in ("history/", "eligibility/", "plan/", "measures/", "therapy/"):
        answer = page.goto(f"{address}{part}")
        assert answer.status == 403
        expect(page.get_by_role("heading", level=1)).to_have_text("You may not see this")
        expect(page.get_by_role("link", name="To the start page")).to_be_visible()


def test_signing_out_ends_the_session(open_page, demo):
    page = open_page(None)
    sign_in(page, demo, "therapist")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/board/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
