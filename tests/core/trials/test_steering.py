"""The guideline on a ward says what the guideline says about each person's record."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from tests.core.trials.recording import START, record

from ketacare.core.planning import guideline
from ketacare.core.trials.design import Design
from ketacare.core.trials.engine import draw_luck, treat
from ketacare.core.trials.policies import GuidelineRules
from ketacare.core.trials.steering import UNTOLD, leading_rules
from ketacare.knowledge.load import (
    load_instruments,
    load_policy,
    load_protocol,
    load_virtual_clinic,
)

PROTOCOL = load_protocol()
CLINIC = load_virtual_clinic()
RELIABLE = load_instruments()["gad7"].reliable_change.value


class Recorder:
    """Writes down what the ward learns, and asks both ways of reading the rules."""

    def __init__(self, size, sampled):
        self.scores = [[] for _ in range(size)]
        self.sampled = sampled
        self.asked = []

    def __call__(self, ward, who):
        lead = leading_rules(ward, PROTOCOL.guideline, reliable=RELIABLE)
        for row in np.flatnonzero(np.isin(np.arange(ward.size), who)):
            self.scores[row].append((ward.day, int(ward.latest[row])))
            if row in self.sampled:
                name = "" if lead[row] == UNTOLD else PROTOCOL.guideline.rules[lead[row]].id
                self.asked.append(
                    (
                        row,
                        ward.day,
                        name,
                        record(ward, row, baseline=self.baseline, scores=self.scores[row]),
                    )
                )


@pytest.mark.slow
def test_ward_and_record_lead_to_the_same_rule(prior):
    design = Design(people=150, weeks=8, seed=3, chunk=150)
    luck = draw_luck(prior, CLINIC, design, 150, seed=np.random.SeedSequence(3))
    recorder = Recorder(150, sampled=set(range(0, 150, 5)))

    class Watched(GuidelineRules):
        def begin(self, ward):
            recorder.baseline = ward.baseline.copy()
            super().begin(ward)

    treat(
        luck,
        Watched(PROTOCOL, reliable=RELIABLE),
        prior=prior,
        clinic=CLINIC,
        protocol=PROTOCOL,
        design=design,
        truth=CLINIC.truth("believed"),
        trace=recorder,
    )
    instruments, policy = load_instruments(), load_policy()
    differing, seen = [], set()
    for row, day, name, person in recorder.asked:
        view = guideline(
            person,
            PROTOCOL.guideline,
            instruments=instruments,
            policy=policy,
            primary="gad7",
            now=START + timedelta(days=float(day)),
        )
        expected = "" if view.leading is None else view.leading.id
        seen.add(expected)
        if expected != name:
            differing.append((row, day, name, expected))
    assert len(recorder.asked) > 150
    assert len(seen) >= 8  # the comparison met most of the rules
    assert differing == []
