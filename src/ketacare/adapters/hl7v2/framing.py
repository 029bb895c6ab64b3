"""MLLP framing as pure functions: bytes of a stream in, whole messages out.

A block is ``<VT> message <FS><CR>`` (HL7 v2 transport specification, MLLP release 1). The socket
belongs to the caller, so this is the same code in the clinic's listener, the monitor and a test.
"""

from __future__ import annotations

from ketacare.core.errors import ErrorCode, InputError

START = b"\x0b"
END = b"\x1c\r"

# PCD-01 messages of a bedside monitor are a few kilobytes; a megabyte is a runaway sender.
LARGEST_BYTES = 1_000_000


def frame(message: bytes) -> bytes:
    """Return ``message`` as one MLLP block; refuse a message that holds the framing characters."""
    if START in message or END in message:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            "the message holds a framing character of MLLP (VT, or FS with CR); escape it first",
        )
    return START + message + END


class Deframer:
    """Collects bytes of one connection and hands out each message when its block is complete.

    ``skipped`` counts bytes outside blocks, ``cut`` the blocks that began again before they ended;
    a message that was cut is never handed out. After an error the connection should be closed.
    """

    def __init__(self, *, largest: int = LARGEST_BYTES) -> None:
        self._buffer = bytearray()
        self._inside = False
        self._largest = largest
        self.skipped = 0
        self.cut = 0

    @property
    def is_waiting(self) -> bool:
        """Return whether a block has begun that has not ended: at a closed socket, a loss."""
        return self._inside

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages completed by ``data``, in order; refuse a block beyond the limit."""
        self._buffer += data
        done: list[bytes] = []
        while True:
            if not self._inside and not self._enter():
                break
            end = self._buffer.find(END)
            again = self._buffer.find(START, 0, end if end >= 0 else len(self._buffer))
            if again >= 0:
                # The sender broke off and began a new block: what stood before is incomplete.
                self.cut += 1
                del self._buffer[: again + 1]
                continue
            if end < 0:
                self._refuse_runaway(len(self._buffer))
                break
            self._refuse_runaway(end)
            done.append(bytes(self._buffer[:end]))
            del self._buffer[: end + len(END)]
            self._inside = False
        return done

    def _enter(self) -> bool:
        start = self._buffer.find(START)
        outside = len(self._buffer) if start < 0 else start
        self.skipped += outside
        del self._buffer[: outside + (start >= 0)]
        self._inside = start >= 0
        return self._inside

    def _refuse_runaway(self, size: int) -> None:
        if size > self._largest:
            raise InputError(
                ErrorCode.OUT_OF_RANGE,
                f"a message of more than {self._largest} bytes is not accepted; "
                "close the connection and look at the sender",
            )
