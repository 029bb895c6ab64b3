"""Expected beside measured on the session's page: signs, limits, and the way back."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.clinic.infusions.conftest import NOW, minutes, observe

from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.infusions.outlook import limits_of
from ketacare.core.record import Vital
from ketacare.knowledge.load import load_policy


@pytest.fixture
def at(monkeypatch):
    """Set the clock that views read."""

    def set_clock(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_clock(NOW)
    return set_clock


def rows(client, session):
    """The cells of the table by its first one, as a reader sees them."""
    page = client.get(reverse("infusions:session", args=[session.pk])).content.decode()
    table = re.search(r'aria-label="Expected and measured".*?</table>', page, flags=re.DOTALL)
    if table is None:
        return {}
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table[0], flags=re.DOTALL):
        cells = [
            re.sub(r"<[^>]+>", "", cell)
            for cell in re.findall(r"<t[dh](?: [^>]*)?>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        if cells:
            found[cells[0]] = cells
    return found


def test_pressure_is_expected_beside_what_was_measured(running, nurse, client_of, at):
    observe(running, nurse, minutes(38), systolic=139, diastolic=84, heart_rate=76)
    at(minutes(40))
    systolic = rows(client_of(Role.NURSE), running)["Systolic, mmHg"]
    assert systolic[1] == "139 at 15:38"
    middle, low, high = (int(n) for n in re.findall(r"\d+", systolic[2]))
    # 122 before the dose and a mean rise of 12.6 mmHg at the end of the infusion (Vankawala 2021),
    # 11.2 mmHg standard deviation: 1.645 of it to either side; kinetics differ, hence 3 mmHg
    assert middle == pytest.approx(122 + 12.6, abs=3)
    assert (low, high) == pytest.approx((middle - 18.4, middle + 18.4), abs=4)


def test_limits_of_the_policy_come_with_how_many_pass_them(running, client_of, at):
    at(minutes(10))
    systolic = rows(client_of(Role.NURSE), running)["Systolic, mmHg"]
    # amber is above 160 mmHg or 30 % over 122 = 158.6 mmHg, whichever is lower; red above 180
    assert re.search(r"amber \(159\): \d+ %; red \(180\): ", systolic[3])
    share = int(re.search(r"amber \(159\): (\d+) %", systolic[3])[1])
    # (158.6 - 134.6) / 11.2 = 2.1 standard deviations: 1.6 %, and more by different kinetics
    assert 1 <= share <= 8


def test_the_way_back_is_told_by_the_clock_for_leaving(recovering, client_of, at):
    at(minutes(60))
    answer = client_of(Role.NURSE).get(reverse("infusions:session", args=[recovering.pk]))
    assert "Until leaving: expected and measured" in answer.content.decode()
    back = rows(client_of(Role.NURSE), recovering)["Systolic, mmHg"][4]
    half, late = re.fullmatch(r"half by (\d\d:\d\d), 19 of 20 by (\d\d:\d\d)", back).groups()
    assert "15:40" < half < late


def test_drowsiness_and_nausea_are_told_as_shares_of_people(running, client_of, at):
    at(minutes(40))
    found = rows(client_of(Role.NURSE), running)
    # 56.4 % and 13.3 % of 203 people (Rodrigues 2022), the second with Wilson's 90 % interval
    assert re.search(r"5\d % at some time", found["Drowsy"][2])
    assert found["Nausea"][2] == "13 % at some time (10 to 18 %)"


def test_exposure_and_benefit_are_kept_apart_on_the_page(running, client_of, at):
    page = client_of(Role.NURSE).get(reverse("infusions:session", args=[running.pk]))
    assert "does not predict benefit" in page.content.decode()


def test_without_a_baseline_there_is_no_table(sheet, client_of, at):
    at(minutes(-11))
    assert rows(client_of(Role.NURSE), sheet) == {}


def test_a_rise_needs_a_baseline_to_be_a_limit():
    policy, day = load_policy(), NOW.date()
    # without a baseline only the absolute limit of 160 mmHg stands; with one of 100 a rise of 30 %
    assert dict(limits_of(policy, {}, day))["systolic amber"] == 160
    known = limits_of(policy, {Vital.SYSTOLIC: 100.0}, day)
    assert dict(known)["systolic amber"] == pytest.approx(130)


def test_what_was_only_counted_says_that_it_knows_no_dose(running, client_of, at):
    at(minutes(10))
    page = client_of(Role.NURSE).get(reverse("infusions:session", args=[running.pk]))
    # Rodrigues 2022 counted nausea in 13.3 % of 203 people, by no dose
    assert "how they depend on the dose is not known" in page.content.decode()
