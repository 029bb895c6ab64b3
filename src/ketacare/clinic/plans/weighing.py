"""How the clinic weighs options: what is in force, and what other weights would put first.

Utility is linear in the weights, so options that were simulated once can be weighed again exactly
from their stored numbers; nothing is simulated for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models.fields.json import KeyTransform

from ketacare.clinic.patients.models import Patient
from ketacare.clinic.plans.models import AdviceSnapshot, WeightSet
from ketacare.core.planning import Weights
from ketacare.knowledge.load import load_protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What other weights would do to one person's newest options."""

    patient: Patient
    before: str
    after: str
    same_action: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What other weights would do: to how many, of how many, and to whom."""

    of: int
    unknown: int
    changed: tuple[Effect, ...]


def weights_in_force() -> Weights:
    """Return the weights options are ranked by now: the newest signed ones, else the setting's."""
    newest = WeightSet.objects.order_by("-number").first()
    if newest is not None:
        return weighed(newest.costs, by=f"the clinic's weights no. {newest.number}")
    base = load_protocol().weights
    return base.changed(settings.KETACARE["KETACARE_ADVICE_WEIGHTS"], by="the clinic's setting")


def weighed(costs: Mapping[str, float], *, by: str) -> Weights:
    """Return the weights of the knowledge files with these costs; the same costs change nothing."""
    base = load_protocol().weights
    return base.changed({n: v for n, v in costs.items() if v != base.costs[n]}, by=by)


def weight_sets() -> Sequence[WeightSet]:
    """Return everything that was ever in force, newest first."""
    return list(WeightSet.objects.select_related("by").order_by("-number"))


def ranked_again(options: Sequence[Mapping[str, Any]], weights: Weights) -> list[Mapping[str, Any]]:
    """Return stored options in the order ``weights`` put them: score, then the lighter, the safer."""

    def place(option: Mapping[str, Any]) -> tuple[float, float, float, str]:
        burden = burden_of(option, weights)
        score = weights.utility(option["expected_relief"], burden, option["risk"])
        return -score, burden, option["risk"], option["label"]

    return sorted(options, key=place)


def burden_of(option: Mapping[str, Any], weights: Weights) -> float:
    """Return what an option's visits and departures cost by these weights, in mean relief."""
    return weights.burden(
        option["infusions"], option["therapy_sessions"], departures=option["departures"]
    )


def effects_of(weights: Weights) -> Effects:
    """Return whose first option other weights would change, among the newest options in care."""
    rows = (
        AdviceSnapshot.objects.filter(is_latest=True, patient__closed_at__isnull=True)
        .annotate(offered=KeyTransform("options", "data"))
        .select_related("patient")
        .defer("inputs", "data", "beside", "watch")
        .order_by("patient__family_name", "patient__given_name")
    )
    changed: list[Effect] = []
    of = unknown = 0
    for row in rows:
        options = row.offered
        if not options:
            continue
        if "departures" not in options[0]:
            unknown += 1  # stored before departures were: their share of the burden is not known
            continue
        of += 1
        first = ranked_again(options, weights)[0]
        if first["label"] != options[0]["label"]:
            changed.append(
                Effect(
                    patient=row.patient,
                    before=options[0]["label"],
                    after=first["label"],
                    same_action=first["headline"] == options[0]["headline"],
                )
            )
    return Effects(of=of, unknown=unknown, changed=tuple(changed))
