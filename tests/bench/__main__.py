"""``make bench``: measure what the project claims and print figures beside their targets.

``python -m tests.bench session`` runs one topic. Figures are medians (or the 95th percentile where a target says so) on this machine, now; only
ratios carry over. Nothing here fails: a miss is printed as a miss.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import (
    estimation,
    latency,
    measures,
    pharmacology,
    planning,
    response,
    room,
    safety,
    session,
    trials,
)
from tests.bench.pages import measure_pages

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "ray_kious_2016.toml"
COURSE = ROOT / "tests" / "cli" / "four_infusions.toml"


def whole_process(*arguments, runs=5):
    """Return the median seconds of a command as a process of its own."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "from ketacare.cli import main; main()", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def line(what, found, target, *, unit="s"):
    """Print one figure beside its target."""
    verdict = "" if target is None else ("ok" if found <= target else "MISSED")
    wanted = "" if target is None else f"≤ {target:g} {unit}"
    print(f"{what:<62}{found:>9.3f} {unit:<3}{wanted:>12}  {verdict}", flush=True)


def commands(line):
    """Time the commands as whole processes."""
    print("Command line, whole process, median of 5")
    empty = whole_process("--version")
    line("ketacare --version", empty, None)
    for name, file in (("the published case", EXAMPLE), ("four infusions", COURSE)):
        moment = [] if file is EXAMPLE else ["--at", "2026-05-16T12:00Z"]
        found = whole_process("recommend", str(file), *moment)
        line(f"ketacare recommend, {name}", found, 2.0)
        print(f"{'':<4}{found / empty:.1f} times the bare command")
    for command in ("stage", "screen", "score", "simulate"):
        line(f"ketacare {command}", whole_process(command, str(EXAMPLE), runs=3), None)


def pages(line):
    """Time the demo's start and pages."""
    with tempfile.TemporaryDirectory() as folder:
        measure_pages(Path(folder) / "data", line)


# One line a topic: its name on the command line, and what prints its figures.
TOPICS = {
    "commands": commands,
    "estimation": estimation.run,
    "latency": latency.run,
    "measures": measures.run,
    "pages": pages,
    "pharmacology": pharmacology.run,
    "planning": planning.run,
    "response": response.run,
    "room": room.run,
    "safety": safety.run,
    "session": session.run,
    "trials": trials.run,
}


def main(asked):
    """Run the topics asked for, or all of them."""
    unknown = [name for name in asked if name not in TOPICS]
    if unknown:
        sys.exit(f'There is no topic "{unknown[0]}"; there is {", ".join(TOPICS)}.')
    for name in asked or TOPICS:
        TOPICS[name](line)


if __name__ == "__main__":
    main(sys.argv[1:])
