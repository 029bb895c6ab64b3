"""Ways around the append-only log that verification has to see."""

import pytest
from django.db import connection

from ketacare.clinic import audit
from ketacare.clinic.audit import triggers
from ketacare.clinic.audit.models import Head
from ketacare.clinic.audit.verify import verify

NAMES = {"sqlite": "audit_event_no_update", "postgresql": "audit_event_no_change"}
HARMLESS = {
    "sqlite": "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event BEGIN SELECT 1; END",
    "postgresql": """CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
        FOR EACH ROW WHEN (false) EXECUTE FUNCTION audit_event_refuse()""",
}


@pytest.fixture
def log(nurse):
    for _ in range(3):
        audit.record(tag=audit.Tag.TASK_DONE, by=nurse)


def test_the_log_as_it_is_made_holds(log):
    assert verify().holds


def test_a_trigger_of_the_same_name_that_does_nothing_is_found(log):
    name, place = NAMES[connection.vendor], ""
    if connection.vendor == "postgresql":
        place = " ON audit_event"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{place}")
        cursor.execute(HARMLESS[connection.vendor])
    assert triggers.missing(connection) == (name,)
    assert name in verify().problems[0]


def test_events_cut_off_together_with_the_note_of_the_last_one_are_found(log):
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE position = 3")
        cursor.execute("DELETE FROM audit_head")
    triggers.install(connection)
    assert "missing at the end" in verify().problems[0]
    assert not Head.objects.exists()
