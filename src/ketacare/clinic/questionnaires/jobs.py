"""Tells the next role, every minute, when nobody takes on an answer about risk in time.

What has been told is stored, and pages compute where an obligation stands themselves.
"""

from __future__ import annotations

from ketacare.clinic.config.repeating import Job
from ketacare.clinic.questionnaires import actions

ESCALATE = Job(
    name="Roles told about answers about risk", act=actions.escalate, first_after=10.0, every=60.0
)
