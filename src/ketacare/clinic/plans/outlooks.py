"""The forecast of any instrument under any option of a snapshot, drawn when somebody asks for it.

The simulated people are those the options were ranked on: the same record, the same seed. It takes
half a second, so asking is an act and the answer is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.plans.ahead import WEEKS, chances_of
from ketacare.clinic.plans.computing import AHEAD, fan_of, future_of
from ketacare.clinic.plans.models import AdviceSnapshot, Outlook
from ketacare.clinic.plans.rechecking import restore
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning import course_for
from ketacare.core.response import Future, update
from ketacare.knowledge.load import load_instruments, load_prior

NOTHING = 0  # the rank that stands for no further infusion


def instruments_ahead() -> tuple[tuple[str, str], ...]:
    """Return the instruments that can be forecast, with their names, the primary one first."""
    views, known = load_prior().views, load_instruments()
    return tuple((name, known[name].name) for name in views if name in known)


def outlook_of(snapshot: AdviceSnapshot, *, rank: int, instrument: str) -> Outlook | None:
    """Return an outlook that was drawn already."""
    return snapshot.outlooks.filter(rank=rank, instrument=instrument).first()


def draw(
    snapshot: AdviceSnapshot, *, rank: int, instrument: str, by: User, now: datetime
) -> Outlook:
    """Return the outlook for option ``rank`` on ``instrument``, drawing it the first time."""
    if not 0 <= rank <= len(snapshot.options):
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            _("There is no option {number} in this advice.").format(number=rank),
        )
    if instrument not in dict(instruments_ahead()):
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            _('"{name}" cannot be forecast: no error of measurement is known for it.').format(
                name=instrument
            ),
        )
    known = outlook_of(snapshot, rank=rank, instrument=instrument)
    if known is not None:
        return known
    data = _computed(snapshot, rank, instrument)
    with transaction.atomic():
        outlook, created = Outlook.objects.get_or_create(
            snapshot=snapshot,
            rank=rank,
            instrument=instrument,
            defaults={"data": data, "by": by, "at": now},
        )
        if created:
            audit.record(
                tag=audit.Tag.OUTLOOK_DRAWN,
                by=by,
                patient_id=snapshot.patient_id,
                object_id=snapshot.pk,
                details={"number": snapshot.number, "option": rank, "instrument": instrument},
            )
    return outlook


def _computed(snapshot: AdviceSnapshot, rank: int, instrument: str) -> dict[str, Any]:
    found = restore(snapshot)
    known, seed = found.known, int(snapshot.seed)
    course = course_for(
        found.person,
        known.prior,
        known.instruments,
        known.treatments,
        now=snapshot.computed_at,
    )
    lost = next((text for text in course.left_out if text.startswith("dose")), None)
    if lost is not None:
        raise InputError(
            ErrorCode.NOT_AVAILABLE, _("No forecast: {why}. Complete the record.").format(why=lost)
        )
    posterior = update(
        known.prior, course, rng=np.random.default_rng(seed), particles=snapshot.particles
    )
    option = None if rank == NOTHING else snapshot.options[rank - 1]
    start, view = course.now_day, known.prior.view(instrument)
    future = Future() if option is None else future_of(option, known, start)
    fan = fan_of(posterior, future, instrument, seed=seed)
    return {
        "label": _("Without a further infusion") if option is None else option["label"],
        "name": known.instruments[instrument].name,
        "minimum": view.minimum,
        "maximum": view.maximum,
        "well": view.remission.value,
        "better_is_higher": view.inverted,
        "course": _drawn(snapshot.data["course"]),
        "points": [[r.day, r.total] for r in course.ratings if r.instrument == instrument],
        "dose_days": [] if option is None else list(option["dose_days"]),
        "dose_mg_per_kg": None if option is None else option["dose_mg_per_kg"],
        "days_from_now": list(AHEAD),
        **{
            level: [float(v) for v in getattr(fan, level)]
            for level in ("p5", "p10", "p25", "p50", "p75", "p90", "p95")
        },
        "weeks": list(WEEKS),
        "chances": chances_of(posterior, instrument, future, seed=seed),
    }


def _drawn(course: Mapping[str, Any]) -> dict[str, Any]:
    kept: Sequence[str] = ("now_day", "first_dose_day", "doses")
    return {name: course[name] for name in kept}
