"""Makes the whole caseload: the cast, and past cases from which the clinic can learn.

The seed decides who everybody is and how they do; ``now`` decides when. Identifiers and the log's
own times are those of the moment it is made, as in any clinic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import numpy as np
from django.utils import timezone

from ketacare.clinic import audit
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.demo import stock
from ketacare.clinic.demo.cast import CAST, SITTING, Tell
from ketacare.clinic.demo.chart import Chart, Staff
from ketacare.clinic.demo.identities import Identity, identities
from ketacare.clinic.demo.jobs import run_jobs
from ketacare.clinic.demo.past import past_stories
from ketacare.clinic.demo.story import Scene, Story, Telling, course_of
from ketacare.clinic.demo.virtual import Cohort, Course
from ketacare.clinic.infusions import actions as infusions
from ketacare.clinic.infusions.models import Chair
from ketacare.clinic.policy import actions as policy
from ketacare.clinic.policy.access import SIGNER
from ketacare.clinic.policy.lines import Part as PolicyPart
from ketacare.clinic.records import access as records_access
from ketacare.clinic.records import actions as records
from ketacare.knowledge.load import load_policy

SEED = 2026
CHAIRS = ("Chair 1", "Chair 2", "Chair 3")
PAST = 9

Progress = Callable[[str], None]


def monitor_of(chair: str) -> str:
    """Return the EUI-64 that the simulated monitor at a chair sends of itself."""
    digest = hashlib.sha256(chair.encode()).hexdigest()
    return f"02{digest[:14]}".upper()


def make_chairs(staff: Staff, *, now: datetime) -> list[Chair]:
    """Return the chairs of the sample clinic, each with its monitor."""
    return [
        infusions.add_chair(name=name, device_id=monitor_of(name), by=staff[Role.NURSE], now=now)
        for name in CHAIRS
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One person to be written: the story, who it is, the course, and the number that seeds the rest."""

    number: int
    story: Story
    tell: Tell
    identity: Identity
    course: Course

    @property
    def effort(self) -> float:
        """Roughly how long writing takes: an infusion or a forecast counts as one."""
        story = self.story
        return 1.0 + story.given + 2.0 * len(story.advised_after | story.advised_later)


def parts(*, today: date, seed: int = SEED, past: int = PAST) -> list[Part]:
    """Return who is in the caseload; the same for the same seed and day."""
    cohort = Cohort(seed)
    people = identities(np.random.default_rng([seed, 1]), today=today)
    return [
        Part(
            number=number,
            story=story,
            tell=tell,
            identity=identity,
            course=course_of(story, cohort, today),
        )
        for number, ((story, tell), identity) in enumerate(
            zip((*CAST, *past_stories(past)), people, strict=False)
        )
    ]


def generate(
    *,
    staff: Staff,
    now: datetime,
    seed: int = SEED,
    past: int = PAST,
    side_by_side: bool = False,
    progress: Progress = lambda _text: None,
) -> None:
    """Write the caseload: the cast, and ``past`` closed cases.

    Each chair has its own people, written one after the other; ``side_by_side`` writes the chairs
    in one process each, which changes nothing but the time it takes.
    """
    chairs = make_chairs(staff, now=now)
    _sign_policy(staff, now=now)
    zone = timezone.get_default_timezone()
    scene = Scene(now=now, zone=zone, seed=seed, chairs=chairs)
    everybody = parts(today=scene.today, seed=seed, past=past)
    lanes = _lanes([part for part in everybody if part.story.key not in SITTING])
    progress(f"Writing the records of {len(everybody)} sample people")
    jobs = [
        partial(_write, lane, chair, scene, staff)
        for lane, chair in zip(lanes, chairs, strict=True)
    ]
    run_jobs(jobs, side_by_side=side_by_side)
    # Who sits in a chair comes last: until then the chairs are free for what was before.
    for key, chair in zip(SITTING, (chairs[2], chairs[0]), strict=True):
        _write([part for part in everybody if part.story.key == key], chair, scene, staff)
    stock.stock_up(staff, now=now)
    _seal_the_first(staff, now=now)
    audit.record(
        tag=audit.Tag.SAMPLE_LOADED,
        by=audit.SYSTEM,
        details={"seed": seed, "people": len(everybody)},
    )


def _seal_the_first(staff: Staff, *, now: datetime) -> None:
    """Seal the oldest record that nothing holds back, with an addendum; the others wait for theirs."""
    nurse = staff[Role.NURSE]
    for session in records_access.unsealed():
        if session.started_at is None or records_access.obstacles(session, now=now):
            continue
        records.seal(
            session=session,
            by=nurse,
            now=now,
            without_call="Sample clinic: nobody was called after this visit.",
        )
        records.add(
            session=session,
            text="The escort waited in the hall from the beginning.",
            reason="It was told afterwards.",
            by=nurse,
            now=now,
        )
        return


def _sign_policy(staff: Staff, *, now: datetime) -> None:
    """Put the names of the sample's signers under the policy, as a clinic does once it has read it."""
    for part in PolicyPart:
        policy.sign(
            part=part,
            version=load_policy().version,
            reason="Sample clinic: the defaults as they come; nobody compared them with sources.",
            by=staff[SIGNER[part]],
            now=now,
        )


def _lanes(everybody: Sequence[Part]) -> list[list[Part]]:
    """Return the people of each chair, so that each chair has about as much to write."""
    lanes: list[list[Part]] = [[] for _ in CHAIRS]
    for part in sorted(everybody, key=lambda part: (-part.effort, part.number)):
        min(lanes, key=lambda lane: sum(p.effort for p in lane)).append(part)
    return lanes


def _write(lane: Sequence[Part], chair: Chair, scene: Scene, staff: Staff) -> None:
    for part in lane:
        story = part.story
        chart = Chart(
            part.identity,
            staff=staff,
            rng=np.random.default_rng([scene.seed, 2, part.number]),
            hypertensive=story.hypertensive,
            rest=story.rest,
            brief=story.brief,
        )
        part.tell(Telling(story, chart, scene, number=part.number, chair=chair, course=part.course))
