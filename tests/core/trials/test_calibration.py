"""The calibration recovers what it was given, keeps to its role, and wrote the stored prior."""

import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response import TraitName
from ketacare.core.trials import Role, calibrate, leave_each_out, reproduce
from ketacare.core.units import Quantity
from ketacare.knowledge import calibrating
from ketacare.knowledge.load import load_prior, load_studies
from ketacare.knowledge.loading import studies as loading


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
    made = reproduce(truth, studies, seed=5, n=800)
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
    found = calibrate(faked, start=prior, seed=6, n=400, max_rounds=5)
    fitted = next(t for t in found.prior.traits if t.name is TraitName.RESPONSIVENESS)
    assert found.misfit < 0.5
    assert 0.25 < fitted.median.value < 0.35


def test_same_studies_and_seed_give_the_same_file(prior, studies):
    few = studies[:3]

    def text():
        whole = calibrate(few, start=prior, seed=3, n=60, max_rounds=3)
        left_out = leave_each_out(few, whole, n=60, groups=20)
        found = calibrating.Calibrated(calibration=whole, left_out=left_out)
        return calibrating.render(found, id="x", version="1", since="2026-11-23")

    assert text() == text()


def test_validation_studies_never_reach_the_program(monkeypatch, studies):
    held_out = replace(studies[0], role=Role.VALIDATION)
    monkeypatch.setattr(loading, "_all_studies", lambda: (held_out, *studies[1:3]))
    seen = []

    def stop(given, **_):
        seen.extend(given)
        raise InputError(ErrorCode.NOT_ALLOWED, "enough seen")

    monkeypatch.setattr(calibrating, "calibrate", stop)
    with pytest.raises(InputError, match="enough seen"):
        calibrating.run()
    assert [s.id for s in seen] == [s.id for s in studies[1:3]]


def test_every_shared_spread_holds_what_the_fit_left_open():
    # hypot(between studies 0.7, left open) is at least 0.7, and the starting value had 0.7.
    start, stored = load_prior("prior_reference"), load_prior("prior_first")
    for name in (TraitName.RESPONSIVENESS, TraitName.TAU_FAST, TraitName.NONSPECIFIC_FAST):
        assert stored.trait(name).shared_sd > start.trait(name).shared_sd


def test_intervals_from_the_other_studies_hold_what_was_seen():
    """Read from the stored report: at least 80 % of outcomes inside their 90 % interval."""
    text = (files("ketacare.knowledge") / "evidence" / "prior_first.toml").read_text("utf-8")
    fits = tomllib.loads(text)["fit"]
    inside = [f["left_out_low"] - 1e-4 <= f["observed"] <= f["left_out_high"] + 1e-4 for f in fits]
    assert len(inside) > 50
    assert sum(inside) / len(inside) >= 0.8
