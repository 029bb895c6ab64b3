"""What sample people and nurses answer to the clinic's questions: work-up, before a dose, leaving.

Each answer is the unremarkable one unless a story says otherwise; the questions themselves are the
policy's, so that a question that is added there is answered here or the tests fail.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from ketacare.core.safety import FactKind, Station
from ketacare.knowledge.load import load_policy

ONE_DAY_H = 24.0
Value = bool | float | str

# Where the unremarkable answer is yes.
_YES = frozenset(
    {
        "capacity", "medicines_reviewed", "pseudo_caffeine", "pseudo_alcohol", "pseudo_cannabis",
        "pseudo_sleep", "pseudo_thyroid", "pseudo_bipolar", "pseudo_adhd", "pseudo_substances",
        "trial_history_complete", "in_person_evaluation", "identifiers_checked",
        "allergies_reconfirmed", "escort_confirmed", "staff_two_trained",
        "emergency_equipment_checked", "orientation", "gait_steady", "iv_out",
        "instructions_given", "follow_up_call_planned", "escort_present", "will_not_drive",
        "examination_reviewed", "ecg_reviewed", "metabolic_panel_reviewed", "blood_count_reviewed",
        "tsh_reviewed", "urinalysis_reviewed", "cognition_tested", "cssrs_baseline_reviewed",
        "pdmp_reviewed", "physician_in_facility",
    }
)  # fmt: skip
# Asked only when something else was answered in a way that calls for it.
_ONLY_IF = frozenset(
    {
        "cardiology_clearance", "legal_representative", "cbt_exception", "pregnancy_test",
        "unlisted_medicines_checked", "last_infusion_tolerated", "consent_signed",
        "consent_version", "consent_teach_back_percent", "escort_identity",
    }
)  # fmt: skip


def work_up(rng: np.random.Generator, *, fertile: bool) -> dict[str, Value]:
    """Return the answers of an unremarkable work-up."""
    found = _plain(Station.ELIGIBILITY) | {
        "alt_x_uln": round(float(rng.uniform(0.4, 1.4)), 1),
        "urine_drug_screen": "negative",
        "pregnancy_possible": fertile,
    }
    return found | ({"pregnancy_test": "negative"} if fertile else {})


def before_dose(
    rng: np.random.Generator, *, fertile: bool, first: bool, day: date, brief: bool = False
) -> dict[str, Value]:
    """Return the answers of an unremarkable visit; ``brief`` leaves out what is still valid."""
    found = _plain(Station.BEFORE_DOSE) | {
        "cssrs_since_last": "none",
        "fasting_solids_h": float(rng.integers(7, 13)),
        "fasting_fluids_h": float(rng.integers(2, 5)),
    }
    if brief:
        found = {code: value for code, value in found.items() if _asked_each_visit(code, day)}
    else:
        found["pregnancy_possible"] = fertile
    if fertile:
        found["pregnancy_test"] = "negative"
    if not first:
        found["last_infusion_tolerated"] = True
    return found


def leaving(rng: np.random.Generator, *, escort: str) -> dict[str, Value]:
    """Return the answers with which somebody may go home."""
    return _plain(Station.DISCHARGE) | {
        "mpadss": float(rng.integers(9, 11)),
        "escort_identity": escort,
    }


def consent(rng: np.random.Generator) -> dict[str, Value]:
    """Return a consent that is signed, current and understood."""
    versions = load_policy().rule("consent.current").words["versions"]
    return {
        "consent_signed": True,
        "consent_version": versions[-1],
        "consent_teach_back_percent": float(rng.choice([80.0, 90.0, 100.0])),
    }


def _plain(station: Station) -> dict[str, Value]:
    """Return yes or no to every question of a station that is always asked."""
    return {
        fact.code: fact.code in _YES
        for fact in load_policy().questions_at(station)
        if fact.kind is FactKind.YES_NO and fact.code not in _ONLY_IF
    }


def _asked_each_visit(code: str, day: date) -> bool:
    """Return whether an answer is too old at the next visit."""
    holds = load_policy().facts[code].validity(Station.BEFORE_DOSE)
    return holds is not None and holds.on(day).to("h") <= ONE_DAY_H
