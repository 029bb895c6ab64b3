"""What ``ketacare recommend`` tells about the course so far: signals, how long relief lasts, asking."""

from __future__ import annotations

import numpy as np

from ketacare.core.response import (
    Posterior,
    SignalState,
    expected_course,
    relapse_forecast,
    value_of_asking,
    watch,
)
from ketacare.knowledge.load import load_prior, load_watch_rules

_WEEK = 7.0


def sentences_of_course(posterior: Posterior | None, instrument: str, *, seed: int) -> list[str]:
    """Return what stands out in a course with a score after a dose, nothing without one.

    How often scores were agreed upon is not in a case file, so silence is not judged here.
    """
    if posterior is None or not posterior.course.doses:
        return []
    course = posterior.course
    if not any(r.instrument == instrument and r.day > course.doses[0].day for r in course.ratings):
        return []
    rules = load_watch_rules()
    expected = expected_course(
        posterior.base or load_prior(), course, instrument, rules, rng=np.random.default_rng(seed)
    )
    signals = watch(posterior, instrument, rules, every_days=None, expected=expected)
    found = [s.sentence for s in signals if s.state is SignalState.RAISED]
    if not found:
        found.append("Nothing stands out so far.")
    relapse = relapse_forecast(posterior, instrument, rng=np.random.default_rng(seed))
    if relapse.by_day is not None:
        found.append(relapse.sentence)
    found.append(value_of_asking(posterior, instrument, day=course.now_day + _WEEK).sentence)
    indication = posterior.prior.indication(course.diagnosis)
    if indication is not None:
        found.append(indication.sentence)
    return found
