"""When something was measured, whatever the device's clock says."""

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.clinic.vitals.times import measured_at

HERE = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def ago(**span):
    return HERE - timedelta(**span)


@pytest.mark.parametrize(
    ("device_at", "sent_at", "expected", "said"),
    [
        (ago(seconds=3), ago(seconds=1), ago(seconds=3), ""),
        (None, ago(seconds=1), HERE, "no usable time"),
        # Kept by the monitor while the network was away, its clock is right: 10 min old.
        (ago(minutes=10), ago(seconds=1), ago(minutes=10), ""),
        # A year behind, measured 5 s before it was sent.
        (ago(days=365, seconds=5), ago(days=365), ago(seconds=5), "behind"),
        (ago(days=-1, seconds=5), ago(days=-1), ago(seconds=5), "ahead"),
        # Sent before it was measured: the device contradicts itself.
        (ago(seconds=1), ago(minutes=10), HERE, "contradict"),
        (ago(seconds=30), None, ago(seconds=30), ""),
        (ago(hours=3), None, HERE, "differs"),
    ],
)
def test_measured_at(device_at, sent_at, expected, said):
    at, problem = measured_at(device_at=device_at, sent_at=sent_at, received_at=HERE)
    assert at == expected
    assert said in problem
    assert bool(said) == bool(problem)
