"""``ketacare simulate``: what doses do in the blood, and in one session, with bands and sources."""

from __future__ import annotations

from dataclasses import replace

from ketacare.adapters.report.exposure import ExposureView, exposure_shape
from ketacare.cli.exposure.computing import compute
from ketacare.cli.exposure.options import Options
from ketacare.cli.exposure.page import page_of
from ketacare.cli.exposure.request import Request, build_request
from ketacare.cli.exposure.saving import (
    TO_STDOUT,
    caption_of,
    check_paths,
    panels_of,
    save_exposure,
    save_plot,
)
from ketacare.cli.printing import print_json
from ketacare.core.pharmacology import Enantiomer, Route, Site
from ketacare.core.sources import Source
from ketacare.knowledge.loading.drugs import load_effect_model
from ketacare.knowledge.showing import sources_of_run

_CHART_POINTS = 240
# Minutes after a start or an end in which the curve bends most.
_AFTER_A_CHANGE = (0.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0)


def run_simulate(options: Options, *, as_json: bool, csv: str, plot: str, cite: bool) -> None:
    """Print what to expect, and write the files asked for."""
    check_paths(csv, plot, as_json=as_json)
    request = build_request(options)
    view = compute(request)
    if cite:
        view = replace(view, sources=cited(request, view))
    if plot:
        title = f"{view.model.drug.capitalize()}: {'; '.join(view.given)}"
        fine = compute(_finely(request))
        save_plot(plot, title, panels_of(fine), view.regimen, caption=caption_of(fine))
    if csv:
        save_exposure(csv, view)
    if csv == TO_STDOUT:
        return
    if as_json:
        print_json(
            exposure_shape(view),
            command="simulate",
            file=options.file,
            person=request.person,
            at=request.when,
        )
        return
    page_of(view, request.person).print()


def _finely(request: Request) -> Request:
    """Return the run at the times a chart needs, whatever times the table shows."""
    regimen = request.regimen
    last = max(*request.times_min, regimen.end_h * 60.0, 1.0)
    times = {last * index / _CHART_POINTS for index in range(_CHART_POINTS + 1)}
    changes = {at for s in regimen.steps for at in (s.start_h, s.end_h)}
    changes |= {bolus.at_h for bolus in regimen.boluses}
    times |= {change * 60.0 + after for change in changes for after in _AFTER_A_CHANGE}
    return replace(request, times_min=tuple(sorted(t for t in times if t <= last)))


def cited(request: Request, view: ExposureView) -> tuple[tuple[Source, str], ...]:
    """Return the literature of this very run."""
    in_session = view.session is not None
    venous = in_session or any(site is not request.model.site for site in request.sites)
    return sources_of_run(
        request.model.id,
        other_site=venous and request.model.site is Site.ARTERIAL,
        arketamine=request.regimen.enantiomer is not Enantiomer.S,
        routes=[route.value for route in request.regimen.routes if route is not Route.INTRAVENOUS],
        scenarios={
            s.name: [source for row in s.comparison.rows for source in row.sources]
            for s in view.scenarios
        },
        effects_id=load_effect_model().provenance.id if in_session else "",
    )
