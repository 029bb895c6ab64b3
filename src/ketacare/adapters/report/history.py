"""The JSON shape of a stage: the label only together with its trials, criteria and gaps."""

from __future__ import annotations

from typing import Any

from ketacare.core.history import Stage, TrialJudgement


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
        "definition": {
            "id": stage.definition_id,
            "name": stage.definition_name,
            "version": stage.version,
            "status": stage.status.value,
        },
        "sources": list(stage.sources),
        "versions": list(stage.versions),
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
