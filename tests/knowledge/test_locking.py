"""What a version says may not change while the version stays; the expectations are by hand."""

from copy import deepcopy
from datetime import date

import pytest

from ketacare.knowledge.faults import (
    changes_without_version,
    lock_not_current,
    lock_of,
    lock_of_checkout,
    read_lock,
    write_lock,
)
from ketacare.knowledge.showing import KnowledgeText

TABLE = {
    "id": "dose.step",
    "version": "3",
    "status": "candidate",
    "since": date(2026, 11, 23),
    "limits": {"largest": [{"since": date(2026, 11, 23), "number": {"value": 0.25}}]},
}
LATER = {"since": date(2027, 1, 1), "number": {"value": 0.2}}


def lock(change=lambda _table: None):
    table = deepcopy(TABLE)
    change(table)
    return lock_of([KnowledgeText(path="safety/dose_step.toml", text="", table=table)])


def largest(table):
    return table["limits"]["largest"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            lambda t: largest(t)[0]["number"].update(value=0.5),
            ["changed, but the version is still 3"],
        ),
        (lambda t: t.update(title="Another"), ["changed, but the version is still 3"]),
        (lambda t: largest(t).clear(), ["changed, but the version is still 3"]),
        (lambda t: t.update(status="verified", checked_by="A. Reader", check=[{"value": 1}]), []),
        (lambda t: (largest(t)[0]["number"].update(value=0.5), t.update(version="4")), []),
        (lambda t: largest(t).append(LATER), []),
    ],
    ids=["number", "word", "entry gone", "checked", "with version", "from a later day"],
)
def test_content_that_changes_under_its_version_is_found(change, found):
    results = changes_without_version(lock(), lock(change))
    assert [r.found.removeprefix("the content ") for r in results] == found


@pytest.mark.parametrize(
    ("value", "found"),
    [(0.1, "the content from 2027-01-01 changed"), (None, "the content from 2027-01-01 is gone")],
)
def test_a_value_of_a_later_day_is_kept_as_well(value, found):
    def other(table):
        if value is not None:
            largest(table).append({**LATER, "number": {"value": value}})

    (result,) = changes_without_version(lock(lambda t: largest(t).append(LATER)), lock(other))
    assert result.found == f"{found}, but the version is still 3"


def test_a_new_version_is_asked_to_be_locked():
    old, new = lock(), lock(lambda t: t.update(version="4"))
    (result,) = lock_not_current(old, new)
    assert result.found == "other ones: run 'ketacare knowledge lock'"
    assert lock_not_current(new, new) == []


def test_a_lock_reads_as_it_was_written():
    kept = lock(lambda t: largest(t).append(LATER))
    assert read_lock(write_lock(kept)) == kept


def test_the_checkout_has_its_lock():
    file = lock_of_checkout()
    assert file is not None
    assert file.is_file()
