"""Messages are written out here by hand after HL7 v2.6 chapter 7 and IHE PCD-01; nothing expected
comes from our own builder."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketacare.adapters.hl7v2 import parse_oru
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital

HEAD = (
    "MSH|^~\\&|MON^0011^EUI-64|ICU|KETACARE|CLINIC|20261123100005-0500||ORU^R01^ORU_R01|"
    "MSG7|P|2.6|||AL|NE||UNICODE UTF-8|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO\r"
    "PID|||PAT1^^^KC^PI||Doe^Jane^^^^^L\r"
    "PV1||O|INFUSION^^BED 3\r"
)
OBR = "OBR|1|A^MON|A^MON|182777000^monitoring of patient^SCT|||20261123100000-0500\r"
SPO2 = "150456^MDC_PULS_OXIM_SAT_O2^MDC"


def obx(value="97", *, code=SPO2, unit="262688^MDC_DIM_PERCENT^MDC", status="R", at=""):
    return f"OBX|1|NM|{code}|1.3.1.1|{value}|{unit}|||||{status}|||{at}||||DEV9^^DEV9^EUI-64\r"


def parse(*segments):
    return parse_oru((HEAD + "".join(segments)).encode())


def one(**changes):
    return parse(OBR, obx(**changes)).observations[0]


def test_envelope_names_bed_device_and_control_id():
    message = parse(OBR, obx())
    assert (message.control_id, message.bed, message.location) == (
        "MSG7",
        "BED 3",
        "INFUSION^^BED 3",
    )
    assert (message.patient_id, message.device) == ("PAT1", "DEV9")
    assert message.sent_at == datetime(2026, 11, 23, 15, 0, 5, tzinfo=UTC)  # 10:00:05 at -05:00


@pytest.mark.parametrize(
    ("code", "unit", "value", "kind"),
    [
        ("147842^MDC_ECG_HEART_RATE^MDC", "264864^MDC_DIM_BEAT_PER_MIN^MDC", 71, Vital.HEART_RATE),
        ("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "{beat}/min^^UCUM", 70, Vital.HEART_RATE),
        (SPO2, "%^%^UCUM", 97, Vital.SPO2),
        ("151562^MDC_RESP_RATE^MDC", "264928^MDC_DIM_RESP_PER_MIN^MDC", 14, Vital.RESPIRATORY_RATE),
        ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "266016^MDC_DIM_MMHG^MDC", 132, Vital.SYSTOLIC),
        ("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", "mm[Hg]^mm[Hg]^UCUM", 84, Vital.DIASTOLIC),
        ("150301^MDC_PRESS_CUFF_SYS^MDC", "mmHg", 128, Vital.SYSTOLIC),
        ("150344^MDC_TEMP^MDC", "268192^MDC_DIM_DEGC^MDC", 37, Vital.TEMPERATURE),
    ],
)
def test_each_code_and_unit_becomes_its_vital_sign(code, unit, value, kind):
    observed = one(code=code, unit=unit, value=value)
    assert (observed.kind, observed.value, observed.unit) == (kind, value, kind.unit)
    assert not observed.problem


@pytest.mark.parametrize("value", ["-999", "-100", "-99.9", "8388607", "X", ""])
def test_sentinels_never_become_values(value):
    observed = one(value=value)
    assert observed.value is None
    assert "no value" in observed.problem
    assert observed.raw_value == value


# Bounds of clinical.md part G, each from both sides: SpO2 50-100, systolic 40-300, heart rate 20-250.
@pytest.mark.parametrize(
    ("code", "unit", "inside", "outside"),
    [
        (SPO2, "%", "50", "49.9"),
        (SPO2, "%", "100", "100.1"),
        ("150021^S^MDC", "mmHg", "40", "39"),
        ("150021^S^MDC", "mmHg", "300", "301"),
        ("147842^H^MDC", "264864", "20", "19"),
        ("147842^H^MDC", "264864", "250", "251"),
    ],
)
def test_impossible_numbers_are_kept_out_at_their_bounds(code, unit, inside, outside):
    assert one(code=code, unit=unit, value=inside).value == float(inside)
    refused = one(code=code, unit=unit, value=outside)
    assert refused.value is None
    assert "cannot be a measurement" in refused.problem


@pytest.mark.parametrize("unit", ["265987^MDC_DIM_KILO_PASCAL^MDC", "", "262688"])
def test_wrong_unit_is_a_problem_not_a_guess(unit):
    observed = one(code="150021^MDC_PRESS_BLD_NONINV_SYS^MDC", unit=unit, value="17")
    assert observed.value is None
    assert "unit" in observed.problem


def test_alternate_unit_is_read_when_the_first_is_a_local_code():
    observed = one(unit="PCT9^percent^L^262688^MDC_DIM_PERCENT^MDC")
    assert observed.value == 97


@pytest.mark.parametrize("code", ["151708^MDC_CO2_ET^MDC", "151712^MDC_CO2^MDC", "999999^NEW^MDC"])
def test_unknown_codes_are_kept_raw_and_unmapped(code):
    observed = one(code=code, value="38", unit="266016")
    assert (observed.kind, observed.value) == (None, None)
    assert (observed.raw_code, observed.raw_value) == (code.split("^")[0], "38")
    assert "not mapped" in observed.problem


def test_local_code_with_mdc_as_alternate_is_mapped():
    observed = one(code="SPO2^Saturation^L^150456^MDC_PULS_OXIM_SAT_O2^MDC")
    assert observed.kind is Vital.SPO2


@pytest.mark.parametrize("status", ["X", "D", "W", "I"])
def test_status_without_result_carries_no_value(status):
    assert one(status=status).value is None
    assert one(status="").value == 97
    assert one(status="F").value == 97


@pytest.mark.parametrize("value", ["nan", "1_0", "1e3", "٩٧", "97~98", "~", "9 7", "inf"])
def test_texts_that_are_no_number_of_hl7_are_refused(value):
    observed = one(value=value)
    assert observed.value is None
    assert observed.problem


def test_own_time_with_zone_wins_over_the_order_time():
    assert one(at="20261123100003.250+0100").at == datetime(
        2026, 11, 23, 9, 0, 3, 250000, tzinfo=UTC
    )
    assert one().at == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("at", ["202611231000+9900", "20261340250000+0000", "x"])
def test_time_without_a_usable_zone_leaves_the_clock_unknown_and_the_value_in_place(at):
    observed = one(at=at)
    assert observed.at is None
    assert observed.clock_problem
    assert observed.value == 97


def test_several_orders_keep_their_own_times():
    second = OBR.replace("OBR|1", "OBR|2").replace("100000-0500", "101500-0500")
    times = [o.at for o in parse(OBR, obx(), second, obx(value="96")).observations]
    assert times == [
        datetime(2026, 11, 23, 15, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 15, 15, tzinfo=UTC),
    ]


WHOLE = (HEAD + OBR + obx()).encode()


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (b"", "does not begin with MSH"),
        (b"hello", "does not begin with MSH"),
        (WHOLE[:-1], "ends in the middle"),
        (WHOLE[: WHOLE.index(b"|97|") + 2], "ends in the middle"),
        (HEAD.encode(), "no OBX"),
        ((HEAD + OBR).encode(), "no OBX"),
        ((HEAD + obx()).encode(), "before any OBR"),
        (WHOLE.replace(b"|MSG7|", b"||"), "control id is missing"),
        (WHOLE.replace(b"\rOBR", b"\n OBR"), "not a segment|no OBX|before any OBR"),
        (WHOLE.replace(b"^~\\&", b"^~\\#"), "separators"),
        (WHOLE.replace(b"UNICODE UTF-8", b"GB 18030"), "character set"),
        (WHOLE.replace(b"Jane", b"J\xe4ne"), "byte"),
    ],
)
def test_a_message_that_is_not_whole_is_refused_with_a_sentence(payload, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_oru(payload)


def test_other_message_types_and_versions_are_not_allowed():
    for wrong in (WHOLE.replace(b"ORU^R01^ORU_R01", b"ADT^A01"), WHOLE.replace(b"|2.6|", b"|1.1|")):
        with pytest.raises(InputError) as caught:
            parse_oru(wrong)
        assert caught.value.code is ErrorCode.NOT_ALLOWED


@given(st.integers(0, len(WHOLE)))
def test_any_truncation_is_refused(length):
    if length == len(WHOLE):
        assert parse_oru(WHOLE[:length]).control_id == "MSG7"
        return
    with pytest.raises(InputError):
        parse_oru(WHOLE[:length])


@given(st.data())
def test_mutated_messages_parse_or_are_refused_but_never_crash(data):
    broken = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(broken) - 1))
        cut = data.draw(st.integers(0, 8))
        broken[place : place + cut] = data.draw(st.binary(max_size=8))
    try:
        message = parse_oru(bytes(broken))
    except InputError:
        message = None  # a refusal is the other right answer
    assert message is None or all(o.value is None or o.kind for o in message.observations)


@given(st.binary(max_size=300))
def test_garbage_is_refused(payload):
    with pytest.raises(InputError):
        parse_oru(payload)
