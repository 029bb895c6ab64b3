"""How much of a drug a regimen brings: highest concentration, when, and the area under the curve.

The area runs to infinity and comes from the equations, not from a sum over times; the peak is
looked for between every change of the input. An exposure is not an effect and predicts no benefit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.pharmacology.blood import Site
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.kinetics import Probe, read, systems
from ketacare.core.pharmacology.linear import LinearSystem, Schedule, without_unseen
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.modes import Floats
from ketacare.core.pharmacology.subject import Subject

_AFTER_H = np.concatenate([[0.0], np.geomspace(1e-4, 48.0, 500)])
_CLOSER = 40  # points between the neighbours of a peak, three times: a millionth of an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The peak in ng/mL and its time in h, the area in ng.h/mL to infinity, the dose in mg.

    ``curve`` is the concentration in ng/mL at the times asked for, empty when none were.
    """

    dose_mg: float
    peak_ng_ml: float
    peak_h: float
    area_ng_h_ml: float
    curve: tuple[float, ...] = ()


def exposure(
    model: PkModel, subject: Subject, regimen: Regimen, *, site: Site, analyte: str
) -> Exposure:
    """Return the typical person's exposure; refuses what a concentration refuses."""
    model.check_domain(subject, regimen)
    return exposure_of(model, model.typical(subject), regimen, site=site, analyte=analyte)


def exposure_of(
    model: PkModel,
    person: Mapping[str, Floats],
    regimen: Regimen,
    *,
    site: Site,
    analyte: str,
    times_h: ArrayLike = (),
) -> Exposure:
    """Return the exposure of one person given by parameters (1,), with the curve at ``times_h``."""
    probe = Probe(analyte=analyte, site=site)
    changes = [0.0, *(t for s in regimen.steps for t in (s.start_h, s.end_h))]
    changes += [bolus.at_h for bolus in regimen.boluses]
    times = np.unique(np.concatenate([change + _AFTER_H for change in changes]))
    for _ in range(3):
        found = read(model, person, regimen, times, [probe])[0, 0]
        top = int(found.argmax())
        peak, peak_h = float(found[top]), float(times[top])
        low, high = times[max(0, top - 1)], times[min(len(times) - 1, top + 1)]
        times = np.unique(np.append(np.linspace(low, high, _CLOSER), peak_h))
    area = sum(
        (
            _area(system, schedule)
            for _, system, schedule in systems(model, person, regimen, [probe])
        ),
        0.0,
    )
    asked = np.asarray(times_h, dtype=np.float64)
    curve = read(model, person, regimen, asked, [probe])[0, 0] if asked.size else ()
    return Exposure(
        dose_mg=regimen.total_mg,
        peak_ng_ml=peak,
        peak_h=peak_h,
        area_ng_h_ml=float(area),
        curve=tuple(float(value) for value in curve),
    )


def _area(system: LinearSystem, schedule: Schedule) -> float:
    """Return the area of one output of one person: readout (-A)^-1 (what was put in)."""
    system = without_unseen(system)
    if not system.matrix.shape[1]:
        return 0.0
    spans = np.append(np.diff(schedule.starts), 0.0)
    count = len(schedule.starts)
    put_in = spans @ schedule.rates.reshape(count, -1) + schedule.jumps.reshape(count, -1).sum(0)
    held = np.linalg.solve(-system.matrix[0], put_in @ system.entries[0])
    return float(system.readout[0, 0] @ held)
