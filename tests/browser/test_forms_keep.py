"""What is typed survives a reload, a mistake in the form and a session that ended."""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import fill_sign_in, sign_in

PERSON = "Priya Raghunathan"
NOTE = "Two courses, the second one in 2019 – <b>not</b> finished; “too far away”."
STARTED, ENDED = re.compile("^Started"), re.compile("^Ended")
KEPT = "Kept as a draft at"


def open_therapy_form(page):
    page.goto("/patients/")
    page.get_by_role("table").get_by_role("link", name=PERSON, exact=True).click()
    parts = page.get_by_role("navigation", name="Pages about this person")
    parts.get_by_role("link", name="History").click()
    page.get_by_role("link", name="Add a therapy").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Add a")
    return page


@pytest.fixture
def form(open_page):
    """An empty form for a course of therapy, and an empty one afterwards."""
    page = open_therapy_form(open_page("psychiatrist"))
    yield page
    page.goto("/board/")
    open_therapy_form(page)
    start_empty = page.get_by_role("button", name="Start empty")
    if start_empty.count():
        start_empty.click()
        expect(page.get_by_label("Note")).to_have_value("")


def fill(page):
    page.get_by_label("Therapy", exact=True).fill("CBT")
    page.get_by_label("Sessions attended").fill("14")
    page.get_by_role("group", name=re.compile("exposure done")).get_by_label(
        "No", exact=True
    ).check()
    page.get_by_label("What did it achieve?").select_option(label="Worse")
    page.get_by_label("Note").fill(NOTE)


def expect_filled(page):
    expect(page.get_by_label("Therapy", exact=True)).to_have_value("CBT")
    expect(page.get_by_label("Sessions attended")).to_have_value("14")
    exposure = page.get_by_role("group", name=re.compile("exposure done"))
    expect(exposure.get_by_label("No", exact=True)).to_be_checked()
    expect(page.get_by_label("What did it achieve?")).to_have_value("worse")
    expect(page.get_by_label("Note")).to_have_value(NOTE)


def test_a_reload_keeps_what_was_typed_and_says_that_it_is_a_draft(form):
    fill(form)
    expect(form.get_by_text(KEPT)).to_be_visible()
    form.reload()
    expect_filled(form)
    expect(form.get_by_text("It is not saved in the record yet.")).to_be_visible()
    form.get_by_role("button", name="Start empty").click()
    expect(form.get_by_label("Note")).to_have_value("")
    expect(form.get_by_label("Sessions attended")).to_have_value("")


def test_a_mistake_keeps_everything_and_leads_to_the_field(form):
    fill(form)
    form.get_by_label(STARTED).fill("2019-09-01")
    form.get_by_label(ENDED).fill("2018-03-01")
    form.get_by_role("button", name="Add").click()
    summary = form.get_by_role("alert")
    expect(summary).to_contain_text("before it started on 1 Sep 2019")
    expect_filled(form)
    expect(form.get_by_label(ENDED)).to_have_value("2018-03-01")
    summary.get_by_role("link", name=re.compile("^Ended")).click()
    expect(form.get_by_label(ENDED)).to_be_focused()
    # Said again to those who come to the field another way.
    expect(form.get_by_label(ENDED)).to_have_accessible_description(re.compile("before it started"))
    # A reload now must not send the old form again over what was typed since.
    form.get_by_label("Sessions attended").fill("15")
    expect(form.get_by_text(KEPT)).to_be_visible()
    form.reload()
    expect(form.get_by_label("Sessions attended")).to_have_value("15")


def test_without_javascript_a_mistake_keeps_everything_too(form, open_page):
    page = open_therapy_form(open_page("psychiatrist", "phone", script=False))
    fill(page)
    page.get_by_label("Sessions attended").fill("-3")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("Sessions attended")
    expect(page.get_by_label("Sessions attended")).to_have_value("-3")
    expect(page.get_by_label("Note")).to_have_value(NOTE)
    open_therapy_form(page)
    expect(page.get_by_label("Note")).to_have_value(NOTE)


def test_a_session_that_ended_is_said_and_the_form_goes_on_after_a_new_sign_in(form, demo):
    fill(form)
    expect(form.get_by_text(KEPT)).to_be_visible()
    form.context.clear_cookies(name="ketacare_session")
    form.get_by_label("Note").press_sequentially(" And more.")
    expect(form.get_by_text("You were signed out.")).to_be_visible()
    # In another tab, as the line says.
    tab = form.context.new_page()
    sign_in(tab, demo, "psychiatrist")
    tab.close()
    form.get_by_label("Note").press_sequentially(" Still.")
    expect(form.get_by_text(KEPT)).to_be_visible()
    form.get_by_role("button", name="Add").click()
    tried = form.get_by_role("region", name=re.compile("^What was tried"))
    added = tried.get_by_role("article").filter(has_text=f"{NOTE} And more. Still.")
    expect(added).to_have_count(1)
    expect(added).to_contain_text("14 sessions")


def test_sending_after_the_session_ended_leads_back_to_the_filled_form(form, demo):
    fill(form)
    expect(form.get_by_text(KEPT)).to_be_visible()
    address = form.url
    form.context.clear_cookies(name="ketacare_session")
    form.get_by_role("button", name="Add").click()
    expect(form.get_by_role("heading", level=1)).to_have_text("Sign in")
    fill_sign_in(form, demo, "psychiatrist")
    form.wait_for_url(address)
    expect_filled(form)
