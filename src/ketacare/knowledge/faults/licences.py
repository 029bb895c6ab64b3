"""Item text that the licence does not allow to be held here, or that names no licence at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ketacare.core.measures import Licence
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.faults.walking import fault
from ketacare.knowledge.showing import KnowledgeText

_ALLOWED = {Licence.PUBLIC_DOMAIN.value, Licence.FREE_WITH_ATTRIBUTION.value}


def item_text_without_licence(texts: Sequence[KnowledgeText]) -> list[CheckResult]:
    """Return instruments that hold item text without a licence, or without the notice it asks for."""
    found = []
    for file in texts:
        if file.folder != "instruments" or not _has_text(file.table):
            continue
        wording = file.table.get("wording", {})
        licence = wording.get("licence")
        if licence not in _ALLOWED:
            found.append(
                fault(
                    file,
                    "wording.licence",
                    expected=f"one of {', '.join(sorted(_ALLOWED))}",
                    found=f'item text under "{licence or "no licence"}"; take the text out',
                )
            )
        elif licence == Licence.FREE_WITH_ATTRIBUTION and not wording.get("notice"):
            found.append(
                fault(
                    file,
                    "wording.notice",
                    expected="the attribution the licence asks for",
                    found="no notice",
                )
            )
    return found


def _has_text(table: Mapping[str, Any]) -> bool:
    items = [*table.get("item", []), *table.get("unscored", [])]
    return any(str(item.get("text", "")).strip() for item in items)
