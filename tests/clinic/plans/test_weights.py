"""A clinic's own weights are used, shown, and told apart from others in what is stored."""

from __future__ import annotations

import pytest

from ketacare.clinic.plans.computing import knowledge

pytestmark = pytest.mark.django_db


def test_the_clinic_weighs_as_its_setting_says(settings):
    usual = knowledge()
    settings.KETACARE = {**settings.KETACARE, "KETACARE_ADVICE_WEIGHTS": {"infusion": 0.02}}
    own = knowledge()
    assert own.protocol.weights.costs == {**usual.protocol.weights.costs, "infusion": 0.02}
    changed = {k for k in own.versions if own.versions[k] != usual.versions[k]}
    assert changed == {"advice_weights"}  # so options stored by other weights are computed anew
    assert own.versions["advice_weights"].endswith("with infusion=0.02")
