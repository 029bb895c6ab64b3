"""The options of ``ketacare simulate`` and ``ketacare fit``; what they do is loaded late."""

from pathlib import Path
from typing import Annotated

import typer

from ketacare.cli.options import Json

Model = Annotated[
    str,
    typer.Option(
        metavar="ID",
        help="Drug model; see ketacare knowledge list drugs. Default: pk_ketamine_simons_2022.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the drawn people.")]
Csv = Annotated[str, typer.Option(metavar="FILE|-", help="Write rows as CSV; - for the terminal.")]
Plot = Annotated[str, typer.Option(metavar="FILE", help="Draw a chart: FILE.svg or FILE.png.")]
Cite = Annotated[bool, typer.Option("--cite", help="Add the literature this very run rests on.")]


def simulate(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A case file; or give --weight and --dose."),
    ] = None,
    *,
    json: Json = False,
    model: Model = "",
    dose: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT",
            help='"35 mg over 40 min", "0.5 mg/kg over 40 min at 3 d", "60 mg/h for 20 min", '
            '"10 mg bolus", "28 mg intranasal at 5 min", "35 mg over 40 min every 3.5 d 6 times"; '
            "mg of base; may be repeated.",
        ),
    ] = None,
    whole: Annotated[
        bool,
        typer.Option("--all", help="Every infusion of the case file; else its last one."),
    ] = False,
    weight: Annotated[str, typer.Option(metavar="TEXT", help='"70 kg", or 70.')] = "",
    age: Annotated[str, typer.Option(metavar="TEXT", help='"34 years", or 34.')] = "",
    sex: Annotated[str, typer.Option(metavar="female|male", help="Where the model asks.")] = "",
    height: Annotated[str, typer.Option(metavar="TEXT", help='"172 cm", or 172.')] = "",
    trait: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A property the model asks about; may be repeated."),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TIME",
            help="Read off at this time after the first dose, 40min; may be repeated. For a case "
            "file also the time to look from: 2026-05-03T10:30-04:00, or a day number.",
        ),
    ] = None,
    until: Annotated[str, typer.Option(metavar="TIME", help='Last time shown, "6 h".')] = "",
    every: Annotated[str, typer.Option(metavar="TIME", help='Step between times, "10 min".')] = "",
    site: Annotated[
        str,
        typer.Option(
            metavar="arterial|venous", help="Default: every site the model answers for, each named."
        ),
    ] = "",
    analyte: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="For example norketamine; may be repeated."),
    ] = None,
    enantiomer: Annotated[
        str,
        typer.Option(metavar="racemate|S|R", help="Where a dose does not say. Default: racemate."),
    ] = "",
    salt: Annotated[
        str, typer.Option(metavar="base|HCl", help="What the doses weigh. Default: base.")
    ] = "",
    convert_hcl: Annotated[
        bool,
        typer.Option("--convert-hcl", help="Convert doses of hydrochloride to base; else refused."),
    ] = False,
    line: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help='What is between pump and vein, "1.5 mL of 0.7 mg/mL, flushed over 2 min": saline '
            "at first, and the rest stays in it unless it is flushed.",
        ),
    ] = "",
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Show what another medicine, a genotype, an organ or another weight (dosing_weight) "
            "would change; see ketacare knowledge show scenarios scenarios_ketamine; may be repeated.",
        ),
    ] = None,
    patients: Annotated[
        int, typer.Option(min=20, max=100_000, help="How many people to draw.")
    ] = 1000,
    seed: Seed = 2026,
    csv: Csv = "",
    plot: Plot = "",
    cite: Cite = False,
) -> None:
    """Show what doses do in the blood, with bands.

    Concentrations at named sites, and the signs of one intravenous session: pressure, heart rate,
    dissociation. Exposure does not predict benefit.
    """
    from ketacare.cli.exposure.options import Options
    from ketacare.cli.exposure.simulating import run_simulate

    run_simulate(
        Options(
            file=file,
            model=model,
            at=at or (),
            until=until,
            every=every,
            doses=dose or (),
            whole=whole,
            weight=weight,
            age=age,
            sex=sex,
            height=height,
            traits=trait or (),
            site=site,
            analytes=analyte or (),
            enantiomer=enantiomer,
            salt=salt,
            convert_hcl=convert_hcl,
            line=line,
            scenarios=scenario or (),
            patients=patients,
            seed=seed,
        ),
        as_json=json,
        csv=csv,
        plot=plot,
        cite=cite,
    )


def fit(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A case file with [[concentration]] tables.")
    ],
    *,
    json: Json = False,
    model: Model = "",
    at: Annotated[
        str,
        typer.Option(metavar="TIME", help="Look from this time, as for the other commands."),
    ] = "",
    particles: Annotated[int, typer.Option(min=500, max=100_000, help="How many draws.")] = 2000,
    seed: Seed = 2026,
    csv: Csv = "",
    plot: Plot = "",
    cite: Cite = False,
) -> None:
    """Estimate one person's kinetics from samples.

    Most probable and posterior parameters, each sample against the curve, bands, and how far to
    trust it. Exposure does not predict benefit.
    """
    from ketacare.cli.exposure.fitting import FitOptions, run_fit

    run_fit(
        FitOptions(file=file, model=model, at=at, particles=particles, seed=seed),
        as_json=json,
        csv=csv,
        plot=plot,
        cite=cite,
    )
