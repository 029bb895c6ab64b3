"""Writes virtual people down as a clinic would have, so that single-person code can be asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ketacare.core.record import Fact, Infusion, Measurement, Person, Score, Vital

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def record(ward, row, *, baseline, scores, doses=None):
    """The person as a clinic would have recorded them up to now.

    ``doses`` are (mg/kg, minutes) of each infusion, the standard one without.
    """

    def at(day):
        return START + timedelta(days=float(day))

    given = ward.days[row, : ward.total[row]]
    seen, facts = [], []
    if len(given):
        during = at(given[-1]) + timedelta(minutes=30)
        distress = 9 if ward.distress[row] else 2
        systolic = 185 if ward.pressure[row] else 125
        seen = [Measurement(kind=Vital.DISTRESS, value=distress, at=during)]
        seen += [
            Measurement(kind=Vital.SYSTOLIC, value=systolic, at=during + timedelta(minutes=m))
            for m in (0, 5)
        ]
        if not (ward.distress[row] or ward.pressure[row]):
            after = at(given[-1]) + timedelta(hours=2)
            facts = [Fact(code="last_infusion_tolerated", value=True, at=after)]
    return Person(
        id="v",
        label="virtual",
        age_years=40,
        infusions=tuple(
            Infusion(at=at(d), dose_mg=70 * mg_per_kg, minutes=minutes, weight_kg=70)
            for d, (mg_per_kg, minutes) in zip(
                given, doses or [(0.5, 40)] * len(given), strict=True
            )
        ),
        scores=(
            # The baseline is scored just before the first infusion of the day.
            Score(
                instrument="gad7",
                at=START - timedelta(minutes=5),
                total=int(baseline[row]),
            ),
            *(Score(instrument="gad7", at=at(d), total=t) for d, t in scores),
        ),
        measurements=tuple(seen),
        facts=tuple(facts),
    )
