"""What importing the room costs: NumPy, and nothing that takes longer than it."""

import subprocess
import sys

import pytest


@pytest.mark.slow  # a process of its own
def test_the_import_does_not_load_scipy():
    script = (
        "import sys, ketacare.core.pharmacology; "
        "print('numpy' in sys.modules, any(name.startswith('scipy') for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["True", "False"]
