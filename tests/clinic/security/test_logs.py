"""Logs: an error of ours is told with its place and kind, without the values it met."""

import logging

import pytest
from django.conf import settings

from ketacare.clinic.config.logs import WithoutValues


def told(raise_it):
    with pytest.raises((Exception, ExceptionGroup)) as found:
        raise_it()
    broken = (found.type, found.value, found.tb)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "It broke.", (), broken)
    return WithoutValues("{message}", style="{").format(record)


def test_what_exceptions_quote_is_left_out_through_the_whole_chain():
    def refuse():
        try:
            int("Ana Jiménez")
        except ValueError as error:
            raise RuntimeError("Key (email)=(ana@example.org) already exists.") from error

    text = told(refuse)
    assert "builtins.ValueError" in text
    assert "builtins.RuntimeError" in text
    assert "in refuse" in text
    for secret in ("ana@example.org already", "Jiménez'", "invalid literal"):
        assert secret not in text


def test_what_the_system_says_is_kept():
    def refuse():
        raise OSError(98, "Address already in use")

    assert "builtins.OSError: Address already in use" in told(refuse)


def test_groups_of_exceptions_and_chains_in_a_ring_come_to_an_end():
    def refuse():
        inner = KeyError("0185")
        group = ExceptionGroup("Ana", [inner])
        inner.__cause__ = group
        raise group

    text = told(refuse)
    assert text.count("builtins.KeyError") == 1
    assert "0185'" not in text.replace('KeyError("0185")', "")


def test_the_clinic_logs_in_this_way():
    assert settings.LOGGING["formatters"]["line"]["()"].endswith("WithoutValues")
