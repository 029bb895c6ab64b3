"""The scenarios by name: what happens to the patient, to the monitor, and on the line.

Physiology belongs to ``patient``; here is everything that goes wrong between a sensor and the clinic.
All of it is invented for trying the clinic, none of it a finding about a make or a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

import numpy as np

from ketacare.adapters.hl7v2 import Style
from ketacare.cli.monitor.patient import Scenario
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital

_NO_LOSS = (0.0, 0.0)
_PLAIN = Style()
_PRESSURES = (Vital.SYSTOLIC, Vital.DIASTOLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One scenario.

    ``line_lost`` from and to which patient minute the line is down; what is measured meanwhile is
    sent after. ``clock_off`` is what the device's clock is ahead at the start, ``drift_s_per_h`` how
    much faster it runs. ``artefacts`` is the share of readings that are nonsense for one sample.
    ``sendings`` is how often each message is sent.
    """

    course: Scenario = Scenario.QUIET
    profile: str = "ihe_pcd01"
    style: Style = _PLAIN
    line_lost: tuple[float, float] = _NO_LOSS
    clock_off: timedelta = timedelta()
    drift_s_per_h: float = 0.0
    artefacts: float = 0.0
    sendings: int = 1

    def is_cut(self, minute: float) -> bool:
        """Return whether the line is down at a patient minute."""
        return self.line_lost[0] <= minute < self.line_lost[1]

    def clock(self, running: timedelta) -> timedelta:
        """Return how far the device's clock is ahead after it ran for so long."""
        return self.clock_off + timedelta(
            seconds=self.drift_s_per_h * (running / timedelta(hours=1))
        )

    def disturb(
        self, values: Mapping[Vital, float | None], *, seed: int, second: int
    ) -> dict[Vital, float | None]:
        """Return the readings with this second's artefacts, the same whenever it is asked."""
        disturbed = dict(values)
        rng = np.random.default_rng((seed, 77, second + 10_000_000))
        if rng.uniform() < self.artefacts:
            kind, value = ((Vital.HEART_RATE, 198.0), (Vital.SPO2, 61.0))[int(rng.integers(2))]
            if disturbed.get(kind) is not None:
                disturbed[kind] = value
        return disturbed


SCENES: Mapping[str, Scene] = MappingProxyType(
    {course.value: Scene(course=course) for course in Scenario}
    | {
        "line-lost": Scene(line_lost=(12.0, 15.0)),
        "artefact": Scene(artefacts=0.05),
        "clock-drift": Scene(clock_off=timedelta(minutes=4), drift_s_per_h=90.0),
        "wrong-units": Scene(style=Style(units=dict.fromkeys(_PRESSURES, "kPa"))),
        "storm": Scene(sendings=6),
        "dialect-hexadecimal": Scene(
            profile="mdil",
            style=Style(
                has_zone=False,
                has_places=False,
                names_device=False,
                status="",
                unit_system="MDIL",
            ),
        ),
        "dialect-loinc": Scene(profile="loinc", style=Style(unit_system="UCUM", status="F")),
        "dialect-no-zone": Scene(style=Style(has_zone=False, status="")),
    }
)


def scene_of(text: str) -> Scene:
    """Return the scenario of a name, or of several joined with + (hypertension+line-lost)."""
    names = [name.strip() for name in text.split("+")]
    unknown = [name for name in names if name not in SCENES]
    if unknown:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'"{unknown[0]}" is not one of {", ".join(SCENES)}',
            where="--scenario",
        )
    plain, found = Scene(), Scene()
    for name in names:
        changed = {
            key: value
            for key in Scene.__dataclass_fields__
            if (value := getattr(SCENES[name], key)) != getattr(plain, key)
        }
        found = replace(found, **changed)
    return found
