"""Where tasks are done: here, one after the other, or by Dask on workers it starts or finds.

Dask is imported only when it is asked for. Workers are processes with one thread each: the work is
arithmetic that holds the interpreter.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ketacare.core.errors import ErrorCode, InputError

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

# Dask returns freed memory to the system after every little release unless this is raised, which
# makes array work three times slower (bytes; malloc's own default is 128 KiB).
_TRIM_BYTES = 256 * 1024 * 1024
_CONNECT_SECONDS = 15


class Place(Protocol):
    """Something that does tasks and says which is done, in any order."""

    def results(
        self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]
    ) -> Iterator[tuple[int, R]]:
        """Yield (position of the task, its result) as they are done."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """This process, one task after the other."""

    def results(
        self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]
    ) -> Iterator[tuple[int, R]]:
        """Yield results in the order of the tasks."""
        for position, task in enumerate(tasks):
            yield position, function(shared, task)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Dask: ``count`` worker processes on this machine, or those of a scheduler at ``address``."""

    count: int = 0
    address: str = ""

    def results(
        self, function: Callable[[S, T], R], shared: S, tasks: Sequence[T]
    ) -> Iterator[tuple[int, R]]:
        """Yield results as workers finish; a task that fails ends everything with its error."""
        # Dask has no types of its own.
        distributed: Any = importlib.import_module("distributed")
        with contextlib.ExitStack() as stack:
            client = stack.enter_context(self._client())
            # A scheduler takes equal keys of two runs for one task and gives both the same result.
            run = uuid.uuid4().hex
            everywhere = client.scatter(shared, broadcast=True, hash=False)
            futures = {
                client.submit(
                    function, everywhere, task, key=f"task-{run}-{position}", pure=False
                ): (position)
                for position, task in enumerate(tasks)
            }
            for future in distributed.as_completed(futures):
                yield futures[future], future.result()

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        dask: Any = importlib.import_module("dask")
        distributed: Any = importlib.import_module("distributed")
        if self.address:
            try:
                client = distributed.Client(self.address, timeout=_CONNECT_SECONDS)
            except (OSError, ValueError) as error:
                raise InputError(
                    ErrorCode.NOT_AVAILABLE,
                    f'no Dask scheduler answers at "{self.address}"; give its address as '
                    "tcp://host:8786",
                    where="--cluster",
                ) from error
            with client:
                yield client
            return
        environment = {
            "MALLOC_TRIM_THRESHOLD_": _TRIM_BYTES,
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), 1),
        }
        with (
            dask.config.set({"distributed.nanny.pre-spawn-environ": environment}),
            distributed.LocalCluster(
                n_workers=self.count,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs="ERROR",
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client


def place_of(*, workers: int, cluster: str) -> Place:
    """Return where to compute: on ``cluster``, on ``workers`` processes, or here for one or none."""
    if cluster and workers > 1:
        raise InputError(
            ErrorCode.CONTRADICTION,
            "--workers starts workers here and --cluster uses those elsewhere; give one of the two",
            where="--workers",
        )
    if not cluster and workers <= 1:
        return Here()
    if importlib.util.find_spec("distributed") is None:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            "several workers need Dask, which is not installed; install distributed, or leave out "
            "--workers and --cluster",
            where="--workers",
        )
    return Workers(count=workers, address=cluster)
