"""One infusion dosed by different weights of the same person, side by side; none is chosen here."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology.blood import Site
from ketacare.core.pharmacology.dosing import Regimen
from ketacare.core.pharmacology.exposure import Exposure, exposure_of
from ketacare.core.pharmacology.model import PkModel
from ketacare.core.pharmacology.scenarios import NOTE, Comparison, Row, Scenarios, row_of
from ketacare.core.pharmacology.subject import Measure, People, Subject


def compare_dosing_weights(
    model: PkModel,
    subject: Subject,
    scenarios: Scenarios,
    *,
    mg_per_kg: float,
    minutes: float,
    site: Site,
    analyte: str,
    times_h: ArrayLike = (),
) -> Comparison:
    """Return the exposure of an infusion dosed by actual, ideal, adjusted and capped weight.

    Clearance and volumes stay those of the actual weight: only the dose differs. Ideal and
    adjusted weight need height and sex; without them their rows say so. None is chosen here.
    """
    if not (np.isfinite(mg_per_kg) and mg_per_kg > 0):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"mg_per_kg is {mg_per_kg:g} mg/kg; give a finite number, more than zero",
            where="mg_per_kg",
        )
    people = People.of([subject])
    cap = scenarios.cap_kg
    weights = {
        "actual weight": subject.weight_kg,
        "ideal weight": float(people.measure(Measure.IDEAL_WEIGHT)[0]),
        "adjusted weight": float(people.measure(Measure.ADJUSTED_WEIGHT)[0]),
        "capped weight": min(subject.weight_kg, cap.to("kg")),
    }
    person = model.typical(subject)
    rows: list[Row] = []
    outside: tuple[str, ...] = ()
    usual: Exposure | None = None
    for label, weight in weights.items():
        if usual is not None and not weight > 0:
            sentence = "Height and sex are needed for this weight."
            rows.append(row_of(label, None, usual, sentence))
            continue
        regimen = Regimen.infusion(mg_per_kg * weight, minutes)
        outside = outside or model.check_domain(subject, regimen)
        found = exposure_of(model, person, regimen, site=site, analyte=analyte, times_h=times_h)
        usual = usual or found
        sources = (cap.source,) if label.startswith("capped") else ()
        rows.append(row_of(f"{label}, {weight:.1f} kg", found, usual, "", sources))
    return Comparison(
        title=f"{mg_per_kg:g} mg/kg over {minutes:g} min by different weights",
        rows=tuple(rows),
        outside=outside,
        note=f"{cap.note} {NOTE}",
        inputs=(f"{model.id} {model.version}",),
    )
