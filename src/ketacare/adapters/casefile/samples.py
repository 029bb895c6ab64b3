"""Reads the blood samples of a case file: values with their units, limits, site and arm."""

from __future__ import annotations

from ketacare.adapters.casefile.clock import Clock
from ketacare.adapters.casefile.values import optional, split_unit
from ketacare.adapters.casefile.vocabulary import Vocabulary
from ketacare.core.errors import ErrorCode
from ketacare.core.record import BloodSite, Concentration, SampleArm
from ketacare.core.units import Quantity, dimension
from ketacare.knowledge.reading import Section

_CONCENTRATIONS = ("plasma concentration", "molar concentration")


def read_concentration(part: Section, clock: Clock, known: Vocabulary) -> Concentration:  # noqa: ARG001 - all readers are called alike
    """Return one sample; value and limit must be in units of one kind."""
    value = optional(part, "value", lambda key: _level(part, key))
    lloq = optional(part, "lloq", lambda key: _level(part, key))
    given = value or lloq
    if given is None:
        raise part.error(
            ErrorCode.MISSING_KEY,
            "value",
            'a sample needs its value, for example "85 ng/mL", or lloq when it was below the limit '
            "of quantification",
        )
    if lloq is not None and dimension(lloq.unit) != dimension(given.unit):
        raise part.error(
            ErrorCode.UNIT_MISMATCH, "lloq", f"give the limit in {given.unit}, as the value"
        )
    return Concentration(
        at=clock.moment(part, exact=True),
        analyte=part.text("analyte"),
        value=None if value is None else value.value,
        unit=given.unit,
        site=part.choice("site", BloodSite),
        arm=optional(part, "arm", lambda key: part.choice(key, SampleArm)),
        lloq=None if lloq is None else lloq.to(given.unit),
        note=part.text("note", ""),
    )


def _level(part: Section, key: str) -> Quantity:
    """Return a concentration as the laboratory wrote it; refuse anything else."""
    text = part.raw(key)
    found = split_unit(text) if isinstance(text, str) else None
    if found is None or dimension(found.unit) not in _CONCENTRATIONS:
        raise part.error(
            ErrorCode.BAD_FORMAT,
            key,
            f'{text!r} is not a concentration in blood; write for example "85 ng/mL"',
        )
    return found
