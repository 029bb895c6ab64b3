"""Turns the options of ``ketacare monitor`` into a patient, a schedule and a running client."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import typer

from ketacare.cli.cases import read_amount
from ketacare.cli.monitor.client import Sender
from ketacare.cli.monitor.patient import Scenario, SimulatedPatient
from ketacare.cli.monitor.playing import Player, Schedule
from ketacare.core.errors import ErrorCode, InputError

_SPANS = {"s": "seconds", "m": "minutes", "h": "hours"}


def run_monitor(
    *,
    host: str,
    port: int,
    bed: str,
    scenario: str,
    seed: int,
    weight: str,
    dose: str,
    minutes: float,
    started: str,
    speed: float,
    every: float,
    cuff: float,
    count: int,
    backfill: bool,
) -> None:
    """Play a bedside monitor until the count is reached or the program is told to stop."""
    now = datetime.now(UTC)
    for name, value in (("minutes", minutes), ("speed", speed), ("every", every), ("cuff", cuff)):
        _require_positive(f"--{name}", value)
    if not bed.strip():
        raise InputError(ErrorCode.MISSING_KEY, "the bed has no name; give one", where="--bed")
    schedule = Schedule(
        bed=bed,
        device=device_id(bed),
        started=start_of(started, now),
        speed=speed,
        every_s=every,
        cuff_min=cuff,
        count=count,
        backfill=backfill,
    )
    patient = SimulatedPatient(
        weight_kg=read_amount(weight, "kg", where="--weight", example="70 kg"),
        dose_mg=read_amount(dose, "mg", where="--dose", example="35 mg"),
        minutes=minutes,
        scenario=_scenario(scenario),
        seed=seed,
    )
    sender = Sender(
        connect=lambda: asyncio.open_connection(host, port),
        sleep=asyncio.sleep,
        rng=np.random.default_rng(seed),
        say=_say,
    )
    _say(f"simulated monitor at bed {bed}, scenario {scenario}, to {host}:{port}")
    asyncio.run(_play(patient, schedule, sender))
    sys.stdout.write(f"{sender.tally.sentence}\n")
    if sender.tally.acknowledged < sender.tally.sent:
        raise typer.Exit(1)


async def _play(patient: SimulatedPatient, schedule: Schedule, sender: Sender) -> None:
    player = Player(
        patient=patient,
        schedule=schedule,
        sender=sender,
        now=lambda: datetime.now(UTC),
        sleep=asyncio.sleep,
    )
    playing = asyncio.ensure_future(player.run())
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, playing.cancel)
    try:
        await playing
    except asyncio.CancelledError:
        await sender.close()


def start_of(text: str, now: datetime) -> datetime:
    """Return when the infusion began: ``-18m`` is eighteen minutes ago, else a time with a zone."""
    amount, span = text[:-1], text[-1:]
    if span in _SPANS and amount.lstrip("+-").replace(".", "", 1).isdigit():
        return now + timedelta(**{_SPANS[span]: float(amount)})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'"{text}" is not a start; write -18m for eighteen minutes ago, '
            "or 2026-05-03T10:30-04:00",
            where="--started",
        )
    return found.astimezone(UTC)


def device_id(bed: str) -> str:
    """Return an EUI-64 for the simulated device: locally administered, the same for a bed."""
    digest = hashlib.sha256(bed.encode()).hexdigest()
    return f"02{digest[:14]}".upper()


def _scenario(name: str) -> Scenario:
    try:
        return Scenario(name)
    except ValueError:
        words = ", ".join(scenario.value for scenario in Scenario)
        raise InputError(
            ErrorCode.UNKNOWN_NAME, f'"{name}" is not one of {words}', where="--scenario"
        ) from None


def _require_positive(name: str, value: float) -> None:
    if not 0 < value < 1e6:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"{value:g} must be more than zero", where=name)


def _say(text: str) -> None:
    sys.stderr.write(f"monitor: {text}\n")
    sys.stderr.flush()
