"""Findings as the review shows them: in groups by what they ask for, each with its way out.

Nothing is judged here. A question that is missing stands where it is missed; what is not a question
(a weight, a birth date, a score) comes with the address of the page that takes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.eligibility.access import Finding, is_held
from ketacare.clinic.eligibility.forms import said, spoken_unit
from ketacare.clinic.eligibility.mapping import signers_of
from ketacare.clinic.eligibility.models import Override
from ketacare.clinic.eligibility.overridden import awaited_of
from ketacare.core.safety import FactDefinition, FactUsed, Outcome, Policy, RuleFinding, Station
from ketacare.core.sources import Source
from ketacare.knowledge.load import load_policy, load_sources

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where something that is missing can be given."""

    text: Text
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question beside the finding that misses it; ``key`` is unique on the page."""

    definition: FactDefinition
    key: str
    unit: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One finding with everything its reader can check and do."""

    finding: RuleFinding
    override: Override | None
    level: str
    word: Text
    held: bool
    questions: tuple[Question, ...]
    asked_above: tuple[str, ...]
    known_facts: tuple[FactUsed, ...]
    ways: tuple[Way, ...]
    signers: str
    can_override: bool
    can_cosign: bool
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings that ask for the same kind of thing."""

    key: str
    title: Text
    text: Text
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many findings of each kind there are; ``waiting`` lack a second signature."""

    stops: int
    overrides: int
    waiting: int
    cannot_tell: int
    warnings: int
    overridden: int
    passes: int
    held: int

    @property
    def sentence(self) -> str:
        """What stands in the way, in one sentence."""
        if self.stops:
            return ngettext(
                "Not eligible as it stands: {n} hard stop.",
                "Not eligible as it stands: {n} hard stops.",
                self.stops,
            ).format(n=self.stops)
        if self.overrides:
            return ngettext(
                "{n} finding needs an override with a reason, or a change.",
                "{n} findings need an override with a reason, or a change.",
                self.overrides,
            ).format(n=self.overrides)
        if self.waiting and self.waiting == self.held:
            return ngettext(
                "{n} override waits for its second signature.",
                "{n} overrides wait for their second signatures.",
                self.waiting,
            ).format(n=self.waiting)
        if self.held:
            return ngettext(
                "{n} finding has to be settled before anybody can say.",
                "{n} findings have to be settled before anybody can say.",
                self.held,
            ).format(n=self.held)
        return _("Nothing stands in the way.")

    @property
    def level(self) -> str:
        """How it is shown."""
        if self.stops:
            return "stop"
        return "watch" if self.overrides or self.held else "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """Everything the page shows of one station."""

    station: Station
    counts: Counts
    groups: tuple[Group, ...]
    passes: tuple[FindingView, ...]


def kind_of(finding: RuleFinding, override: Override | None) -> str:
    """Return which group a finding belongs to."""
    if override is not None and override.is_complete:
        return "overridden"
    if override is not None:
        return "waiting"
    if finding.outcome is Outcome.BLOCK:
        return "stops" if finding.stops or not finding.needs_override else "overrides"
    return {
        Outcome.CANNOT_TELL: "cannot_tell",
        Outcome.WARN: "warnings",
        Outcome.PASS: "passes",
    }[finding.outcome]


def counts_of(found: Sequence[Finding]) -> Counts:
    """Return how many findings of each kind there are."""
    kinds = [kind_of(finding, override) for finding, override in found]
    return Counts(
        stops=kinds.count("stops"),
        overrides=kinds.count("overrides"),
        waiting=kinds.count("waiting"),
        cannot_tell=kinds.count("cannot_tell"),
        warnings=kinds.count("warnings"),
        overridden=kinds.count("overridden"),
        passes=kinds.count("passes"),
        held=sum(is_held(finding, override) for finding, override in found),
    )


def review_view(
    found: Sequence[Finding], *, station: Station, patient_id: uuid.UUID, user: User
) -> ReviewView:
    """Return findings in groups: what stops first, then what is not known, then the rest."""
    policy = load_policy()
    by_kind: dict[str, list[FindingView]] = {}
    for finding, override in found:
        view = _view(finding, override, policy=policy, patient_id=patient_id, user=user)
        by_kind.setdefault(kind_of(finding, override), []).append(view)
    by_kind["cannot_tell"] = _ask_once(
        sorted(by_kind.get("cannot_tell", []), key=lambda view: not view.held)
    )
    heads: tuple[tuple[str, Text, Text], ...] = (
        ("stops", _("Stops"), _("Nobody can override these; only a change of the facts can.")),
        (
            "overrides",
            _("Needs an override or a change"),
            _("Care may go on only if the named people sign, with a reason."),
        ),
        (
            "waiting",
            _("Waits for a second signature"),
            _("One of the two has signed. Nothing goes on before the other has."),
        ),
        (
            "cannot_tell",
            _("Cannot tell yet"),
            _("Something is not recorded or too old. Nothing missing is taken as normal."),
        ),
        ("warnings", _("To keep in mind"), _("These do not stop anything.")),
        ("overridden", _("Overridden"), _("Signed with a reason, for exactly these facts.")),
    )
    return ReviewView(
        station=station,
        counts=counts_of(found),
        groups=tuple(
            Group(key=key, title=title, text=text, findings=tuple(by_kind[key]))
            for key, title, text in heads
            if by_kind.get(key)
        ),
        passes=tuple(by_kind.get("passes", ())),
    )


def _ask_once(views: Sequence[FindingView]) -> list[FindingView]:
    """Return the findings with each question beside the first that misses it, named at the others."""
    seen: set[str] = set()
    found = []
    for view in views:
        fresh = tuple(q for q in view.questions if q.definition.code not in seen)
        above = tuple(q.definition.label for q in view.questions if q.definition.code in seen)
        seen |= {question.definition.code for question in fresh}
        found.append(replace(view, questions=fresh, asked_above=above))
    return found


def open_questions(found: Sequence[Finding]) -> tuple[FactDefinition, ...]:
    """Return every question some finding misses, in the order of the vocabulary."""
    missing = {code for finding, _signed in found for code in finding.missing}
    return tuple(q for code, q in load_policy().facts.items() if code in missing)


def groups_of(station: Station) -> dict[str, tuple[str, tuple[FactDefinition, ...]]]:
    """Return the policy's groups of questions at a station: address part → name and questions."""
    found: dict[str, list[FactDefinition]] = {}
    for question in load_policy().questions_at(station):
        found.setdefault(question.group, []).append(question)
    return {slugify(name): (name, tuple(asked)) for name, asked in found.items()}


def _view(
    finding: RuleFinding,
    override: Override | None,
    *,
    policy: Policy,
    patient_id: uuid.UUID,
    user: User,
) -> FindingView:
    roles = signers_of(finding)
    known = load_sources()
    asked = [policy.facts[code] for code in finding.missing if code in policy.facts]
    level, word = _word(finding, override)
    return FindingView(
        finding=finding,
        override=override,
        level=level,
        word=word,
        held=is_held(finding, override),
        questions=tuple(_question(finding, question) for question in asked),
        asked_above=(),
        known_facts=tuple(
            fact
            for fact in finding.facts
            if not fact.problem or (fact.at is not None and fact.name not in finding.missing)
        ),
        ways=_ways(finding, policy, patient_id),
        signers=" + ".join(str(role.label) for role in roles),
        can_override=(
            finding.needs_override
            and override is None
            and may(user, Permission.ELIGIBILITY_OVERRIDE)
            and user.role in roles
        ),
        can_cosign=(
            override is not None
            and user.role in override.awaited
            and user.pk != override.by_id
            and may(user, Permission.ELIGIBILITY_COSIGN)
        ),
        sources=tuple(known[name] for name in finding.sources if name in known),
    )


_WORDS: dict[Outcome, tuple[str, Text]] = {
    Outcome.BLOCK: ("stop", gettext_lazy("Hard stop")),
    Outcome.CANNOT_TELL: ("info", gettext_lazy("Cannot tell – does not hold up treatment")),
    Outcome.WARN: ("watch", gettext_lazy("Warning")),
    Outcome.PASS: ("good", gettext_lazy("Passes")),
}


def _word(finding: RuleFinding, override: Override | None) -> tuple[str, Text]:
    if override is not None and override.is_complete:
        return "info", _("Overridden")
    if override is not None:
        return "watch", _("Override waits for: {roles}").format(roles=awaited_of(override))
    if finding.outcome is Outcome.BLOCK and finding.needs_override:
        return "stop", _("Needs an override")
    if finding.outcome is Outcome.CANNOT_TELL and (finding.stops or finding.needs_override):
        return "watch", _("Cannot tell – holds up treatment")
    return _WORDS[finding.outcome]


def _question(finding: RuleFinding, question: FactDefinition) -> Question:
    return Question(
        definition=question,
        key=f"q-{finding.rule.replace('.', '-')}-{question.code}",
        unit=spoken_unit(question.unit),
        choices=tuple((word, said(word).capitalize()) for word in question.choices)
        or (("yes", _("Yes")), ("no", _("No"))),
    )


def _ways(finding: RuleFinding, policy: Policy, patient_id: uuid.UUID) -> tuple[Way, ...]:
    ways: dict[str, Way] = {}
    for code in finding.missing:
        if code in policy.facts:
            continue
        for prefix, text, route in (
            ("measurement:", _("Record a measurement"), "eligibility:measure"),
            ("age", _("Record the date of birth"), "patients:edit"),
            ("recorded_sex", _("Record the sex"), "patients:edit"),
            ("diagnosis", _("Record the diagnosis"), "history:overview"),
            ("code_of_the_diagnosis", _("Complete the diagnosis"), "history:overview"),
            ("psychiatrist_who", _("Record who confirmed it"), "history:overview"),
            ("resistance_stage", _("See what the history lacks"), "history:overview"),
            ("time_of_the_last", _("Record when it was last taken"), "history:overview"),
            ("complete_anxiety_score", _("Send a questionnaire"), "questionnaires:overview"),
        ):
            address = _address(route, patient_id)
            if code.startswith(prefix) and address:
                ways[address] = Way(text=text, address=address)
    return tuple(ways.values())


def _address(route: str, patient_id: uuid.UUID) -> str:
    try:
        return reverse(route, args=[patient_id])
    except NoReverseMatch:
        return ""  # a page this installation does not have
