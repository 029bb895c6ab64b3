"""Receives bedside monitors' messages: HL7 v2 over MLLP on a TCP port.

One thread stores, one message at a time, so that the database has one short writer; a message is
acknowledged after its commit and never before. MLLP is plain text: the port belongs on the
monitors' own network, or behind a TLS tunnel.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from ketacare.adapters.hl7v2 import AckCode, Deframer, ack, frame, refuse
from ketacare.clinic.vitals import actions
from ketacare.core.errors import InputError

MOST_CONNECTIONS = 64  # more monitors than any clinic has chairs
CHUNK = 65536
# A connection without a whole message for so long is given up: half-open ones must not hold the
# places of the monitors, which connect again by themselves.
SILENT_SECONDS = 900.0
BLOCK_SECONDS = 30.0  # from the first byte of a message to its last, and for taking our answer

log = logging.getLogger(__name__)

Store = Callable[[bytes], bytes]
Result = TypeVar("Result")


def store(payload: bytes) -> bytes:
    """Store one message in the calling thread and return its acknowledgement."""
    now = timezone.now()
    close_old_connections()
    try:
        return actions.ingest(payload, now=now)
    except DatabaseError:
        log.exception("A monitor's message could not be stored.")
    except Exception:  # a fault of ours must not end the connection of a monitor
        log.exception("A monitor's message met a fault.")
    return ack(payload, AckCode.AE, "not stored because of a fault here; send it again", at=now)


class Listener:
    """The port and everything connected to it."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        store: Store = store,
        silent_seconds: float = SILENT_SECONDS,
        block_seconds: float = BLOCK_SECONDS,
    ) -> None:
        self._host, self._port, self._store = host, port, store
        self._silent_seconds, self._block_seconds = silent_seconds, block_seconds
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vitals")
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that is really listened on (another one than asked when that was 0)."""
        if self._server is None:
            return self._port
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Open the port; raise ``OSError`` when it is taken."""
        self._server = await asyncio.start_server(self._accept, self._host, self._port)
        log.info("Bedside monitors are received on %s:%s.", self._host, self.port)

    async def stop(self) -> None:
        """Close the port, let the message being stored be stored, and end the connections."""
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, connections.close_all)
        self._writer.shutdown(wait=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._open) >= MOST_CONNECTIONS:
            log.warning("A monitor was turned away: too many connections.")
            writer.close()
            return
        self._open.add(task)
        try:
            await self._talk(reader, writer)
        except TimeoutError:
            log.warning("A monitor's connection is given up: no whole message came in time.")
            writer.transport.abort()  # what it has not taken it will not take
        except (ConnectionError, asyncio.IncompleteReadError):
            log.info("A monitor's connection broke.")
        except asyncio.CancelledError:
            log.info("A monitor's connection is closed: the listener stops.")
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        deframer = Deframer()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._silent_seconds
        while data := await _before(until, reader.read(CHUNK)):
            was_waiting = deframer.is_waiting
            try:
                messages = deframer.feed(data)
            except InputError as error:
                await self._answer(writer, refuse(b"", error, at=timezone.now()))
                return
            for payload in messages:
                # Shielded: a message that is being stored is stored, even while stopping.
                answer = await asyncio.shield(
                    loop.run_in_executor(self._writer, self._store, payload)
                )
                await self._answer(writer, answer)
            if messages or deframer.is_waiting != was_waiting:
                patience = self._block_seconds if deframer.is_waiting else self._silent_seconds
                until = loop.time() + patience
        if deframer.is_waiting:
            log.warning("A monitor hung up in the middle of a message; it was not acknowledged.")

    async def _answer(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(frame(answer))
        await _before(asyncio.get_running_loop().time() + self._block_seconds, writer.drain())


async def _before(when: float, waited_for: Awaitable[Result]) -> Result:
    """Return the result, or raise ``TimeoutError`` at ``when`` on the loop's clock."""
    async with asyncio.timeout_at(when):
        return await waited_for


@contextlib.asynccontextmanager
async def serving(*, host: str, port: int) -> AsyncIterator[None]:
    """Listen for as long as the context lasts; for the lifespan of the web process."""
    listener = Listener(host=host, port=port)
    await listener.start()
    try:
        yield
    finally:
        await listener.stop()
