"""The tests of what nobody may change, run on PostgreSQL as well: the audit log, seals, and their races.

They are the same tests, in a process of their own: Django has one kind of database in a process.
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


@pytest.mark.slow
def test_log_and_seals_are_append_only_on_postgresql_too():
    if programs() is None:
        pytest.skip("PostgreSQL's server is not installed")
    with cluster() as make:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *SAME, "-q", "-p", "no:cacheprovider"],
            env=os.environ | {"TEST_DATABASE_URL": make("clinic")},
            cwd=ROOT, check=False, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    assert " passed" in ran.stdout
