"""What a run simulates: model, person, doses, times and forms, from a case file or from options.

From a file the doses are those of its last infusion or of all, the person is the recorded one, and an
option given beside the file takes the place of what the file says.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ketacare.cli.cases import moment_of, open_case
from ketacare.cli.exposure.amounts import duration_in
from ketacare.cli.exposure.given import given_in
from ketacare.cli.exposure.options import Options
from ketacare.cli.exposure.recorded import baseline_of
from ketacare.cli.exposure.times import check_span, times_of
from ketacare.cli.exposure.tubing import in_the_vein
from ketacare.cli.exposure.who import check_traits, subject_of
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import Baseline, PkModel, Regimen, Site, Subject
from ketacare.core.record import Infusion, Person
from ketacare.knowledge.loading.drugs import load_pk_model, pk_model_ids

DEFAULT_MODEL = "pk_ketamine_simons_2022"
DOSING_WEIGHT = "dosing_weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is simulated. ``origin`` says where the doses came from, ``given`` lists them in words."""

    model: PkModel
    subject: Subject
    regimen: Regimen
    given: tuple[str, ...]
    sites: tuple[Site, ...]
    analytes: tuple[str, ...]
    times_min: tuple[float, ...]
    patients: int
    seed: int
    origin: str
    person: Person | None = None
    now: datetime | None = None
    when: str = ""
    scenarios: tuple[str, ...] = ()
    session_number: int = 1
    baseline: Baseline | None = None
    notes: tuple[str, ...] = field(default=())


def build_request(options: Options) -> Request:
    """Return the run the options ask for; refuse what is missing or contradicts itself."""
    person = None if options.file is None else open_case(options.file)
    readings, moment = _read_at(options.at, has_file=person is not None)
    now = None if person is None else moment_of(person, moment, options.file)
    if person is None and not (options.doses and options.weight):
        raise InputError(
            ErrorCode.MISSING_KEY,
            'there is nothing to simulate: give a case file, or --weight "70 kg" and '
            '--dose "35 mg over 40 min"',
        )
    model = load_model(options.model)
    past = _past(person, now)
    subject = subject_of(options, person, now, past)
    check_traits(options.traits, model)
    regimen, given, origin = given_in(options, model, subject, person=person, now=now, past=past)
    notes: tuple[str, ...] = ()
    if options.line:
        _check_no_weights(options.scenarios)
        regimen, said = in_the_vein(options.line, regimen)
        notes = (said,)
    check_span(max(readings, default=0.0), regimen, where="--at")
    last = past[-1] if past else None
    start = now if last is None else last.at
    return Request(
        model=model,
        subject=subject,
        regimen=regimen,
        given=given,
        sites=_sites(options.site, model),
        analytes=_analytes(options.analytes, model),
        times_min=readings or times_of(regimen, options.until, options.every),
        patients=options.patients,
        seed=options.seed,
        scenarios=tuple(dict.fromkeys(options.scenarios)),
        origin=origin,
        person=person,
        now=now,
        when="" if person is None or now is None else person.when(now),
        session_number=max(
            1, len(past) if last is not None and not options.doses else len(past) + 1
        ),
        baseline=None if person is None or start is None else baseline_of(person, start),
        notes=notes,
    )


def load_model(name: str) -> PkModel:
    """Return the kinetic model called ``name``, the default one when empty."""
    known = pk_model_ids()
    if name and name not in known:
        near = difflib.get_close_matches(name, known, n=3) or known
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'"{name}" is not a drug model here; use {" or ".join(near)}',
            where="--model",
        )
    return load_pk_model(name or DEFAULT_MODEL)


def _read_at(texts: Sequence[str], *, has_file: bool) -> tuple[tuple[float, ...], str]:
    """Return the minutes to read off, and the moment a file is looked at from."""
    minutes, moments = set(), []
    for text in texts:
        found = duration_in(text)
        if found is not None:
            minutes.add(found)
        elif has_file:
            moments.append(text)
        else:
            raise InputError(
                ErrorCode.BAD_FORMAT,
                f'"{text}" is not a time after the first dose; write for example --at 40min',
                where="--at",
            )
    if len(moments) > 1:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f'"{moments[0]}" and "{moments[1]}": look at the file from one time',
            where="--at",
        )
    return tuple(sorted(minutes)), moments[0] if moments else ""


def _past(person: Person | None, now: datetime | None) -> list[Infusion]:
    if person is None or now is None:
        return []
    return sorted((i for i in person.infusions if i.at <= now), key=lambda i: i.at)


def _check_no_weights(scenarios: Sequence[str]) -> None:
    if DOSING_WEIGHT in scenarios:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"{DOSING_WEIGHT} compares what is ordered, and --line what is delivered; ask for one",
            where="--line",
        )


def _sites(text: str, model: PkModel) -> tuple[Site, ...]:
    """Return the site asked for, else every one the model answers for: never one of them silently."""
    if text:
        try:
            return (Site(text.lower()),)
        except ValueError:
            raise InputError(
                ErrorCode.UNKNOWN_NAME, f'"{text}" is not one of arterial, venous', where="--site"
            ) from None
    linked = (Site.VENOUS,) if model.venous is not None else ()
    return tuple(dict.fromkeys((model.site, *linked)))


def _analytes(names: Sequence[str], model: PkModel) -> tuple[str, ...]:
    for name in names:
        if name not in model.analytes:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f"{model.id} has no {name}; it answers for {', '.join(model.analytes)}",
                where="--analyte",
            )
    return tuple(dict.fromkeys(str(n) for n in names)) or (str(next(iter(model.analytes))),)
