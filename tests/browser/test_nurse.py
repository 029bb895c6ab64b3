"""A nurse in an infusion: there in one tap, an observation in two, and never alone with the record."""

import re
import socket
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from ketacare.adapters.hl7v2 import AckCode, Deframer, Outgoing, build_oru, frame, parse_ack
from ketacare.cli.monitor.command import device_id
from ketacare.core.record import Vital


def seats(page):
    return page.get_by_role("region", name=re.compile("^In the chair now")).get_by_role("article")


def running(open_page, role, width="desktop", **how):
    """Open the running infusion from the board, with one tap."""
    page = open_page(role, width, **how)
    page.goto("/board/")
    seats(page).filter(has_text=re.compile("Running|Paused")).get_by_role("link").click()
    expect(now(page)).to_contain_text(re.compile("Running|Paused"))
    return page


def now(page):
    return page.get_by_role("region", name="Now")


def acts(page):
    return page.get_by_role("region", name="What to do")


def tile(page, name):
    values = now(page).get_by_role("list", name="Last values")
    return values.get_by_role("listitem").filter(has_text=re.compile(f"^\\s*{name}"))


def log(page):
    lines = page.get_by_role("region", name="Log").get_by_role("listitem")
    return lines.filter(has_text=re.compile(r"\d\d:\d\d:\d\d"))  # days stand between them


def unfold(page, title):
    acts(page).locator("summary", has_text=re.compile(f"^{title}$")).click()


@pytest.fixture
def nurse(open_page):
    return running(open_page, "nurse", "phone", touch=True)


def test_the_board_leads_to_the_running_infusion_in_one_tap(nurse):
    expect(nurse.get_by_role("heading", level=1)).to_be_visible()
    expect(now(nurse).get_by_role("progressbar", name="Given of the bag")).to_be_visible()
    expect(now(nurse)).to_contain_text("mL/h")
    expect(nurse.get_by_text("This page is not an alarm.")).to_be_visible()


def test_a_rating_is_recorded_in_two_taps_and_shows_at_once(nurse):
    entries = acts(nurse).locator("summary", has_text=re.compile("^Distress$"))
    entries.tap()
    acts(nurse).get_by_role("group", name="Distress").get_by_role("button", name="4").tap()
    expect(tile(nurse, "Distress")).to_contain_text("4 points")
    expect(tile(nurse, "Distress")).to_contain_text("a person")
    expect(log(nurse).first).to_contain_text("Noor Haddad")
    expect(log(nurse).first).to_contain_text("4 points")


def test_a_number_is_recorded_in_two_taps_and_its_digits(nurse):
    acts(nurse).locator("summary", has_text=re.compile("^Blood pressure$")).tap()
    expect(nurse.get_by_label("Systolic blood pressure, mmHg")).to_be_focused()
    nurse.keyboard.type("127")
    nurse.keyboard.press("Tab")
    nurse.keyboard.type("76")
    acts(nurse).get_by_role("button", name="Save").locator("visible=true").tap()
    expect(tile(nurse, "Systolic")).to_contain_text("127 mmHg")
    expect(tile(nurse, "Diastolic")).to_contain_text("76 mmHg")
    expect(tile(nurse, "Systolic")).to_contain_text("a person")


def test_an_impossible_value_is_refused_with_a_sentence_and_kept(nurse):
    acts(nurse).locator("summary", has_text=re.compile("^Pulse$")).tap()
    nurse.keyboard.type("720")
    acts(nurse).get_by_role("button", name="Save").locator("visible=true").tap()
    expect(nurse.get_by_role("alert")).to_contain_text("720")
    expect(nurse.get_by_label("Pulse, per min")).to_have_value("720")


def send(demo, chair, values):
    """Send one message as the monitor of this chair does, and return the answer."""
    at = datetime.now(UTC)
    observations = [Outgoing(kind=kind, value=value, at=at) for kind, value in values.items()]
    message = build_oru(
        observations,
        control_id=f"browser-{at.timestamp():.3f}",
        bed=chair,
        device=device_id(chair),
        at=at,
    )
    with socket.create_connection(("127.0.0.1", demo.vitals_port), timeout=10) as line:
        line.sendall(frame(message))
        deframer, found = Deframer(), []
        while not found:
            found = deframer.feed(line.recv(65536))
    return parse_ack(found[0])


def test_what_the_monitor_sends_appears_without_loading_the_page_again(demo, nurse):
    expect(now(nurse)).to_contain_text("Monitor connected")
    expect(tile(nurse, "Pulse")).to_contain_text("monitor")
    nurse.evaluate("window.loadedOnce = true")
    chair = re.search(r"Chair \d", nurse.get_by_role("main").inner_text())[0]
    # A cuff value stays on the tile until the next cuff reading, minutes later.
    answer = send(demo, chair, {Vital.SYSTOLIC: 171.0, Vital.DIASTOLIC: 98.0})
    assert answer.code is AckCode.AA
    expect(tile(nurse, "Systolic")).to_contain_text("171 mmHg", timeout=15_000)
    expect(tile(nurse, "Systolic")).not_to_contain_text("In limits")
    # The demo's own monitor goes on beside it: the page's clock moves with each message.
    stamp = now(nurse).get_by_text(re.compile(r"As of \d"))
    before = re.search(r"As of \S+", stamp.inner_text())[0]
    expect(stamp).not_to_contain_text(before, timeout=15_000)
    assert nurse.evaluate("window.loadedOnce") is True


def test_pausing_needs_a_reason_and_resuming_follows(nurse):
    unfold(nurse, "Pause")
    acts(nurse).get_by_role("button", name="Record the pause").click()
    pause = acts(nurse).get_by_role("group", name="Why?").locator("visible=true")
    # The browser holds an unanswered question back; nothing was recorded.
    expect(now(nurse)).to_contain_text("Running")
    pause.get_by_label("Nausea or vomiting").check()
    acts(nurse).get_by_role("button", name="Record the pause").click()
    expect(now(nurse)).to_contain_text("Paused")
    expect(now(nurse)).to_contain_text("the pump stands")
    expect(log(nurse).first).to_contain_text("Nausea or vomiting")
    unfold(nurse, "Resume")
    acts(nurse).get_by_label("The cause has passed").check()
    acts(nurse).get_by_role("button", name="Record that it runs again").click()
    expect(now(nurse)).to_contain_text("Running")
    expect(log(nurse).first).to_contain_text("The cause has passed")


def test_two_people_acting_on_one_infusion_the_second_is_told_and_loses_nothing(open_page, nurse):
    other = running(open_page, "anaesthesia")
    unfold(other, "Stop early")
    stop = acts(other).get_by_role("group", name="Why?").locator("visible=true")
    stop.get_by_label("Too sleepy").check()
    words = "Wakes only when touched; two of us looked."
    acts(other).get_by_label("In your words").locator("visible=true").fill(words)
    unfold(nurse, "Pause")
    acts(nurse).get_by_role("group", name="Why?").locator("visible=true").get_by_label(
        "Cannula or pump"
    ).check()
    acts(nurse).get_by_role("button", name="Record the pause").click()
    expect(now(nurse)).to_contain_text("Paused")
    # Said on the other page as it happens, beside the form that is being filled in.
    expect(other.get_by_text("This changed while you were on this page.").first).to_be_visible()
    with other.expect_response(lambda found: "/do/stop" in found.url) as sent:
        acts(other).get_by_role("button", name="Record the stop").click()
    assert sent.value.status == 409
    expect(other.get_by_role("heading", level=1)).to_have_text("Somebody else was faster")
    happened = other.get_by_role("main").get_by_role("listitem").filter(has_text="Noor Haddad")
    expect(happened).to_contain_text("Cannula or pump")
    expect(other.get_by_text(words)).to_be_visible()
    other.get_by_role("link", name="Show how it stands now").click()
    expect(now(other)).to_contain_text("Paused")
    # The infusion was not stopped, and what was typed is still in the form.
    expect(acts(other).get_by_label("In your words").locator("visible=true")).to_have_value(words)
    nurse.reload()
    unfold(nurse, "Resume")
    acts(nurse).get_by_label("Ordered by the physician").locator("visible=true").check()
    acts(nurse).get_by_role("button", name="Record that it runs again").click()
    expect(now(nurse)).to_contain_text("Running")


def test_what_is_overdue_says_since_when_and_leads_to_where_it_is_done(open_page):
    page = open_page("nurse")
    page.goto("/board/")
    due = page.get_by_role("region", name=re.compile("^Due and overdue")).get_by_role("listitem")
    late = due.filter(has_text=re.compile(r"Overdue since \d"))
    expect(late.first).to_be_visible()
    # What is overdue comes before what is only due.
    order = [bool(re.search("Overdue since", text)) for text in due.all_inner_texts()]
    own = [text for text in due.all_inner_texts() if "Infusion nurse" in text]
    assert own, "nothing on the board is the nurse's own"
    assert order[0] is True
    name = late.first.get_by_role("link").inner_text()
    late.first.get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text(name)
