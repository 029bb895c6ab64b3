"""The command as a process of its own: start-up, exit codes, hand-over to the clinic."""

import subprocess
import sys

import pytest

from ketacare.cli.clinic import run_clinic

pytestmark = pytest.mark.slow


def process(*arguments):
    return subprocess.run(
        [sys.executable, "-c", "from ketacare.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_bad_input_is_one_sentence_without_a_traceback():
    ran = process("stage", "/no/such/file.toml")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1


def test_looking_at_the_help_loads_no_science():
    code = (
        "import sys\nfrom ketacare.cli.app import run\n"
        "try:\n    run([])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'numpy', 'scipy', 'django'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        (("serve",), {"host": "0.0.0.0", "port": 8123}, ["serve"]),
        (("demo", "--reset"), {}, ["demo", "--reset"]),
    ],
)
def test_clinic_commands_hand_over_to_the_clinic(monkeypatch, arguments, options, expected):
    calls = []
    monkeypatch.setattr("os.execve", lambda *call: calls.append(call))
    monkeypatch.setenv("KETACARE_PORT", "9000")
    run_clinic(*arguments, **options)
    ((program, command, environment),) = calls
    assert program == sys.executable
    assert command == [sys.executable, "-m", "ketacare.clinic", *expected]
    assert environment["KETACARE_PORT"] == str(options.get("port", 9000))
