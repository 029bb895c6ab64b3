"""One whole session in a real browser, on a phone: from check-in to the sealed record.

The server is lost in the middle: what is entered meanwhile is kept on the device and sent once. The two
hours of a session pass by setting its times back in the demo's database; nothing else is shortened.
"""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import expect
from tests.browser.test_nurse import acts, log, now, tile, unfold

PERSON = "Joan Carter"  # booked for today by the demo, with nothing in the way
# What is not simply "no" when everything is well.
YES = {
    "medicines_reviewed", "identifiers_checked", "allergies_reconfirmed", "consent_signed",
    "escort_confirmed", "staff_two_trained", "emergency_equipment_checked", "last_infusion_tolerated",
    "unlisted_medicines_checked", "physician_available", "anaesthesia_available",
    "orientation", "gait_steady", "iv_out", "instructions_given", "follow_up_call_planned",
    "escort_present", "will_not_drive",
}  # fmt: skip
WORDS = {
    "fasting_solids_h": "9", "fasting_fluids_h": "4", "cssrs_since_last": "none", "pregnancy_test": "negative",
    "escort_identity": "Sam, brother", "mpadss": "9",
}  # fmt: skip
BAG_ML, MINUTES, MG_PER_KG = 50, 40, 0.5


def answer(form):
    """Answer every open question of a form as on a good day."""
    for name in dict.fromkeys(
        form.locator("input[name=asked]").evaluate_all("all => all.map(e => e.value)")
    ):
        fields = form.locator(f"[name={name}]")
        kind = fields.first.get_attribute("type")
        if kind == "radio":
            value = WORDS.get(name) or ("yes" if name in YES else "no")
            form.locator(f"[name={name}][value={value}]").check()
        elif name in WORDS:
            fields.fill(WORDS[name])


def entered(page, title, number):
    """Enter one observation in two taps and its digits."""
    acts(page).locator("summary", has_text=re.compile(f"^{title}$")).click()
    form = acts(page).locator("details.entry[open] form")
    numbers = number if isinstance(number, tuple) else (number,)
    if form.locator("button.step").count():
        form.get_by_role("button", name=re.compile(rf"^{number}\b")).first.click()
        return
    for field, value in zip(form.locator("input[type=number]").all(), numbers, strict=True):
        field.fill(str(value))
    form.get_by_role("button", name="Save").click()


def chosen(page, act, why, button):
    """Do one act of the page with its reason."""
    unfold(page, act)
    form = acts(page).locator("details.offer[open] form")
    if why:
        form.get_by_label(why).check()
    form.get_by_role("button", name=button).click()


def pass_time(demo, session, minutes):
    """Let time pass for this session: everything that was recorded in it happened earlier."""
    key, back = UUID(session).hex, f"-{minutes} minutes"
    shifted = {
        "infusions_session": ("phase_since", "prepared_at", "second_at", "checked_in_at", "started_at",
                              "ended_at"),
        "infusions_step": ("at",), "infusions_pumpevent": ("at",), "vitals_value": ("at", "received_at"),
        "eligibility_answer": ("at",),
    }  # fmt: skip
    with closing(sqlite3.connect(demo.data_dir / "ketacare.sqlite3", timeout=30)) as database:
        (patient,) = database.execute(
            "select patient_id from infusions_session where id = ?", [key]
        ).fetchone()
        for table, columns in shifted.items():
            owner = {"infusions_session": "id", "eligibility_answer": "patient_id"}.get(
                table, "session_id"
            )
            sets = ", ".join(f"{c} = strftime('%Y-%m-%d %H:%M:%f', {c}, '{back}')" for c in columns)
            if table == "vitals_value":
                sets += f", bucket = bucket - {minutes * 60 // 15}"
            database.execute(
                f"update {table} set {sets} where {owner} = ?",
                [patient if owner == "patient_id" else key],
            )
        database.execute("update infusions_session set changes = changes + 1 where id = ?", [key])
        database.commit()


def check_in(page, name):
    """Find the booked infusion, seat the person, and settle every step of the check-in."""
    page.goto("/infusions/")
    page.get_by_role("main").get_by_role("link", name=re.compile(name)).first.click()
    here = page.url
    page.locator("form[action$='/do/check-in/'] [name=chair]").select_option(label="Chair 2")
    page.get_by_role("button", name="Check the person in").click()
    expect(now(page)).to_contain_text("Checked in")
    # The first step by itself: who this is.
    page.locator("details[name=arrival] summary", has_text="Who this is").click()
    form = page.locator("details[name=arrival][open] form")
    answer(form)
    form.get_by_role("button", name="Record").click()
    expect(page.get_by_text("Who this is: recorded.")).to_be_visible()
    page.locator("details[name=arrival] summary", has_text="Suicidality").click()
    page.get_by_role("link", name="Fill in the C-SSRS").click()
    for field in page.locator("main form input[type=radio][value='0']").all():
        field.check()
    page.locator("main form").last.get_by_role("button").first.click()
    page.goto(f"{here}questions/before/")
    form = page.locator("main form").filter(has=page.locator("input[name=asked]"))
    answer(form)
    form.locator("button[type=submit]").first.click()
    observe_all(page, here)
    return here


def observe_all(page, here):
    """Enter the whole set of signs, all well."""
    page.goto(f"{here}observe/all/")
    signs = {
        "systolic": "124", "diastolic": "78", "heart_rate": "72", "spo2": "98",
        "respiratory_rate": "14", "temperature": "36.6",
    }  # fmt: skip
    for sign, value in signs.items():
        page.locator(f"[name={sign}]").fill(value)
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url(here)


def prepare(page, other, here):
    """Draw the vial, calculate the sheet, and let a second person calculate it alone."""
    unfold_sheet = acts(page).locator("summary", has_text=re.compile("^Pump sheet$"))
    unfold_sheet.click()
    form = page.locator("form[action$='/do/sheet/']")
    weight = float(form.locator("[name=weight_kg]").input_value())
    form.locator("[name=vial_mg_per_ml][value='50']").check()
    form.locator(f"[name=bag_ml][value='{BAG_ML}']").check()
    form.locator("[name=vial_lot]").fill("A12")
    form.locator("[name=vial_expires_on]").fill(
        f"{datetime.now(tz=UTC) + timedelta(days=200):%Y-%m-%d}"
    )
    form.locator("[name=vial_recalled][value=no]").check()
    form.get_by_role("button", name="Calculate the pump sheet").click()
    expect(page.get_by_text("The pump sheet is calculated.")).to_be_visible()
    other.goto(here)
    form = other.locator("form[action$='/do/second-check/']")
    form.locator("[name=dose_mg]").fill(f"{weight * MG_PER_KG:.3f}")
    form.locator("[name=rate_ml_h]").fill(f"{BAG_ML * 60 / MINUTES:g}")
    form.locator("button[type=submit]").click()
    expect(now(other)).to_contain_text("Ready to start")
    page.goto(here)


def go_offline_and_back(page, other, photo):
    """Lose the server in the middle, go on, and find everything once when it is back."""
    page.context.set_offline(True)
    entered(page, "Distress", 3)
    kept = page.locator("[data-keeping]")
    expect(kept).to_contain_text("Kept on this device, not in the record yet")
    entered(page, "Pulse", 83)
    chosen(page, "Pause", "The person asks for it", "Record the pause")
    unfold_note = page.locator("summary", has_text=re.compile("^Write a note$"))
    unfold_note.click()
    page.get_by_label("Note", exact=True).fill("Eyes closed, hands warm.")
    page.get_by_role("button", name="Add the note").click()
    expect(kept.get_by_role("listitem")).to_have_count(4)
    photo("offline")
    # Nothing of it can be read on the device, and nothing has reached anybody.
    assert "Eyes closed" not in page.evaluate("JSON.stringify({...localStorage})")
    expect(now(other)).to_contain_text("Running")
    page.context.set_offline(False)
    expect(now(page)).to_contain_text("Paused", timeout=15_000)
    expect(now(other)).to_contain_text("Paused")
    for words in ("3 points", "83 per min", "Eyes closed, hands warm.", "The person asks for it"):
        line = log(page).filter(has_text=re.compile(re.escape(words)))
        expect(line).to_have_count(1)
    expect(page.locator("[data-keeping]")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0
    photo("restored")


def cabinet(page, here, way, **filled):
    """Draw or waste on the cabinet's page of this infusion."""
    page.goto(here.replace("/infusions/", "/cabinet/infusions/") + f"{way}/")
    form = page.locator("main form").filter(has=page.locator("[name=seen]"))
    if form.locator("[name=lot]").count():
        form.locator("[name=lot]").first.check()
    for name, value in filled.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: not url.endswith(f"/{way}/"))
    page.goto(here)


def assess(page, here):
    """Answer what is asked for leaving."""
    page.goto(f"{here}questions/leaving/?all=1")
    form = page.locator("main form").filter(has=page.locator("input[name=asked]"))
    answer(form)
    form.locator("button[type=submit]").first.click()
    page.wait_for_url(here)


def recover_and_leave(page, demo, here):
    """Two hours later: assessed twice, the cabinet settled with a second person, discharged."""
    who = demo.sign_ins["anaesthesia"]
    cabinet(
        page, here, "waste", reason="rest of vial and bag",
        witness_name=who["username"], witness_password=who["password"],
    )  # fmt: skip
    pass_time(demo, here.rstrip("/").rpartition("/")[2], 150)
    observe_all(page, here)
    for title in ("Wakefulness", "CADSS-6", "Nausea"):
        with page.expect_navigation():
            entered(page, title, 5 if title == "Wakefulness" else 0)
    assess(page, here)
    expect(page.get_by_text("The gate is closed.")).to_be_visible()
    expect(acts(page)).to_contain_text("A second one counts from")
    pass_time(demo, here.rstrip("/").rpartition("/")[2], 12)
    assess(page, here)


@pytest.mark.parametrize("width", ["phone"])
def test_a_whole_session_with_the_server_lost_in_the_middle(demo, open_page, width, tmp_path):
    page, other = open_page("nurse", width), open_page("anaesthesia", width)

    def photo(name):
        page.screenshot(path=tmp_path / f"{width}-{name}.png")

    here = check_in(page, PERSON)
    prepare(page, other, here)
    cabinet(page, here, "draw", mg="50")
    photo("ready")
    acts(page).get_by_role("button", name="Start: the pump runs").click()
    expect(now(page)).to_contain_text("Running")
    other.goto(here)

    entered(page, "Blood pressure", (128, 80))
    expect(tile(page, "Systolic")).to_contain_text("128 mmHg")
    entered(page, "SpO₂", 84)  # critical below 88: held until somebody says that they saw it
    held = now(other).get_by_text("Critical limit crossed")
    expect(held).to_be_visible()
    photo("limit")
    page.get_by_label("What do you do? (optional)").fill("Oxygen, mask")
    page.get_by_role("button", name="I have seen it").click()
    expect(now(page).get_by_text("Critical limit crossed")).to_have_count(0)
    expect(held).to_have_count(0, timeout=3000)  # and on the other station, within two seconds
    entered(page, "SpO₂", 97)
    expect(tile(page, "SpO₂")).to_contain_text("97 %")

    go_offline_and_back(page, other, photo)
    chosen(page, "Resume", "The cause has passed", "Record that it runs again")
    expect(now(page)).to_contain_text("Running")
    chosen(page, "Stop early", "The person wants to stop", "Record the stop")
    expect(now(page)).to_contain_text("Recovery")
    photo("recovery")

    recover_and_leave(page, demo, here)
    photo("gate")
    acts(page).get_by_role("button", name="Discharge", exact=True).click()
    expect(page.get_by_text(re.compile(r"^Discharged \d"))).to_be_visible()
    page.get_by_role("link", name="Read and seal the record").click()
    page.get_by_role("link", name="Seal the record").click()
    page.get_by_label("Why without the call after the infusion").fill("The call is tomorrow.")
    page.get_by_label("Your password").fill(demo.sign_ins["nurse"]["password"])
    page.get_by_role("button", name="Seal the record").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("[Ss]ealed"))
    photo("sealed")
