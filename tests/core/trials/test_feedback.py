"""The feedback-driven policy does what the advice puts first, or something nearly as good."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from tests.core.trials.recording import START, record

from ketacare.core.planning import advise
from ketacare.core.trials.design import Design
from ketacare.core.trials.engine import draw_luck, treat
from ketacare.core.trials.feedback import FeedbackAdvice
from ketacare.knowledge.load import (
    load_instruments,
    load_policy,
    load_protocol,
    load_treatments,
    load_virtual_clinic,
)

CLINIC, PROTOCOL = load_virtual_clinic(), load_protocol()
PEOPLE = 12


class Asking(FeedbackAdvice):
    """Remembers each decision beside the record it was taken on."""

    def begin(self, ward):
        super().begin(ward)
        self.baseline = ward.baseline.copy()
        self.scores = [[] for _ in range(ward.size)]
        self.doses = [[] for _ in range(ward.size)]
        self.taken = []

    def infused(self, ward, who):
        super().infused(ward, who)
        for row in who:
            self.doses[row].append((float(ward.last_dose[row]), float(ward.last_minutes[row])))

    def scored(self, ward, who, totals):
        for row, total in zip(who, totals, strict=True):
            self.scores[row].append((ward.day, int(total)))
        super().scored(ward, who, totals)
        for row in who:
            person = record(
                ward,
                row,
                baseline=self.baseline,
                scores=self.scores[row],
                doses=self.doses[row],
            )
            plan = None
            if np.isfinite(ward.next_day[row]):
                plan = (
                    float(ward.next_day[row] - ward.day),
                    float(ward.dose[row]),
                    float(ward.minutes[row]),
                    int(ward.left[row]),
                )
            self.taken.append((float(ward.day), plan, person))


@pytest.mark.slow
def test_decisions_are_nearly_as_good_as_the_first_option_of_the_advice(prior):
    instruments = load_instruments()
    design = Design(people=PEOPLE, weeks=4, seed=6, chunk=PEOPLE)
    luck = draw_luck(prior, CLINIC, design, PEOPLE, seed=np.random.SeedSequence(6))
    policy = Asking(
        prior,
        PROTOCOL,
        instrument="gad7",
        reliable=instruments["gad7"].reliable_change.value,
        rng=np.random.default_rng(2),
    )
    treat(
        luck,
        policy,
        prior=prior,
        clinic=CLINIC,
        protocol=PROTOCOL,
        design=design,
        truth=CLINIC.truth("believed"),
    )
    behind = []
    for day, plan, person in policy.taken[::6]:
        advice = advise(
            person,
            prior=prior,
            protocol=PROTOCOL,
            policy=load_policy(),
            treatments=load_treatments(),
            instruments=instruments,
            now=START + timedelta(days=day),
            rng=np.random.default_rng(3),
            particles=1000,
        )
        found = next((o for o in advice.options if matches(o.candidate, plan)), None)
        if advice.options:
            assert found is not None, (day, plan, [o.candidate.label for o in advice.options])
            # This trial gives no therapy: the first option without it is the one to compare with.
            first = min(o.sureness.behind for o in advice.options if not o.candidate.therapy)
            behind.append(found.sureness.behind - first)
    assert len(behind) >= 8
    # Both weigh with simulated people: 64 here, 800 there. An infusion counts 0.8 % of relief.
    assert np.mean(behind) < 0.004
    assert np.median(behind) < 0.002


def matches(candidate, plan):
    """Whether an option is what was planned: the same infusions, the first within half a day."""
    if candidate.therapy:
        return False
    if plan is None:
        return not candidate.dose_days
    first, dose, minutes, left = plan
    return (
        bool(candidate.dose_days)
        and abs(candidate.dose_days[0] - first) < 0.51
        and candidate.dose_mg_per_kg == pytest.approx(dose)
        and candidate.minutes == minutes
        and candidate.number == left
    )
