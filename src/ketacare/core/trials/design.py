"""What a virtual trial is: whom it enrols, how they are measured, and which world they live in.

Numbers come from ``knowledge/trials`` with their sources. A truth is a way in which the world may
differ from what the policies believe; a policy is judged by how it does when they differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.response import Prior, Setting, TraitName
from ketacare.core.sources import Provenance, Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One world: the model as it is, or changed where the evidence leaves room.

    ``shifts`` move medians of traits on the scale of their shape, ``drug`` multiplies everybody's
    responsiveness, ``leaving`` is added to the log odds of leaving of those who do not improve.
    ``plausible`` is false for the world that is exactly as the policies believe.
    """

    id: str
    sentence: str
    shifts: Mapping[TraitName, float]
    drug: float = 1.0
    leaving: float = 0.0

    @property
    def is_believed(self) -> bool:
        """Return whether this is the world the policies believe in."""
        return not self.shifts and self.drug == 1.0 and self.leaving == 0.0

    def applied(self, prior: Prior) -> Prior:
        """Return the prior of the people who live in this world."""
        return prior.with_traits({n: prior.trait(n).moved(by) for n, by in self.shifts.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """How often a standard infusion brings an event, as shares of infusions.

    The chance grows with the risk of the infusion, counted in standard infusions as the advice
    counts it: 1 - (1 - share)^risk.
    """

    distress: Sourced
    pressure: Sourced
    nausea: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """The virtual clinic: enrolment, measurement and events, with the worlds it may stand in.

    ``entry`` is the lowest score of the primary instrument that is enrolled, ``answered`` the share
    of questionnaires that are answered, ``rated_after`` and ``rated_every`` when they are asked for
    (after an infusion, and at least so often). ``artefact`` is the gain in response over the fixed
    course above which a result is an artefact until explained.
    """

    provenance: Provenance
    instrument: str
    weeks: Sourced
    entry: Sourced
    answered: Sourced
    rated_after: Sourced
    rated_every: Sourced
    artefact: Sourced
    events: Events
    truths: tuple[Truth, ...]

    def truth(self, name: str) -> Truth:
        """Return one world by its id; refuse one that is not described."""
        for truth in self.truths:
            if truth.id == name:
                return truth
        raise InputError(
            ErrorCode.UNKNOWN_NAME,
            f'there is no truth "{name}"; use one of {", ".join(t.id for t in self.truths)}',
            where="--truth",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One run: so many people for so many weeks, with therapy or without.

    ``seed`` and ``chunk`` (people computed together) decide every random number, whoever computes.
    """

    people: int
    weeks: float
    seed: int
    chunk: int
    therapy: bool = False
    setting: Setting = Setting.OPEN

    def __post_init__(self) -> None:
        for name, low, high in (
            ("people", 1, 10_000_000),
            ("chunk", 1, 100_000),
            ("weeks", 1, 26),
            ("seed", 0, 2**63),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(
                    ErrorCode.OUT_OF_RANGE,
                    f"{name} is {value:g}; use a number from {low} to {high}",
                    where=f"--{name}",
                )

    @property
    def chunks(self) -> tuple[int, ...]:
        """Return how many people each chunk holds."""
        full, rest = divmod(self.people, self.chunk)
        return (self.chunk,) * full + ((rest,) if rest else ())
