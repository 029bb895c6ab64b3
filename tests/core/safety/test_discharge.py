"""The gate for leaving: open only when every criterion is met; what blocks and what is not known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ketacare.core.record import Vital
from ketacare.core.safety import Outcome, Phase, SessionContext, discharge_gate

STARTED, ENDED = 130, 90  # minutes before now: 130 >= 120 and 90 >= 60


@pytest.fixture
def session(now) -> SessionContext:
    return SessionContext(
        phase=Phase.OBSERVING,
        started=now - timedelta(minutes=STARTED),
        ended=now - timedelta(minutes=ENDED),
    )


@pytest.fixture
def ready(measured, answered):
    """Everything a person needs to leave, to be changed one thing at a time."""
    facts = {
        code: answered(code, True, 5)
        for code in (
            "orientation",
            "gait_steady",
            "iv_out",
            "instructions_given",
            "follow_up_call_planned",
            "escort_present",
            "will_not_drive",
        )
    }
    facts["cssrs_new_at_discharge"] = answered("cssrs_new_at_discharge", False, 5)
    facts["rescue_benzodiazepine"] = answered("rescue_benzodiazepine", False, 5)
    facts["escort_identity"] = answered("escort_identity", "Ana Ruiz, sister", 5)
    facts["mpadss"] = answered("mpadss", 10.0, 2)
    facts["mpadss before"] = answered("mpadss", 9.0, 14)
    vitals = {
        Vital.SYSTOLIC: measured(Vital.SYSTOLIC, 128, 5),
        Vital.DIASTOLIC: measured(Vital.DIASTOLIC, 82, 5),
        Vital.SPO2: measured(Vital.SPO2, 98, 5),
        "before": measured(Vital.SPO2, 98, STARTED + 5),
        Vital.MOAAS: measured(Vital.MOAAS, 5, 5),
        Vital.CADSS6: measured(Vital.CADSS6, 0, 5),
    }
    return facts, vitals


def gate_of(person, ready, session, policy, now, *, without=(), facts=None, vitals=None):
    all_facts = {**ready[0], **(facts or {})}
    all_vitals = {**ready[1], **(vitals or {})}
    who = person(
        facts=tuple(f for key, f in all_facts.items() if key not in without),
        measurements=tuple(m for key, m in all_vitals.items() if key not in without),
    )
    return discharge_gate(who, session, policy, now)


def test_the_gate_opens_when_every_criterion_is_met(person, ready, session, policy, now) -> None:
    gate = gate_of(person, ready, session, policy, now)
    assert [i.rule for i in gate.items if i.outcome is not Outcome.PASS] == []
    assert gate.open is True


@pytest.mark.parametrize(
    ("code", "value", "rule"),
    [
        ("orientation", False, "discharge.orientation"),
        ("gait_steady", False, "discharge.gait"),
        ("iv_out", False, "discharge.line_out"),
        ("instructions_given", False, "discharge.instructions"),
        ("rescue_benzodiazepine", True, "discharge.sedative"),
        ("escort_present", False, "discharge.escort"),
        ("will_not_drive", False, "discharge.driving"),
        ("cssrs_new_at_discharge", True, "discharge.suicidality"),
        ("mpadss", 8.0, "discharge.recovery"),
    ],
)
def test_one_bad_answer_closes_the_gate(
    person, ready, session, policy, now, answered, code, value, rule
) -> None:
    gate = gate_of(person, ready, session, policy, now, facts={code: answered(code, value, 1)})
    assert gate.open is False
    assert [i.rule for i in gate.items if i.outcome is Outcome.BLOCK] == [rule]


@pytest.mark.parametrize(
    ("kind", "value", "rule"),
    [
        (Vital.MOAAS, 4, "discharge.wakefulness"),
        (Vital.SPO2, 96, "discharge.oxygen"),
        (Vital.SYSTOLIC, 165, "discharge.blood_pressure"),
        (Vital.CADSS6, 3, "discharge.dissociation"),
    ],
)
def test_one_bad_value_closes_the_gate(
    person, ready, session, policy, now, measured, kind, value, rule
) -> None:
    gate = gate_of(person, ready, session, policy, now, vitals={kind: measured(kind, value, 1)})
    assert gate.open is False
    assert [i.rule for i in gate.items if i.outcome is Outcome.BLOCK] == [rule]


@pytest.mark.parametrize(
    ("left_out", "rule", "missing"),
    [
        ("orientation", "discharge.orientation", "orientation"),
        ("gait_steady", "discharge.gait", "gait_steady"),
        ("iv_out", "discharge.line_out", "iv_out"),
        ("instructions_given", "discharge.instructions", "instructions_given"),
        ("follow_up_call_planned", "discharge.instructions", "follow_up_call_planned"),
        ("escort_present", "discharge.escort", "escort_present"),
        ("escort_identity", "discharge.escort", "escort_identity"),
        ("will_not_drive", "discharge.driving", "will_not_drive"),
        ("cssrs_new_at_discharge", "discharge.suicidality", "cssrs_new_at_discharge"),
        (Vital.MOAAS, "discharge.wakefulness", "measurement:moaas"),
        (Vital.SPO2, "discharge.oxygen", "measurement:spo2"),
        ("before", "discharge.oxygen", "oxygen_saturation_before_the_infusion"),
        (Vital.SYSTOLIC, "discharge.blood_pressure", "measurement:systolic"),
        (Vital.DIASTOLIC, "discharge.blood_pressure", "measurement:diastolic"),
        (Vital.CADSS6, "discharge.dissociation", "measurement:cadss6"),
    ],
)
def test_one_missing_answer_keeps_the_gate_undecided(
    person, ready, session, policy, now, left_out, rule, missing
) -> None:
    gate = gate_of(person, ready, session, policy, now, without=(left_out,))
    assert gate.open is None
    unknown = [i for i in gate.items if i.outcome is Outcome.CANNOT_TELL]
    assert [(i.rule, i.missing) for i in unknown] == [(rule, (missing,))]


def test_the_gate_says_what_is_lacking(person, ready, session, policy, now) -> None:
    gate = gate_of(person, ready, session, policy, now, without=("gait_steady",))
    assert gate.sentence == "Still to be checked: walks steadily."


def test_an_early_person_waits_to_the_minute(person, ready, policy, now) -> None:
    session = SessionContext(
        started=now - timedelta(minutes=119, seconds=30), ended=now - timedelta(minutes=79)
    )
    gate = gate_of(person, ready, session, policy, now)
    time = next(i for i in gate.items if i.rule == "discharge.time")
    assert (time.outcome, time.sentence) == (
        Outcome.BLOCK,
        "There are 1 min of observation left.",
    )


def test_answers_of_an_earlier_session_do_not_count(
    person, ready, policy, now, answered, session
) -> None:
    yesterday = {"gait_steady": answered("gait_steady", True, STARTED + 60)}
    gate = gate_of(person, ready, session, policy, now, facts=yesterday)
    assert gate.open is None


def test_nobody_leaves_while_the_infusion_runs(person, ready, policy, now) -> None:
    running = SessionContext(phase=Phase.INFUSING, started=now - timedelta(minutes=STARTED))
    assert gate_of(person, ready, running, policy, now).open is None
