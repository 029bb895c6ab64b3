"""Drives a listener as fast as it answers: one connection for each chair, some messages in flight."""

import asyncio
import time

from tests.faults.clinic import message

from ketacare.adapters.hl7v2 import Deframer, frame, parse_ack


async def drive(port, *, chairs, window=32, count=None, seconds=None, acknowledged=None):
    """Send until ``count`` messages of each chair are answered, or ``seconds`` are over.

    Returns the acknowledged control ids by chair and the seconds it took. ``acknowledged`` is filled
    while it runs, so that whoever kills the listener still has it.
    """
    acknowledged = acknowledged if acknowledged is not None else {}
    begun = time.perf_counter()

    async def one(chair):
        mine = acknowledged.setdefault(f"Chair {chair}", [])
        number = sent = done = 0
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        deframer = Deframer()
        try:
            while True:
                over = seconds is not None and time.perf_counter() - begun >= seconds
                while sent - done < window and not over and (count is None or sent < count):
                    writer.write(frame(message(chair, number)))
                    number, sent = number + 1, sent + 1
                if sent == done:
                    return
                data = await reader.read(65536)
                if not data:
                    return
                for part in deframer.feed(data):
                    answer = parse_ack(part)
                    assert answer.code == "AA", answer.text
                    mine.append(answer.control_id)
                    done += 1
        except ConnectionError:
            return
        finally:
            writer.close()

    await asyncio.gather(*(one(chair) for chair in range(chairs)))
    return acknowledged, time.perf_counter() - begun
