"""What the whole suite needs: emptying the database after tests that commit.

The audit log, the cabinet and sealed records refuse every deletion, as they should; between two tests with real
transactions (``transactional_db``, ``live_server``) their triggers step aside for the emptying only.
"""

import gc

import pytest


def pytest_collection_finish():
    """Keep what was loaded out of the collector's sight: it looked through it a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_terminal_summary(terminalreporter):
    """Print what tests have measured with ``record_property``."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"measured: {name}: {value}")


@pytest.fixture(scope="session", autouse=True)
def _audit_triggers_step_aside():
    from django.core.management.commands import flush
    from django.db import connections

    from ketacare.clinic.audit import triggers
    from ketacare.clinic.cabinet import triggers as cabinet
    from ketacare.clinic.records import triggers as records

    handle = flush.Command.handle

    def empty(self, **options):
        connection = connections[options["database"]]
        triggers.remove(connection)
        cabinet.remove(connection)
        records.remove(connection)
        try:
            return handle(self, **options)
        finally:
            triggers.install(connection)
            cabinet.install(connection)
            records.install(connection)

    flush.Command.handle = empty
    yield
    flush.Command.handle = handle
