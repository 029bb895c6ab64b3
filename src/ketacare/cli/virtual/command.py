"""The options of ``ketacare trial run`` and ``trial compare``; the work stands beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ketacare.cli.options import Json

_Workers = Annotated[
    int, typer.Option(min=1, max=256, help="Compute on so many processes of this machine.")
]
_Cluster = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Compute on a Dask cluster, tcp://host:8786.")
]
_Store = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Keep finished parts here; the same command then goes on from them."
    ),
]
_Seed = Annotated[int, typer.Option(min=0, help="Seed of the simulated people.")]
_Prior = Annotated[str, typer.Option(help="The population prior.")]


def add_commands(trial: typer.Typer) -> None:
    """Put both commands under ``ketacare trial``."""
    trial.command("run")(run)
    trial.command("compare")(compare)


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A study file, see docs/howto.")],
    *,
    people: Annotated[int, typer.Option(help="Simulated people in each arm and group.")] = 400,
    groups: Annotated[int, typer.Option(help="Possible groups each arm is simulated in.")] = 300,
    seed: _Seed = 2026,
    prior: _Prior = "prior_first",
    workers: _Workers = 1,
    cluster: _Cluster = "",
    store: _Store = None,
    json: Json = False,
) -> None:
    """Simulate a published study and show what was observed beside what is predicted."""
    from ketacare.cli.virtual.running import run_study

    run_study(
        file,
        people=people,
        groups=groups,
        seed=seed,
        prior=prior,
        workers=workers,
        cluster=cluster,
        store=store,
        as_json=json,
    )


def compare(
    *,
    policies: Annotated[
        str, typer.Option(metavar="LIST", help="Of fixed, guideline, feedback, placebo.")
    ] = "fixed,guideline,feedback,placebo",
    truths: Annotated[
        str,
        typer.Option(
            "--truth",
            metavar="LIST",
            help="The worlds the people may live in: believed, fades_faster, …; or all.",
        ),
    ] = "believed",
    people: Annotated[int, typer.Option(help="Virtual people.")] = 1000,
    weeks: Annotated[float, typer.Option(help="For how long they are followed.")] = 12.0,
    therapy: Annotated[
        bool, typer.Option("--therapy", help="Give therapy two days after every infusion.")
    ] = False,
    chunk: Annotated[
        int, typer.Option(help="People computed together; 0 lets the policies decide.")
    ] = 0,
    seed: _Seed = 2026,
    prior: _Prior = "prior_first",
    workers: _Workers = 1,
    cluster: _Cluster = "",
    store: _Store = None,
    json: Json = False,
) -> None:
    """Compare policies on the same virtual people, also where the model is wrong."""
    from ketacare.cli.virtual.comparing import run_compare

    run_compare(
        policies=policies,
        truths=truths,
        people=people,
        weeks=weeks,
        therapy=therapy,
        chunk=chunk,
        seed=seed,
        prior=prior,
        workers=workers,
        cluster=cluster,
        store=store,
        as_json=json,
    )
