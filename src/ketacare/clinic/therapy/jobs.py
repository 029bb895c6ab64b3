"""Looks every quarter of an hour for infusions without integration and opens the tasks."""

from __future__ import annotations

from ketacare.clinic.config.repeating import Job
from ketacare.clinic.therapy import actions

CHASE = Job(name="Tasks for missing therapy", act=actions.chase, first_after=20.0, every=900.0)
