"""Signing how the clinic weighs options: one more set of weights, with its reason; none is changed.

Options computed by other weights count as out of date from then on, and cannot be signed as offered
until they are computed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ketacare.clinic import audit
from ketacare.clinic.accounts.models import User
from ketacare.clinic.plans.models import WeightSet
from ketacare.clinic.plans.weighing import weighed, weights_in_force
from ketacare.core.errors import ErrorCode, InputError


def change_weights(
    *, by: User, now: datetime, costs: Mapping[str, float], reason: str, expected: int
) -> WeightSet:
    """Put other weights in force; ``expected`` is the number of the set the signer looked at.

    Raises :class:`InputError` without a reason, for a cost that is no share of relief, for the
    weights that are in force already, and when somebody else has signed weights meanwhile.
    """
    if not reason.strip():
        raise InputError(
            ErrorCode.MISSING_KEY, _("Say why the clinic weighs this way."), where="reason"
        )
    wanted = weighed(costs, by=by.display_name)
    if wanted.costs == weights_in_force().costs:
        raise InputError(ErrorCode.NOT_ALLOWED, _("These are the weights in force already."))
    overtaken = InputError(
        ErrorCode.CONTRADICTION,
        _("Somebody else changed the weights while you were looking at them."),
    )
    newest = WeightSet.objects.order_by("-number").first()
    if (0 if newest is None else newest.number) != expected:
        raise overtaken
    try:
        with transaction.atomic():
            return _store(by=by, now=now, costs=costs, reason=reason.strip(), number=expected + 1)
    except IntegrityError as error:  # two at once: the number is taken
        raise overtaken from error


def _store(
    *, by: User, now: datetime, costs: Mapping[str, float], reason: str, number: int
) -> WeightSet:
    stored = WeightSet.objects.create(number=number, **costs, reason=reason, by=by, at=now)
    audit.record(
        tag=audit.Tag.WEIGHTS_CHANGED,
        by=by,
        object_id=stored.pk,
        details={"number": number, **costs},
        reason=reason,
    )
    return stored
