"""The calibration recovers what it was given, keeps to its role, and wrote the stored prior."""

from dataclasses import replace

import numpy as np
import pytest

from ketacare.core.errors import InputError
from ketacare.core.response import TraitName
from ketacare.core.trials import Role, calibrate, reproduce
from ketacare.core.units import Quantity
from ketacare.knowledge.load import load_prior, load_studies


@pytest.fixture(scope="module")
def studies():
    return load_studies("calibration")


def test_study_for_validation_cannot_be_fitted(prior, studies):
    held_out = replace(studies[0], role=Role.VALIDATION)
    with pytest.raises(InputError, match="role is calibration"):
        calibrate([held_out], start=prior, seed=1)


def test_expectations_are_the_same_for_a_seed(prior, studies):
    one = reproduce(prior, studies[:3], seed=2, n=200)
    assert one == reproduce(prior, studies[:3], seed=2, n=200)


@pytest.mark.slow
def test_calibration_recovers_a_prior_from_the_arms_it_makes(prior, studies):
    """Replace what was observed by what a known prior expects: the fit must move towards it.

    The known prior halves the odds of responsiveness (0.45 → 0.29) and keeps the rest; the fit
    uses other people (another seed), so it is asked to cover most of the way, not to be exact.
    """
    old = next(t for t in prior.traits if t.name is TraitName.RESPONSIVENESS)
    truth = prior.with_traits(
        {old.name: replace(old, median=replace(old.median, quantity=Quantity(0.29, "1")))}
    )
    made = reproduce(truth, studies, seed=5, n=1500)
    faked = [
        replace(
            study,
            arms=tuple(
                replace(
                    arm,
                    outcomes=tuple(
                        replace(
                            o,
                            value=replace(
                                o.value,
                                quantity=Quantity(
                                    made[study.id, arm.id, o.measured, o.day][1], o.value.unit
                                ),
                            ),
                        )
                        for o in arm.outcomes
                    ),
                )
                for arm in study.arms
            ),
        )
        for study in studies
    ]
    found = calibrate(faked, start=prior, seed=6, n=600, max_rounds=6)
    fitted = next(t for t in found.prior.traits if t.name is TraitName.RESPONSIVENESS)
    assert found.misfit < 0.5
    assert 0.25 < fitted.median.value < 0.35


@pytest.mark.slow
def test_stored_prior_is_what_the_program_writes():
    from ketacare.knowledge.calibrating import run

    again, stored = run(), load_prior("prior_first")
    assert again.converged
    for new, old in zip(again.prior.traits, stored.traits, strict=True):
        # Four digits are stored; another build of the linear algebra may shift the optimum a little.
        np.testing.assert_allclose(new.median.value, old.median.value, rtol=0.03)
        np.testing.assert_allclose(new.spread.value, old.spread.value, rtol=0.03)
        assert new.identified == old.identified
