"""A psychiatrist's minute: find the person whose plan needs a decision, understand why, sign or decline."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def board(open_page):
    page = open_page("psychiatrist")
    page.goto("/board/")
    return page


def to_decide(page):
    return page.get_by_role("region", name=re.compile(r"^Plans that need a decision")).get_by_role(
        "listitem"
    )


def question(page):
    return page.get_by_role("region", name="To decide")


def decisions(page):
    return page.get_by_role("region", name="Decisions", exact=True).get_by_role("listitem")


def open_plan(board, choose):
    """Tap the first person on the board whose line ``choose`` accepts; return the name and the line."""
    for row in to_decide(board).all():
        text = row.inner_text()
        if choose(text):
            name = row.get_by_role("link").inner_text()
            row.get_by_role("link").click()
            return name, text
    raise AssertionError(f"nobody on the board fits: {to_decide(board).all_inner_texts()}")


def test_one_tap_from_the_board_leads_to_the_decision_and_its_reason(board):
    name, text = open_plan(board, lambda text: "GAD-7" in text)
    expect(board.get_by_role("heading", level=1)).to_contain_text("Plan")
    expect(board.get_by_role("main")).to_contain_text(name)
    # Why it is asked stands first and is in view, with the guideline beside it.
    reason = question(board).get_by_text(re.compile("GAD-7"))
    expect(reason).to_be_in_viewport()
    assert reason.inner_text().strip() in " ".join(text.split())
    expect(
        question(board).get_by_role("link", name=re.compile("^Sign option 1"))
    ).to_be_in_viewport()
    expect(question(board).get_by_role("link", name="Decline all")).to_be_in_viewport()
    options = board.get_by_role("region", name="Options compared").get_by_role("row")
    assert options.count() >= 2  # the head and one option at least
    expect(board.get_by_role("region", name="The plain guideline rule")).to_contain_text("evidence")
    board.go_back()
    expect(to_decide(board).filter(has_text=name)).to_have_count(1)


def test_signing_shows_what_is_signed_and_lists_the_decision(board):
    name, _ = open_plan(board, lambda text: "the first option agrees" in text)
    before = decisions(board).count()
    question(board).get_by_role("link", name=re.compile("^Sign option 1")).click()
    expect(board.get_by_role("heading", level=1)).to_have_text("Sign this option")
    expect(board.get_by_role("main")).to_contain_text(name)
    expect(board.get_by_role("main")).to_contain_text("What is done")
    board.get_by_role("button", name=f"Sign for {name}").click()
    # Without a ground nothing is signed.
    expect(board.get_by_role("alert")).to_contain_text("Main ground")
    board.get_by_label("The reasons given are convincing").check()
    board.get_by_label("Reason in words").fill("Talked over with the patient today.")
    board.get_by_role("button", name=f"Sign for {name}").click()
    expect(decisions(board)).to_have_count(before + 1)
    expect(decisions(board).first).to_contain_text("Signed as offered")
    expect(decisions(board).first).to_contain_text("Talked over with the patient today.")
    expect(decisions(board).first).to_contain_text("Dr Adaeze Okafor")
    board.goto("/board/")
    expect(to_decide(board).filter(has_text=name)).to_have_count(0)


def test_declining_needs_a_reason_and_lists_it(board):
    name, _ = open_plan(board, lambda text: "The plan may no longer be the best" in text)
    question(board).get_by_role("link", name="Decline all").click()
    expect(board.get_by_role("heading", level=1)).to_have_text("Decline all options")
    board.get_by_label("Travel, work, family or money").check()
    board.get_by_role("button", name=f"Decline for {name}").click()
    expect(board.get_by_role("alert")).to_contain_text("Reason in words")
    expect(board.get_by_label("Travel, work, family or money")).to_be_checked()
    board.get_by_label("Reason in words").fill("Moves to another town in March.")
    board.get_by_role("button", name=f"Decline for {name}").click()
    expect(decisions(board).first).to_contain_text("Declined")
    expect(decisions(board).first).to_contain_text("Moves to another town in March.")
    board.goto("/board/")
    expect(to_decide(board).filter(has_text=name)).to_have_count(0)


def open_part(page, person, part):
    page.goto("/patients/")
    page.get_by_role("table").get_by_role("link", name=person, exact=True).click()
    page.get_by_role("navigation", name="Pages about this person").get_by_role(
        "link", name=part
    ).click()


def test_an_unknown_medicine_is_answered_with_near_ones_and_nothing_is_lost(open_page):
    page = open_page("psychiatrist")
    open_part(page, "Noor el-Sayed", "History")
    tried = page.get_by_role("region", name=re.compile("^What was tried"))
    expect(tried).to_be_visible()
    before = tried.get_by_role("article").count()
    tried.get_by_role("link", name="Add a medicine").click()
    page.get_by_label("Medicine", exact=True).fill("sertralin forte")
    page.get_by_label("Highest dose that was held").fill("150 mg")
    page.get_by_label("Weeks at that dose").fill("9.5")
    page.get_by_label("What did it achieve?").select_option(label="Worse")
    page.get_by_label("Note").fill("Hände zitterten – “nie wieder”")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("sertralin forte")
    expect(page.get_by_role("alert")).to_contain_text(re.compile("sertraline", re.IGNORECASE))
    expect(page.get_by_label("Medicine", exact=True)).to_have_value("sertralin forte")
    expect(page.get_by_label("Highest dose that was held")).to_have_value("150 mg")
    expect(page.get_by_label("Weeks at that dose")).to_have_value("9.5")
    expect(page.get_by_label("What did it achieve?")).to_have_value("worse")
    expect(page.get_by_label("Note")).to_have_value("Hände zitterten – “nie wieder”")
    page.get_by_label("Medicine", exact=True).fill("Sertraline")
    page.get_by_role("button", name="Add").click()
    # In the history, judged at once: a dose, weeks and an outcome are there, adherence is not.
    expect(tried.get_by_role("article")).to_have_count(before + 1)
    added = tried.get_by_role("article").filter(has_text="Hände zitterten")
    expect(added).to_contain_text("150 mg")
    expect(added).to_contain_text("How regularly it was taken is not recorded.")


def test_answering_a_question_changes_its_finding(open_page):
    page = open_page("psychiatrist")
    open_part(page, "Noor el-Sayed", "Eligibility")
    breast = "Is the patient breast-feeding?"
    unknown = page.get_by_role("region", name=re.compile("^Cannot tell yet"))
    expect(unknown.get_by_role("group", name=breast)).to_be_visible()
    unknown.get_by_role("group", name=breast).get_by_label("No", exact=True).check()
    page.get_by_role("button", name=re.compile("^Record")).first.click()
    expect(page.get_by_role("group", name=breast)).to_have_count(0)
    expect(unknown.get_by_role("heading", name="Breast-feeding")).to_have_count(0)
