"""A session with a monitor at its chair, and messages as that monitor sends them."""

from datetime import timedelta

import pytest
from tests.clinic.infusions.conftest import *  # noqa: F403 - the same cast and session
from tests.clinic.infusions.conftest import DEVICE, NOW

from ketacare.adapters.hl7v2 import Outgoing, build_oru
from ketacare.core.record import Vital


@pytest.fixture
def oru():
    """Build a message: ``oru("M1", heart_rate=72)``; ``None`` goes out as a sentinel."""

    def build(control_id, *, at=NOW, bed="Chair 2", device=DEVICE, measured=None, **values):
        outgoing = [
            Outgoing(kind=Vital(kind), value=value, at=measured or at)
            for kind, value in (values or {"heart_rate": 72}).items()
        ]
        return build_oru(outgoing, control_id=control_id, bed=bed, device=device, at=at)

    return build


@pytest.fixture
def later():
    return lambda seconds: NOW + timedelta(seconds=seconds)
