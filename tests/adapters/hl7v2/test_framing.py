"""MLLP, release 1: a block is VT, the message, FS, CR."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketacare.adapters.hl7v2 import Deframer, frame
from ketacare.core.errors import InputError

CONTENT = st.binary(min_size=1, max_size=40).filter(lambda b: b"\x0b" not in b and b"\x1c" not in b)


def test_frame_is_vt_message_fs_cr():
    assert frame(b"MSH|x\r") == b"\x0bMSH|x\r\x1c\r"


@pytest.mark.parametrize("message", [b"a\x0bb", b"a\x1c\rb"])
def test_framing_characters_inside_are_refused(message):
    assert frame(b"ab")
    with pytest.raises(InputError, match="framing character"):
        frame(message)


@given(st.lists(CONTENT, max_size=5), st.data())
def test_any_split_of_the_stream_gives_the_same_messages(messages, data):
    stream = b"".join(frame(m) for m in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    deframer = Deframer()
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += deframer.feed(stream[start:end])
    assert found == messages
    assert not deframer.is_waiting


@given(st.lists(st.binary(max_size=30), max_size=10))
def test_any_bytes_are_survived(chunks):
    deframer = Deframer()
    messages = [m for chunk in chunks for m in deframer.feed(chunk)]
    assert all(b"\x0b" not in m for m in messages)


def test_bytes_between_blocks_are_counted_and_skipped():
    deframer = Deframer()
    assert deframer.feed(b"\r\n" + frame(b"one") + b"zz" + frame(b"two")) == [b"one", b"two"]
    assert deframer.skipped == 4


def test_a_block_that_begins_again_drops_the_cut_message():
    deframer = Deframer()
    assert deframer.feed(b"\x0bMSH|cut" + frame(b"whole")) == [b"whole"]
    assert deframer.cut == 1


def test_an_open_block_is_waiting_and_not_handed_out():
    deframer = Deframer()
    assert deframer.feed(b"\x0bMSH|half\x1c") == []
    assert deframer.is_waiting
    assert deframer.feed(b"\r") == [b"MSH|half"]


def test_a_runaway_block_is_refused_at_the_limit():
    assert Deframer(largest=5).feed(frame(b"12345")) == [b"12345"]
    with pytest.raises(InputError, match="more than 5 bytes"):
        Deframer(largest=5).feed(b"\x0b123456")
