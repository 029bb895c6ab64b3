"""The commands and their options; what each does stands in a module of its own, loaded late.

Bad input ends with one sentence on standard error and exit code 2, before anything was printed.
Results go to standard output, as text or, with ``--json``, in the shapes of ``docs/json.md``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import exceptions

from ketacare.cli.exposure.command import fit, simulate
from ketacare.cli.knowledge import knowledge
from ketacare.cli.options import Json
from ketacare.cli.trial import trial
from ketacare.cli.virtual.command import add_commands
from ketacare.core.errors import KetacareError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(knowledge, name="knowledge")
app.add_typer(trial, name="trial")
add_commands(trial)
audit = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The clinic's audit log and sealed records.",
)
app.add_typer(audit, name="audit")

CaseFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A case file, see docs/case-file.md.")
]
At = Annotated[
    str,
    typer.Option(
        "--at",
        metavar="TIME",
        help="Look from this time: 2026-05-03T10:30-04:00, or a day number for a file that counts "
        "days. Default: now, or the last entry of such a file.",
    ),
]

_ABOUT = """\
Ketacare: feedback-driven ketamine care for anxiety that standard treatment has not helped.

These read one person's case file and need no server (try docs/examples/ray_kious_2016.toml):
  ketacare stage FILE       what was tried, trial by trial, and the stage of resistance
  ketacare screen FILE      safety findings: rule, facts, limit, source, what is missing
  ketacare simulate FILE    expected concentration and blood pressure in one session
  ketacare fit FILE         one person's kinetics from blood samples
  ketacare recommend FILE   options for the next step, ranked with reasons, beside the guideline
  ketacare score FILE       every questionnaire scored, with what changed
Add --json for programs, --help after any command for its options.

  ketacare knowledge check  run the checks the clinical content carries about itself
  ketacare knowledge show   what one piece of it says, from where, who checked it
  ketacare knowledge list   the kinds of content, or every piece of one kind
  ketacare trial run FILE   simulate a published study: observed beside predicted
  ketacare trial compare    compare policies on the same virtual people
  ketacare trial calibrate  fit the population prior to published studies
  ketacare monitor          a simulated bedside monitor that speaks HL7 v2 over the network
  ketacare serve            the clinic in the browser
  ketacare demo             the clinic with sample people
  ketacare audit verify     whether audit log, sealed records and the cabinet's guards hold

A clinician decides. The software shows options with their reasons and what is missing.
"""


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"ketacare {version('ketacare')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def about(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Feedback-driven ketamine care for anxiety that standard treatment has not helped."""
    if context.invoked_subcommand is None:
        typer.echo(_ABOUT, nl=False)


@app.command()
def stage(file: CaseFile, json: Json = False, at: At = "") -> None:
    """Judge each treatment that was tried, and say what stage of resistance that makes."""
    from ketacare.cli.staging import run_stage

    run_stage(file, as_json=json, at=at)


@app.command()
def screen(
    file: CaseFile,
    *,
    json: Json = False,
    at: At = "",
    station: Annotated[
        list[str] | None,
        typer.Option(
            help="eligibility, preparation, before_dose, during, discharge or follow_up; may be "
            "repeated."
        ),
    ] = None,
    dose: Annotated[
        str, typer.Option(metavar="TEXT", help='The order to judge: "35 mg over 40 min".')
    ] = "",
) -> None:
    """Ask the safety rules about one person, station by station."""
    from ketacare.cli.screening import run_screen

    run_screen(file, as_json=json, at=at, stations=station or [], dose=dose)


app.command()(simulate)
app.command()(fit)


@app.command()
def recommend(
    file: CaseFile,
    *,
    json: Json = False,
    at: At = "",
    primary: Annotated[str, typer.Option(help="The instrument to rank by.")] = "gad7",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulated people.")] = 2026,
    particles: Annotated[int, typer.Option(min=200, help="How many people to simulate.")] = 2000,
    weigh: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=NUMBER",
            help="Weigh the cost of infusion, therapy, risk or departure otherwise, in mean relief "
            "(0 to 1); may be repeated.",
        ),
    ] = None,
) -> None:
    """Rank options for the next step, with reasons, beside the plain guideline."""
    from ketacare.cli.recommending import run_recommend

    run_recommend(
        file,
        as_json=json,
        at=at,
        primary=primary,
        seed=seed,
        particles=particles,
        weigh=weigh or (),
    )


@app.command()
def score(file: CaseFile, json: Json = False, at: At = "") -> None:
    """Score every questionnaire, with the change since the last one and since the baseline."""
    from ketacare.cli.scoring import run_score

    run_score(file, as_json=json, at=at)


@app.command()
def monitor(
    *,
    host: Annotated[str, typer.Option(help="Where the clinic listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Its MLLP port.")] = 2575,
    bed: Annotated[
        str, typer.Option(help="The bed the monitor stands at; several with commas.")
    ] = "1",
    scenario: Annotated[
        str,
        typer.Option(
            help="quiet, hypertension, desaturation, probe-off, line-lost, artefact, clock-drift, "
            "wrong-units, storm, dialect-hexadecimal, dialect-loinc, dialect-no-zone; join with +."
        ),
    ] = "quiet",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulated patient.")] = 2026,
    weight: Annotated[str, typer.Option(metavar="TEXT", help="The patient's weight.")] = "70 kg",
    dose: Annotated[str, typer.Option(metavar="TEXT", help="What is infused.")] = "35 mg",
    minutes: Annotated[float, typer.Option(help="Over how many minutes.")] = 40.0,
    started: Annotated[
        str,
        typer.Option(metavar="TIME", help="When the infusion began: a time, or -18m for before."),
    ] = "-0m",
    speed: Annotated[float, typer.Option(help="Simulated minutes in one real minute.")] = 1.0,
    every: Annotated[float, typer.Option(help="Seconds between messages.")] = 5.0,
    cuff: Annotated[float, typer.Option(help="Simulated minutes between cuff readings.")] = 5.0,
    count: Annotated[int, typer.Option(min=0, help="Stop after so many messages; 0 never.")] = 0,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="First send what was measured since the start.")
    ] = False,
    report: Annotated[
        str, typer.Option(metavar="FILE", help="Write which messages were acknowledged, as JSON.")
    ] = "",
) -> None:
    """Play a bedside monitor: SpO2, heart and breathing rate, cuff pressure, as HL7 v2 over MLLP."""
    from ketacare.cli.monitor import run_monitor

    run_monitor(
        host=host,
        port=port,
        bed=bed,
        scenario=scenario,
        seed=seed,
        weight=weight,
        dose=dose,
        minutes=minutes,
        started=started,
        speed=speed,
        every=every,
        cuff=cuff,
        count=count,
        backfill=backfill,
        report=report,
    )


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on (KETACARE_HOST).")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port (KETACARE_PORT).")] = 0,
) -> None:
    """Start the clinic in the browser."""
    from ketacare.cli.clinic import run_clinic

    run_clinic("serve", host=host, port=port)


@app.command()
def demo(
    reset: Annotated[
        bool, typer.Option("--reset", help="Throw the sample data away first.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port (KETACARE_PORT).")] = 0,
) -> None:
    """Start the clinic with sample people, sign-ins printed."""
    from ketacare.cli.clinic import run_clinic

    run_clinic("demo", *(["--reset"] if reset else []), port=port)


@audit.callback()
def _audit() -> None:
    """Check what must not change."""


@audit.command("verify")
def audit_verify(
    quick: Annotated[
        bool, typer.Option("--quick", help="Check the chains only, not every sealed session.")
    ] = False,
    json: Json = False,
) -> None:
    """Say whether the audit log, the sealed records and the cabinet's guards hold; exit code 1 if not."""
    from ketacare.cli.clinic import run_clinic

    options = (("--quick", quick), ("--json", json))
    run_clinic("verify", *(name for name, is_wanted in options if is_wanted))


def run(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 done, 1 a check failed, 2 bad input."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except exceptions.TyperException as error:
        _fail(" ".join(error.format_message().split()), error.exit_code)
    except KetacareError as error:
        _fail(str(error), 2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader closed the pipe (`ketacare … | head`): nothing is wrong, and nothing to say.
        sys.stdout = None
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(sentence: str, code: int) -> None:
    sys.stderr.write(f"ketacare: {sentence}\n")
    sys.exit(code)
