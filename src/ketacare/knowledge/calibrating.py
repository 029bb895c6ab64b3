"""Calibrates the population prior and writes it as a knowledge file with its report and card.

``ketacare trial calibrate`` fits ``prior_reference`` to every study whose role is calibration and
rewrites the stored prior; the same studies, seed and libraries give the same file. It decides
nothing: what is fitted, and how, is in ``core/trials/calibration.py``. Studies with the role
validation are never among what it loads.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TypeVar

from ketacare.core.errors import ErrorCode, InputError, KetacareError
from ketacare.core.response import Indication, Trait, View
from ketacare.core.sources import Sourced
from ketacare.core.trials import (
    ArmFit,
    Calibration,
    Hyper,
    Predicted,
    Role,
    Study,
    StudyEffect,
    calibrate,
    coverage,
    leave_each_out,
)
from ketacare.knowledge.loading.evidence import FOLDER, load_prior
from ketacare.knowledge.loading.studies import load_studies, read_study_text
from ketacare.knowledge.reading import read_toml

_Row = TypeVar("_Row", ArmFit, Predicted)

SEED = 20261123
PEOPLE = 2000
START = "prior_reference"
STORED = "prior_first"
SINCE = "2026-11-23"
_LEFT_OUT_PEOPLE = 500  # per arm where each study is left out in turn, which is twenty fits more


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A calibration and, outcome by outcome, what was predicted with its study left out."""

    calibration: Calibration
    left_out: tuple[Predicted, ...]

    @property
    def coverage(self) -> float:
        """Return the share of outcomes inside the interval predicted without their study."""
        return coverage(self.left_out)


def run(
    *,
    seed: int = SEED,
    people: int = PEOPLE,
    more: Sequence[Path] = (),
    told: Callable[[str], None] = lambda _: None,
) -> Calibrated:
    """Return the calibration that the stored prior comes from, checked by leaving studies out.

    ``more`` are study files to fit to besides the stored ones; ``told`` hears what goes on.
    """
    studies = [*load_studies(Role.CALIBRATION), *(_read(path) for path in more)]
    ids = [study.id for study in studies]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"two study files have the id {', '.join(twice)}; one study counts once",
        )
    told(f"{len(studies)} studies")
    calibration = calibrate(studies, start=load_prior(START), seed=seed, n=people)
    if not calibration.converged:
        raise KetacareError(
            ErrorCode.NUMERICAL,
            f"the fit did not converge ({calibration.message}); give more people with --people",
        )
    left_out = leave_each_out(studies, calibration, n=min(people, _LEFT_OUT_PEOPLE), told=told)
    return Calibrated(calibration=calibration, left_out=left_out)


def stored_file() -> Path:
    """Return where the clinic's prior is kept."""
    with as_file(files("ketacare.knowledge") / FOLDER / f"{STORED}.toml") as path:
        return path


def write(found: Calibrated, path: Path) -> str:
    """Write the prior to ``path`` and return its version: one more when anything in it changed."""
    version = 1
    if path.exists():
        old = path.read_text(encoding="utf-8")
        version = int(read_toml(old, source=path.name)["version"])
        if render(found, id=STORED, version=str(version), since=SINCE) == old:
            return str(version)
        version += 1
    try:
        path.write_text(
            render(found, id=STORED, version=str(version), since=SINCE), encoding="utf-8"
        )
    except OSError as error:
        raise InputError(
            ErrorCode.NOT_ALLOWED, f"{path} cannot be written ({error.strerror}); give --out"
        ) from error
    return str(version)


def _read(path: Path) -> Study:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            ErrorCode.BAD_FORMAT, f"{path} cannot be read as a study file ({error})"
        ) from error
    return read_study_text(text, source=path.name)


def render(found: Calibrated, *, id: str, version: str, since: str) -> str:  # noqa: A002
    """Return the fitted prior as the text of a knowledge file, with its fit arm by arm."""
    calibration = found.calibration
    prior = calibration.prior
    sources = {s for t in prior.traits for s in (t.median.source, t.spread.source)}
    sources |= {t.shared.source for t in prior.traits if t.shared is not None}
    sources |= {c.source for c in prior.constants.values()} | {
        c.source for c in (*prior.routes.values(), *prior.route_spreads.values())
    }
    for view in prior.views.values():
        sources |= {n.source for n in _view_numbers(view).values()}
    for found_for in prior.indications:
        moved = (found_for.widening, found_for.shift, found_for.between, found_for.nonspecific)
        sources |= {n.source for n in moved if n is not None}
    lines = [
        "# The population prior of the clinic: prior_reference after calibration to published arms.",
        "# Written by `ketacare trial calibrate`; edit the studies or prior_reference instead.",
        "# Identified means that the studies at least halved the uncertainty about a number.",
        "",
        f"id = {_quoted(id)}",
        'title = "Response to ketamine: population prior after calibration"',
        f"version = {_quoted(version)}",
        'status = "candidate"',
        f"since = {since}",
        f"sources = [{', '.join(_quoted(s) for s in sorted(sources))}]",
        f"domain = {_quoted(prior.domain)}",
        f"calibration = [{', '.join(_quoted(s) for s in prior.calibration)}]",
        'card = """',
        card(found),
        '"""',
    ]
    for trait in prior.traits:
        lines += _trait_lines(trait)
    lines += ["", "[constants]"]
    lines += [f"{name} = {_number(value)}" for name, value in prior.constants.items()]
    for view in prior.views.values():
        lines += _view_lines(view)
    lines += ["", "[routes]"]
    lines += [f"{name} = {_number(value)}" for name, value in prior.routes.items()]
    lines += ["", "[route_spreads] # SD of the log, for a whole group"]
    lines += [f"{name} = {_number(value)}" for name, value in prior.route_spreads.items()]
    for indication in prior.indications:
        lines += _indication_lines(indication)
    lines += [
        "",
        "[calibrated]",
        f"start = {_quoted(calibration.start.id)}",
        f"seed = {calibration.seed}",
        f"people_per_arm = {calibration.n}",
        f"converged = {str(calibration.converged).lower()}",
        f"misfit = {calibration.misfit:.3f} # root mean square residual, in SDs",
        f"between_studies = {calibration.between_studies:.3f} # root mean square study effect, SDs",
        f"coverage = {found.coverage:.3f} # of 90 % intervals, each study left out in turn",
    ]
    for hyper in calibration.hypers:
        lines += _hyper_lines(hyper)
    for effect in calibration.effects:
        lines += _effect_lines(effect)
    for fit, predicted in zip(_in_order(calibration.fits), _in_order(found.left_out), strict=True):
        lines += _fit_lines(fit, predicted)
    return "\n".join(lines) + "\n"


def card(found: Calibrated) -> str:
    """Return what the prior is, rests on, can do and cannot, for people who do not read code."""
    c = found.calibration
    known = ", ".join(f"{h.trait} ({h.part})" for h in c.hypers if h.identified) or "nothing"
    open_ = ", ".join(f"{h.trait} ({h.part})" for h in c.hypers if not h.identified)
    tied = "; ".join(f"{a} with {b} ({r:+.2f})" for a, b, r in c.entangled) or "none beyond 0.5"
    worst = sorted(found.left_out, key=lambda p: p.inside)
    missed = sorted({p.study for p in worst if not p.inside})
    outside = sum(not p.inside for p in found.left_out)
    paragraphs = [
        (
            "What it is. What to expect of a person whom nobody has treated yet, as medians and "
            "spreads of traits, for the model of fast, consolidated and non-specific relief. One "
            "person's answers replace it step by step."
        ),
        (
            f"Fitted to {len(c.prior.calibration)} published studies ({len(c.fits)} outcomes), most of "
            "them in depression; controlled evidence of ketamine in generalised and social anxiety "
            "disorder is about 30 people. Seed "
            f"{c.seed}, {c.n} simulated people per arm."
        ),
        (
            f"Fit. Root mean square residual {c.misfit:.2f} SD with each study's own difference "
            f"allowed for; root mean square study difference {c.between_studies:.2f} of the assumed "
            "SD (below one: the shared spreads are rather too wide than too narrow)."
        ),
        (
            f"Check. Each study predicted from the others: {len(found.left_out) - outside} of "
            f"{len(found.left_out)} outcomes ({found.coverage:.0%}) lie in their 90 % interval. "
            f"Outside: {', '.join(missed) or 'none'}."
        ),
        f"Identified (uncertainty at least halved by the studies): {known}.",
        (
            f"Not identified, so resting mostly on judgement: {open_}. Every trait not named was not "
            "fitted at all."
        ),
        (
            f"Told apart badly (correlation after the fit): {tied}. Build-up and loss of consolidated "
            "relief show only in how long groups stay well; the dose midpoint rests on one study."
        ),
        (
            "The studies contradict each other: one infusion helps 30 % in one and 71 % in another, "
            "saline moves nobody or half, relief lasts two weeks or two months, one study of "
            "obsessive-compulsive disorder found half responding and one nobody. Such differences "
            "are kept as the spread shared by a whole clinic or trial."
        ),
        (
            "Not for: choosing a concentration, the hours after an infusion, children, pregnancy, "
            "psychosis, drugs other than ketamine. Not in the model: life events, differences between "
            "occasions of the same person, who leaves a study beyond a rule of thumb."
        ),
    ]
    return "\n".join(textwrap.fill(p, 98) + "\n" for p in paragraphs).rstrip("\n")


def _trait_lines(trait: Trait) -> list[str]:
    lines = ["", "[[trait]]", f"name = {_quoted(trait.name)}", f"shape = {_quoted(trait.shape)}"]
    if trait.upper != 1.0:
        lines.append(f"upper = {trait.upper!r}")
    return [
        *lines,
        f"identified = {str(trait.identified).lower()}",
        f"median = {_number(trait.median)}",
        f"spread = {_number(trait.spread)}",
        *([] if trait.shared is None else [f"shared = {_number(trait.shared)}"]),
    ]


def _view_lines(view: View) -> list[str]:
    lines = ["", "[[view]]", f"instrument = {_quoted(view.instrument)}"]
    lines += [f"minimum = {view.minimum}", f"maximum = {view.maximum}"]
    if view.level is not None:
        lines.append(f"level = {_quoted(view.level)}")
    if view.gain is not None:
        lines.append(f"gain = {_quoted(view.gain)}")
    lines.append(f"rater = {_quoted(view.rater)}")
    lines += [f"{flag} = true" for flag in ("follows", "inverted") if getattr(view, flag)]
    return lines + [f"{name} = {_number(value)}" for name, value in _view_numbers(view).items()]


def _view_numbers(view: View) -> dict[str, Sourced]:
    return {
        "slope": view.slope,
        "error": view.error,
        "nonspecific": view.nonspecific,
        "response": view.response,
        "remission": view.remission,
    }


def _hyper_lines(hyper: Hyper) -> list[str]:
    scale = "log" if hyper.part == "spread" else "scale of the trait's shape"
    return [
        "",
        f"[[hyper]] # {scale}; {100 * hyper.remaining:.0f} % of the uncertainty is left",
        f"trait = {_quoted(hyper.trait)}",
        f"part = {_quoted(hyper.part)}",
        f"start = {hyper.start:.4f}",
        f"fitted = {hyper.fitted:.4f}",
        f"sd_before = {hyper.sd_before:.4f}",
        f"sd_after = {hyper.sd_after:.4f}",
    ]


def _indication_lines(indication: Indication) -> list[str]:
    return [
        "",
        "[[indication]]",
        f"id = {_quoted(indication.id)}",
        f"codes = [{', '.join(_quoted(code) for code in indication.codes)}]",
        f"widening = {_number(indication.widening)}",
        f"shift = {_number(indication.shift)}",
        *(
            f"{name} = {_number(value)}"
            for name, value in (
                ("between", indication.between),
                ("nonspecific", indication.nonspecific),
            )
            if value is not None
        ),
        f"sentence = {_quoted(indication.sentence)}",
    ]


def _effect_lines(effect: StudyEffect) -> list[str]:
    return [
        "",
        "[[study_effect]]",
        f"study = {_quoted(effect.study)}",
        f"trait = {_quoted(effect.trait)}",
        f"sds = {round(effect.sds, 2) + 0.0:.2f}",  # never -0.00
    ]


def _in_order(rows: Sequence[_Row]) -> list[_Row]:
    return sorted(rows, key=lambda r: (r.study, r.arm, r.measured, r.day))


def _fit_lines(fit: ArmFit, predicted: Predicted) -> list[str]:
    word = "inside" if predicted.inside else "OUTSIDE"
    return [
        "",
        (
            f"[[fit]] # residual {fit.residual:+.1f} SD, with its own difference "
            f"{fit.residual_own:+.1f} SD; {word} what the other studies predict"
        ),
        f"study = {_quoted(fit.study)}",
        f"arm = {_quoted(fit.arm)}",
        f"measured = {_quoted(fit.measured)}",
        f"day = {fit.day!r}",
        f"observed = {fit.observed:.4f}",
        f"expected = {fit.expected:.4f}",
        f"expected_own = {fit.expected_own:.4f}",
        f"sd = {fit.sd:.4f}",
        f"left_out_low = {predicted.low:.4f}",
        f"left_out_high = {predicted.high:.4f}",
    ]


def _number(value: Sourced) -> str:
    parts = [
        f"value = {value.value!r}",
        f"unit = {_quoted(value.unit)}",
        f"source = {_quoted(value.source)}",
        f"locus = {_quoted(value.locus)}",
    ]
    if value.basis != "reported":
        parts.append(f"basis = {_quoted(value.basis)}")
    if value.note:
        parts.append(f"note = {_quoted(value.note)}")
    return f"{{ {', '.join(parts)} }}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
