"""What a pump sheet tells the nurse, step by step, and what there is to note about the settings.

Numbers are written without trailing zeros and always with a leading one, so that 5 is never read
as 50 and .5 never as 5.
"""

from __future__ import annotations

from ketacare.core.planning.protocol import Protocol
from ketacare.core.planning.routes import Backward, exact, written


def steps_for(
    found: Backward,
    *,
    bag_mL: float,
    vial_mg_per_mL: float,
    draw_mL: float,
    rate_mL_per_h: float,
    diluents: tuple[str, ...],
) -> tuple[str, ...]:
    """Return the steps from vial to running pump; volumes in mL, rate in mL/h."""
    drawn, bag = exact(draw_mL), written(bag_mL)
    strength = written(found.concentration_mg_per_mL)
    minutes = written(round(float(found.minutes_to_empty), 1))
    return (
        (
            f"Take ketamine {written(vial_mg_per_mL)} mg/mL. A second person reads the strength "
            "aloud from the vial."
        ),
        (
            f"From a {bag} mL bag of {' or '.join(diluents)}, remove {written(draw_mL)} mL and "
            f"discard it: {written(exact(bag_mL) - drawn)} mL stay."
        ),
        (
            f"Draw up {written(draw_mL)} mL ketamine ({written(drawn * exact(vial_mg_per_mL))} mg) "
            f"and add it to the bag: {bag} mL with {strength} mg/mL."
        ),
        (
            f"Label the bag with the person's name, the drug, {strength} mg/mL, the time and both "
            "names."
        ),
        (
            f"Set the pump to {written(rate_mL_per_h)} mL/h and a volume of {bag} mL: "
            f"{written(found.delivered_mg)} mg, empty after {minutes} min."
        ),
        (
            "The second person calculates dose and rate alone, enters both, and reads the pump "
            "before start."
        ),
    )


def notes_for(
    draw_mL: float, rate_mL_per_h: float, deviation: float, *, bag_mL: float, protocol: Protocol
) -> tuple[str, ...]:
    """Return what to know about the settings; ``deviation`` from the order in percent."""
    if abs(deviation) < 5e-3:  # shown with two digits, so anything smaller reads as zero
        exactness = "The settings deliver the ordered dose exactly."
    else:
        exactness = (
            f"Set to {written(draw_mL)} mL and {written(rate_mL_per_h)} mL/h the person receives "
            f"{abs(deviation):.2g} % {'more' if deviation > 0 else 'less'} than ordered."
        )
    sizes = [bag.to("mL") for bag in protocol.pump.bags]
    if bag_mL in sizes:
        return (exactness,)
    known = ", ".join(f"{size:g}" for size in sizes)
    return (exactness, f"{bag_mL:g} mL is not a usual bag ({known} mL); check the volume.")
