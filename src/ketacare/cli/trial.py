"""``ketacare trial``: groups instead of one person; each command's work stands in a module of its own."""

from pathlib import Path
from typing import Annotated

import typer

from ketacare.cli.options import Json

trial = typer.Typer(
    help="Calibrate to published groups, and try on virtual ones.", no_args_is_help=True
)


@trial.command("calibrate")
def calibrate(
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the prior goes. Default: the clinic's own."),
    ] = None,
    study: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A study file to fit to besides the stored ones; may be repeated."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulated people.")] = 20261123,
    people: Annotated[int, typer.Option(min=100, help="Simulated people per arm.")] = 2000,
    json: Json = False,
) -> None:
    """Fit the population prior to published studies, check it on each left out, and write it."""
    from ketacare.cli.calibrating import run_calibrate

    run_calibrate(out=out, studies=study or (), seed=seed, people=people, as_json=json)
