"""Adaptive tests as this clinic can offer them: the next item, what it adds up to, and why not.

The engine is the core's (:mod:`ketacare.core.measures.irt`) and the bank is content; here the two
meet the clinic's own words and the answers of one person.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from ketacare.clinic.questionnaires.bank_texts import BankText, bank_text
from ketacare.clinic.questionnaires.models import AdaptiveTest
from ketacare.core.measures.irt import Calibration, Estimate, Step, eap, next_step
from ketacare.knowledge.load import load_banks

# The bank of each instrument whose total is the score of an adaptive test.
BANK_OF = {"promis_anxiety_cat": "promis_anxiety"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One item that was asked, its answer in words, and where the score stood after it."""

    place: int
    text: str
    value: int | None
    label: str
    estimate: Estimate | None


def calibration_of(bank: str) -> Calibration:
    """Return the bank with the rules of its test."""
    return load_banks()[bank]


def given(test: AdaptiveTest) -> dict[str, int]:
    """Return the answers in the order they were given, without what was left out."""
    return {row["item"]: row["value"] for row in test.answers if row["value"] is not None}


def step_of(test: AdaptiveTest) -> Step:
    """Return the next item of a test, or why it is over."""
    known = calibration_of(test.bank)
    skipped = [row["item"] for row in test.answers if row["value"] is None]
    return next_step(known.bank, given(test), known.rules, skipped=skipped)


def enough(test: AdaptiveTest) -> bool:
    """Return whether enough was answered for a score, by the rules of the test."""
    return len(given(test)) >= calibration_of(test.bank).rules.least_items


def trace(test: AdaptiveTest) -> tuple[Asked, ...]:
    """Return the items as they were asked, each with the score after it."""
    bank, words = calibration_of(test.bank).bank, bank_text(test.bank)
    rows: list[Asked] = []
    answered: dict[str, int] = {}
    for place, row in enumerate(test.answers, start=1):
        if row["value"] is not None:
            answered[row["item"]] = row["value"]
        rows.append(
            Asked(
                place=place,
                text=_text(words, row["item"]),
                value=row["value"],
                label="" if words is None else words.label(row["value"]),
                estimate=None if row["value"] is None else eap(bank, dict(answered)),
            )
        )
    return tuple(rows)


def tests_of(patient_id: uuid.UUID) -> QuerySet[AdaptiveTest]:
    """Return the finished tests of a patient, newest first."""
    return AdaptiveTest.objects.filter(
        request__patient_id=patient_id, finished_at__isnull=False
    ).select_related("request", "response")


def _text(words: BankText | None, item: str) -> str:
    return item if words is None else words.items.get(item, item)
