"""When therapy belongs to an infusion: the window after a dose and what became of it.

What is said in a session is the therapist's. The hours come from ``knowledge/therapy``.
"""

from ketacare.core.therapy.integration import (
    Integration,
    IntegrationWindow,
    Standing,
    judge_integration,
)

__all__ = ["Integration", "IntegrationWindow", "Standing", "judge_integration"]
