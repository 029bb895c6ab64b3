"""Messages of other makes, written out by hand after their documents: hexadecimal codes with empty
sub-ids and no time zone (a maker's data export guide), LOINC from a gateway, headings, several OBR."""

from datetime import UTC, datetime, timedelta

import pytest

from ketacare.adapters.hl7v2 import parse_oru
from ketacare.core.errors import InputError
from ketacare.core.record import Vital
from ketacare.knowledge.loading.devices import device_profiles, load_device_profile

# As in the guide: no zone anywhere, MSH-3 without its first part, empty OBX-1 and OBX-4.
HEXADECIMAL = (
    "MSH|^~\\&|^MonCM||||20261123100030||ORU^R01^ORU_R01|CN923902461|P|2.4\r"
    "PID|||1234||^Ana^\r"
    "PV1|||^^Chair 2|||||||||||||||A|1234\r"
    "ORC|NW|||||||||||||||||CN92390246\r"
    "OBR||||MONITOR|||20261123100010|||\r"
    "OBX||NM|0002-4182^HR^MDIL||60|0004-0aa0^bpm^MDIL|||||F\r"
    "OBX||NM|0002-4bb8^SpO2^MDIL||96|0004-0220^%^MDIL|||||F\r"
    "OBX||NM|0002-5000^Resp^MDIL||20|0004-0ae0^rpm^MDIL|||||\r"
    "OBX||NM|0002-4a05^NBPs^MDIL|1|131|0004-0f20^mmHg^MDIL|||||X\r"
    "OBX||NM|0002-f0c7^Temp1^MDIL||36.6|0004-17a0^C^MDIL|||||F\r"
    "OBX||TX|2^Yellow Alarm^MDIL-ALERT||HR Low, HR=55 /min||||||F\r"
)
HEAD = (
    "MSH|^~\\&|GATE|ICU|KETACARE|CLINIC|20261123100030-0500||ORU^R01^ORU_R01|G1|P|2.5\r"
    "PID|||P1\rPV1||O|WARD^^BED 3\r"
)


def parse(text):
    return parse_oru(text.encode())


def by_code(message):
    return {o.raw_code: o for o in message.observations}


def test_hexadecimal_codes_are_read_with_their_own_profile():
    message = parse(HEXADECIMAL)
    found = by_code(message)
    assert (message.profile, message.bed, message.device) == ("mdil", "Chair 2", "")
    assert (found["0002-4182"].kind, found["0002-4182"].value) == (Vital.HEART_RATE, 60)
    assert (found["0002-4bb8"].kind, found["0002-4bb8"].value) == (Vital.SPO2, 96)
    # An empty OBX-11 is a result; X is none.
    assert (found["0002-5000"].kind, found["0002-5000"].value) == (Vital.RESPIRATORY_RATE, 20)
    assert found["0002-4a05"].value is None
    assert found["0002-4a05"].sub_id == "1"


def test_a_code_the_profile_does_not_hold_is_kept_raw():
    temp = by_code(parse(HEXADECIMAL))["0002-f0c7"]
    assert (temp.kind, temp.value, temp.raw_value, temp.raw_name) == (None, None, "36.6", "Temp1")
    assert "not mapped" in temp.problem


def test_without_any_zone_the_clock_is_unknown_but_the_age_is_not():
    # Sent 10:00:30, measured 10:00:10, both on the device's clock: 20 seconds old.
    heart = by_code(parse(HEXADECIMAL))["0002-4182"]
    assert heart.at is None
    assert heart.age == timedelta(seconds=20)
    assert "no time zone" in heart.clock_problem


def test_an_alarm_among_observations_is_an_alarm():
    (alarm,) = parse(HEXADECIMAL).alarms
    assert (alarm.code, alarm.name, alarm.text) == ("2", "Yellow Alarm", "HR Low, HR=55 /min")


def test_the_zone_of_the_message_is_that_of_the_times_in_it():
    # HL7 v2.6 chapter 2.A.22: a zone in MSH-7 is the default of the message. 10:00:10-05:00.
    obr = "OBR|1|A|A|monitoring|||20261123100010\r"
    (heart,) = parse(
        HEAD + obr + "OBX|1|NM|8867-4^Heart rate^LN||72|/min^^UCUM|||||F\r"
    ).observations
    assert heart.at == datetime(2026, 11, 23, 15, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "unit", "value", "kind"),
    [
        ("8480-6^Systolic^LN", "mm[Hg]", 128, Vital.SYSTOLIC),
        ("8462-4^Diastolic^LN", "mm[Hg]", 82, Vital.DIASTOLIC),
        ("9279-1^Breathing^LN", "/min", 14, Vital.RESPIRATORY_RATE),
        ("59408-5^SpO2^LN", "%", 97, Vital.SPO2),
        ("8310-5^Temp^LN", "Cel", 37, Vital.TEMPERATURE),
    ],
)
def test_loinc_codes_are_read(code, unit, value, kind):
    obr = "OBR|1|A|A|monitoring|||20261123100010-0500\r"
    (found,) = parse(HEAD + obr + f"OBX|1|NM|{code}||{value}|{unit}|||||F\r").observations
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize("unit", ["", "mmHg", "[degF]"])
def test_a_unit_the_profile_does_not_hold_is_refused_not_guessed(unit):
    obr = "OBR|1|A|A|monitoring|||20261123100010-0500\r"
    (found,) = parse(HEAD + obr + f"OBX|1|NM|8310-5^T^LN||98.6|{unit}|||||F\r").observations
    assert found.value is None
    assert "unit" in found.problem


def test_codes_of_nobody_are_kept_and_unmapped():
    obr = "OBR|1|A|A|monitoring|||20261123100010-0500\r"
    (found,) = parse(HEAD + obr + "OBX|1|NM|101^HR^99LOCAL|2101|72|bpm|||||F\r").observations
    assert (found.kind, found.value) == (None, None)
    assert (found.raw_code, found.raw_name, found.sub_id) == ("101", "HR", "2101")


def test_headings_of_the_containment_tree_are_not_observations():
    obr = "OBR|1|A|A|monitoring|||20261123100010-0500\r"
    heading = "OBX|1||69854^MDC_DEV_METER_PRESS_BLD_VMD^MDC|1.13.0.0|||||||X\r"
    value = "OBX|2|NM|150456^S^MDC|1.3.1.1|97|262688^MDC_DIM_PERCENT^MDC|||||R\r"
    assert [o.raw_code for o in parse(HEAD + obr + heading + value).observations] == ["150456"]
    # A message of headings alone is whole, and says nothing.
    assert parse(HEAD + obr + heading).observations == ()


def test_each_obr_gives_its_own_observations_their_time():
    text = HEAD
    for minute, value in ((1, 96), (2, 97), (3, 98)):
        text += f"OBR|{minute}|A|A|monitoring|||2026112310{minute:02d}00-0500\r"
        text += f"OBX|1|NM|150456^S^MDC|1.3.1.1|{value}|262688^MDC_DIM_PERCENT^MDC|||||R\r"
    found = parse(text).observations
    assert [(o.at.minute, o.value) for o in found] == [(1, 96), (2, 97), (3, 98)]


@pytest.mark.parametrize(
    ("second", "why"),
    [("PV1||O|WARD^^BED 4\r", "names two places"), ("PID|||P2\r", "names two patients")],
)
def test_a_message_about_two_people_is_refused_as_a_whole(second, why):
    obr = "OBR|1|A|A|monitoring|||20261123100010-0500\r"
    value = "OBX|1|NM|150456^S^MDC|1.3.1.1|97|262688^MDC_DIM_PERCENT^MDC|||||R\r"
    assert parse(HEAD + obr + value).bed == "BED 3"
    with pytest.raises(InputError, match=why):
        parse(HEAD + obr + value + second + obr + value)


def test_hexadecimal_codes_agree_with_the_decimal_ones_by_arithmetic():
    # "0002-4182" is partition 2, term 0x4182: 2 * 65536 + 0x4182 = 147842.
    def decimal(code):
        partition, term = code.split("-")
        return str(int(partition, 16) * 65536 + int(term, 16))

    general, hexadecimal = load_device_profile("ihe_pcd01"), load_device_profile("mdil")
    shared = {c: k for c, k in hexadecimal.codes.items() if decimal(c) in general.codes}
    assert len(shared) >= 5
    for code, entry in shared.items():
        assert general.codes[decimal(code)].kind is entry.kind
    for kind, vital in hexadecimal.vitals.items():
        assert decimal(vital.units[0]) in general.vitals[kind].units


def test_profiles_share_bounds_and_sentinels():
    first, *others = device_profiles()
    assert first.provenance.id == "ihe_pcd01"
    for other in others:
        assert other.no_value_numbers == first.no_value_numbers
        for kind, vital in other.vitals.items():
            known = first.vitals[kind]
            assert (vital.lowest.value, vital.highest.value) == (
                known.lowest.value,
                known.highest.value,
            )
