"""Plays the patient against the clock: what is sent when, queued so that nothing waits for a reply.

The device's clock is the real one, also when the simulation runs faster: only the patient's minutes
speed up. Readings made up for before the program started carry the time they would have had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ketacare.adapters.hl7v2 import Outgoing, build_oru
from ketacare.cli.monitor.client import Sender, Sleep
from ketacare.cli.monitor.patient import SimulatedPatient
from ketacare.cli.monitor.scenes import Scene
from ketacare.core.record import Vital
from ketacare.knowledge.loading.devices import load_device_profile

Message = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When the infusion began, how fast the patient's time runs, what is measured how often.

    ``speed`` is patient minutes in one real minute, ``every_s`` real seconds between messages,
    ``cuff_min`` patient minutes between cuff readings; ``count`` 0 means without end.
    """

    bed: str
    device: str
    started: datetime
    speed: float
    every_s: float
    cuff_min: float
    count: int
    backfill: bool


class Player:
    """Makes messages on schedule and hands them to the sender, in order."""

    def __init__(
        self,
        *,
        patient: SimulatedPatient,
        schedule: Schedule,
        sender: Sender,
        now: Callable[[], datetime],
        sleep: Sleep,
        scene: Scene | None = None,
        seed: int = 0,
    ) -> None:
        self._patient = patient
        self._schedule = schedule
        self._sender = sender
        self._now = now
        self._sleep = sleep
        self._scene = scene or Scene()
        self._profile = load_device_profile(self._scene.profile)
        self._seed = seed
        self._begun = now()
        self._number = 0
        self._last_cuff = -1e9

    async def run(self) -> None:
        """Play until the count is reached (for ever without one), then deliver what is queued."""
        queue: asyncio.Queue[Message | None] = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._deliver(queue))
            await self._measure(queue)
            await queue.put(None)

    async def _deliver(self, queue: asyncio.Queue[Message | None]) -> None:
        while (message := await queue.get()) is not None:
            control_id, payload = message
            if self._scene.is_cut(self._minute(self._now())):
                await self._sender.close()
                while self._scene.is_cut(self._minute(self._now())):
                    await self._sleep(1.0)
            for _ in range(self._scene.sendings):
                await self._sender.deliver(payload, control_id)
        await self._sender.close()

    async def _measure(self, queue: asyncio.Queue[Message | None]) -> None:
        if self._schedule.backfill:
            for minute, at in self._past():
                if self._is_done:
                    return
                await queue.put(self._message(minute, at))
        while not self._is_done:
            at = self._now()
            await queue.put(self._message(self._minute(at), at))
            if not self._is_done:
                await self._sleep(self._schedule.every_s)

    @property
    def _is_done(self) -> bool:
        return 0 < self._schedule.count <= self._number

    def _minute(self, at: datetime) -> float:
        """Return the patient's minute at a real time; it runs faster only while we play."""
        before = (self._begun - self._schedule.started) / timedelta(minutes=1)
        return before + self._schedule.speed * ((at - self._begun) / timedelta(minutes=1))

    def _past(self) -> Iterator[tuple[float, datetime]]:
        """Yield each whole minute from the start of the infusion to the start of the program."""
        minute = 0
        while (at := self._schedule.started + timedelta(minutes=minute)) < self._begun:
            yield float(minute), at
            minute += 1

    def _message(self, minute: float, at: datetime) -> Message:
        values = self._patient.continuous(minute)
        if minute - self._last_cuff >= self._schedule.cuff_min - 1e-9:
            values |= self._patient.cuff(minute)
            self._last_cuff = minute
        values = self._scene.disturb(values, seed=self._seed, second=round(minute * 60.0))
        self._number += 1
        # Unique over restarts of the program, so that the clinic can tell a repetition.
        control_id = f"{int(self._begun.timestamp() * 1000):x}-{self._number}"
        payload = build_oru(
            [
                Outgoing(kind=kind, value=value, at=at + self._ahead(at))
                for kind, value in _ordered(values)
            ],
            control_id=control_id,
            bed=self._schedule.bed,
            device=self._schedule.device,
            # The message is of now, also when what it says is older.
            at=self._now() + self._ahead(self._now()),
            profile=self._profile,
            style=self._scene.style,
        )
        return control_id, payload

    def _ahead(self, at: datetime) -> timedelta:
        """Return how far the device's clock is ahead at a real time."""
        return self._scene.clock(max(at - self._begun, timedelta()))


def _ordered(values: dict[Vital, float | None]) -> list[tuple[Vital, float | None]]:
    order = list(Vital)
    return sorted(values.items(), key=lambda item: order.index(item[0]))
