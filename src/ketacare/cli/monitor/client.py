"""A client for MLLP that loses nothing: it sends again until the message is acknowledged.

Messages go in order, one at a time. A lost connection, a silence or an AE (error) means wait and
send the same message again under the same control id; an AR (rejected) means this message is not
wanted. The clock, the waiting and the connection come in as arguments.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import numpy as np

from ketacare.adapters.hl7v2 import Ack, AckCode, Deframer, frame, parse_ack
from ketacare.core.errors import InputError

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Connection]]
Sleep = Callable[[float], Awaitable[None]]

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 30.0
_REPLY_S = 10.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the messages so far."""

    sent: int = 0
    acknowledged: int = 0
    again: int = 0
    rejected: int = 0
    connections: int = 0
    accepted_ids: list[str] = field(default_factory=list)
    rejected_ids: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """Return the summary for the person who ran it."""
        return (
            f"{self.sent} messages sent, {self.acknowledged} acknowledged, {self.rejected} rejected; "
            f"{self.again} sendings repeated, {self.connections} connections."
        )


class Sender:
    """Delivers messages over one connection at a time, with back-off between attempts."""

    def __init__(
        self,
        *,
        connect: Connect,
        sleep: Sleep,
        rng: np.random.Generator,
        say: Callable[[str], None],
        reply_s: float = _REPLY_S,
    ) -> None:
        self.tally = Tally()
        self._connect = connect
        self._sleep = sleep
        self._rng = rng
        self._say = say
        self._reply_s = reply_s
        self._connection: Connection | None = None
        self._deframer = Deframer()
        self._replies: list[bytes] = []
        self._last_said = ""

    async def deliver(self, message: bytes, control_id: str) -> bool:
        """Return whether ``message`` was accepted; come back only when it was, or was rejected."""
        self.tally.sent += 1
        attempt = 0
        while True:
            if attempt:
                self.tally.again += 1
            try:
                answer = await self._attempt(message, control_id)
            except (OSError, EOFError, TimeoutError, InputError) as error:
                self._note(f"no answer ({str(error) or type(error).__name__}); trying again")
                await self.close()
            else:
                if answer.code is AckCode.AA:
                    self.tally.acknowledged += 1
                    self.tally.accepted_ids.append(control_id)
                    self._last_said = ""
                    return True
                if answer.code is AckCode.AR:
                    self.tally.rejected += 1
                    self.tally.rejected_ids.append(control_id)
                    self._note(f"rejected: {answer.text or 'no reason given'}")
                    return False
                self._note(f"not accepted: {answer.text or 'no reason given'}; trying again")
            await self._sleep(self._wait(attempt))
            attempt += 1

    async def close(self) -> None:
        """Close the connection; the next message opens a new one."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        connection[1].close()
        # A connection that was lost already complains here; it is closed all the same.
        with contextlib.suppress(OSError):
            await connection[1].wait_closed()

    async def _attempt(self, message: bytes, control_id: str) -> Ack:
        if self._connection is None:
            self._connection = await self._connect()
            self._deframer, self._replies = Deframer(), []
            self.tally.connections += 1
        reader, writer = self._connection
        writer.write(frame(message))
        await writer.drain()
        return await asyncio.wait_for(self._reply(reader, control_id), self._reply_s)

    async def _reply(self, reader: asyncio.StreamReader, control_id: str) -> Ack:
        """Return the answer to this message; late answers to earlier ones are passed over."""
        while True:
            while self._replies:
                answer = parse_ack(self._replies.pop(0))
                if answer.control_id == control_id:
                    return answer
            data = await reader.read(65536)
            if not data:
                raise EOFError("the connection was closed")
            self._replies += self._deframer.feed(data)

    def _wait(self, attempt: int) -> float:
        """Return seconds to wait: doubling, capped, with jitter so that monitors do not march."""
        longest = min(_FIRST_WAIT_S * 2.0 ** min(attempt, 10), _LONGEST_WAIT_S)
        return longest * float(self._rng.uniform(0.5, 1.0))

    def _note(self, text: str) -> None:
        if text != self._last_said:
            self._say(text)
            self._last_said = text
