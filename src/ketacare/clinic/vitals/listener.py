"""Receives bedside monitors' messages: HL7 v2 over MLLP on a TCP port.

One thread stores, one message at a time, so that the database has one short writer; a message is
acknowledged after its commit and never before. MLLP is plain text: the port belongs on the
monitors' own network, or behind a TLS tunnel.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from ketacare.adapters.hl7v2 import AckCode, Deframer, ack, frame, refuse
from ketacare.clinic.vitals import actions
from ketacare.core.errors import InputError

MOST_CONNECTIONS = 64  # more monitors than any clinic has chairs
CHUNK = 65536

log = logging.getLogger(__name__)

Store = Callable[[bytes], bytes]


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

    def __init__(self, *, host: str, port: int, store: Store = store) -> None:
        self._host, self._port, self._store = host, port, store
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
        while data := await reader.read(CHUNK):
            try:
                messages = deframer.feed(data)
            except InputError as error:
                writer.write(frame(refuse(b"", error, at=timezone.now())))
                await writer.drain()
                return
            for payload in messages:
                # Shielded: a message that is being stored is stored, even while stopping.
                answer = await asyncio.shield(
                    loop.run_in_executor(self._writer, self._store, payload)
                )
                writer.write(frame(answer))
                await writer.drain()
        if deframer.is_waiting:
            log.warning("A monitor hung up in the middle of a message; it was not acknowledged.")


@contextlib.asynccontextmanager
async def serving(*, host: str, port: int) -> AsyncIterator[None]:
    """Listen for as long as the context lasts; for the lifespan of the web process."""
    listener = Listener(host=host, port=port)
    await listener.start()
    try:
        yield
    finally:
        await listener.stop()
