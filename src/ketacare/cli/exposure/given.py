"""What a run gives: the doses of the options, of the file's infusions, or of the protocol."""

from __future__ import annotations

from datetime import datetime, timedelta

from ketacare.cli.exposure.doses import read_order, regimen_of
from ketacare.cli.exposure.options import Options
from ketacare.cli.exposure.recorded import of_infusion, regimen_of_record
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import Enantiomer, PkModel, Regimen, Subject
from ketacare.core.planning import dosing_weight
from ketacare.core.record import Infusion, Person
from ketacare.knowledge.loading.protocols import load_protocol

_FORMS = {"racemate": Enantiomer.RACEMATE, "s": Enantiomer.S, "r": Enantiomer.R}
_SALTS = {"base": False, "hcl": True}
# What every dose of a case file and of the protocols holds.
_RECORDED_DRUG = "ketamine"


def given_in(
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
