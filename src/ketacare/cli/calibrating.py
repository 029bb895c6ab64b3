"""``ketacare trial calibrate``: the fit outcome by outcome, what is identified, and the new prior."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ketacare.cli.printing import Page, print_json
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.trials import ArmFit, Calibration, Hyper, Measured, Predicted
from ketacare.knowledge.calibrating import PEOPLE, SEED, Calibrated, run, stored_file, write

_SHARES = {Measured.RESPONSE, Measured.REMISSION, Measured.RELAPSED, Measured.IMPROVEMENT} | {
    Measured.RETAINED,
    Measured.STOPPED,
}
_SHORT = {Measured.LOG_ODDS_RATIO: "log odds ratio"}


def run_calibrate(
    *, out: Path | None, studies: Sequence[Path], seed: int, people: int, as_json: bool
) -> None:
    """Calibrate, write the prior and print the report; progress goes to standard error."""
    if out is None and (studies or (seed, people) != (SEED, PEOPLE)):
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            "the clinic's own prior rests on the stored studies, seed and number of people alone; "
            "say with --out where a trial calibration goes",
        )
    if out is not None and not out.parent.is_dir():
        raise InputError(ErrorCode.NOT_AVAILABLE, f"there is no folder {out.parent} to write to")
    found = run(seed=seed, people=people, more=studies, told=_progress)
    path = out or stored_file()
    version = write(found, path)
    _progress("")
    if as_json:
        shape = {**_shape(found), "file_written": path.name, "version": version}
        print_json(shape, command="trial calibrate", file=None, person=None, at="")
    else:
        _page(found, path, version).print()


def _progress(step: str) -> None:
    if sys.stderr.isatty():
        text = f"calibrating, now {step}" if step else ""
        sys.stderr.write(f"\r{text:<60}{'' if step else chr(13)}")
        sys.stderr.flush()


def _page(found: Calibrated, path: Path, version: str) -> Page:
    c = found.calibration
    page = Page()
    page.title(f"{len(c.prior.calibration)} studies, {len(c.fits)} outcomes, seed {c.seed}")
    page.say(
        "Seen is what was published, expected is for a group like any other, own allows for what sets the study apart; the "
        "residual is (own - observed) in SDs of sampling error and discrepancy together. Predicted is "
        "the 90 % interval from the other studies alone."
    )
    page.heading("Fit, outcome by outcome")
    predicted = {_key(p): p for p in found.left_out}
    page.table(
        ("study and arm", "outcome", "seen", "expected", "own", "residual", "predicted", ""),
        [_row(fit, predicted[_key(fit)]) for fit in c.fits],
    )
    page.heading("What the studies identify")
    page.table(
        ("trait", "part", "from", "to", "uncertainty left", "identified"),
        [_hyper_row(c, h) for h in c.hypers],
    )
    pairs = [f"{a} and {b}: correlation {r:+.2f}" for a, b, r in c.entangled]
    page.say("Told apart badly:" if pairs else "No two of them are correlated beyond 0.5.")
    page.items(pairs)
    page.heading("Studies that stand apart by one shared SD or more")
    apart = [f"{e.study}: {e.trait} {e.sds:+.1f}" for e in c.effects if abs(e.sds) >= 1.0]
    page.items(apart or ["none"])
    page.heading("Check")
    inside = sum(p.inside for p in found.left_out)
    page.say(
        f"Root mean square residual {c.misfit:.2f} SD. Each study predicted from the others: "
        f"{inside} of {len(found.left_out)} outcomes ({found.coverage:.0%}) lie in their 90 % interval."
    )
    page.say(
        f"Written to {path.name}, version {version}; status candidate until somebody verifies it."
    )
    return page


def _key(row: ArmFit | Predicted) -> tuple[str, str, str, float]:
    return (row.study, row.arm, row.measured, row.day)


def _row(fit: ArmFit, predicted: Predicted) -> tuple[str, ...]:
    def shown(value: float) -> str:
        return f"{value:.0%}" if fit.measured in _SHARES else f"{value:.2f}"

    return (
        f"{fit.study} {fit.arm}",
        f"{_SHORT.get(fit.measured, fit.measured)}, day {fit.day:.3g}",
        shown(fit.observed),
        shown(fit.expected),
        shown(fit.expected_own),
        f"{fit.residual_own:+.1f}",
        f"{shown(predicted.low)} to {shown(predicted.high)}",
        "" if predicted.inside else "out",
    )


def _hyper_row(c: Calibration, hyper: Hyper) -> tuple[str, ...]:
    before, after = c.start.trait(hyper.trait), c.prior.trait(hyper.trait)
    if hyper.part == "spread":
        old, new = f"{before.spread.value:.3g}", f"{after.spread.value:.3g}"
    else:
        unit = "" if after.unit == "1" else f" {after.unit}"
        old, new = f"{before.median.value:.3g}{unit}", f"{after.median.value:.3g}{unit}"
    word = "yes" if hyper.identified else "no"
    return (hyper.trait, hyper.part, old, new, f"{hyper.remaining:.0%}", word)


def _shape(found: Calibrated) -> dict[str, Any]:
    c = found.calibration
    predicted = {_key(p): p for p in found.left_out}
    return {
        "seed": c.seed,
        "people_per_arm": c.n,
        "studies": list(c.prior.calibration),
        "misfit": c.misfit,
        "between_studies": c.between_studies,
        "coverage": found.coverage,
        "fits": [
            {
                "study": f.study,
                "arm": f.arm,
                "measured": f.measured.value,
                "day": f.day,
                "observed": f.observed,
                "expected": f.expected,
                "expected_own": f.expected_own,
                "sd": f.sd,
                "left_out_low": predicted[_key(f)].low,
                "left_out_high": predicted[_key(f)].high,
            }
            for f in c.fits
        ],
        "hypers": [
            {
                "trait": h.trait.value,
                "part": h.part,
                "start": h.start,
                "fitted": h.fitted,
                "remaining": h.remaining,
                "identified": h.identified,
            }
            for h in c.hypers
        ],
    }
