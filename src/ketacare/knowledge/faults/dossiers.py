"""Drug models whose opening comment leaves out a part of the dossier."""

from __future__ import annotations

from collections.abc import Sequence

from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.faults.walking import fault
from ketacare.knowledge.showing import KnowledgeText, read_dossier

# "Gated" may be left out: then nothing of the source is gated, and the card says so.
PARTS = ("Study", "Units", "Plausible", "Not here")


def drug_models_without_dossier(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return every part of a dossier that a kinetic model's file lacks."""
    found = []
    for file in texts:
        if file.folder != "drugs" or not file.name.startswith("pk_"):
            continue
        labels = {part.label for part in read_dossier(file.text) if part.text}
        found += [
            fault(
                file,
                "opening comment",
                expected=f'a part "{part}"',
                found=f"parts {', '.join(sorted(labels - {''})) or 'none'}",
            )
            for part in PARTS
            if part not in labels
        ]
    return found
