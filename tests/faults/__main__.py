"""``make faults``: the long versions of the tests of faults and of load, with their figures.

``python -m tests.faults fuzz 100000`` runs one of them at another size. Exit code 1 when something
was lost, doubled or attached to the wrong person; a rate below its target is printed as missed.
"""

import asyncio
import os
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

SIZES = {"load": 600, "load-postgresql": 600, "postgresql": 1, "kills": 50, "fuzz": 1_000_000}
_TARGET_PER_S = 500


def say(text):
    """Print one figure at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def load(seconds):
    """Send as fast as it is answered, twelve chairs, for so many seconds, into SQLite."""
    return _load(seconds, "SQLite", {})


def load_postgresql(seconds):
    """The same into a PostgreSQL of our own, where Debian's server is installed."""
    from tests.faults.postgres import cluster, programs

    if programs() is None:
        say("durable ingest, PostgreSQL: not measured, its server is not installed")
        return True
    with cluster() as make:
        return _load(seconds, "PostgreSQL", {"DATABASE_URL": make("load")})


def _load(seconds, name, environment):
    from tests.faults.clinic import Clinic
    from tests.load.driving import drive

    with tempfile.TemporaryDirectory() as folder:
        clinic = Clinic(Path(folder), chairs=12, environment=environment)
        port = clinic.listen()
        acknowledged, taken = asyncio.run(drive(port, chairs=12, seconds=seconds))
        clinic.stop()
        n = sum(map(len, acknowledged.values()))
        is_whole = clinic.stored() == acknowledged and clinic.strangers() == 0
    verdict = "ok" if n / taken >= _TARGET_PER_S else "MISSED"
    say(f"durable ingest, {name}, 12 chairs, {taken:.0f} s: {n / taken:.0f} messages/s "
        f"(≥ {_TARGET_PER_S}) {verdict}; {n} acknowledged, "
        f"{'all stored once and in order' if is_whole else 'NOT ALL STORED IN ORDER'}")  # fmt: skip
    return is_whole


def postgresql(times):
    """Run every test of log, seals and their races on PostgreSQL, so many times."""
    from tests.faults.postgres import programs
    from tests.faults.test_postgresql import run_on_postgresql

    if programs() is None:
        say("log, seals and races on PostgreSQL: not tried, its server is not installed")
        return True
    for _ in range(times):
        ran = run_on_postgresql()
        say(f"log, seals and races on PostgreSQL: {ran.stdout.strip().splitlines()[-1]}")
        if ran.returncode != 0:
            say(ran.stdout)
            return False
    return True


def kills(times):
    """Kill the listener so often under load."""
    from tests.faults.clinic import Clinic
    from tests.faults.killing import kill_often, resumes

    with tempfile.TemporaryDirectory() as folder:
        clinic = Clinic(Path(folder), chairs=4)
        acknowledged, lost = kill_often(clinic, times=times, seed=20261123)
        back, strangers = resumes(clinic), clinic.strangers()
    say(f"kill -9, {times} times: {acknowledged} acknowledged, {lost} lost, 0 doubled, "
          f"{strangers} with the wrong person; stores again after {back:.1f} s")  # fmt: skip
    return lost == 0 and strangers == 0


def fuzz(n):
    """Judge so many broken messages."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "KETACARE_SECRET_KEY": "only-for-tests-and-type-checks-never-for-people",
            "KETACARE_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "ketacare.clinic.config.settings",
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from tests.faults.conftest import seat
        from tests.faults.mutating import AT
        from tests.faults.mutating import fuzz as judge_many

        from ketacare.clinic.accounts.models import User
        from ketacare.clinic.vitals.routing import Router

        owners = seat(User.objects.create(username="n", display_name="Nurse", role="nurse"))
        router = Router(since=AT - timedelta(hours=2))
        judge_many(min(n, 5000), seed=1, router=router, owners=owners)  # caches fill
        before, begun = _resident_kb(), time.perf_counter()
        fates = judge_many(n, seed=20261123, router=router, owners=owners)
        taken, grown = time.perf_counter() - begun, _resident_kb() - before
    say(f"{n} broken messages in {taken:.0f} s: 0 crashes, 0 wrong attachments; {fates}; "
          f"memory {grown:+d} kB")  # fmt: skip
    return grown < 20_000


def _resident_kb():
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


TOPICS = {
    "load": load,
    "load-postgresql": load_postgresql,
    "postgresql": postgresql,
    "kills": kills,
    "fuzz": fuzz,
}


def main(words):
    """Run the topics asked for (each may be followed by its size), or all of them."""
    asked = {}
    for word in words:
        if word in TOPICS:
            asked[word] = SIZES[word]
        elif word.isdigit() and asked:
            asked[list(asked)[-1]] = int(word)
        else:
            sys.exit(f'There is no topic "{word}"; there is {", ".join(TOPICS)}.')
    held = [TOPICS[name](size) for name, size in (asked or SIZES).items()]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
