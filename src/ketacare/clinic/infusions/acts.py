"""What can be done with a session from its page: one row per act, with its form and its words.

The page, the page of one act (without JavaScript, or after a mistake) and the view share this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.infusions import actions, forms
from ketacare.clinic.infusions.models import OPEN_PHASES, Phase, Session
from ketacare.knowledge.load import load_calls

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act: when it is possible, its form, what the button says and what it does."""

    name: str
    title: Text
    button: Text
    done: Text
    form: type[django_forms.Form]
    phases: tuple[Phase, ...]
    run: Callable[[Session, Any, User, datetime], object]
    permission: Permission = Permission.INFUSION_RUN
    style: str = ""
    lead: Text = ""


def _reason(act: Callable[..., object]) -> Callable[[Session, Any, User, datetime], object]:
    def run(session: Session, form: Any, by: User, now: datetime) -> object:
        extra = {}
        if "rate_ml_h" in form.cleaned_data:
            extra["rate_ml_h"] = form.cleaned_data["rate_ml_h"]
        return act(
            session=session,
            reason=form.reason,
            by=by,
            now=now,
            expected_version=_seen(form),
            **extra,
        )

    return run


def _seen(form: Any) -> int:
    return int(form.cleaned_data["version"])


ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act(
            name="check-in",
            title=_("Check in"),
            button=_("Check the person in"),
            done=_("The person is checked in."),
            lead=_("From now on the chair's monitor is this person's."),
            form=forms.ChairForm,
            phases=(Phase.SCHEDULED,),
            run=lambda session, form, by, now: actions.check_in(
                session=session,
                chair=form.cleaned_data["chair"],
                by=by,
                now=now,
                expected_version=_seen(form),
            ),
        ),
        Act(
            name="chair",
            title=_("Change the chair"),
            button=_("Change the chair"),
            done=_("The chair is changed."),
            form=forms.ChairForm,
            phases=OPEN_PHASES,
            run=lambda session, form, by, now: actions.assign_chair(
                session=session,
                chair=form.cleaned_data["chair"],
                by=by,
                now=now,
                expected_version=_seen(form),
            ),
            style="quiet",
        ),
        Act(
            name="sheet",
            title=_("Pump sheet"),
            button=_("Calculate the pump sheet"),
            done=_("The pump sheet is calculated. Another person does the second check."),
            form=forms.SheetForm,
            phases=(Phase.CHECKED_IN, Phase.READY),
            run=lambda session, form, by, now: actions.prepare(
                session=session,
                weight_kg=form.cleaned_data["weight_kg"],
                bag_ml=form.cleaned_data["bag_ml"],
                vial_mg_per_ml=form.cleaned_data["vial_mg_per_ml"],
                dilution_recorded=form.cleaned_data["dilution_recorded"],
                vial=form.vial,
                vial_skipped=form.cleaned_data["vial_skipped"],
                dose_mg_per_kg=form.cleaned_data.get("dose_mg_per_kg"),
                minutes=form.cleaned_data.get("minutes"),
                by=by,
                now=now,
                expected_version=_seen(form),
            ),
        ),
        Act(
            name="second-check",
            title=_("Second check"),
            button=_("Compare with the sheet"),
            done=_("Both calculations agree. The infusion is ready to start."),
            lead=_("Calculate dose and rate alone, from the order, before you look at any sheet."),
            form=forms.SecondCheckForm,
            phases=(Phase.CHECKED_IN,),
            run=lambda session, form, by, now: actions.second_check(
                session=session,
                dose_mg=form.cleaned_data["dose_mg"],
                rate_ml_h=form.cleaned_data["rate_ml_h"],
                by=by,
                now=now,
                expected_version=_seen(form),
            ),
        ),
        Act(
            name="start",
            title=_("Start"),
            button=_("Start: the pump runs"),
            done=_("The start is recorded."),
            lead=_("Start the pump, then tap here. Ketacare does not drive the pump."),
            form=forms.StartForm,
            phases=(Phase.READY,),
            run=lambda session, form, by, now: actions.start(
                session=session, by=by, now=now, expected_version=_seen(form)
            ),
        ),
        Act(
            name="pause",
            title=_("Pause"),
            button=_("Record the pause"),
            done=_("The pause is recorded."),
            lead=_("Pause the pump first, then say why."),
            form=forms.PauseForm,
            phases=(Phase.RUNNING,),
            run=_reason(actions.pause),
        ),
        Act(
            name="resume",
            title=_("Resume"),
            button=_("Record that it runs again"),
            done=_("The infusion runs again."),
            form=forms.ResumeForm,
            phases=(Phase.PAUSED,),
            run=_reason(actions.resume),
        ),
        Act(
            name="complete",
            title=_("Bag is given"),
            button=_("Record the end"),
            done=_("The end is recorded. Recovery begins."),
            lead=_("The bag is empty and the pump has stopped."),
            form=forms.CompleteForm,
            phases=(Phase.RUNNING, Phase.PAUSED),
            run=lambda session, form, by, now: actions.stop(
                session=session,
                reason=form.cleaned_data["words"],
                completed=True,
                by=by,
                now=now,
                expected_version=_seen(form),
            ),
            style="secondary",
        ),
        Act(
            name="stop",
            title=_("Stop early"),
            button=_("Record the stop"),
            done=_("The stop is recorded. Recovery begins."),
            lead=_("Stop the pump first. A stopped infusion is not started again."),
            form=forms.StopForm,
            phases=(Phase.RUNNING, Phase.PAUSED),
            run=_reason(actions.stop),
            style="stop",
        ),
        Act(
            name="rate",
            title=_("Change the rate"),
            button=_("Record the new rate"),
            done=_("The new rate is recorded."),
            form=forms.RateForm,
            phases=(Phase.RUNNING,),
            run=_reason(actions.change_rate),
            style="quiet",
        ),
        Act(
            name="discharge",
            title=_("Discharge"),
            button=_("Discharge"),
            done=_("The person is discharged."),
            form=forms.DischargeForm,
            phases=(Phase.RECOVERY,),
            permission=Permission.INFUSION_DISCHARGE,
            run=lambda session, form, by, now: actions.discharge(
                session=session,
                override_reason=form.cleaned_data["words"],
                by=by,
                now=now,
                expected_version=_seen(form),
            ),
        ),
        Act(
            name="call",
            title=_("Call after the infusion"),
            button=_("Record the call"),
            done=_("The call is recorded."),
            lead=lazy(lambda: load_calls().ask, str)(),  # read when it is shown
            form=forms.CallForm,
            phases=(Phase.DISCHARGED,),
            run=lambda session, form, by, now: actions.record_call(
                session=session,
                reached=form.cleaned_data["outcome"] != "not_reached",
                well={"well": True, "reports": False}.get(form.cleaned_data["outcome"]),
                words=form.cleaned_data["words"],
                by=by,
                now=now,
            ),
        ),
        Act(
            name="note",
            title=_("Write a note"),
            button=_("Add the note"),
            done=_("The note is in the log."),
            form=forms.NoteForm,
            phases=(Phase.SCHEDULED, *OPEN_PHASES, Phase.DISCHARGED, Phase.CANCELLED),
            run=lambda session, form, by, now: actions.note(
                session=session, text=form.cleaned_data["words"], by=by, now=now
            ),
            style="quiet",
        ),
        Act(
            name="cancel",
            title=_("Cancel the infusion"),
            button=_("Cancel the infusion"),
            done=_("The infusion is cancelled."),
            form=forms.CancelForm,
            phases=(Phase.SCHEDULED, Phase.CHECKED_IN, Phase.READY),
            run=lambda session, form, by, now: actions.cancel(
                session=session,
                reason=form.cleaned_data["words"],
                by=by,
                now=now,
                expected_version=_seen(form),
            ),
            style="quiet",
        ),
    )
}
