"""Errors: the place is put together from the inside out."""

from ketacare.core.errors import ErrorCode, InputError


def test_error_collects_its_place_from_the_inside_out():
    inner = InputError(ErrorCode.OUT_OF_RANGE, "the dose is -5 mg", where="dose")
    outer = inner.at("trial[2]").at(source="case.toml")
    assert str(outer) == "case.toml: trial[2].dose: the dose is -5 mg"
    assert (outer.code, outer.sentence) == (inner.code, inner.sentence)


def test_error_without_place_is_its_sentence():
    assert str(InputError(ErrorCode.BAD_FORMAT, "write a number")) == "write a number"


def test_error_keeps_the_first_source():
    error = InputError(ErrorCode.BAD_FORMAT, "no", source="a.toml")
    assert error.at("key").source == "a.toml"
