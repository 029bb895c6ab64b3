"""Times virtual trials: many people without learning, fewer with, and two workers against one."""

import resource
import statistics
import time

from ketacare.adapters.scaling import Here, Workers, run_tasks
from ketacare.cli.virtual.comparing import setup_of
from ketacare.core.trials import Design, Metric, PolicyName, compared, run_task, tasks_of

_FIXED, _GUIDELINE, _FEEDBACK = (PolicyName.FIXED, PolicyName.GUIDELINE, PolicyName.FEEDBACK)


def run(line):
    """Print the figures of virtual trials."""
    print("\nVirtual trials, 12 weeks")
    _many(line)
    _workers(line)
    _learning(line)


def _trial(policies, people, chunk, *, place=None):
    setup = setup_of(
        policies, Design(people=people, weeks=12, seed=2026, chunk=chunk), "prior_first"
    )
    tasks = tasks_of(setup.design, (setup.clinic.truth("believed"),))
    begun = time.perf_counter()
    results = run_tasks(run_task, setup, tasks, place=place or Here())
    return time.perf_counter() - begun, compared(setup, tasks, results)


def _many(line):
    taken, _ = _trial((_FIXED, _GUIDELINE), 100_000, 5000)
    line("100,000 people, fixed course and guideline", taken, 20.0)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    line("memory of the whole process", used, 2.0, unit="GB")


def _learning(line):
    begun = time.process_time()
    taken, found = _trial((_FIXED, _FEEDBACK), 2000, 100)
    used = time.process_time() - begun
    line("2,000 people, feedback re-planned at every score", taken, 300.0)
    print(f"{'':<4}{used:.0f} s of one core; the rest is waiting for others on this machine")
    gains = found.worlds[0].gains
    for metric in (Metric.RELIEF, Metric.RESPONSE, Metric.RESPONSE_EARLY, Metric.INFUSIONS):
        gain = gains[_FEEDBACK, metric]
        print(f"{'':<4}gain in {metric.value}: {gain.mean:+.3f} ± {gain.error:.3f}")
    for verdict in found.verdicts:
        print(f"{'':<4}{verdict.sentence} {' '.join(verdict.artefacts)}")


def _workers(line):
    """Compare one worker with two on the same work, start-up of the workers taken off.

    The start is what a trial of one small chunk takes. Sensible only on a quiet machine.
    """
    ratios = []
    for _ in range(3):
        seconds = {}
        for count in (1, 2):
            place = Workers(count=count)
            start, _ = _trial((_FIXED,), 10, 10, place=place)
            whole, _ = _trial((_FIXED, _FEEDBACK), 240, 20, place=place)
            seconds[count] = whole - start
        ratios.append(seconds[1] / seconds[2])
    found = statistics.median(ratios)
    verdict = "ok" if found >= 1.7 else "MISSED"
    print(
        f"{'two Dask workers against one, throughput, median of 3':<62}{found:>9.2f} x  "
        f"{'≥ 1.7 x':>12}  {verdict}",
        flush=True,
    )
