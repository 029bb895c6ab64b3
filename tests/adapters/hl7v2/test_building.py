"""Messages we build are read by hl7apy, an independent implementation of HL7 v2.6."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from ketacare.adapters.hl7v2 import (
    AckCode,
    Outgoing,
    ack,
    build_oru,
    parse_ack,
    parse_oru,
    refuse,
)
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.record import Vital

AT = datetime(2026, 11, 23, 10, 0, 5, 120000, tzinfo=timezone(timedelta(hours=-5)))
VALUES = {
    Vital.SPO2: 97,
    Vital.HEART_RATE: 72,
    Vital.RESPIRATORY_RATE: 14,
    Vital.SYSTOLIC: 131,
    Vital.DIASTOLIC: 82,
    Vital.TEMPERATURE: 36.6,
}


def build(*observations, **changes):
    return build_oru(
        observations,
        **{
            "control_id": "K1",
            "bed": "3",
            "device": "0011223344556677",
            "at": AT,
            **changes,
        },
    )


def all_vitals():
    return [
        Outgoing(kind=kind, value=value, at=AT, decimals=1 if kind is Vital.TEMPERATURE else 0)
        for kind, value in VALUES.items()
    ]


@pytest.mark.slow
def test_built_messages_are_valid_for_an_independent_library():
    message = parse_message(build(*all_vitals()).decode(), find_groups=True)
    assert message.validate()
    order = message.ORU_R01_PATIENT_RESULT.ORU_R01_ORDER_OBSERVATION
    sent = {
        group.OBX.OBX_3.CWE_1.value: group.OBX.OBX_5.value for group in order.ORU_R01_OBSERVATION
    }
    # Codes of clinical.md part G.
    assert sent == {
        "150456": "97",
        "147842": "72",
        "151562": "14",
        "150021": "131",
        "150022": "82",
        "150344": "36.6",
    }
    assert message.MSH.MSH_21.EI_1.value == "IHE_PCD_001"
    assert order.OBR.OBR_4.CWE_1.value == "182777000"


def test_built_messages_come_back_as_sent():
    message = parse_oru(build(*all_vitals()))
    assert {o.kind: o.value for o in message.observations} == VALUES
    assert {o.at for o in message.observations} == {AT.astimezone(UTC)}
    assert (message.bed, message.patient_id) == ("3", "")


def test_missing_value_goes_out_as_a_sentinel_and_comes_back_as_none():
    message = parse_oru(build(Outgoing(kind=Vital.SPO2, value=None, at=AT)))
    assert message.observations[0].value is None
    assert message.observations[0].raw_value == "-100"


def test_empty_message_is_refused():
    with pytest.raises(InputError, match="at least one"):
        build()


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.split() == [text]))
def test_any_bed_name_survives_the_separators(bed):
    if not bed.isprintable() or bed == '""':
        return
    assert parse_oru(build(*all_vitals()[:1], bed=bed)).bed == bed


@pytest.mark.parametrize("code", list(AckCode))
def test_acknowledgements_are_valid_and_come_back(code):
    answer = ack(parse_oru(build(*all_vitals())), code, "bed 9 | is not known", at=AT)
    assert parse_message(answer.decode(), find_groups=True).validate()
    read = parse_ack(answer)
    assert (read.code, read.control_id) == (code, "K1")
    assert read.text == "bed 9 | is not known"  # AA carries it as a warning


def test_refusal_says_error_for_content_and_rejection_for_the_wrong_kind():
    cut = build(*all_vitals())[:-5]
    answer = parse_ack(refuse(cut, InputError(ErrorCode.BAD_FORMAT, "it is cut"), at=AT))
    assert (answer.code, answer.control_id) == (AckCode.AE, "K1")
    assert "it is cut" in answer.text
    wrong = InputError(ErrorCode.NOT_ALLOWED, "not ORU")
    assert parse_ack(refuse(cut, wrong, at=AT)).code is AckCode.AR


def test_refusal_of_garbage_is_a_rejection_without_control_id():
    answer = parse_ack(refuse(b"\x00hello", InputError(ErrorCode.BAD_FORMAT, "no"), at=AT))
    assert (answer.code, answer.control_id) == (AckCode.AR, "")


def test_an_answer_that_is_no_answer_is_refused():
    good = ack(parse_oru(build(*all_vitals())), "AA", at=AT)
    assert parse_ack(good).code is AckCode.AA
    with pytest.raises(InputError, match="not AA, AE or AR"):
        parse_ack(good.replace(b"MSA|AA", b"MSA|ZZ"))
