"""Writes ``evidence/prior_first.toml``: runs the calibration and renders its result as a file.

``python -m ketacare.knowledge.calibrating`` fits ``prior_reference`` to every study whose role is
calibration and rewrites the stored prior; the same studies, seed and libraries give the same file.
It decides nothing: what is fitted, and how, is in ``core/trials/calibration.py``.
"""

from __future__ import annotations

import sys
import textwrap
from importlib.resources import as_file, files

from ketacare.core.response import Trait, View
from ketacare.core.sources import Sourced
from ketacare.core.trials import ArmFit, Calibration, Hyper, calibrate
from ketacare.knowledge.loading.evidence import FOLDER, load_prior
from ketacare.knowledge.loading.studies import load_studies

SEED = 20261123
PEOPLE = 2000
START = "prior_reference"


def run() -> Calibration:
    """Return the calibration that the stored prior comes from."""
    return calibrate(load_studies("calibration"), start=load_prior(START), seed=SEED, n=PEOPLE)


def render(calibration: Calibration, *, id: str, version: str, since: str) -> str:  # noqa: A002
    """Return the fitted prior as the text of a knowledge file, with its fit arm by arm."""
    prior = calibration.prior
    known = ", ".join(f"{h.trait} ({h.part})" for h in calibration.hypers if h.identified)
    open_ = ", ".join(f"{h.trait} ({h.part})" for h in calibration.hypers if not h.identified)
    sources = {s for t in prior.traits for s in (t.median.source, t.spread.source)}
    sources |= {c.source for c in prior.constants.values()} | {
        c.source for c in prior.routes.values()
    }
    for view in prior.views.values():
        sources |= {n.source for n in _view_numbers(view).values()}
    lines = [
        "# The population prior of the clinic: prior_reference after calibration to published arms.",
        "# Written by ketacare.knowledge.calibrating; edit the studies or prior_reference instead.",
        "# Identified means that the studies at least halved the uncertainty about a number.",
        *_comment(f"Identified: {known or 'nothing'}."),
        *_comment(f"Not identified, so resting mostly on judgement: {open_}."),
        "# Every trait that is not named here was not fitted at all.",
        "# The arms contradict each other in places (see the residuals under fit): saline moves one",
        "# in eight people in one trial and half in another; relief lasts two weeks or two months.",
        "# Not held by the model: the duration exponent of the dose, study effects, dropout.",
        "",
        f"id = {_quoted(id)}",
        'title = "Response to ketamine: population prior after calibration"',
        f"version = {_quoted(version)}",
        'status = "candidate"',
        f"since = {since}",
        f"sources = [{', '.join(_quoted(s) for s in sorted(sources))}]",
        f"domain = {_quoted(prior.domain)}",
        f"calibration = [{', '.join(_quoted(s) for s in prior.calibration)}]",
    ]
    for trait in prior.traits:
        lines += _trait_lines(trait)
    lines += ["", "[constants]"]
    lines += [f"{name} = {_number(value)}" for name, value in prior.constants.items()]
    for view in prior.views.values():
        lines += _view_lines(view)
    lines += ["", "[routes]"]
    lines += [f"{name} = {_number(value)}" for name, value in prior.routes.items()]
    lines += [
        "",
        "[calibrated]",
        f"start = {_quoted(calibration.start.id)}",
        f"seed = {calibration.seed}",
        f"people_per_arm = {calibration.n}",
        f"converged = {str(calibration.converged).lower()}",
        f"misfit = {calibration.misfit:.3f} # root mean square residual, in SDs",
    ]
    for hyper in calibration.hypers:
        lines += _hyper_lines(hyper)
    for fit in calibration.fits:
        lines += _fit_lines(fit)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Calibrate and rewrite the stored prior."""
    calibration = run()
    if not calibration.converged:
        sys.exit(f"the fit did not converge ({calibration.message}); nothing was written")
    with as_file(files("ketacare.knowledge") / FOLDER / "prior_first.toml") as path:
        text = render(calibration, id="prior_first", version="1", since="2026-11-23")
        path.write_text(text, encoding="utf-8")


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 98, initial_indent="# ", subsequent_indent="#   ")


def _trait_lines(trait: Trait) -> list[str]:
    lines = ["", "[[trait]]", f"name = {_quoted(trait.name)}", f"shape = {_quoted(trait.shape)}"]
    if trait.upper != 1.0:
        lines.append(f"upper = {trait.upper!r}")
    return [
        *lines,
        f"identified = {str(trait.identified).lower()}",
        f"median = {_number(trait.median)}",
        f"spread = {_number(trait.spread)}",
    ]


def _view_lines(view: View) -> list[str]:
    lines = ["", "[[view]]", f"instrument = {_quoted(view.instrument)}"]
    lines += [f"minimum = {view.minimum}", f"maximum = {view.maximum}"]
    if view.level is not None:
        lines.append(f"level = {_quoted(view.level)}")
    if view.gain is not None:
        lines.append(f"gain = {_quoted(view.gain)}")
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


def _fit_lines(fit: ArmFit) -> list[str]:
    return [
        "",
        f"[[fit]] # residual {fit.residual:+.1f} SD",
        f"study = {_quoted(fit.study)}",
        f"arm = {_quoted(fit.arm)}",
        f"measured = {_quoted(fit.measured)}",
        f"day = {fit.day!r}",
        f"observed = {fit.observed:.4f}",
        f"expected = {fit.expected:.4f}",
        f"sd = {fit.sd:.4f}",
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


if __name__ == "__main__":
    main()
