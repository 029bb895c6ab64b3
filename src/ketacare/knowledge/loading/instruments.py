"""Loads ``knowledge/instruments``: one file per questionnaire or rating scale.

The dataclasses refuse bands with gaps, items that do not add up to the range and a numbering with
holes; here the file is read, and its ``[[check]]`` tables are run by :func:`check_all`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ketacare.core.errors import ErrorCode, KetacareError, KnowledgeError
from ketacare.core.measures import (
    AlertRule,
    Band,
    Instrument,
    Item,
    Licence,
    Loinc,
    MissingRule,
    Option,
    Wording,
    judge_change,
    score_items,
)
from ketacare.core.record import Rater
from ketacare.core.sources import Sourced
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
    read_toml,
)

FOLDER = "instruments"

# TOML has no "nothing": a check writes an item that was left out as this word.
_LEFT_OUT = "missing"


@cache
def load_instruments() -> dict[str, Instrument]:
    """Return every instrument by id."""
    found = {}
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        instrument = _read(root)
        if file.name != f"{instrument.id}.toml":
            raise root.error(
                ErrorCode.CONTRADICTION, "id", f'the file of "{instrument.id}" has another name'
            )
        found[instrument.id] = instrument
    return found


def read_instrument(text: str, *, source: str) -> Instrument:
    """Read one instrument from TOML text."""
    root = Section(read_toml(text, source=source), source=source, known_sources=source_ids())
    return _read(root)


def _read(root: Section) -> Instrument:
    provenance = read_provenance(root)
    scale = _options(root.sections("option"))
    try:
        instrument = Instrument(
            id=provenance.id,
            name=root.text("name"),
            title=provenance.title,
            provenance=provenance,
            items=tuple(_item(part, scale) for part in root.sections("item")),
            unscored=tuple(_item(part, ()) for part in root.sections("unscored", optional=True)),
            rater=root.choice("rater", Rater),
            recall=root.text("recall"),
            recall_days=root.integer("recall_days"),
            prompt=root.text("prompt"),
            minimum=root.sourced("minimum", unit="point").value,
            maximum=root.sourced("maximum", unit="point").value,
            missing_rule=_missing_rule(root.section("missing_rule")),
            bands=tuple(_band(part) for part in root.sections("band")),
            wording=_wording(root.section("wording")),
            alerts=tuple(_alert(part) for part in root.sections("alert", optional=True)),
            response=_figure(root, "response", "%"),
            remission=_figure(root, "remission", "point"),
            mcid=_figure(root, "mcid", "point"),
            reliable_change=_figure(root, "reliable_change", "point"),
            sem=_figure(root, "sem", "point"),
            loinc=_loinc(root.section("loinc", optional=True)),
        )
    except KnowledgeError as error:
        if error.source:
            raise
        raise error.at(source=root.source) from error
    root.raw("check", [])
    root.close()
    return instrument


def _figure(root: Section, key: str, unit: str) -> Sourced | None:
    return root.sourced(key, unit=unit) if key in root else None


def _options(parts: Iterable[Section]) -> tuple[Option, ...]:
    options = []
    for part in parts:
        options.append(
            Option(
                value=part.integer("value"), label=part.text("label"), loinc=part.text("loinc", "")
            )
        )
        part.close()
    return tuple(options)


def _item(part: Section, scale: tuple[Option, ...]) -> Item:
    own = _options(part.sections("option", optional=True))
    item = Item(
        number=part.integer("number"),
        text=part.text("text"),
        options=own or scale,
        loinc=part.text("loinc", ""),
        detail=part.text("detail", ""),
    )
    if not item.options:
        raise part.error(ErrorCode.MISSING_KEY, "option", "the item has no answers; add options")
    part.close()
    return item


def _missing_rule(part: Section) -> MissingRule:
    rule = MissingRule(
        most_missing=part.sourced("most_missing", unit="%"), note=part.text("note", "")
    )
    part.close()
    return rule


def _band(part: Section) -> Band:
    band = Band(
        low=part.number("low"),
        high=part.number("high"),
        label=part.text("label"),
        source=part.source_id("source"),
        locus=part.text("locus"),
    )
    part.close()
    return band


def _wording(part: Section) -> Wording:
    wording = Wording(
        version=part.text("version"),
        language=part.text("language"),
        licence=part.choice("licence", Licence),
        notice=part.text("notice", ""),
    )
    part.close()
    return wording


def _alert(part: Section) -> AlertRule:
    rule = AlertRule(
        item=part.integer("item"),
        at_least=part.sourced("at_least", unit="point"),
        code=part.text("code"),
        leads_to=part.text("leads_to"),
        sentence=part.text("sentence"),
    )
    part.close()
    return rule


def _loinc(part: Section) -> Loinc:
    loinc = Loinc(panel=part.text("panel", ""), total=part.text("total", ""))
    part.close()
    return loinc


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables of every instrument file."""
    results = []
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        instrument = load_instruments()[root.text("id")]
        results += [_check(part, instrument) for part in root.sections("check", optional=True)]
    return results


def _check(part: Section, instrument: Instrument) -> CheckResult:
    name = part.text("name")
    wanted = part.text("refused", "")
    try:
        expected, found = (
            _check_items(part, instrument) if "items" in part else _check_change(part, instrument)
        )
    except KetacareError as error:
        expected, found = wanted or "an answer", error.code.value
    part.close()
    return CheckResult(
        file=part.source, name=name, passed=expected == found, expected=expected, found=found
    )


def _check_items(part: Section, instrument: Instrument) -> tuple[str, str]:
    answers = [None if value == _LEFT_OUT else value for value in part.raw("items")]
    scored = score_items(instrument, answers)
    total = "none" if scored.total is None else f"{scored.total:.6g}"
    band = "none" if scored.band is None else scored.band.label
    alerts = " ".join(a.rule.code for a in scored.alerts if a.raised)
    return (
        f"{part.raw('total')} {part.text('band')} {' '.join(part.texts('alerts', ()))}".strip(),
        f"{total} {band} {alerts}".strip(),
    )


def _check_change(part: Section, instrument: Instrument) -> tuple[str, str]:
    change = judge_change(instrument, part.number("before"), part.number("after"))
    answers = {
        "reliable": change.reliable,
        "meaningful": change.meaningful,
        "response": change.response,
        "remission": change.remission,
    }
    asked = [key for key in answers if key in part]
    return (
        ", ".join(f"{key} {part.flag(key)}" for key in asked),
        ", ".join(f"{key} {answers[key]}" for key in asked),
    )
