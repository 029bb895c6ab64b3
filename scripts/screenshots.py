"""Take the pictures of the documentation from a running demo: ``scripts/screenshots.py FOLDER PORT``.

FOLDER is the demo's data folder (its sign-ins are read from there), PORT where it serves. The
pictures go to docs/images and are of sample people.
"""

import json
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
DESKTOP, PHONE = (1280, 900), (360, 740)
MOST_BYTES = 200_000
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def main() -> None:
    """Take all pictures."""
    if len(sys.argv) != 3 or CHROMIUM is None:
        sys.exit("usage: scripts/screenshots.py DATA_FOLDER PORT, with Chromium installed")
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    sign_ins = json.loads((folder / "sign-ins.json").read_text(encoding="utf-8"))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        pages = {
            (role, size): signed_in(browser, port, sign_ins[role], size)
            for role, size in (("psychiatrist", DESKTOP), ("nurse", DESKTOP), ("nurse", PHONE))
        }
        doctor, nurse = pages["psychiatrist", DESKTOP], pages["nurse", DESKTOP]
        doctor.goto("/board/")
        keep(doctor, "board")
        decisions = doctor.get_by_role("region", name=re.compile("^Plans that need a decision"))
        plan = decisions.get_by_role("listitem").filter(has_text="stop the series").first
        plan.get_by_role("link").click()
        keep(doctor, "plan")
        doctor.get_by_role("link", name="Chart", exact=True).click()
        doctor.set_viewport_size({"width": 1280, "height": 1080})  # with the forecast in it
        keep(doctor, "chart")
        infusion = open_infusion(nurse)
        keep(nurse, "infusion")
        phone = pages["nurse", PHONE]
        phone.goto(infusion)
        keep(phone, "infusion-phone")
        link = make_link(nurse)
        phone.goto(link)
        phone.get_by_role("link", name="Start").click()
        keep(phone, "question-phone")
        browser.close()


def signed_in(browser: Browser, port: int, who: dict[str, str], size: tuple[int, int]) -> Page:
    """Return a page of this person at this size."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{port}",
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=1.5 if size == PHONE else 1,
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("Sign-in name or e-mail").fill(who["username"])
    page.get_by_label("Password", exact=True).fill(who["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def open_infusion(page: Page) -> str:
    """Open the running infusion from the board and return its address."""
    page.goto("/board/")
    seats = page.get_by_role("region", name=re.compile("^In the chair now")).get_by_role("article")
    seats.filter(has_text="Running").get_by_role("link").first.click()
    page.get_by_text("Live.", exact=True).wait_for()
    return page.url


def make_link(page: Page) -> str:
    """Ask a sample person for a GAD-7 and return the link."""
    page.get_by_role("link", name="Chart", exact=True).click()
    page.get_by_role("link", name="Questionnaires", exact=True).click()
    page.get_by_role("link", name="Ask for answers").click()
    page.get_by_role("checkbox", name=re.compile("^PHQ-9")).uncheck()
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("The link").input_value().strip()


def keep(page: Page, name: str) -> None:
    """Write the visible part of the page as ``name``.png, refusing one too large for a README."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    place = IMAGES / f"{name}.png"
    page.evaluate("document.fonts.ready")
    page.screenshot(path=place)
    size = place.stat().st_size
    sys.stdout.write(f"{place.name}: {size // 1000} kB\n")
    if size > MOST_BYTES:
        sys.exit(f"{place.name} has {size} bytes, more than {MOST_BYTES}: take a smaller part")


if __name__ == "__main__":
    main()
