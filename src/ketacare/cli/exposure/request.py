"""What a run simulates: model, person, doses, times and forms, from a case file or from options.

From a file the doses are those of its last infusion or of all, the person is the recorded one, and an
option given beside the file takes the place of what the file says. Nothing that is missing is filled in
with a normal value.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ketacare.cli.cases import moment_of, open_case
from ketacare.cli.exposure.amounts import duration_in, read_measure
from ketacare.cli.exposure.doses import read_order, regimen_of
from ketacare.cli.exposure.recorded import baseline_of, of_infusion, regimen_of_record, weight_of
from ketacare.cli.exposure.times import times_of
from ketacare.cli.exposure.tubing import in_the_vein
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import (
    Baseline,
    Enantiomer,
    PkModel,
    Regimen,
    Site,
    Subject,
)
from ketacare.core.planning import dosing_weight
from ketacare.core.record import Infusion, Person, Sex, Vital
from ketacare.knowledge.loading.drugs import load_pk_model, pk_model_ids
from ketacare.knowledge.loading.protocols import load_protocol

DEFAULT_MODEL = "pk_ketamine_simons_2022"
_FORMS = {"racemate": Enantiomer.RACEMATE, "s": Enantiomer.S, "r": Enantiomer.R}
_SALTS = {"base": False, "hcl": True}
DOSING_WEIGHT = "dosing_weight"
# What every dose of a case file and of the protocols holds.
_RECORDED_DRUG = "ketamine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command as typed; empty where not given."""

    file: Path | None = None
    model: str = ""
    at: Sequence[str] = ()
    until: str = ""
    every: str = ""
    doses: Sequence[str] = ()
    whole: bool = False
    weight: str = ""
    age: str = ""
    sex: str = ""
    height: str = ""
    traits: Sequence[str] = ()
    site: str = ""
    analytes: Sequence[str] = ()
    enantiomer: str = ""
    salt: str = ""
    convert_hcl: bool = False
    line: str = ""
    scenarios: Sequence[str] = ()
    patients: int = 1000
    seed: int = 2026


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
    subject = _subject(options, person, now, past)
    _check_traits(options.traits, model)
    regimen, given, origin = _regimen(options, model, subject, person=person, now=now, past=past)
    notes: tuple[str, ...] = ()
    if options.line:
        _check_no_weights(options.scenarios)
        regimen, said = in_the_vein(options.line, regimen)
        notes = (said,)
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


def _subject(
    options: Options, person: Person | None, now: datetime | None, past: list[Infusion]
) -> Subject:
    last = past[-1] if past else None
    start = now if last is None else last.at
    weight = (
        read_measure(options.weight, "kg", where="--weight", example="70 kg")
        if options.weight
        else None
    )
    age = (
        read_measure(options.age, "year", where="--age", example="34 years")
        if options.age
        else None
    )
    height = (
        read_measure(options.height, "cm", where="--height", example="172 cm")
        if options.height
        else None
    )
    sex = _sex(options.sex)
    if person is not None and start is not None:
        weight = weight or weight_of(person, start, last, source=str(options.file))
        age = person.age_at(start) if age is None else age
        sex = person.sex if sex is None else sex
        tall = person.latest(Vital.HEIGHT, before=start)
        height = tall.value if height is None and tall is not None else height
    assert weight is not None  # noqa: S101 - without a file it was asked for before
    return Subject(
        weight_kg=weight,
        age_years=age,
        sex=sex,
        height_cm=height,
        traits=frozenset(options.traits),
    )


def _check_traits(names: Sequence[str], model: PkModel) -> None:
    """Refuse a trait the model does not ask about: it would be silently without effect."""
    known = sorted({c.trait for c in model.covariates if c.trait})
    for name in names:
        if name not in known:
            asked = f"asks about {', '.join(known)}" if known else "asks about none"
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f'{model.id} does not ask whether someone is "{name}"; it {asked}',
                where="--trait",
            )


def _sex(text: str) -> Sex | None:
    if not text:
        return None
    try:
        return Sex(text.lower())
    except ValueError:
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'"{text}" is not one of {", ".join(s.value for s in Sex)}',
            where="--sex",
        ) from None


def _regimen(
    options: Options,
    model: PkModel,
    subject: Subject,
    *,
    person: Person | None,
    now: datetime | None,
    past: list[Infusion],
) -> tuple[Regimen, tuple[str, ...], str]:
    """Return what was or will be given, in words too, and where that comes from."""
    form = _form(options.enantiomer)
    if options.whole and (options.doses or not past):
        raise InputError(
            ErrorCode.CONTRADICTION,
            "it takes every infusion recorded in a case file up to the time looked from, and there "
            "is none; leave it out"
            if not past
            else "the doses are either those of the file or those given; leave one out",
            where="--all",
        )
    if options.doses:
        salt = _salt(options.salt)
        orders = [read_order(f"{text} HCl" if salt else text) for text in options.doses]
        regimen = regimen_of(
            orders,
            model,
            weight_kg=subject.weight_kg,
            enantiomer=form,
            convert_salt=options.convert_hcl,
        )
        origin = "the options given" if person is None else "the dose given as an option"
        return regimen, tuple(order.text for order in orders), origin
    assert person is not None  # noqa: S101 - without a file the doses were asked for before
    assert now is not None  # noqa: S101 - a file always has a time it is looked at from
    _check_recorded(options, model, recorded=bool(past))
    if past and options.whole:
        zero, source = past[0].at, str(options.file)
        regimen = regimen_of_record(person, past, zero=zero, source=source)
        texts = tuple("; ".join(of_infusion(infusion, person)[1]) for infusion in past)
        given = tuple(
            text if infusion.at == zero else f"{text} at {_days(infusion.at - zero)}"
            for infusion, text in zip(past, texts, strict=True)
        )
        return regimen, given, f"all infusions since {person.when(zero)}"
    if past:
        return of_infusion(past[-1], person)
    protocol = load_protocol()
    per_kg, minutes = protocol.dose_mg_per_kg, protocol.minutes
    weight = (
        subject.weight_kg if options.weight else dosing_weight(person, protocol=protocol, now=now)
    )
    regimen = Regimen.infusion(per_kg * weight, minutes, enantiomer=form)
    given = (f"{per_kg * weight:g} mg over {minutes:g} min",)
    return regimen, given, f"the protocol's {per_kg:g} mg/kg for {weight:g} kg"


def _days(span: timedelta) -> str:
    """Return a time after the first dose as a dose on the command line says it."""
    minutes = span / timedelta(minutes=1)
    return f"{minutes:g} min" if minutes < 1440 else f"{minutes / 1440:.4g} d"


def _check_no_weights(scenarios: Sequence[str]) -> None:
    if DOSING_WEIGHT in scenarios:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"{DOSING_WEIGHT} compares what is ordered, and --line what is delivered; ask for one",
            where="--line",
        )


def _check_recorded(options: Options, model: PkModel, *, recorded: bool) -> None:
    """Refuse another drug's model, and options about a dose, beside doses that the file gives."""
    if model.drug != _RECORDED_DRUG:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"{model.id} is a model of {model.drug}, and what the file's doses hold is "
            f"{_RECORDED_DRUG}; give a --dose of {model.drug}, or choose a model of "
            f"{_RECORDED_DRUG}",
            where="--model",
        )
    for name, given in (
        ("--enantiomer", options.enantiomer if recorded else ""),
        ("--salt", options.salt),
    ):
        if given:
            raise InputError(
                ErrorCode.CONTRADICTION,
                "it says what a --dose is made of, and here the dose is the file's; leave it out, "
                "or give a --dose",
                where=name,
            )


def _form(text: str) -> Enantiomer:
    if not text:
        return Enantiomer.RACEMATE
    try:
        return _FORMS[text.lower()]
    except KeyError:
        raise InputError(
            ErrorCode.UNKNOWN_NAME, f'"{text}" is not one of racemate, S, R', where="--enantiomer"
        ) from None


def _salt(text: str) -> bool:
    try:
        return _SALTS[text.lower() or "base"]
    except KeyError:
        raise InputError(
            ErrorCode.UNKNOWN_NAME, f'"{text}" is not one of base, HCl', where="--salt"
        ) from None


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
