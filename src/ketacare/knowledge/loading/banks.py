"""Loads ``knowledge/banks``: calibrated items with prior, grids and the rules of the adaptive test.

A clinic's own calibration file is read by the same strict reader (:func:`read_bank` with
``site=True``: it names its own source). ``check_all`` recomputes every sum-score table that an
instrument file prints from the bank it names.
"""

from __future__ import annotations

from functools import cache

from ketacare.core.errors import ErrorCode, KnowledgeError
from ketacare.core.measures.irt import (
    AdaptiveRules,
    Calibration,
    GradedItem,
    ItemBank,
    Metric,
    Prior,
    Quadrature,
    Selection,
    next_step,
    sum_score_table,
)
from ketacare.knowledge.checks import CheckResult
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.sources import source_ids
from ketacare.knowledge.reading import (
    Section,
    open_folder,
    open_section,
    read_provenance,
    read_toml,
)

FOLDER = "banks"
# A table prints one decimal: half of the last one is rounding.
_PRINTED = 0.05 + 1e-9


@cache
def load_banks() -> dict[str, Calibration]:
    """Return every calibrated bank by id."""
    found = {}
    for file in open_folder(FOLDER):
        calibration = _read(open_section(file, folder=FOLDER, known_sources=source_ids()))
        found[calibration.bank.id] = calibration
    return found


def read_bank(text: str, *, source: str, site: bool = False) -> Calibration:
    """Read one bank from TOML text; a clinic's own (``site``) names sources of its own."""
    known = None if site else source_ids()
    return _read(Section(read_toml(text, source=source), source=source, known_sources=known))


def _read(root: Section) -> Calibration:
    provenance = read_provenance(root)
    part = root.section("parameters")
    lowest = part.integer("lowest")
    _cited(part)
    try:
        items = tuple(_item(p, lowest) for p in root.sections("item"))
        metric, prior = _metric(root.section("metric")), _prior(root.section("prior"))
        banks = [
            ItemBank(id=provenance.id, items=items, metric=metric, prior=prior, grid=grid)
            for grid in (_grid(root.section(key)) for key in ("grid", "table_grid"))
        ]
    except KnowledgeError as error:
        if error.source:
            raise
        raise error.at(source=root.source) from error
    forms = []
    for form in root.sections("form", optional=True):
        forms.append(form.text("instrument"))
        form.close()
    calibration = Calibration(
        provenance=provenance,
        domain=root.text("domain"),
        bank=banks[0],
        tables=banks[1],
        rules=_rules(root.section("adaptive")),
        forms=tuple(forms),
    )
    root.raw("check", [])
    root.close()
    return calibration


def _cited(part: Section) -> None:
    """Require where the numbers of a table come from, and close it."""
    part.source_id("source")
    part.text("locus")
    part.text("note", "")
    part.close()


def _item(part: Section, lowest: int) -> GradedItem:
    item = GradedItem(
        id=part.text("id"),
        slope=part.number("slope"),
        thresholds=part.numbers("thresholds"),
        lowest=lowest,
    )
    part.close()
    return item


def _metric(part: Section) -> Metric:
    metric = Metric(name=part.text("name"), mean=part.number("mean"), sd=part.number("sd"))
    _cited(part)
    return metric


def _prior(part: Section) -> Prior:
    prior = Prior(mean=part.number("mean"), sd=part.number("sd"))
    _cited(part)
    return prior


def _grid(part: Section) -> Quadrature:
    grid = Quadrature(low=part.number("low"), high=part.number("high"), step=part.number("step"))
    _cited(part)
    return grid


def _rules(part: Section) -> AdaptiveRules:
    def figure(key: str, unit: str) -> float | None:
        return part.sourced(key, unit=unit).value if key in part else None

    most = figure("most_items", "count")
    rules = AdaptiveRules(
        selection=part.choice("selection", Selection),
        error_at_most=figure("error_at_most", "point"),
        least_items=int(figure("least_items", "count") or 1),
        most_items=None if most is None else int(most),
        least_change=figure("least_change", "point"),
        first=part.text("first") if "first" in part else None,
    )
    part.close()
    return rules


def check_all() -> list[CheckResult]:
    """Run the ``[[check]]`` tables, and recompute the tables instruments print from a bank."""
    results = []
    for file in open_folder(FOLDER):
        root = open_section(file, folder=FOLDER, known_sources=source_ids())
        calibration = load_banks()[root.text("id")]
        results += [_check(p, calibration) for p in root.sections("check", optional=True)]
        results += [_check_form(name, calibration, root.source) for name in calibration.forms]
    return results


def _check(part: Section, calibration: Calibration) -> CheckResult:
    answers = {name: int(value) for name, value in part.raw("answers").items()}
    step = next_step(calibration.bank, answers, calibration.rules)
    found = step.item or (step.stop.value if step.stop else "")
    expected, name = part.text("next"), part.text("name")
    part.close()
    return CheckResult(
        file=part.source, name=name, passed=expected == found, expected=expected, found=found
    )


def _check_form(name: str, calibration: Calibration, source: str) -> CheckResult:
    instrument = load_instruments().get(name)
    if instrument is None or instrument.conversion is None:
        raise KnowledgeError(
            ErrorCode.UNKNOWN_NAME, f'"{name}" has no conversion table', where="form", source=source
        )
    table = sum_score_table(calibration.tables, instrument.conversion.items)
    wrong = [
        f"{row.points}: {row.score:g} ± {row.error:g}"
        for row in instrument.conversion.rows
        if abs(row.score - table.row(row.points).score) > _PRINTED
        or abs(row.error - table.row(row.points).score_error) > _PRINTED
    ]
    told = f"the table of {name} follows from the item parameters"
    return CheckResult.of_wrong(source, told, wrong, expected="every row within rounding")
