"""Looks every hour for checks of a longer treatment that are due, and opens the tasks."""

from __future__ import annotations

from ketacare.clinic.config.repeating import Job
from ketacare.clinic.eligibility import following

FOLLOW = Job(
    name="People with checks due between infusions",
    act=following.chase,
    first_after=30.0,
    every=3600.0,
)
