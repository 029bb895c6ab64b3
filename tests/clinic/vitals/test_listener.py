"""A real socket: framing, answers in order, rubbish, a broken connection, a fault behind the port."""

import asyncio

import pytest

from ketacare.adapters.hl7v2 import Deframer, ack, frame, parse_ack, parse_oru
from ketacare.clinic.vitals.listener import Listener, store
from ketacare.clinic.vitals.models import Message, Value


def talk(listener_store, send):
    """Run a listener and one client that does ``await send(reader, writer)``."""

    async def both():
        listener = Listener(host="127.0.0.1", port=0, store=listener_store)
        await listener.start()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            try:
                return await asyncio.wait_for(send(reader, writer), 10)
            finally:
                writer.close()
        finally:
            await listener.stop()

    return asyncio.run(both())


async def answers(reader, n):
    deframer, found = Deframer(), []
    while len(found) < n:
        data = await reader.read(4096)
        if not data:
            break
        found += [parse_ack(message) for message in deframer.feed(data)]
    return found


def test_messages_are_answered_in_order_whatever_the_packets(oru):
    stored = []

    def keep(payloads):
        stored.extend(payloads)
        messages = [parse_oru(payload) for payload in payloads]
        return [ack(message, "AA", at=message.sent_at) for message in messages]

    async def send(reader, writer):
        stream = b"".join(frame(oru(f"M{n}")) for n in range(3))
        for start in range(0, len(stream), 97):  # packets end anywhere
            writer.write(stream[start : start + 97])
            await writer.drain()
        return await answers(reader, 3)

    found = talk(keep, send)
    assert [(a.code, a.control_id) for a in found] == [("AA", "M0"), ("AA", "M1"), ("AA", "M2")]
    assert len(stored) == 3


def test_a_message_cut_by_a_broken_connection_is_not_stored(oru):
    stored = []

    async def send(reader, writer):
        writer.write(frame(oru("M1"))[:100])
        await writer.drain()
        writer.write_eof()
        return await reader.read()

    assert talk(stored.extend, send) == b""
    assert stored == []


def test_a_fault_behind_the_port_is_answered_and_the_connection_lives(oru, monkeypatch):
    from ketacare.clinic.vitals import actions

    def fail(payloads, *, now):
        raise RuntimeError("disk full")

    monkeypatch.setattr(actions, "ingest_many", fail)

    async def send(reader, writer):
        writer.write(frame(oru("M1")) + frame(oru("M2")))
        return await answers(reader, 2)

    found = talk(store, send)
    assert [a.code for a in found] == ["AE", "AE"]
    assert "send it again" in found[0].text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_message_through_the_socket_is_in_the_database_when_it_is_accepted(arrived, oru):
    async def send(reader, writer):
        writer.write(frame(oru("M1", heart_rate=72, spo2=97)) + frame(b"rubbish"))
        return await answers(reader, 2)

    found = talk(store, send)
    assert [a.code for a in found] == ["AA", "AR"]
    assert Value.objects.filter(session=arrived).count() == 2
    assert Message.objects.filter(status="quarantined").count() == 1
