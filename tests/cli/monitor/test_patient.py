import pytest

from ketacare.cli.monitor.command import device_id, start_of
from ketacare.cli.monitor.patient import Scenario, SimulatedPatient
from ketacare.core.errors import InputError
from ketacare.core.record import Vital

pytestmark = pytest.mark.slow


def patient(scenario=Scenario.QUIET, seed=1):
    return SimulatedPatient(weight_kg=70, dose_mg=35, minutes=40, scenario=scenario, seed=seed)


def test_same_seed_same_readings_in_any_order():
    first, second = patient(), patient()
    late = second.continuous(30)
    assert first.continuous(5) == second.continuous(5)
    assert first.continuous(30) == late
    assert patient(seed=2).continuous(30) != late


def test_pressure_rises_in_the_mean_of_many_patients():
    # Meta-analysis of 2,252 treatments: +12.6 mmHg at the peak (Vankawala 2021); the mean of 60
    # patients with a spread of 11 mmHg lies within ±3 standard errors (4.3 mmHg) of it.
    rises = [patient(seed=s).cuff(40)[Vital.SYSTOLIC] - 124 for s in range(60)]
    assert sum(rises) / len(rises) == pytest.approx(12.6, abs=4.5)


def test_diastolic_stays_below_systolic_for_many_patients():
    for seed in range(40):
        cuff = patient(Scenario.HYPERTENSION, seed).cuff(35)
        assert cuff[Vital.DIASTOLIC] < cuff[Vital.SYSTOLIC]


def test_hypertension_scenario_is_higher_than_quiet_for_the_same_person():
    quiet, loud = patient(), patient(Scenario.HYPERTENSION)
    assert loud.cuff(30)[Vital.SYSTOLIC] - quiet.cuff(30)[Vital.SYSTOLIC] > 30
    assert loud.cuff(0)[Vital.SYSTOLIC] == pytest.approx(quiet.cuff(0)[Vital.SYSTOLIC], abs=15)


def test_desaturation_scenario_falls_and_recovers():
    faint = patient(Scenario.DESATURATION)
    assert faint.continuous(23)[Vital.SPO2] < 90
    assert faint.continuous(23)[Vital.RESPIRATORY_RATE] < 12
    assert faint.continuous(10)[Vital.SPO2] > 94
    assert faint.continuous(35)[Vital.SPO2] > 94


def test_probe_off_has_no_saturation_but_a_heart_rate():
    off = patient(Scenario.PROBE_OFF)
    assert off.continuous(18)[Vital.SPO2] is None
    assert off.continuous(18)[Vital.HEART_RATE] is not None
    assert off.continuous(14.9)[Vital.SPO2] is not None
    assert off.continuous(22)[Vital.SPO2] is not None


def test_saturation_never_exceeds_100():
    quiet = patient()
    assert max(quiet.continuous(m / 10)[Vital.SPO2] for m in range(600)) <= 100


def test_start_is_a_span_before_now_or_a_time_with_zone():
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert start_of("-18m", now) == now - timedelta(minutes=18)
    assert start_of("-1.5h", now) == now - timedelta(minutes=90)
    assert start_of("2026-05-04T07:30-04:00", now) == now - timedelta(minutes=30)
    for wrong in ("", "m", "2026-05-04T07:30", "soon"):
        with pytest.raises(InputError, match="not a start"):
            start_of(wrong, now)


def test_device_id_is_an_eui64_of_its_own_for_each_bed():
    # 16 hexadecimal digits; the second bit of the first byte says "locally administered".
    one, two = device_id("1"), device_id("2")
    assert one != two
    assert len(one) == 16
    assert int(one, 16) >> 56 == 0x02
