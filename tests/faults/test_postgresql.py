"""The tests of what nobody may change, run on PostgreSQL as well: the audit log, seals, and their races.

They are the same tests, in a process of their own: Django has one kind of database in a process. The
suite runs those whose answer is the database's own; ``make faults`` runs all of them (``postgresql``).
"""

import os
import subprocess
import sys

import pytest
from tests.faults.clinic import ROOT
from tests.faults.postgres import cluster, programs

SAME = (
    "tests/clinic/audit/test_chain.py",
    "tests/clinic/audit/test_concurrency.py",
    "tests/clinic/records/test_race.py",
    "tests/clinic/records/test_seal.py",
    "tests/clinic/records/test_verify.py",
)


OF_THE_DATABASE = (
    "chain or concurrency or race or itself_refuses or changed_or_removed or sealed_once or cut_off"
)


def run_on_postgresql(*more):
    """Run the tests on a PostgreSQL of our own; return the finished process."""
    with cluster() as make:
        return subprocess.run(
            [sys.executable, "-m", "pytest", *SAME, *more, "-q", "-p", "no:cacheprovider"],
            env=os.environ | {"TEST_DATABASE_URL": make("clinic")},
            cwd=ROOT, check=False, capture_output=True, text=True, timeout=300,
        )  # fmt: skip


@pytest.mark.slow
def test_log_and_seals_are_append_only_on_postgresql_too():
    if programs() is None:
        pytest.skip("PostgreSQL's server is not installed")

    ran = run_on_postgresql("-k", OF_THE_DATABASE)

    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    assert " passed" in ran.stdout
