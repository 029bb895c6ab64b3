"""``ketacare trial compare``: policies on the same virtual people, and what to make of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ketacare import __version__
from ketacare.adapters.report import comparison_shape
from ketacare.adapters.scaling import Store, place_of, run_tasks
from ketacare.cli.printing import Page, print_json
from ketacare.cli.virtual.progress import bar
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.trials import (
    Comparison,
    Design,
    Estimate,
    Metric,
    PolicyName,
    Setup,
    Sums,
    Truth,
    WorldResult,
    compared,
    run_task,
    tasks_of,
)
from ketacare.knowledge.load import (
    load_instruments,
    load_prior,
    load_protocol,
    load_virtual_clinic,
)

# People computed together: with learning a chunk is minutes of work, without it a fraction of a second.
_CHUNK, _CHUNK_LEARNING = 5000, 100


def run_compare(
    *,
    policies: str,
    truths: str,
    people: int,
    weeks: float,
    therapy: bool,
    chunk: int,
    seed: int,
    prior: str,
    workers: int,
    cluster: str,
    store: Path | None,
    as_json: bool,
) -> None:
    """Compare ``policies`` in the worlds ``truths`` and print the result."""
    names = _policies(policies)
    usual = _CHUNK_LEARNING if PolicyName.FEEDBACK in names else _CHUNK
    design = Design(people=people, weeks=weeks, seed=seed, chunk=chunk or usual, therapy=therapy)
    setup = setup_of(names, design, prior)
    worlds = _truths(truths, setup)
    place = place_of(workers=workers, cluster=cluster)
    tasks = tasks_of(design, worlds)
    with bar(f"{people} people, {len(worlds)} worlds") as told:
        results = run_tasks(
            run_task,
            setup,
            tasks,
            place=place,
            store=None if store is None else Store.under(store, _inputs(setup, worlds)),
            to_json=sums_to_json,
            from_json=sums_from_json,
            progress=told,
        )
    found = compared(setup, tasks, results)
    if as_json:
        shape = comparison_shape(setup, found)
        print_json(shape, command="trial compare", file=None, person=None, at="")
        return
    _page(setup, found).print()


def sums_to_json(sums: Sums) -> dict[str, Any]:
    """Return the sums of a chunk as JSON values."""
    return {
        "people": sums.people,
        **{
            name: getattr(sums, name).tolist()
            for name in ("values", "squares", "apart", "apart_squares")
        },
    }


def sums_from_json(value: dict[str, Any]) -> Sums:
    """Return the sums that :func:`sums_to_json` wrote, to the last bit."""
    arrays = {name: np.array(part) for name, part in value.items() if name != "people"}
    return Sums(people=value["people"], **arrays)


def _policies(text: str) -> tuple[PolicyName, ...]:
    found = []
    for name in text.split(","):
        try:
            found.append(PolicyName(name.strip()))
        except ValueError:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f'"{name.strip()}" is not a policy; use some of {", ".join(PolicyName)}',
                where="--policies",
            ) from None
    return tuple(found)


def setup_of(names: tuple[PolicyName, ...], design: Design, prior: str) -> Setup:
    """Return the clinic's own knowledge put together for a comparison under ``prior``."""
    clinic = load_virtual_clinic()
    reliable = load_instruments()[clinic.instrument].reliable_change
    if reliable is None:
        raise InputError(
            ErrorCode.NOT_AVAILABLE,
            f"{clinic.instrument} has no reliable change, which the guideline needs",
        )
    return Setup(
        prior=load_prior(prior),
        protocol=load_protocol(),
        clinic=clinic,
        reliable=reliable.value,
        policies=names,
        design=design,
    )


def _truths(text: str, setup: Setup) -> tuple[Truth, ...]:
    if text.strip() == "all":
        return setup.clinic.truths
    names = dict.fromkeys(name.strip() for name in text.split(","))
    return tuple(setup.clinic.truth(name) for name in names)


def _inputs(setup: Setup, truths: tuple[Truth, ...]) -> dict[str, Any]:
    """Return everything the results depend on, for the name of the folder they are kept in."""
    return {
        "command": "trial compare",
        "ketacare": __version__,
        "numpy": np.__version__,
        "prior": repr(setup.prior),
        "protocol": repr(setup.protocol),
        "clinic": repr(setup.clinic),
        "reliable": setup.reliable,
        "policies": list(setup.policies),
        "design": repr(setup.design),
        "truths": [truth.id for truth in truths],
    }


def _page(setup: Setup, found: Comparison) -> Page:
    design = setup.design
    page = Page()
    page.title(f"Policies on {design.people} virtual people, {design.weeks:g} weeks")
    page.items(f"{policy.value}: {policy.wording}" for policy in setup.policies)
    for world in found.worlds:
        page.heading(f"{world.truth.id.replace('_', ' ')}: {world.truth.sentence}")
        page.table(
            ("", *(policy.value for policy in setup.policies)),
            [_row(metric, world, setup) for metric in Metric],
            numbers=len(setup.policies),
        )
        page.say(f"Gain over {found.reference.value}, in the same people:")
        page.table(
            ("", *(p.value for p in setup.policies if p is not found.reference)),
            [_gain(metric, world, setup, found.reference) for metric in Metric],
            numbers=len(setup.policies) - 1,
        )
    if found.verdicts:
        page.heading("What to make of it")
        page.items(verdict.sentence for verdict in found.verdicts)
        page.items(text for verdict in found.verdicts for text in verdict.artefacts)
    page.say(
        "± is one Monte Carlo standard error: how far chance in the simulation may carry a number. How "
        "far the model may be from people is another matter, and larger."
    )
    page.say(
        f"Prior {setup.prior.id} {setup.prior.version}, protocol {setup.protocol.id}, clinic "
        f"{setup.clinic.provenance.id} {setup.clinic.provenance.version}; seed {design.seed}, "
        f"{design.chunk} people a chunk."
    )
    return page


def _row(metric: Metric, world: WorldResult, setup: Setup) -> tuple[str, ...]:
    return (
        metric.wording,
        *(_shown(metric, world.means[policy, metric]) for policy in setup.policies),
    )


def _gain(
    metric: Metric, world: WorldResult, setup: Setup, reference: PolicyName
) -> tuple[str, ...]:
    return (
        metric.wording,
        *(
            _shown(metric, world.gains[policy, metric], sign="+")
            for policy in setup.policies
            if policy is not reference
        ),
    )


def _shown(metric: Metric, estimate: Estimate, *, sign: str = "") -> str:
    if metric.is_share:
        unit = "points" if sign else "%"  # a gain in a share is in percentage points
        return f"{100 * estimate.mean:{sign}.1f} {unit} ± {100 * estimate.error:.1f}"
    return f"{estimate.mean:{sign}.2f} ± {estimate.error:.2f}"
