"""``ketacare trial run``: a study file simulated, each outcome beside its prediction."""

from __future__ import annotations

from pathlib import Path

from ketacare import __version__
from ketacare.adapters.report import run_shape
from ketacare.adapters.scaling import Store, place_of, run_tasks
from ketacare.cli.printing import Page, print_json
from ketacare.cli.virtual.progress import bar
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.trials import (
    Measured,
    Predicted,
    SimulatedRun,
    Study,
    predicted,
    run_tasks_of,
    simulate_groups,
)
from ketacare.knowledge.load import load_prior
from ketacare.knowledge.loading.studies import read_study_text

_PLAIN = {Measured.EFFECT, Measured.SEPARATION, Measured.LOG_ODDS_RATIO}


def run_study(
    file: Path,
    *,
    people: int,
    groups: int,
    seed: int,
    prior: str,
    workers: int,
    cluster: str,
    store: Path | None,
    as_json: bool,
) -> None:
    """Simulate the study in ``file`` and print observed beside predicted."""
    study = open_study(file)
    known = load_prior(prior)
    try:
        for arm in study.arms:
            arm.doses_by_vein(known)
    except InputError as error:
        raise InputError(error.code, str(error), source=str(file)) from error
    run = SimulatedRun(prior=known, study=study, people=people, groups=groups, seed=seed)
    place = place_of(workers=workers, cluster=cluster)
    inputs = {
        "command": "trial run",
        "ketacare": __version__,
        "study": repr(study),
        "prior": repr(run.prior),
        "people": people,
        "groups": groups,
        "seed": seed,
    }
    parts = run_tasks_of(run)
    with bar(f"simulating {study.id}") as told:
        results = run_tasks(
            simulate_groups,
            run,
            parts,
            place=place,
            store=None if store is None else Store.under(store, inputs),
            progress=told,
        )
    found = predicted(run, parts, results)
    if as_json:
        print_json(run_shape(run, found), command="trial run", file=file, person=None, at="")
        return
    _page(run, found).print()


def open_study(file: Path) -> Study:
    """Return the study of a file; its sources may be the reader's own."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(
            ErrorCode.NOT_AVAILABLE, "there is no such file; check the path", source=str(file)
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            ErrorCode.BAD_FORMAT, f"the file cannot be read: {reason}", source=str(file)
        ) from error
    return read_study_text(text, source=str(file), any_source=True)


def _page(run: SimulatedRun, found: tuple[Predicted, ...]) -> Page:
    study, level = run.study, found[0].level
    page = Page()
    page.title(f"{study.provenance.title}: observed beside predicted")
    page.say(f"{study.population}. Role: {study.role}; read: {study.reading}.")
    page.table(
        ("arm", "n", "outcome", "day", "observed", "predicted", f"{level:.0%} interval", ""),
        [_row(run, p) for p in found],
    )
    inside = sum(p.inside for p in found)
    page.say(
        f"{inside} of {len(found)} outcomes lie in their {level:.0%} interval. It holds how groups "
        "differ, the number of people in the arm, and what the model leaves out."
    )
    page.say(
        f"{run.people} simulated people in each of {run.groups} possible groups an arm; prior "
        f"{run.prior.id} {run.prior.version}; seed {run.seed}."
    )
    return page


def _row(run: SimulatedRun, one: Predicted) -> tuple[str, ...]:
    def shown(value: float) -> str:
        if one.measured.unit == "point":
            return f"{value:.1f} points"
        if one.measured.unit == "d":
            return f"{value:.0f} days"
        return f"{value:.2f}" if one.measured in _PLAIN else f"{value:.0%}"

    arm = next(a for a in run.study.arms if a.id == one.arm)
    counted = next(o for o in arm.outcomes if (o.measured, o.day) == (one.measured, one.day))
    return (
        one.arm,
        str(arm.counted_in(counted)),
        one.measured.value.replace("_", " "),
        f"{one.day:g}",
        shown(one.observed),
        shown(one.middle),
        f"{shown(one.low)} to {shown(one.high)}",
        "" if one.inside else "outside",
    )
