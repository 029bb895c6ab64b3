"""The closed words of the safety room: outcomes, strengths, stations, signers, kinds of facts.

They are the same in the knowledge files, in the findings and on screen. The strengths follow the
house's severities: hard stop, override with reason and co-signature, warning, information.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What one rule says about one person now. A missing fact is ``cannot_tell``, never ``pass``."""

    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    BLOCK = "block"
    CANNOT_TELL = "cannot_tell"


class Station(StrEnum):
    """Where in the care a rule is asked.

    ``preparation`` is about the vial, the bag and the stock; ``follow_up`` is between infusions and
    after a course.
    """

    ELIGIBILITY = "eligibility"
    PREPARATION = "preparation"
    BEFORE_DOSE = "before_dose"
    DURING = "during"
    DISCHARGE = "discharge"
    FOLLOW_UP = "follow_up"


class Strength(StrEnum):
    """How binding a rule is."""

    HARD_STOP = "hard_stop"
    OVERRIDE = "override"
    WARNING = "warning"
    INFORMATION = "information"


class Signer(StrEnum):
    """Who may override a rule; where a rule names two, both sign."""

    PSYCHIATRIST = "psychiatrist"
    ANAESTHETIST = "anaesthetist"


class FactKind(StrEnum):
    """What kind of answer a question takes."""

    YES_NO = "yes_no"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"


class CountsFrom(StrEnum):
    """From which moment of the session an answer counts when someone wants to leave."""

    ANY = "any"
    START = "start"
    END = "end"


class Level(StrEnum):
    """Where a vital sign stands. ``stale`` and ``none`` say nothing about the person."""

    NORMAL = "normal"
    AMBER = "amber"
    RED = "red"
    CRITICAL = "critical"
    STALE = "stale"
    NONE = "none"


class Phase(StrEnum):
    """What is happening at the bedside: drug running, drug paused, or watching after the end."""

    INFUSING = "infusing"
    PAUSED = "paused"
    OBSERVING = "observing"
