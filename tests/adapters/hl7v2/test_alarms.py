"""Alarms (PCD-04, ORU^R40) and pumps, written out by hand after IHE's profile and makers' messages."""

from datetime import UTC, datetime

import pytest

from ketacare.adapters.hl7v2 import parse_oru

HEAD = (
    "MSH|^~\\&|MON^0011^EUI-64|ICU|KETACARE|CLINIC|20261123100005-0500||ORU^{event}^ORU_{event}|"
    "MSG7|P|2.6|||AL|NE||UNICODE UTF-8|||PROFILE\rPID|||P1\rPV1||O|INFUSION^^BED 3\r"
    "OBR|1|A^MON|A^MON|196616^MDC_EVT_ALARM^MDC|||20261123100000-0500\r"
)
LOW = (
    "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.3.1.150456.1|196670^MDC_EVT_LO_VAL_LT_LIM^MDC^^^^^^SpO2 low|"
    "||L~PM~SP|||F|||20261123095957-0500||||DEV9^^DEV9^EUI-64\r"
    "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456.2|88|262688^MDC_DIM_PERCENT^MDC|92-100|"
    "||||F\r"
    "OBX|3|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.3.1.150456.3|start||||||F\r"
    "OBX|4|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.3.1.150456.4|active||||||F\r"
    "OBX|5|ST|68483^MDC_ATTR_ALARM_INACTIVATION_STATE^MDC|1.3.1.150456.5|audio-paused||||||F\r"
)
FLOW = "OBX|1|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.1.101|{value}|{unit}|||||R|||||||PUMP1^^PUMP1^EUI-64\r"


def parse(event, *segments):
    return parse_oru((HEAD.format(event=event) + "".join(segments)).encode())


def test_the_facets_of_an_alarm_are_one_event():
    message = parse("R40", LOW)
    (alarm,) = message.alarms
    assert (alarm.code, alarm.name, alarm.text) == ("196670", "MDC_EVT_LO_VAL_LT_LIM", "SpO2 low")
    assert (alarm.priority, alarm.category) == ("PM", "SP")
    assert (alarm.phase, alarm.state, alarm.inactivation) == ("start", "active", "audio-paused")
    assert (alarm.source, alarm.source_value, alarm.limits) == (
        "MDC_PULS_OXIM_SAT_O2",
        "88 MDC_DIM_PERCENT",
        "92-100",
    )
    assert alarm.at == datetime(2026, 11, 23, 14, 59, 57, tzinfo=UTC)
    assert message.device == "DEV9"


def test_the_value_an_alarm_quotes_is_not_a_measurement():
    assert parse("R40", LOW).observations == ()


def test_priority_and_kind_as_segments_of_their_own():
    (alarm,) = parse(
        "R40",
        "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.1.0.0.1|196680^MDC_EVT_LEAD_OFF^MDC||||||F\r",
        "OBX|2|ST|68484^MDC_ATTR_ALARM_PRIORITY^MDC|1.1.0.0.6|PL||||||F\r",
        "OBX|3|ST|68485^MDC_ATTR_ALERT_TYPE^MDC|1.1.0.0.7|ST||||||F\r",
        "OBX|4|ST|68546^MDC_ATTR_ALERT_TEXT^MDC|1.1.0.0.8|Leads off||||||F\r",
    ).alarms
    assert (alarm.priority, alarm.category, alarm.text) == ("PL", "ST", "Leads off")
    assert alarm.phase == ""  # not said


def test_two_obr_are_two_alarms():
    second = "OBR|2|B|B|196616^MDC_EVT_ALARM^MDC|||20261123100001-0500\r"
    assert len(parse("R40", LOW, second, LOW).alarms) == 2


def test_unknown_facets_leave_their_words_empty():
    (alarm,) = parse(
        "R40",
        "OBX|1|CWE|999^NEW_EVENT^MDC|1.1.0.0.1|whatever||||||F\r",
        "OBX|2|ST|68166^MDC_ATTR_ALARM_STATE^MDC|1.1.0.0.4|On||||||F\r",
    ).alarms
    assert (alarm.code, alarm.name, alarm.text, alarm.state) == ("999", "NEW_EVENT", "whatever", "")


def test_a_pump_is_read():
    message = parse("R01", FLOW.format(value="75", unit="265266^MDC_DIM_MILLI_L_PER_HR^MDC"))
    (flow,) = message.pump
    assert (flow.name, flow.value, flow.unit, flow.device) == ("flow", 75, "mL/h", "PUMP1")
    assert message.observations == ()


@pytest.mark.parametrize(
    ("value", "unit", "why"),
    [
        ("75", "", "missing unit"),
        ("75", "264864", "unit"),
        ("-100", "265266", "no value"),
        ("-5", "265266", "cannot be"),
        ("fast", "265266", "not a number"),
    ],
)
def test_what_a_pump_says_unclearly_is_no_number(value, unit, why):
    (flow,) = parse("R01", FLOW.format(value=value, unit=unit)).pump
    assert flow.value is None
    assert why in flow.problem


def test_the_other_code_for_flow_stays_unmapped():
    (found,) = parse(
        "R01", FLOW.format(value="75", unit="265266").replace("157784", "157985")
    ).observations
    assert (found.kind, found.raw_code) == (None, "157985")
