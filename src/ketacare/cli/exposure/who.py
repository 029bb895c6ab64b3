"""Who a run is about: the recorded person, the options given beside, and the traits a model asks for.

Nothing that is missing is filled in with a normal value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ketacare.cli.exposure.amounts import read_measure
from ketacare.cli.exposure.options import Options
from ketacare.cli.exposure.recorded import weight_of
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.pharmacology import PkModel, Subject
from ketacare.core.record import Infusion, Person, Sex, Vital


def subject_of(
    options: Options, person: Person | None, now: datetime | None, past: list[Infusion]
) -> Subject:
    """Return who receives the doses; an option takes the place of what the file says."""
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


def check_traits(names: Sequence[str], model: PkModel) -> None:
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
