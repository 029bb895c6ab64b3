"""A clinic's own licensed words for an item bank: what an adaptive test needs to be offered.

The file stands in the folder ``banks`` of ``KETACARE_TEXTS_DIR``, named after the bank
(docs/howto/licensed-text.md). It gives words and nothing else: slopes and thresholds are the bank's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from ketacare.core.errors import ErrorCode
from ketacare.core.measures.irt import ItemBank
from ketacare.knowledge.load import load_banks
from ketacare.knowledge.reading import Section, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class BankText:
    """The words of every item of a bank, and of the answers, under the clinic's permission."""

    bank: str
    version: str
    language: str
    permission: str
    prompt: str
    items: dict[str, str]
    options: tuple[tuple[int, str], ...]

    @property
    def wording(self) -> str:
        """Which words were shown, as kept with an answer."""
        return f"{self.version} ({self.language})"

    def label(self, value: int | None) -> str:
        """Return an answer in words."""
        return dict(self.options).get(value, "") if value is not None else ""


def bank_text(bank: str) -> BankText | None:
    """Return the clinic's words for a bank, or ``None`` when it has none."""
    return _read(settings.KETACARE["KETACARE_TEXTS_DIR"], bank)


@cache
def _read(folder: Path | None, bank: str) -> BankText | None:
    path = None if folder is None else folder / "banks" / f"{bank}.toml"
    if path is None or not path.is_file():
        return None
    return read_bank_text(path.read_text(encoding="utf-8"), load_banks()[bank].bank, path.name)


def read_bank_text(text: str, bank: ItemBank, source: str) -> BankText:
    """Read the words of one bank; refuse a missing or unknown item, and other answers than its own."""
    root = Section(read_toml(text, source=source), source=source)
    items: dict[str, str] = {}
    known = [item.id for item in bank.items]
    for part in root.sections("item"):
        name = part.text("id")
        if name not in known or name in items:
            raise part.error(
                ErrorCode.UNKNOWN_NAME, "id", f'"{name}" is not an item of {bank.id}, or is twice'
            )
        items[name] = part.text("text")
        part.close()
    lacking = [name for name in known if name not in items]
    if lacking:
        raise root.error(
            ErrorCode.MISSING_KEY, "item", f"{len(lacking)} items lack words, such as {lacking[0]}"
        )
    options = []
    for part in root.sections("option"):
        options.append((part.integer("value"), part.text("label")))
        part.close()
    first = bank.items[0]
    wanted = list(range(first.lowest, first.lowest + len(first.thresholds) + 1))
    if [value for value, _label in options] != wanted:
        raise root.error(
            ErrorCode.CONTRADICTION,
            "option",
            f"the answers of {bank.id} are {wanted}, in this order",
        )
    if root.text("bank") != bank.id:
        raise root.error(ErrorCode.CONTRADICTION, "bank", f'this file is for "{bank.id}"')
    found = BankText(
        bank=bank.id,
        version=root.text("version"),
        language=root.text("language"),
        permission=root.text("permission"),
        prompt=root.text("prompt", ""),
        items=items,
        options=tuple(options),
    )
    root.close()
    return found
