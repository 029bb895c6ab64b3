"""Results in order wherever they are computed, and work that goes on where it stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ketacare.adapters.scaling import Here, Store, Workers, fingerprint, place_of, run_tasks
from ketacare.core.errors import InputError


class Backwards:
    """A place that finishes the last task first."""

    def results(self, function, shared, tasks):
        for position in reversed(range(len(tasks))):
            yield position, function(shared, tasks[position])


def times(factor, number):
    return factor * number


@pytest.mark.parametrize("place", [Here(), Backwards()])
def test_results_come_back_in_the_order_of_the_tasks(place):
    assert run_tasks(times, 3, [5, 1, 4], place=place) == [15, 3, 12]


def test_progress_counts_every_task():
    told = []
    run_tasks(times, 1, [1, 2], place=Here(), progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_what_is_stored_is_not_computed_again(tmp_path):
    done = []

    def work(_, number):
        done.append(number)
        if number == 3 and len(done) < 4:
            raise KeyboardInterrupt
        return number / 3

    store = Store.under(tmp_path, {"of": "this test"})
    with pytest.raises(KeyboardInterrupt):
        run_tasks(work, None, [1, 2, 3], place=Here(), store=store)
    assert run_tasks(work, None, [1, 2, 3], place=Here(), store=store) == [1 / 3, 2 / 3, 1.0]
    assert done == [1, 2, 3, 3]  # the first two once, the interrupted one twice


def test_stored_floats_come_back_to_the_last_bit(tmp_path):
    store = Store.under(tmp_path, {})
    values = [0.1 + 0.2, 1 / 3, 5e-324, -0.0, 1e308]
    store.put(0, values)
    assert [v.hex() for v in store.get(0)] == [v.hex() for v in values]


def test_other_inputs_are_another_folder(tmp_path):
    one, other = (Store.under(tmp_path, {"seed": seed}) for seed in (1, 2))
    assert one.folder != other.folder
    assert json.loads((one.folder / "inputs.json").read_text()) == {"seed": 1}
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


def test_a_half_written_result_counts_as_none(tmp_path):
    store = Store.under(tmp_path, {})
    store.put(0, [1.5])
    assert store.get(0) == [1.5]
    (store.folder / "000000.json").write_text("[1.5")
    assert store.get(0) is None


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="name a folder that can be written"):
        Store.under(tmp_path / "file", {})


def test_one_worker_is_this_process():
    assert place_of(workers=1, cluster="") == Here()
    assert place_of(workers=3, cluster="") == Workers(count=3)
    assert place_of(workers=1, cluster="tcp://x:1") == Workers(count=1, address="tcp://x:1")


def test_workers_here_and_elsewhere_at_once_are_refused():
    with pytest.raises(InputError, match="give one of the two"):
        place_of(workers=2, cluster="tcp://x:1")


@pytest.mark.slow
def test_dask_workers_give_the_result_of_this_process(tmp_path):
    # In a process of its own: Dask starts threads and event loops that outlive a test.
    script = tmp_path / "both.py"
    script.write_text(
        """
from ketacare.adapters.scaling import Here, Workers, run_tasks
from ketacare.cli.virtual.comparing import setup_of
from ketacare.core.trials import Design, PolicyName, run_task, tasks_of

def main():
    design = Design(people=40, weeks=2, seed=5, chunk=10)
    setup = setup_of((PolicyName.FIXED, PolicyName.GUIDELINE), design, "prior_reference")
    tasks = tasks_of(design, (setup.clinic.truth("believed"),))
    found = [run_tasks(run_task, setup, tasks, place=p) for p in (Here(), Workers(count=2))]
    same = [
        (getattr(a, n) == getattr(b, n)).all()
        for a, b in zip(*found)
        for n in ("values", "squares", "apart", "apart_squares")
    ]
    print(len(same), all(same))

if __name__ == "__main__":
    main()
"""
    )
    ran = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert ran.stdout.split() == ["16", "True"], ran.stderr  # 4 chunks of 4 sums


@pytest.mark.slow
def test_two_runs_on_one_scheduler_keep_their_results_apart(tmp_path):
    # A scheduler and two workers behind an address, as --cluster finds them; two clients at once.
    script = tmp_path / "shared.py"
    script.write_text(
        """
import threading
import time

import distributed

from ketacare.adapters.scaling import Here, Workers, run_tasks

def third(shared, number):
    time.sleep(0.05)  # long enough for the other run to ask while this one is at work
    return shared * number / 3

def main():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1",
        scheduler_port=0, dashboard_address=None, silence_logs="ERROR",
    ) as cluster:
        found = {}
        def run(factor):
            place = Workers(address=cluster.scheduler_address)
            found[factor] = run_tasks(third, factor, [1.0, 2.0, 4.0, 5.0], place=place)
        both = [threading.Thread(target=run, args=(factor,)) for factor in (1.0, 7.0)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    for factor in (1.0, 7.0):
        here = run_tasks(third, factor, [1.0, 2.0, 4.0, 5.0], place=Here())
        print([v.hex() for v in found[factor]] == [v.hex() for v in here])

if __name__ == "__main__":
    main()
"""
    )
    ran = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert ran.stdout.split() == ["True", "True"], ran.stderr
