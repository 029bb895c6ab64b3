"""The JSON shape of a stage: the label only together with its trials, criteria and gaps."""

from __future__ import annotations

from typing import Any

from ketacare.core.history import PointsStage, Stage, TrialJudgement


def stage_shape(stage: Stage) -> dict[str, Any]:
    """Return the stage as JSON values."""
    return {
        "resistant": stage.resistant,
        "level": stage.level,
        "sentence": stage.sentence,
        "criteria": [
            {
                "name": criterion.name,
                "label": criterion.label,
                "met": criterion.met,
                "sentence": criterion.sentence,
                "missing": list(criterion.missing),
            }
            for criterion in stage.criteria
        ],
        "trials": [_trial(judgement) for judgement in stage.trials],
        "missing": list(stage.missing),
        "apart": [{"reason": each.reason.value, "names": list(each.names)} for each in stage.apart],
        "functioning": {
            domain.fact: domain.level
            for domain in (stage.functioning.domains if stage.functioning else ())
        },
        "definition": {
            "id": stage.definition_id,
            "name": stage.definition_name,
            "version": stage.version,
            "status": stage.status.value,
        },
        "sources": list(stage.sources),
        "versions": list(stage.versions),
    }


def stage_beside_shape(stage: Stage) -> dict[str, Any]:
    """Return what another definition says of the same facts, without the trials again."""
    shape = stage_shape(stage)
    kept = ("resistant", "level", "sentence", "criteria", "missing", "definition")
    return {name: shape[name] for name in kept}


def points_shape(points: PointsStage) -> dict[str, Any]:
    """Return a staging score in points as JSON values."""
    return {
        "id": points.definition_id,
        "name": points.definition_name,
        "version": points.version,
        "status": points.status.value,
        "total": points.total,
        "low": points.low,
        "high": points.high,
        "band": points.band or None,
        "sentence": points.sentence,
        "parts": [
            {
                "name": part.name,
                "low": part.low,
                "high": part.high,
                "sentence": part.sentence,
                "missing": list(part.missing),
            }
            for part in points.parts
        ],
        "missing": list(points.missing),
        "caution": points.caution,
    }


def _trial(judgement: TrialJudgement) -> dict[str, Any]:
    trial = judgement.trial
    return {
        "id": trial.id,
        "treatment": judgement.treatment.id,
        "name": trial.name or judgement.treatment.name,
        "defined": judgement.defined,
        "adequacy": judgement.adequacy.value if judgement.defined else None,
        "failed": judgement.failed,
        "counts": judgement.counts,
        "reasons": list(judgement.reasons),
        "missing": list(judgement.missing),
    }
