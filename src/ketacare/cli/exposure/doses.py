"""The words in which a dose is ordered on the command line, and what they mean.

A dose is an amount, and in any order after it what it is, how and by which route it is given, when
it starts, and how often it is repeated::

    35 mg over 40 min
    0.5 mg/kg over 40 min at 3 d
    25 mg S-ketamine over 40 min every 3.5 d 6 times
    60 mg/h for 20 min            40 mg/h for 20 min at 20 min
    10 mg bolus                   28 mg intranasal at 5 min
    57.7 mg S-ketamine HCl sublingual

Amounts are mg of base. An amount of hydrochloride is refused unless its conversion is asked for:
1 mg of base is 1.153 mg of hydrochloride, and a dose must never depend on which one was meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ketacare.cli.exposure.amounts import duration_in
from ketacare.core.errors import ErrorCode, InputError, KetacareError
from ketacare.core.pharmacology import Bolus, Enantiomer, PkModel, RateStep, Regimen, Route
from ketacare.core.units import Quantity, dimension

EXAMPLES = '"35 mg over 40 min", "10 mg bolus", "60 mg/h for 20 min", "28 mg intranasal at 5 min"'

_AMOUNT = re.compile(
    r"^\s*(?P<value>[-+]?(?:\d+(?:\.\d+)?|\.\d+))\s*(?P<unit>[^\s\d]\S*)(?P<rest>.*)$"
)
_ROUTES = {
    "iv": Route.INTRAVENOUS,
    "intravenous": Route.INTRAVENOUS,
    "im": Route.INTRAMUSCULAR,
    "intramuscular": Route.INTRAMUSCULAR,
    "sc": Route.SUBCUTANEOUS,
    "subcutaneous": Route.SUBCUTANEOUS,
    "nasal": Route.INTRANASAL,
    "intranasal": Route.INTRANASAL,
    "po": Route.ORAL,
    "oral": Route.ORAL,
    "sl": Route.SUBLINGUAL,
    "sublingual": Route.SUBLINGUAL,
}
_FORMS = {
    "racemate": Enantiomer.RACEMATE,
    "racemic": Enantiomer.RACEMATE,
    "ketamine": None,
    "s-ketamine": Enantiomer.S,
    "esketamine": Enantiomer.S,
    "r-ketamine": Enantiomer.R,
    "arketamine": Enantiomer.R,
}
_SALTS = {"base": False, "hcl": True, "hydrochloride": True}
# Words that say one thing by themselves, and what; "of" and "by" say nothing.
_PLAIN: dict[str, dict[str, Any]] = {
    **{word: {"route": route} for word, route in _ROUTES.items()},
    **{word: {} if form is None else {"form": form} for word, form in _FORMS.items()},
    **{word: {"hydrochloride": salt} for word, salt in _SALTS.items()},
    "bolus": {"at_once": True},
    "of": {},
    "by": {},
}
_KEYWORDS = frozenset({"over", "for", "at", "every", "bolus", "times", "of", "by", "from"})
_LONGEST_DAYS, _MOST_REPEATS = 366.0, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One dose as ordered: ``value`` in ``unit``; a rate when the unit is one.

    ``minutes`` is the duration of an infusion (``None`` for a dose given at once), ``start_min``
    when it begins (``None`` when not said), ``form`` what it is made of where that was said;
    ``at_once`` that the word bolus was used. A complete order has a route.
    """

    text: str
    value: float
    unit: str
    minutes: float | None = None
    start_min: float | None = None
    route: Route | None = None
    at_once: bool = False
    form: Enantiomer | None = None
    hydrochloride: bool = False
    every_min: float | None = None
    times: int = 1

    @property
    def is_rate(self) -> bool:
        """Return whether the amount is one per time."""
        return dimension(self.unit).startswith("dose rate")


@dataclass(slots=True)
class _Words:
    """The words of an order, read from left to right."""

    text: str
    where: str
    words: list[str] = field(default_factory=list)

    def fail(self, sentence: str, code: ErrorCode = ErrorCode.BAD_FORMAT) -> InputError:
        return InputError(code, f'"{self.text}": {sentence}', where=self.where)

    def duration(self, after: str) -> float:
        """Return the longest span of time that comes next."""
        taken: list[str] = []
        found = None
        for word in self.words:
            if word.lower() in _KEYWORDS or word.lower() in _ROUTES or word.lower() in _FORMS:
                break
            taken.append(word)
            minutes = duration_in(" ".join(taken))
            found = (minutes, len(taken)) if minutes is not None else found
        if found is None or found[0] is None:
            raise self.fail(f'after "{after}" comes a span of time, for example "40 min"')
        del self.words[: found[1]]
        if found[0] > _LONGEST_DAYS * 1440.0:
            raise self.fail(
                f"a span of more than {_LONGEST_DAYS:g} days is a slip of typing",
                ErrorCode.OUT_OF_RANGE,
            )
        return found[0]


def read_order(text: str, *, where: str = "--dose") -> Order:
    """Return what a text orders; refuse what is not understood, in one sentence."""
    match = _AMOUNT.match(text)
    if match is None:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f'"{text}" does not begin with an amount; write for example {EXAMPLES}',
            where=where,
        )
    words = _Words(text=text, where=where, words=match["rest"].split())
    order = Order(text=" ".join(text.split()), value=_value(match, words), unit=match["unit"])
    while words.words:
        order = _next(order, words)
    return _complete(order, words)


def _next(order: Order, words: _Words) -> Order:
    """Return the order with what its next word says."""
    word = words.words.pop(0).lower()
    if word in _ROUTES and order.route not in {None, _ROUTES[word]}:
        raise words.fail("give one route", ErrorCode.CONTRADICTION)
    if word in {"over", "for"}:
        order = replace(order, minutes=words.duration(word))
    elif word in {"at", "from"}:
        order = replace(order, start_min=words.duration(word))
    elif word == "every":
        order = _repeated(order, words)
    elif word in _PLAIN:
        order = replace(order, **_PLAIN[word])
    else:
        raise words.fail(f'"{word}" is not understood; write for example {EXAMPLES}')
    return order


def _value(match: re.Match[str], words: _Words) -> float:
    """Return the amount; refuse a unit that is not one of a dose, and zero and below."""
    value, unit = float(match["value"]), match["unit"]
    known = ("mg", "mg/kg", "mg/h", "mg/min", "mg/kg/h", "mg/kg/min", "ug", "g")
    if unit not in known:
        raise words.fail(
            f'"{unit}" is not a unit of a dose; use one of {", ".join(known)}',
            ErrorCode.UNKNOWN_UNIT,
        )
    if value <= 0:
        raise words.fail(
            f"the dose is {value:g} {unit}; it must be more than zero", ErrorCode.OUT_OF_RANGE
        )
    return Quantity(value, unit).value


def _repeated(order: Order, words: _Words) -> Order:
    every = words.duration("every")
    if len(words.words) < 2 or words.words[1].lower() != "times":
        raise words.fail('say how often, for example "every 3.5 d 6 times"')
    number = words.words.pop(0)
    words.words.pop(0)
    if not number.isdigit() or not 2 <= int(number) <= _MOST_REPEATS:
        raise words.fail(
            f'"{number} times" is not a number from 2 to {_MOST_REPEATS}', ErrorCode.OUT_OF_RANGE
        )
    if every <= 0:
        raise words.fail("repeat it after more than no time", ErrorCode.OUT_OF_RANGE)
    return replace(order, every_min=every, times=int(number))


def _complete(order: Order, words: _Words) -> Order:
    order = replace(order, route=order.route or Route.INTRAVENOUS)
    if order.at_once and order.minutes is not None:
        raise words.fail("it is either a bolus or given over time", ErrorCode.CONTRADICTION)
    if order.is_rate and order.minutes is None:
        raise words.fail(
            f'say for how long, for example "{order.value:g} {order.unit} for 20 min"',
            ErrorCode.MISSING_KEY,
        )
    if order.route not in {None, Route.INTRAVENOUS}:
        if order.minutes is not None:
            raise words.fail(
                f"a dose by the {order.route} route is given at once; leave the duration out",
                ErrorCode.CONTRADICTION,
            )
        return order
    if order.minutes is None and not order.at_once:
        raise words.fail(
            f'over how long it is given is not said; write "{order.value:g} {order.unit} over '
            f'40 min", or "{order.value:g} {order.unit} bolus"',
            ErrorCode.MISSING_KEY,
        )
    if order.minutes == 0:
        if order.is_rate:
            raise words.fail("a rate needs a duration above zero", ErrorCode.OUT_OF_RANGE)
        return replace(order, minutes=None)
    return order


def regimen_of(
    orders: Sequence[Order],
    model: PkModel,
    *,
    weight_kg: float,
    enantiomer: Enantiomer,
    convert_salt: bool,
    where: str = "--dose",
) -> Regimen:
    """Return the orders as one regimen in mg of base; hours count from the first start.

    ``enantiomer`` is what a dose is made of where its text does not say. Refuses hydrochloride
    whose conversion was not asked for, and several doses of which one does not say when it starts
    or starts before the one before it.
    """
    steps: list[RateStep] = []
    boluses: list[Bolus] = []
    forms: set[Enantiomer] = set()
    before = 0.0
    for number, order in enumerate(orders, start=1):
        if order.start_min is None and number > 1:
            raise InputError(
                ErrorCode.MISSING_KEY,
                f'"{order.text}": say when it starts, for example "{order.text} at 3 d"',
                where=where,
            )
        forms.add(order.form or enantiomer)
        amount = _base_mg(order, model, weight_kg=weight_kg, convert=convert_salt, where=where)
        first = (order.start_min or 0.0) / 60.0
        if first < before:
            raise InputError(
                ErrorCode.CONTRADICTION,
                f'"{order.text}" starts before the dose before it; put doses in order of time',
                where=where,
            )
        before = first
        for turn in range(order.times):
            start = first + turn * (order.every_min or 0.0) / 60.0
            if order.minutes is None:
                boluses.append(Bolus(start, amount, order.route or Route.INTRAVENOUS))
            else:
                hours = order.minutes / 60.0
                rate = amount if order.is_rate else amount / hours
                steps.append(RateStep(start, start + hours, rate))
    if len(forms) > 1:
        raise InputError(
            ErrorCode.CONTRADICTION,
            f"one dose is {' and another '.join(sorted(f.value for f in forms))}; "
            "give one form of the drug in a run",
            where=where,
        )
    try:
        return Regimen(
            tuple(sorted(steps, key=lambda s: s.start_h)),
            tuple(sorted(boluses, key=lambda b: b.at_h)),
            forms.pop(),
        )
    except KetacareError as error:
        raise InputError(error.code, error.sentence, where=where) from error


def _base_mg(order: Order, model: PkModel, *, weight_kg: float, convert: bool, where: str) -> float:
    """Return mg of base, or mg/h of it for a rate."""
    if order.is_rate:
        per_kg = "kg" in order.unit
        value = Quantity(order.value, order.unit).to("mg/kg/h" if per_kg else "mg/h")
    else:
        per_kg = order.unit == "mg/kg"
        value = Quantity(order.value, order.unit).to("mg/kg" if per_kg else "mg")
    amount = value * weight_kg if per_kg else value
    if not order.hydrochloride:
        return amount
    if not convert:
        raise InputError(
            ErrorCode.NOT_ALLOWED,
            f'"{order.text}" is the weight of the hydrochloride, and doses here are base; give the '
            "base, or add --convert-hcl to have it converted",
            where=where,
        )
    return model.base_mg(amount)
