"""What the sample people tried before: trials, medicines and diagnoses made by rules.

A :class:`Kind` of history says in what way it differs from the next one; which drug, dose and
weeks is drawn. Doses come from the clinic's own list of treatments, so that an adequate trial here
is adequate by the same table the clinic judges with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np

from ketacare.knowledge.load import load_treatments

Row = Mapping[str, Any]

_SSRI = ("escitalopram", "sertraline", "paroxetine", "citalopram", "fluoxetine")
_SNRI = ("venlafaxine_xr", "duloxetine")
_OTHER = ("pregabalin", "buspirone", "mirtazapine", "vortioxetine", "clomipramine")
_DIAGNOSES = (
    ("Generalised anxiety disorder", "F41.1"),
    ("Panic disorder", "F41.0"),
    ("Social anxiety disorder", "F40.10"),
    ("Agoraphobia with panic disorder", "F40.01"),
)
_SECOND = (
    ("Major depressive disorder, recurrent, moderate", "F33.1"),
    ("Persistent depressive disorder", "F34.1"),
    ("Insomnia", "G47.00"),
)
_BENIGN = (
    ("omeprazole", 20.0), ("atorvastatin", 20.0), ("vitamin_d", None), ("cetirizine", 10.0),
    ("melatonin", 3.0),
)  # fmt: skip


class Kind(StrEnum):
    """In what way a history differs."""

    RESISTANT = "resistant"  # two adequate medicines and CBT, all without effect
    NO_THERAPY = "no_therapy"  # the same without CBT, and nobody said why
    THERAPY_UNAVAILABLE = "therapy_unavailable"  # the same, and why is on record
    INTOLERANT = "intolerant"  # adequate doses, ended for side effects: not a failed trial
    UNDERTREATED = "undertreated"  # below the dose or the weeks that count
    UNTOLD = "untold"  # doses and weeks were never written down


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Keyword arguments for the history's actions; days are real days."""

    diagnoses: tuple[Row, ...]
    trials: tuple[Row, ...]
    medicines: tuple[Row, ...] = field(default=())


def history(
    kind: Kind,
    *,
    referred: date,
    rng: np.random.Generator,
    medicines: tuple[Row, ...] = (),
    second_diagnosis: bool | None = None,
) -> History:
    """Return a history of ``kind``; ``medicines`` are taken now, beside one harmless medicine."""
    name, code = _DIAGNOSES[int(rng.integers(len(_DIAGNOSES)))]
    since = referred - timedelta(days=int(rng.uniform(3, 18) * 365))
    diagnoses: list[Row] = [
        {"name": name, "code": code, "primary": True, "since": since},
    ]
    if second_diagnosis if second_diagnosis is not None else rng.random() < 0.6:
        other, code = _SECOND[int(rng.integers(len(_SECOND)))]
        diagnoses.append({"name": other, "code": code, "since": since})
    return History(
        diagnoses=tuple(diagnoses),
        trials=_trials(kind, referred=referred, rng=rng),
        medicines=(*medicines, *_harmless(referred, rng)),
    )


def _trials(kind: Kind, *, referred: date, rng: np.random.Generator) -> tuple[Row, ...]:
    names = [_pick(_SSRI, rng), _pick(_SNRI, rng)]
    if rng.random() < 0.5:
        names.append(_pick(_OTHER, rng))
    ended = referred - timedelta(days=int(rng.integers(20, 90)))
    rows: list[Row] = []
    for name in reversed(names):  # the newest first, each before the next
        row, ended = _medicine_trial(name, kind, ended=ended, rng=rng)
        rows.append(row)
    rows.reverse()
    if kind in {Kind.RESISTANT, Kind.INTOLERANT}:
        rows.append(_cbt(ended - timedelta(days=120), rng, told=True))
    elif kind is Kind.UNTOLD:
        rows.append(_cbt(ended - timedelta(days=120), rng, told=False))
    return tuple(rows)


def _medicine_trial(
    name: str, kind: Kind, *, ended: date, rng: np.random.Generator
) -> tuple[Row, date]:
    needs = load_treatments()[name].medicine
    if needs is None:
        raise ValueError(f"{name} has no definition of an adequate trial")
    lowest = needs.minimum.to("mg/day")
    highest = lowest if needs.highest is None else needs.highest.to("mg/day")
    enough = needs.preferred_weeks or needs.weeks
    weeks = enough.to("wk") + int(rng.integers(2, 14))
    dose = float(rng.choice([lowest, min(2 * lowest, highest), highest]))
    row: dict[str, Any] = {
        "treatment": name,
        "dose_mg_per_day": dose,
        "weeks_at_dose": float(weeks),
        "adherence": "good",
        "outcome": "none" if rng.random() < 0.6 else "partial",
        "end_reason": "inefficacy",
        "certainty": "record",
    }
    if kind is Kind.INTOLERANT:
        row |= {
            "end_reason": "intolerance",
            "note": str(rng.choice(["nausea", "sweating and agitation", "loss of libido"])),
        }
    elif kind is Kind.UNDERTREATED:
        row |= {"dose_mg_per_day": lowest / 2, "weeks_at_dose": 3.0, "certainty": "recall"}
        weeks = 3.0
    elif kind is Kind.UNTOLD:
        row |= {
            "dose_mg_per_day": None,
            "weeks_at_dose": None,
            "adherence": None,
            "certainty": "recall",
        }
    started = ended - timedelta(weeks=int(weeks) + 2)
    if kind is not Kind.UNTOLD:
        row |= {"started": started, "ended": ended}
    return row, started - timedelta(days=int(rng.integers(10, 60)))


def _cbt(started: date, rng: np.random.Generator, *, told: bool) -> Row:
    if not told:
        return {"treatment": "cbt", "outcome": "partial", "certainty": "recall"}
    sessions = int(rng.integers(12, 20))
    return {
        "treatment": "cbt",
        "sessions": sessions,
        "weeks": float(sessions + 2),
        "started": started - timedelta(weeks=sessions + 2),
        "ended": started,
        "disorder_specific": True,
        "exposure_delivered": True,
        "therapist_qualified": True,
        "homework_fraction": round(float(rng.uniform(0.55, 0.95)), 2),
        "adherence": "good",
        "outcome": "partial" if rng.random() < 0.5 else "none",
        "end_reason": "inefficacy",
        "certainty": "record",
    }


def _harmless(referred: date, rng: np.random.Generator) -> tuple[Row, ...]:
    if rng.random() < 0.4:
        return ()
    name, dose = _BENIGN[int(rng.integers(len(_BENIGN)))]
    return (
        {
            "medicine": name,
            "mg_per_day": dose,
            "since": referred - timedelta(days=int(rng.integers(100, 900))),
        },
    )


def _pick(names: tuple[str, ...], rng: np.random.Generator) -> str:
    return str(names[int(rng.integers(len(names)))])
