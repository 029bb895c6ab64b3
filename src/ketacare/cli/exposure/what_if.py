"""Scenarios asked for beside a run: exposure as it is and as it could be, never a changed dose."""

from __future__ import annotations

from collections.abc import Iterator

from ketacare.adapters.report.exposure import ScenarioView
from ketacare.cli.exposure.request import DOSING_WEIGHT, Request
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import (
    Comparison,
    Enantiomer,
    Scenarios,
    Site,
    compare,
    compare_dosing_weights,
)
from ketacare.knowledge.loading.drugs import load_scenarios


def compare_all(request: Request) -> Iterator[ScenarioView]:
    """Yield each scenario asked for, at each site; refuse one that is not known."""
    if not request.scenarios:
        return
    known = load_scenarios(request.model.drug)
    for name in request.scenarios:
        if name != DOSING_WEIGHT and name not in known.scenarios:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f'"{name}" is not a scenario; use one of {", ".join((*known.scenarios, DOSING_WEIGHT))}',
                where="--scenario",
            )
        for site in request.sites:
            yield ScenarioView(
                name=name,
                site=site.value,
                analyte=request.analytes[0],
                comparison=_compared(request, known, name, site),
            )


def _compared(request: Request, known: Scenarios, name: str, site: Site) -> Comparison:
    analyte = request.analytes[0]
    times_h = [minute / 60.0 for minute in request.times_min]
    if name != DOSING_WEIGHT:
        return compare(
            request.model,
            request.subject,
            request.regimen,
            known.named(name),
            site=site,
            analyte=analyte,
            times_h=times_h,
        )
    steps = request.regimen.steps
    one = len(steps) == 1 and not request.regimen.boluses
    if not one or request.regimen.enantiomer is not Enantiomer.RACEMATE:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"{DOSING_WEIGHT} compares one infusion of the racemate; give one --dose over a time",
            where="--scenario",
        )
    return compare_dosing_weights(
        request.model,
        request.subject,
        known,
        mg_per_kg=steps[0].mg / request.subject.weight_kg,
        minutes=(steps[0].end_h - steps[0].start_h) * 60.0,
        site=site,
        analyte=analyte,
        times_h=times_h,
    )
