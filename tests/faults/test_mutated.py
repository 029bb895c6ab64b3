"""Broken messages: no crash, nothing with the wrong person, whatever was read stands in the bytes."""

import random
import tracemalloc
from datetime import timedelta

import pytest
from tests.faults.mutating import AT, CHAIRS, corpus, fuzz, mutated

from ketacare.adapters.hl7v2 import parse_ack
from ketacare.clinic.vitals import actions
from ketacare.clinic.vitals.models import Message, Value
from ketacare.clinic.vitals.routing import Router

MANY = 20_000
pytestmark = pytest.mark.slow


def test_broken_messages_reach_nobody_they_do_not_name(owners):
    router = Router(since=AT - timedelta(hours=2))
    fates = fuzz(MANY, seed=20261123, router=router, owners=owners)
    assert sum(fates.values()) == MANY
    # The mutations are of every strength: some leave a message whole, most do not.
    assert min(fates["refused"], fates["inbox"], fates["attached"]) > MANY / 200


def test_memory_stays_flat_over_broken_messages(owners):
    router = Router(since=AT - timedelta(hours=2))
    fuzz(500, seed=1, router=router, owners=owners)  # caches fill
    tracemalloc.start()
    fuzz(500, seed=2, router=router, owners=owners)
    first, _peak = tracemalloc.get_traced_memory()
    fuzz(1000, seed=3, router=router, owners=owners)
    second, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A leak of one message (about 800 bytes) in ten would show as 80 kB.
    assert second - first < 40_000


def test_broken_messages_are_stored_or_kept_and_always_answered(owners):
    rng, messages = random.Random(7), corpus()
    payloads = [mutated(rng, messages) for _ in range(300)]
    for start in range(0, len(payloads), 50):
        batch = payloads[start : start + 50]
        answers = [
            parse_ack(answer)
            for answer in actions.ingest_many(batch, now=AT + timedelta(seconds=2))
        ]
        assert len(answers) == len(batch)
        assert {answer.code for answer in answers} <= {"AA", "AE", "AR"}
    # Every message is there, byte for byte, once or as a repetition.
    kept = {bytes(raw) for raw in Message.objects.values_list("raw", flat=True)}
    bodies = {raw.partition(b"\r")[2] for raw in kept}
    assert {payload.partition(b"\r")[2] for payload in payloads} <= bodies
    for value in Value.objects.select_related("session__chair", "message"):
        raw = bytes(value.message.raw).lower()
        bed, device = owners[value.session_id]
        assert bed.lower().encode() in raw or device.lower().encode() in raw
    assert Value.objects.exists()
    assert len(CHAIRS) == 2
