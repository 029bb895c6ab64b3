"""The JSON shapes of virtual trials: a study beside its prediction, and policies compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ketacare.core.trials import (
    Comparison,
    Estimate,
    Metric,
    Predicted,
    Setup,
    SimulatedRun,
    WorldResult,
)


def run_shape(run: SimulatedRun, found: Sequence[Predicted]) -> dict[str, Any]:
    """Return a simulated study as JSON values."""
    return {
        "study": run.study.id,
        "title": run.study.provenance.title,
        "role": run.study.role.value,
        "outcomes": [
            {
                "arm": one.arm,
                "measured": one.measured.value,
                "day": one.day,
                "observed": one.observed,
                "predicted": one.middle,
                "low": one.low,
                "high": one.high,
                "level": one.level,
                "inside": one.inside,
            }
            for one in found
        ],
        "inside": sum(one.inside for one in found),
        "people": run.people,
        "groups": run.groups,
        "seed": run.seed,
        "versions": {run.prior.id: run.prior.version},
    }


def comparison_shape(setup: Setup, found: Comparison) -> dict[str, Any]:
    """Return a comparison of policies as JSON values."""
    design, protocol, clinic = setup.design, setup.protocol, setup.clinic
    return {
        "reference": found.reference.value,
        "policies": [{"id": p.value, "what": p.wording} for p in setup.policies],
        "worlds": [_world(world, setup) for world in found.worlds],
        "verdicts": [
            {
                "policy": verdict.policy.value,
                "robust": verdict.robust,
                "sentence": verdict.sentence,
                "artefacts": list(verdict.artefacts),
            }
            for verdict in found.verdicts
        ],
        "people": design.people,
        "weeks": design.weeks,
        "therapy": design.therapy,
        "seed": design.seed,
        "chunk": design.chunk,
        "versions": {
            setup.prior.id: setup.prior.version,
            protocol.id: protocol.provenance.version,
            protocol.guideline.provenance.id: protocol.guideline.provenance.version,
            protocol.weights.provenance.id: protocol.weights.provenance.version,
            clinic.provenance.id: clinic.provenance.version,
        },
    }


def _world(world: WorldResult, setup: Setup) -> dict[str, Any]:
    return {
        "truth": world.truth.id,
        "sentence": world.truth.sentence,
        "people": world.people,
        "results": [
            {
                "policy": policy.value,
                "outcome": metric.value,
                **_estimate(world.means[policy, metric]),
                "gain": _estimate(world.gains[policy, metric]),
            }
            for policy in setup.policies
            for metric in Metric
        ],
    }


def _estimate(estimate: Estimate) -> dict[str, float]:
    return {"mean": estimate.mean, "error": estimate.error}
