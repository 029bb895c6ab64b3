"""Receives bedside monitors' messages: HL7 v2 over MLLP on a TCP port.

One thread stores, a batch at a time, so that the database has one writer and a commit serves every
message that waits for it; a message is acknowledged after its commit and never before. The messages
of one connection are stored and answered in the order in which they came. MLLP is plain text unless
a certificate is set: then the port speaks TLS, and may ask monitors for theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from ketacare.adapters.hl7v2 import AckCode, Deframer, ack, frame, refuse
from ketacare.clinic.vitals import actions
from ketacare.clinic.vitals.storing import storing
from ketacare.core.errors import InputError

MOST_CONNECTIONS = 64  # more monitors than any clinic has chairs
CHUNK = 65536
# A connection without a whole message for so long is given up: half-open ones must not hold the
# places of the monitors, which connect again by themselves.
SILENT_SECONDS = 900.0
LARGEST_BATCH = 128  # messages in one transaction
LISTEN_BACKLOG = 128
# The operating system asks a silent peer after so many seconds, so often, at this distance: a
# half-open connection is noticed within ten seconds.
_KEEPALIVE = {"TCP_KEEPIDLE": 4, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3}
BLOCK_SECONDS = 30.0  # from the first byte of a message to its last, and for taking our answer

log = logging.getLogger(__name__)

Store = Callable[[Sequence[bytes]], Sequence[bytes]]
Waiting = tuple[bytes, "asyncio.Future[bytes]"]
Result = TypeVar("Result")


def store(payloads: Sequence[bytes]) -> Sequence[bytes]:
    """Store a batch in the calling thread and return the acknowledgements, in order."""
    now = timezone.now()
    close_old_connections()
    try:
        with storing.attempt():
            return actions.ingest_many(payloads, now=now)
    except DatabaseError:
        log.exception("Monitors' messages could not be stored; they are asked for again.")
    except Exception:  # a fault of ours must not end the connection of a monitor
        log.exception("Monitors' messages met a fault.")
    said = "not stored because of a fault here; send it again"
    return [ack(payload, AckCode.AE, said, at=now) for payload in payloads]


class Listener:
    """The port and everything connected to it."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        store: Store = store,
        tls: ssl.SSLContext | None = None,
        silent_seconds: float = SILENT_SECONDS,
        block_seconds: float = BLOCK_SECONDS,
    ) -> None:
        self._host, self._port, self._store = host, port, store
        self._silent_seconds, self._block_seconds = silent_seconds, block_seconds
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vitals")
        self._tls = tls
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._storing: asyncio.Task[None] | None = None
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
        self._storing = asyncio.create_task(self._store_batches())
        self._server = await asyncio.start_server(
            self._accept, self._host, self._port, ssl=self._tls, backlog=LISTEN_BACKLOG
        )
        log.info("Bedside monitors are received on %s:%s.", self._host, self.port)

    async def stop(self) -> None:
        """Close the port, let the message being stored be stored, and end the connections."""
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        if self._storing is not None:
            self._storing.cancel()
            await asyncio.gather(self._storing, return_exceptions=True)
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
        _keep_alive(writer)
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
            for answer in [self._wanted(payload) for payload in messages]:
                await self._answer(writer, await answer)
            if messages or deframer.is_waiting != was_waiting:
                patience = self._block_seconds if deframer.is_waiting else self._silent_seconds
                until = loop.time() + patience
        if deframer.is_waiting:
            log.warning("A monitor hung up in the middle of a message; it was not acknowledged.")

    def _wanted(self, payload: bytes) -> asyncio.Future[bytes]:
        """Put a message in the queue and return the promise of its answer."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((payload, answer))
        return answer

    async def _store_batches(self) -> None:
        """Store what waits, all of it at once up to the largest batch, for as long as we listen."""
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._queue.get()]
            while len(batch) < LARGEST_BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            # Whoever hung up meanwhile gets no answer, and sends again: nothing to store for them.
            batch = [(payload, answer) for payload, answer in batch if not answer.cancelled()]
            payloads = [payload for payload, _answer in batch]
            # Shielded: a batch that is being stored is stored, even while stopping.
            answers = await asyncio.shield(
                loop.run_in_executor(self._writer, self._store, payloads)
            )
            for (_payload, promise), answer in zip(batch, answers, strict=True):
                if not promise.done():
                    promise.set_result(answer)

    async def _answer(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(frame(answer))
        await _before(asyncio.get_running_loop().time() + self._block_seconds, writer.drain())


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    line = writer.get_extra_info("socket")
    if line is None:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):  # not every system can be told
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def _before(when: float, waited_for: Awaitable[Result]) -> Result:
    """Return the result, or raise ``TimeoutError`` at ``when`` on the loop's clock."""
    async with asyncio.timeout_at(when):
        return await waited_for


@contextlib.asynccontextmanager
async def serving(
    *, host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[None]:
    """Listen for as long as the context lasts; for the lifespan of the web process."""
    listener = Listener(host=host, port=port, tls=tls)
    await listener.start()
    try:
        yield
    finally:
        await listener.stop()
