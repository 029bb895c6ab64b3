"""A PostgreSQL of our own for the tests of faults and of load: Debian's server, in a folder, on a port.

It refuses to run as root, so root starts it as the user ``postgres``. Without the server's programs
there is none, and whoever asks is told so.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.browser.conftest import free_port


def programs():
    """Return the folder of the newest server's programs, or ``None``."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=_version)
    if found:
        return found[-1].parent
    here = shutil.which("pg_ctl")
    return Path(here).parent if here else None


def _version(path):
    return int(path.parts[-3]) if path.parts[-3].isdigit() else 0


@contextlib.contextmanager
def cluster():
    """Start a server and yield a function that makes a database and returns its address."""
    where = programs()
    if where is None:
        raise FileNotFoundError("PostgreSQL's server is not installed (Debian: postgresql).")
    with tempfile.TemporaryDirectory() as folder:
        user = {"user": "postgres"} if os.geteuid() == 0 else {}
        if user:
            shutil.chown(folder, "postgres")
        data, port = Path(folder) / "data", free_port()

        def run(*words):
            subprocess.run(
                words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                cwd=folder, timeout=60, **user,
            )  # fmt: skip

        run(where / "initdb", "-D", data, "-A", "trust", "-U", "clinic")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        run(where / "pg_ctl", "-D", data, "-o", options, "-w", "-l", f"{folder}/log", "start")
        try:

            def make(name):
                run(where / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "clinic", name)
                return f"postgresql://clinic@127.0.0.1:{port}/{name}"

            yield make
        finally:
            run(where / "pg_ctl", "-D", data, "-m", "immediate", "stop")
