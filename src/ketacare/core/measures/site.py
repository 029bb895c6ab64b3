"""A clinic's own licensed text for an instrument whose words may not stand in an open project.

The text replaces words and nothing else: items, values, scoring, bands and codes stay those of the
instrument's file, so that a score means the same with and without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.measures.instruments import Instrument
from ketacare.core.measures.parts import Item, Licence, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteText:
    """The text of one instrument: by item number, and by item number and value the answers.

    ``permission`` says under which licence the clinic uses it; it is shown below the questions.
    """

    instrument: str
    version: str
    language: str
    permission: str
    items: Mapping[int, str]
    labels: Mapping[tuple[int, int], str]
    prompt: str = ""


def with_site_text(instrument: Instrument, text: SiteText) -> Instrument:
    """Return the instrument with the clinic's words.

    Raises :class:`KnowledgeError` when an item has no text, when there is text for an item or an
    answer the instrument does not have, and when the project's own text would be replaced.
    """
    if text.instrument != instrument.id:
        raise KnowledgeError(
            ErrorCode.CONTRADICTION, f"this is the text of {text.instrument}, not {instrument.id}"
        )
    if instrument.has_text:
        raise KnowledgeError(
            ErrorCode.CONTRADICTION,
            f"the text of {instrument.name} is part of the content; take the file out",
        )
    form = {item.number: item for item in (*instrument.items, *instrument.unscored)}
    if not form:
        raise KnowledgeError(
            ErrorCode.CONTRADICTION,
            f"{instrument.name} is recorded by its total only: there is no item to give text to",
        )
    _require_same(instrument, form, text)
    return replace(
        instrument,
        items=tuple(_item(item, text) for item in instrument.items),
        unscored=tuple(_item(item, text) for item in instrument.unscored),
        prompt=text.prompt or instrument.prompt,
        wording=Wording(
            version=text.version,
            language=text.language,
            licence=Licence.SITE,
            notice=text.permission,
        ),
    )


def _require_same(instrument: Instrument, form: Mapping[int, Item], text: SiteText) -> None:
    missing = sorted(set(form) - set(text.items))
    unknown = sorted(set(text.items) - set(form))
    if missing or unknown:
        what = f"items {missing} have no text" if missing else f"there is no item {unknown[0]}"
        raise KnowledgeError(
            ErrorCode.CONTRADICTION,
            f"{instrument.name} has the items 1 to {len(form)}: {what}; give each one once",
        )
    for number, value in text.labels:
        if value not in form[number].values:
            values = ", ".join(str(known) for known in form[number].values)
            raise KnowledgeError(
                ErrorCode.CONTRADICTION,
                f"item {number} of {instrument.name} has no answer {value}; it has {values}",
            )


def _item(item: Item, text: SiteText) -> Item:
    return replace(
        item,
        text=text.items[item.number],
        options=tuple(
            replace(option, label=text.labels.get((item.number, option.value), option.label))
            for option in item.options
        ),
    )
