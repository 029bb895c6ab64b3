"""The database itself refuses to change or remove what the cabinet wrote."""

import pytest
from django.db import DatabaseError, connection, transaction

from ketacare.clinic.cabinet import triggers
from ketacare.clinic.cabinet.models import Entry, Lot


def test_the_triggers_are_there(db):
    assert triggers.missing(connection) == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda: Entry.objects.update(lot_ug=1),
        lambda: Entry.objects.all().delete(),
        lambda: Lot.objects.update(vial_ug=1),
        lambda: Entry.objects.get().save(),
    ],
)
def test_a_change_is_refused(receipt, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
    assert Entry.objects.get().lot_ug == 5_000_000


@pytest.mark.skipif(connection.vendor != "sqlite", reason="INSERT OR REPLACE is SQLite's")
def test_a_replacement_is_refused(receipt):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT OR REPLACE INTO cabinet_entry SELECT * FROM cabinet_entry")
    assert Entry.objects.count() == 1
