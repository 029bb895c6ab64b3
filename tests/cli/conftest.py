"""Runs the command line inside the test's process and keeps what it printed."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from ketacare.cli.app import run

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[1] / "docs" / "examples" / "ray_kious_2016.toml"
COURSE = HERE / "four_infusions.toml"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def ketacare(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            run([str(a) for a in arguments])
        captured = capsys.readouterr()
        return Ran(left.value.code, captured.out, captured.err)

    return call


@pytest.fixture
def published():
    return PUBLISHED


@pytest.fixture
def course():
    return COURSE
