"""What is expected in a session: computed once an act of the pump, whoever asks and how often."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.clinic.infusions.conftest import NOW, minutes

from ketacare.clinic.infusions import expecting
from ketacare.core.record import InfusionEvent, InfusionEventKind, Vital

BASELINE = {Vital.SYSTOLIC: 122.0, Vital.DIASTOLIC: 78.0, Vital.HEART_RATE: 70.0}
START = InfusionEvent(at=NOW, kind=InfusionEventKind.START, mg_per_h=52.5)


@pytest.fixture
def computed(monkeypatch):
    """Count how often a forecast is really computed."""
    counted = []
    compute = expecting.expected_session

    def counting(*args, **kwargs):
        counted.append(args)
        return compute(*args, **kwargs)

    monkeypatch.setattr(expecting, "expected_session", counting)
    expecting.forget()
    return counted


def ask(session, events=(START,), now=NOW):
    return expecting.expected(session, events, baseline=BASELINE, diagnoses=(), number=1, now=now)


def test_an_unchanged_history_is_computed_once(sheet, computed):
    first = ask(sheet, now=minutes(5))
    assert ask(sheet, now=minutes(25)) is first
    assert len(computed) == 1


def test_an_act_at_the_pump_is_computed_anew(sheet, computed):
    pause = InfusionEvent(at=minutes(10), kind=InfusionEventKind.PAUSE, mg_per_h=0.0)
    before = ask(sheet, now=minutes(5))
    after = ask(sheet, (START, pause), now=minutes(11))
    assert len(computed) == 2
    assert after.bands["systolic"].p50[20] < before.bands["systolic"].p50[20]


def test_stations_that_ask_at_once_share_one_computation(sheet, computed):
    assert sheet.patient.birth_date  # read here, so that no thread asks the database
    with ThreadPoolExecutor(4) as stations:
        found = list(stations.map(lambda _: ask(sheet), range(8)))
    assert len(computed) == 1
    assert all(each is found[0] for each in found)


def test_whom_no_model_answers_for_gets_a_sentence_and_no_band(sheet, computed):
    assert ask(sheet).bands
    sheet.weight_kg = 250.0  # the model answers up to 200 kg
    found = ask(sheet)
    assert found.bands == {}
    assert "No expectation can be shown: weight is 250 kg" in found.missing
