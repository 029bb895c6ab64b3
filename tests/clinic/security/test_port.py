"""The monitors' port: connections that say nothing, or never finish, do not keep their place."""

import asyncio

import pytest

from ketacare.clinic.vitals.listener import Listener


def given_up(first):
    """Return whether the listener ends a connection that sends ``first`` and then nothing."""

    async def both():
        listener = Listener(
            host="127.0.0.1",
            port=0,
            store=lambda payload: b"MSH|",
            silent_seconds=0.02,
            block_seconds=0.01,
        )
        await listener.start()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            writer.write(first)
            try:
                while await asyncio.wait_for(reader.read(4096), 5):
                    pass
            except ConnectionError:
                pass  # the listener does not wait for what was not taken
            writer.close()
            return True
        finally:
            await listener.stop()

    return asyncio.run(both())


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"\x0b",
        b"\x0bMSH|^~\\&|",
        b"rubbish outside a block",
        b"\x0bMSH|\x1c\r",
        b"\x0bA\x1c\r\x0bB",
    ],
    ids=["nothing", "begun", "cut", "rubbish", "whole", "whole and begun"],
)
def test_a_connection_without_a_whole_message_ends(first):
    assert given_up(first)


def test_rubbish_that_drips_does_not_keep_a_connection():
    async def both():
        listener = Listener(
            host="127.0.0.1", port=0, store=lambda payload: b"", silent_seconds=0.05
        )
        await listener.start()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            for _ in range(1000):
                writer.write(b"x")
                try:
                    if not await asyncio.wait_for(reader.read(1), 0.005):
                        return True
                except TimeoutError:
                    continue
                except ConnectionError:
                    return True
            return False
        finally:
            writer.close()
            await listener.stop()

    assert asyncio.run(both())
