"""Which tables hold something of a session, found by asking the models: no list to forget one in.

A new table with a reference to a session belongs to its record, and is closed when it is sealed,
from the day it exists. What stays out is named here, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model
from django.db.models.options import Options

from ketacare.clinic.infusions.models import Session

# What refers to a session without being part of its record.
APART = {
    "records.seal": "the seals themselves",
    "cabinet.case": "a case about a lot goes on after the session, under its own rules",
    "therapy.session": "notes of psychotherapy are kept apart from the medical record",
}
# Columns that may change after the seal, because they say nothing of the session.
FREE = {
    "infusions.session": ("changes",),  # counts for whoever watches the page
    "vitals.message": ("repeats", "repeated_at"),  # the same message came again
}
# Columns that may be filled after the seal, once, where they were empty: a clock that goes on.
LATER = {
    "infusions.adverseevent": ("reported_at", "outside_reported_at"),
}


def options_of(model: Model | type[Model]) -> Options[Any]:
    """Return what Django knows of a table: its label, its name, its fields."""
    return model._meta  # noqa: SLF001 - the documented way to ask a model about itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One table and its column that names the session."""

    model: type[Model]
    column: str

    @property
    def label(self) -> str:
        """App and model, as in ``infusions.step``."""
        return options_of(self.model).label_lower

    @property
    def table(self) -> str:
        """The table in the database."""
        return options_of(self.model).db_table

    @property
    def free(self) -> tuple[str, ...]:
        """The columns that stay open after the seal and are no part of it."""
        return FREE.get(self.label, ())

    @property
    def open(self) -> tuple[str, ...]:
        """Every column that the database lets change after the seal."""
        return (*self.free, *LATER.get(self.label, ()))


@cache
def holders() -> tuple[Holder, ...]:
    """Return every table that holds something of a session, the session's own first."""
    found = [Holder(model=Session, column="id")]
    for model in apps.get_models():
        if options_of(model).label_lower in APART:
            continue
        found += [
            Holder(model=model, column=field.column)
            for field in options_of(model).concrete_fields
            if isinstance(field, ForeignKey) and field.related_model is Session
        ]
    return tuple(found)
