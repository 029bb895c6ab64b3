"""Turns the options of ``ketacare monitor`` into a patient, a schedule and a running client."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import typer

from ketacare.cli.cases import read_amount
from ketacare.cli.monitor.client import Sender, Tally
from ketacare.cli.monitor.patient import SimulatedPatient
from ketacare.cli.monitor.playing import Player, Schedule
from ketacare.cli.monitor.scenes import scene_of
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
    report: str = "",
) -> None:
    """Play bedside monitors until the count is reached or the program is told to stop.

    ``bed`` may name several, separated by commas: each has a patient, a connection and a seed of
    its own. ``report`` is a file for the control ids that were acknowledged, by bed.
    """
    now = datetime.now(UTC)
    for name, value in (("minutes", minutes), ("speed", speed), ("every", every), ("cuff", cuff)):
        _require_positive(f"--{name}", value)
    beds = [name.strip() for name in bed.split(",") if name.strip()]
    if not beds:
        raise InputError(ErrorCode.MISSING_KEY, "the bed has no name; give one", where="--bed")
    if len(set(beds)) < len(beds):
        raise InputError(ErrorCode.CONTRADICTION, "a bed is named twice", where="--bed")
    scene = scene_of(scenario)
    players: dict[str, tuple[Player, Sender]] = {}
    for index, name in enumerate(beds):
        own_seed = seed + index
        sender = Sender(
            connect=lambda: asyncio.open_connection(host, port),
            sleep=asyncio.sleep,
            rng=np.random.default_rng(own_seed),
            say=_say if len(beds) == 1 else _saying_of(name),
        )
        player = Player(
            patient=SimulatedPatient(
                weight_kg=read_amount(weight, "kg", where="--weight", example="70 kg"),
                dose_mg=read_amount(dose, "mg", where="--dose", example="35 mg"),
                minutes=minutes,
                scenario=scene.course,
                seed=own_seed,
            ),
            schedule=Schedule(
                bed=name,
                device=device_id(name),
                started=start_of(started, now),
                speed=speed,
                every_s=every,
                cuff_min=cuff,
                count=count,
                backfill=backfill,
            ),
            sender=sender,
            now=lambda: datetime.now(UTC),
            sleep=asyncio.sleep,
            scene=scene,
            seed=own_seed,
        )
        players[name] = (player, sender)
    where = f"bed {beds[0]}" if len(beds) == 1 else f"{len(beds)} beds"
    _say(f"simulated monitor at {where}, scenario {scenario}, to {host}:{port}")
    asyncio.run(_play(list(players.values())))
    tallies = {name: sender.tally for name, (_player, sender) in players.items()}
    for name, tally in tallies.items():
        before = f"{name}: " if len(beds) > 1 else ""
        sys.stdout.write(f"{before}{tally.sentence}\n")
    if report:
        _write_report(Path(report), tallies, scenario=scenario, seed=seed)
    if any(tally.acknowledged < tally.sent for tally in tallies.values()):
        raise typer.Exit(1)


async def _play(players: list[tuple[Player, Sender]]) -> None:
    playing = asyncio.gather(*(player.run() for player, _sender in players))
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, playing.cancel)
    try:
        await playing
    except asyncio.CancelledError:
        for _player, sender in players:
            await sender.close()


def _write_report(path: Path, tallies: dict[str, Tally], *, scenario: str, seed: int) -> None:
    """Write what was acknowledged, so that loss can be counted without asking the clinic."""
    said = {
        "scenario": scenario,
        "seed": seed,
        "beds": {
            name: {
                "device": device_id(name),
                "sent": tally.sent,
                "acknowledged": tally.accepted_ids,
                "rejected": tally.rejected_ids,
                "repeated_sendings": tally.again,
                "connections": tally.connections,
            }
            for name, tally in tallies.items()
        },
    }
    try:
        path.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            ErrorCode.NOT_AVAILABLE, f"{path} cannot be written: {error.strerror}", where="--report"
        ) from error


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


def _require_positive(name: str, value: float) -> None:
    if not 0 < value < 1e6:
        raise InputError(ErrorCode.OUT_OF_RANGE, f"{value:g} must be more than zero", where=name)


def _say(text: str) -> None:
    sys.stderr.write(f"monitor: {text}\n")
    sys.stderr.flush()


def _saying_of(bed: str) -> Callable[[str], None]:
    return lambda text: _say(f"{bed}: {text}")
