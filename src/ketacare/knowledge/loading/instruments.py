"""Loads ``knowledge/instruments``: one file per questionnaire or rating scale.

The dataclasses refuse bands with gaps, items that do not add up to the range and a numbering with
holes; here the file is read, and its ``[[check]]`` tables are run by :func:`check_all`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.measures import (
    About,
    AlertRule,
    Band,
    Better,
    Conversion,
    Converted,
    Cut,
    Gate,
    Instrument,
    Item,
    Licence,
    Loinc,
    MissingRule,
    Option,
    Pattern,
    PatternPart,
    Scale,
    Subscale,
    Wording,
)
from ketacare.core.record import Rater, Sex
from ketacare.core.sources import Sourced
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.instrument_checks import check_instrument
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
    read_toml,
)

FOLDER = "instruments"


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
    scale = _options(root.sections("option", optional=True))
    try:
        instrument = Instrument(
            id=provenance.id,
            name=root.text("name"),
            title=provenance.title,
            provenance=provenance,
            items=tuple(_item(part, scale) for part in root.sections("item", optional=True)),
            unscored=tuple(_item(part, ()) for part in root.sections("unscored", optional=True)),
            rater=root.choice("rater", Rater),
            recall=root.text("recall"),
            recall_days=root.integer("recall_days"),
            prompt=root.text("prompt"),
            minimum=root.sourced("minimum", unit="point").value,
            maximum=root.sourced("maximum", unit="point").value,
            missing_rule=_missing_rule(root.section("missing_rule")),
            bands=tuple(_band(part) for part in root.sections("band", optional=True)),
            wording=_wording(root.section("wording")),
            alerts=tuple(_alert(part) for part in root.sections("alert", optional=True)),
            response=_figure(root, "response", "%"),
            remission=_figure(root, "remission", "point"),
            mcid=_figure(root, "mcid", "point"),
            reliable_change=_figure(root, "reliable_change", "point"),
            sem=_figure(root, "sem", "point"),
            loinc=_loinc(root.section("loinc", optional=True)),
            about=root.choice("about", About),
            better=root.choice("better", Better, Better.LOWER),
            has_total=root.flag("has_total", default=True),
            step=root.number("step", 1.0),
            scale=_scale(root.section("scale")) if "scale" in root else None,
            conversion=_conversion(root.section("conversion")) if "conversion" in root else None,
            subscales=tuple(_subscale(p) for p in root.sections("subscale", optional=True)),
            cuts=tuple(_cut(part) for part in root.sections("cut", optional=True)),
            patterns=tuple(_pattern(part) for part in root.sections("pattern", optional=True)),
            response_alone=root.flag("response_alone", default=False),
            reliability=_figure(root, "reliability", "1"),
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
        text=part.text("text", ""),
        options=own or scale,
        loinc=_code(part, "loinc"),
        detail=part.text("detail", ""),
        topic=part.text("topic", ""),
        reverse=part.flag("reverse", default=False),
        gate=_gate(part.section("gate")) if "gate" in part else None,
    )
    if not item.text and not item.topic:
        raise part.error(
            ErrorCode.MISSING_KEY,
            "text",
            "the item says nothing; give its text, or in topic what it is about",
        )
    if not item.options:
        raise part.error(ErrorCode.MISSING_KEY, "option", "the item has no answers; add options")
    part.close()
    return item


def _gate(part: Section) -> Gate:
    gate = Gate(item=part.integer("item"), at_least=part.integer("at_least"))
    part.close()
    return gate


def _scale(part: Section) -> Scale:
    scale = Scale(
        subtract=part.sourced("subtract", unit="point"),
        multiply=part.sourced("multiply", unit="1"),
        divide=part.sourced("divide", unit="1"),
    )
    part.close()
    return scale


def _conversion(part: Section) -> Conversion:
    rows = part.raw("rows")
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and len(row) == 3 and isinstance(row[0], int) for row in rows
    ):
        raise part.error(
            ErrorCode.WRONG_TYPE, "rows", "write each row as [sum, score, standard error]"
        )
    conversion = Conversion(
        metric=part.text("metric"),
        rows=tuple(Converted(points=p, score=float(s), error=float(e)) for p, s, e in rows),
        source=part.source_id("source"),
        locus=part.text("locus"),
        bank=part.text("bank", ""),
        items=part.texts("items", ()),
    )
    part.text("note", "")
    part.close()
    return conversion


def _numbers(part: Section, key: str, default: tuple[float, ...] | None = None) -> tuple[int, ...]:
    found = part.numbers(key) if default is None else part.numbers(key, default)
    return tuple(int(number) for number in found)


def _subscale(part: Section) -> Subscale:
    subscale = Subscale(
        id=part.text("id"),
        name=part.text("name"),
        items=_numbers(part, "items"),
        mean=part.flag("mean", default=False),
        at_least=_figure(part, "at_least", "point"),
        meaning=part.text("meaning", ""),
    )
    part.close()
    return subscale


def _cut(part: Section) -> Cut:
    cut = Cut(
        label=part.text("label"),
        at_least=_figure(part, "at_least", "point"),
        at_most=_figure(part, "at_most", "point"),
        sex=part.choice("sex", Sex) if "sex" in part else None,
    )
    part.close()
    return cut


def _pattern(part: Section) -> Pattern:
    pattern = Pattern(
        label=part.text("label"),
        parts=tuple(_pattern_part(p) for p in part.sections("part")),
        source=part.source_id("source"),
        locus=part.text("locus"),
    )
    part.close()
    return pattern


def _pattern_part(part: Section) -> PatternPart:
    found = PatternPart(
        label=part.text("label"),
        items=_numbers(part, "items"),
        at_least=part.integer("at_least"),
        count=part.integer("count"),
    )
    part.close()
    return found


def _missing_rule(part: Section) -> MissingRule:
    rule = MissingRule(
        most_missing=part.sourced("most_missing", unit="%"),
        only=_numbers(part, "only", ()),
        note=part.text("note", ""),
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
    loinc = Loinc(
        panel=_code(part, "panel"),
        total=_code(part, "total"),
        looked_up=part.day("looked_up", None) if "looked_up" in part else None,
    )
    if loinc.looked_up is None and "looked_up" not in part and (loinc.panel or loinc.total):
        raise part.error(
            ErrorCode.MISSING_KEY, "looked_up", "say when the code was looked up, as 2026-11-23"
        )
    part.text("note", "")
    part.close()
    return loinc


def _code(part: Section, key: str) -> str:
    """Return a LOINC code, refused when its check digit is wrong: a slip of the pen is found here."""
    code = part.text(key, "")
    if code and not is_loinc(code):
        raise part.error(
            ErrorCode.OUT_OF_RANGE, key, f'"{code}" is no LOINC code: its check digit does not fit'
        )
    return code


def is_loinc(code: str) -> bool:
    """Return whether a code has the check digit it needs (mod 10, as LOINC counts it).

    >>> is_loinc("69737-5"), is_loinc("69737-6")
    (True, False)
    """
    number, _, check = code.partition("-")
    if not (number.isdigit() and check.isdigit() and len(check) == 1):
        return False
    doubled = str(2 * int(number[::-2][::-1]))
    rest = number[-2::-2]
    total = sum(map(int, doubled)) + sum(map(int, rest))
    return (10 - total % 10) % 10 == int(check)


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables of every instrument file."""
    results = []
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        instrument = load_instruments()[root.text("id")]
        results += [
            check_instrument(part, instrument) for part in root.sections("check", optional=True)
        ]
    return results
