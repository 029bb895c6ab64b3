"""The check-in on the session's page and on the page of one step: rows with their forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may
from ketacare.clinic.infusions import arriving, forms
from ketacare.clinic.infusions.arriving import Arrival, State
from ketacare.clinic.infusions.checks import Checked
from ketacare.clinic.infusions.models import Session
from ketacare.clinic.work import access as work
from ketacare.clinic.work.drafts import fill
from ketacare.clinic.work.owners import Owner
from ketacare.core.safety import FactDefinition

_WORDS = {
    State.DONE: ("good", gettext_lazy("Done")),
    State.OVERRIDDEN: ("info", gettext_lazy("Overridden")),
    State.SKIPPED: ("watch", gettext_lazy("Skipped")),
    State.OPEN: ("none", gettext_lazy("To do")),
    State.IN_THE_WAY: ("stop", gettext_lazy("In the way")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRow:
    """One step as it is shown: where it stands, who does it, and how it can be done from here."""

    arrival: Arrival
    status: str
    word: str
    who: str
    may_do: bool
    form: Form | None
    observe: str
    screener: str
    may_skip: bool
    overrides: tuple[Checked, ...]

    @property
    def opens(self) -> bool:
        """Whether there is anything to do in it, or to read about what is in the way."""
        return not self.arrival.is_settled


def rows_of(session: Session, steps: Sequence[Arrival], user: User) -> tuple[ArrivalRow, ...]:
    """Return every step of the check-in, those that are open with a form where there is one."""
    return tuple(row_of(session, each, user, form=_form(session, each, user)) for each in steps)


def row_of(session: Session, each: Arrival, user: User, *, form: Form | None) -> ArrivalRow:
    """Return one step as it is shown."""
    status, word = _WORDS[each.state]
    does = each.may_be_done_by(user) and may(user, Permission.ELIGIBILITY_EDIT)
    return ArrivalRow(
        arrival=each,
        status=status,
        word=str(word),
        who=_(" / ").join(str(role.label) for role in each.roles),
        may_do=does,
        form=form if does else None,
        observe=_observe(session, each),
        screener=_screener(session, each),
        may_skip=does and each.may_be_skipped and may(user, Permission.INFUSION_RUN),
        overrides=each.overridable if may(user, Permission.ELIGIBILITY_OVERRIDE) else (),
    )


def step_key(session: Session, name: str) -> str:
    """Return the name under which what is typed into a step's form is kept."""
    return f"infusion.step.{name}:{session.pk}"


def form_arguments(name: str, asked: Sequence[FactDefinition]) -> dict[str, Any]:
    """Return what a step's form is made with, on the session's page and on its own."""
    return {"questions": asked, "auto_id": f"id_{name}_%s"}


def _form(session: Session, each: Arrival, user: User) -> Form | None:
    asked = () if each.is_settled else arriving.questions_of(each)
    if not asked:
        return None
    form = forms.QuestionsForm(**form_arguments(each.step.id, asked))
    key = step_key(session, each.step.id)
    draft = work.draft_of(Owner(user=user), key)
    if draft is not None:
        fill(form, draft)
    form.draft_key = key  # type: ignore[attr-defined] # read by autosave
    form.draft_saved_at = None  # type: ignore[attr-defined] # the step's own page shows it
    return form


def _observe(session: Session, each: Arrival) -> str:
    if not each.step.observe:
        return ""
    return reverse("vitals:observe", args=[session.pk, each.step.observe])


def _screener(session: Session, each: Arrival) -> str:
    if not each.step.form:
        return ""
    page = reverse("questionnaires:enter", args=[session.patient_id, each.step.form])
    return f"{page}?back={reverse('infusions:session', args=[session.pk])}"
