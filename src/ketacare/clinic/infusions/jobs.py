"""What the infusion room repeats beside its pages: crossed limits nobody saw go to a named person."""

from __future__ import annotations

from ketacare.clinic.config.repeating import Job
from ketacare.clinic.infusions.alerting import escalate

# Seconds: well within the shortest time the policy gives, a minute.
ESCALATE = Job(name="crossed limits", act=escalate, first_after=5.0, every=10.0)
