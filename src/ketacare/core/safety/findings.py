"""What a rule says about one person at one moment, with everything a reader needs to check it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ketacare.core.safety.kinds import Outcome, Signer, Station, Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class FactUsed:
    """One thing the rule looked at, as said, and when it was recorded."""

    name: str
    value_text: str
    at: datetime | None = None
    label: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinding:
    """One rule's answer: outcome, the facts it used, its limit, one sentence, its source.

    ``missing`` names what has to be asked or measured; ``override_by`` who has to sign if the
    finding may be overridden at all (all of them). ``sources`` are ids of ``sources.toml``.
    """

    rule: str
    version: str
    reference: str
    title: str
    station: Station
    outcome: Outcome
    strength: Strength
    facts: tuple[FactUsed, ...]
    limit: str
    sentence: str
    source: str
    missing: tuple[str, ...] = ()
    override_by: tuple[Signer, ...] = ()
    situation: str = ""
    status: str = "candidate"
    sources: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether the finding stands in the way: a block, or a fact that is not known."""
        return self.outcome in {Outcome.BLOCK, Outcome.CANNOT_TELL}

    @property
    def stops(self) -> bool:
        """Return whether care must not go on and nobody may override it."""
        return self.is_open and self.strength is Strength.HARD_STOP

    @property
    def needs_override(self) -> bool:
        """Return whether care may go on only if the named signers override with a reason."""
        return self.is_open and self.strength is Strength.OVERRIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A checklist: open only if every item passes or warns.

    ``open`` is ``False`` as soon as one item blocks, ``None`` when none blocks but something is
    not known.
    """

    open: bool | None
    items: tuple[RuleFinding, ...]
    sentence: str
