"""A patient answers the GAD-7 by link on a small phone: with taps, with keys, without JavaScript."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

GAD7 = 7
QUESTIONS = GAD7 + 1  # the last asks how difficult it makes life, and is not scored
PERSON = "Noor el-Sayed"


@pytest.fixture
def make_link(open_page):
    """Make a link for the GAD-7 as a nurse does, and return its address."""

    def make():
        page = open_page("nurse")
        page.goto("/patients/")
        page.get_by_role("table").get_by_role("link", name=PERSON, exact=True).click()
        parts = page.get_by_role("navigation", name="Pages about this person")
        parts.get_by_role("link", name="Questionnaires").click()
        page.get_by_role("link", name="Ask for answers").click()
        page.get_by_role("checkbox", name=re.compile("^PHQ-9")).uncheck()
        page.get_by_role("button", name="Make the link").click()
        return page.get_by_label("The link").input_value().strip()

    return make


def progress(page, place):
    expect(page.get_by_text(f"Question {place} of {QUESTIONS}", exact=True)).to_be_visible()


def scores(page):
    """Return what the team sees of the person's GAD-7."""
    page.goto("/patients/")
    page.get_by_role("table").get_by_role("link", name=PERSON, exact=True).click()
    parts = page.get_by_role("navigation", name="Pages about this person")
    parts.get_by_role("link", name="Questionnaires").click()
    return page.get_by_role("region", name="GAD-7 answered by the patient")


def test_the_gad7_takes_one_tap_a_question_on_a_phone(make_link, open_page):
    link = make_link()
    page = open_page(None, "phone", touch=True)
    page.goto(link)
    taps = 0
    page.get_by_role("link", name="Start").tap()
    taps += 1
    for place in range(1, GAD7 + 1):
        progress(page, place)
        page.get_by_label("Several days").tap()
        taps += 1
    progress(page, QUESTIONS)
    page.get_by_label("Somewhat difficult").tap()
    taps += 1
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.get_by_role("main").get_by_text("Several days")).to_have_count(GAD7)
    page.get_by_role("button", name="Send my answers").tap()
    taps += 1
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    assert taps == QUESTIONS + 2
    # Seven answers of one point each; the team sees the same.
    expect(page.get_by_role("main")).to_contain_text("7 of 21 points")
    expect(scores(open_page("nurse"))).to_contain_text(re.compile(r"\b7\b"))


def test_every_answer_can_be_reached_by_a_thumb(make_link, open_page):
    page = open_page(None, "phone", touch=True)
    page.goto(make_link())
    page.get_by_role("link", name="Start").tap()
    for choice in page.get_by_role("main").locator("label").all():
        box = choice.bounding_box()
        assert box["height"] >= 44, choice.inner_text()  # WCAG 2.5.5: 44 px in each direction
        assert box["width"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_the_keyboard_alone_is_enough(make_link, open_page):
    page = open_page(None, "phone")
    page.goto(make_link())
    press_until(page, page.get_by_role("link", name="Start"), "Tab")
    page.keyboard.press("Enter")
    for place in range(1, GAD7 + 1):
        progress(page, place)
        first = page.get_by_label("Not at all")
        press_until(page, first, "Tab")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        # Choosing with the keys never goes on by itself.
        progress(page, place)
        expect(page.get_by_label("More than half the days")).to_be_checked()
        press_until(page, page.get_by_role("button", name="Continue"), "Tab")
        page.keyboard.press("Enter")
    progress(page, QUESTIONS)
    press_until(page, page.get_by_label("Not difficult at all"), "Tab")
    page.keyboard.press("Space")
    press_until(page, page.get_by_role("button", name="Continue"), "Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    press_until(page, page.get_by_role("button", name="Send my answers"), "Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("14 of 21 points")


def press_until(page, wanted, key, most=15):
    """Press a key until ``wanted`` has the focus, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press(key)
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by {most} times {key}")


def test_it_works_without_javascript_and_goes_on_where_it_stopped(make_link, open_page):
    link = make_link()
    page = open_page(None, "phone", script=False)
    page.goto(link)
    page.get_by_role("link", name="Start").click()
    # Nothing chosen: the page says so, and the question stays.
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("No answer is chosen yet")
    for place in range(1, 4):
        progress(page, place)
        page.get_by_label("Nearly every day").check()
        page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Stop here and come back later").click()
    # Another day, another phone: the link is enough.
    again = open_page(None, "phone", script=False)
    again.goto(link)
    expect(again.get_by_role("heading", level=1)).to_contain_text("Welcome back")
    again.get_by_role("link", name="Continue").click()
    for place in range(4, GAD7 + 1):
        progress(again, place)
        again.get_by_label("Not at all").check()
        again.get_by_role("button", name="Continue").click()
    progress(again, QUESTIONS)
    again.get_by_label("Not difficult at all").check()
    again.get_by_role("button", name="Continue").click()
    # One answer is changed before sending: 3 x 3 + 4 x 0 becomes 2 x 3 + 1.
    again.get_by_role("link", name=re.compile("^Change")).first.click()
    expect(again.get_by_label("Nearly every day")).to_be_checked()
    again.get_by_label("Several days").check()
    again.get_by_role("button", name="Continue").click()
    again.get_by_role("button", name="Send my answers").click()
    expect(again.get_by_role("main")).to_contain_text("7 of 21 points")


def answer_all(page, link):
    page.goto(link)
    page.get_by_role("link", name="Start").click()
    for place in range(1, GAD7 + 1):
        progress(page, place)
        page.get_by_label("Not at all").check()
        page.get_by_role("button", name="Continue").click()
    page.get_by_label("Not difficult at all").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


def expect_ended(page, link, status, heading):
    answer = page.goto(link)
    assert answer.status == status
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    # Whatever is the matter, how to reach a person is on the page, and nobody is named.
    expect(page.get_by_role("contentinfo")).to_contain_text("If you need somebody to talk to")
    expect(page.get_by_text("Noor")).to_have_count(0)


def test_a_used_link_says_that_the_answers_are_there(make_link, open_page):
    link = make_link()
    answer_all(open_page(None, "phone", script=False), link)
    expect_ended(open_page(None, "phone"), link, 410, "We have your answers")


def test_a_tampered_link_is_no_link(make_link, open_page):
    link = make_link()
    page = open_page(None, "phone")
    name, expiry, signature = link.rstrip("/").rsplit("/", 1)[1].split(":")
    base = link.rstrip("/").rsplit("/", 1)[0]
    longer = f"{int(expiry, 16) + 86_400 * 30:x}"
    changed = [
        f"{base}/{name}:{longer}:{signature}/",
        f"{base}/{name[:-2]}{'AA' if name[-2:] != 'AA' else 'BB'}:{expiry}:{signature}/",
        link.rstrip("/")[:-1] + ("x/" if link.rstrip("/")[-1] != "x" else "y/"),
        f"{base}/{name}:{expiry}/",
    ]
    for address in changed:
        expect_ended(page, address, 404, "This link does not work")
    # The genuine one still does.
    assert page.goto(link).status == 200


def test_an_expired_link_says_so_and_keeps_what_was_answered(make_link, open_page, demo):
    link = make_link()
    page = open_page(None, "phone")
    page.goto(link)
    page.get_by_role("link", name="Start").click()
    page.get_by_label("Several days").check()
    page.get_by_role("button", name="Continue").click()
    progress(page, 2)
    # Its last day has passed meanwhile.
    with closing(sqlite3.connect(demo.data_dir / "ketacare.sqlite3", timeout=20)) as database:
        past = f"{datetime.now(UTC) - timedelta(minutes=1):%Y-%m-%d %H:%M:%S}"
        digest = database.execute(
            "select token_digest from questionnaires_request where used_at is null "
            "order by created_at desc limit 1"
        ).fetchone()
        database.execute(
            "update questionnaires_request set expires_at = ? where token_digest = ?",
            (past, *digest),
        )
        database.commit()
    page.get_by_label("Several days").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This link has ended")
    expect_ended(page, link, 410, "This link has ended")


def test_a_withdrawn_link_says_so(make_link, open_page):
    link = make_link()
    page = open_page("nurse")
    page.goto("/patients/")
    scores(page)
    asked = page.get_by_role("region", name="Asked for")
    asked.get_by_role("link", name=re.compile("Copy the link")).first.click()
    expect(page.get_by_label("The link")).to_have_value(link)
    page.get_by_text("Withdraw this link").click()
    page.get_by_label("Why").fill("Sent to the wrong number.")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    expect_ended(open_page(None, "phone"), link, 410, "This link is not used any more")
