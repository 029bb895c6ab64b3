"""How much ketamine since the liver and the bladder were last looked at.

Repeated ketamine can harm both, slowly. The plan of the work-up is to look again after a number of
infusions; until that has been done there is no further infusion to offer. What was never looked at
counts from the first infusion.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ketacare.core.planning.candidates import Candidate, Kind
from ketacare.core.planning.protocol import DoseLimits
from ketacare.core.record import Person

_CHECKS = (("liver enzymes", "alt_x_uln"), ("bladder symptoms", "interstitial_cystitis"))
_RULE = "A12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Infusions since each check of harm by cumulative exposure; ``most`` allowed between two."""

    since: tuple[tuple[str, int], ...]
    most: int

    @property
    def overdue(self) -> tuple[str, ...]:
        """Return what has to be looked at before any further infusion."""
        return tuple(name for name, count in self.since if count >= self.most)


def exposure_of(person: Person, limits: DoseLimits, *, now: datetime) -> Exposure:
    """Return how many infusions were given since the liver and the bladder were last looked at."""
    given = [infusion.at for infusion in person.infusions if infusion.at <= now]
    since = []
    for name, code in _CHECKS:
        fact = person.fact(code, before=now)
        known = fact is not None and fact.value is not None
        seen = fact.at if fact is not None and known else None
        since.append((name, sum(1 for at in given if seen is None or at > seen)))
    return Exposure(since=tuple(since), most=round(limits.between_checks.value))


def overexposed(candidate: Candidate, exposure: Exposure) -> tuple[str, str] | None:
    """Return why the exposure so far forbids a further infusion now."""
    if candidate.kind is not Kind.GIVE or not exposure.overdue:
        return None
    names = " and ".join(exposure.overdue)
    reason = (
        f"{exposure.most} infusions or more since {names} were last checked: check them before "
        "the next."
    )
    return (reason, _RULE)


def checks_due(candidate: Candidate, exposure: Exposure) -> tuple[str, ...]:
    """Return which infusion of the option a check has to come before, as sentences."""
    found: list[str] = []
    for name, count in exposure.since:
        left = exposure.most - count
        if 0 < left < len(candidate.dose_days):
            found.append(f"Check {name} before infusion {left + 1} of this option.")
    return tuple(found)
