"""The roles of a clinic and what each may do, in one table.

A role is a job, not a rank: nobody inherits anybody's permissions, so each row can be read alone.
Front desk and researcher see no clinical page; the manager sees who did what, not the notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.accounts.permissions import Permission as P  # noqa: N817 - the table below stays readable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.utils.functional import Promise

    from ketacare.clinic.accounts.models import User


class Role(TextChoices):
    """A job in the clinic."""

    PSYCHIATRIST = "psychiatrist", _("Psychiatrist")
    NURSE = "nurse", _("Infusion nurse")
    ANAESTHESIA = "anaesthesia", _("Anaesthesia clinician")
    THERAPIST = "therapist", _("Psychotherapist")
    FRONT_DESK = "front_desk", _("Front desk")
    RESEARCHER = "researcher", _("Researcher")
    MANAGER = "manager", _("Clinic manager")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """What a role is for, in one sentence, and what it may do."""

    sentence: str | Promise
    permissions: frozenset[P]


_EVERYBODY = frozenset({P.ACCOUNT_OWN, P.SAMPLE_VIEW})
_READS_CHARTS = frozenset(
    {
        P.BOARD_VIEW,
        P.TASK_EDIT,
        P.PATIENT_VIEW,
        P.CHART_VIEW,
        P.HISTORY_VIEW,
        P.ELIGIBILITY_VIEW,
        P.PLAN_VIEW,
        P.INFUSION_VIEW,
        P.VITALS_VIEW,
        P.QUESTIONNAIRE_VIEW,
        P.THERAPY_VIEW,
        P.POLICY_VIEW,
    }
)
_KEEPS_CABINET = frozenset({P.CABINET_VIEW, P.CABINET_HANDLE, P.CABINET_WITNESS})
_RUNS_INFUSIONS = frozenset({P.INFUSION_RUN, P.INFUSION_DISCHARGE, P.VITALS_RECORD, P.RECORD_SEAL})

ROLES: Mapping[Role, RoleRow] = {
    Role.PSYCHIATRIST: RoleRow(
        sentence=_("Takes the history, decides on eligibility, signs plans and follows outcomes."),
        permissions=_EVERYBODY
        | _READS_CHARTS
        | _RUNS_INFUSIONS
        | {
            P.PATIENT_CREATE,
            P.PATIENT_EDIT,
            P.HISTORY_EDIT,
            P.ELIGIBILITY_EDIT,
            P.ELIGIBILITY_SIGN,
            P.ELIGIBILITY_OVERRIDE,
            P.ELIGIBILITY_COSIGN,
            P.POLICY_SIGN,
            P.PLAN_PROPOSE,
            P.PLAN_SIGN,
            P.PLAN_WEIGH,
            P.QUESTIONNAIRE_SEND,
            P.QUESTIONNAIRE_RECORD,
            P.THERAPY_EDIT,
            P.OUTCOMES_VIEW,
            P.CABINET_VIEW,
            P.CABINET_WITNESS,
        },
    ),
    Role.NURSE: RoleRow(
        sentence=_("Prepares, runs and watches infusions and discharges when the gate is open."),
        permissions=_EVERYBODY
        | _READS_CHARTS
        | _RUNS_INFUSIONS
        | _KEEPS_CABINET
        | {
            P.PATIENT_CREATE,
            P.PATIENT_EDIT,
            P.HISTORY_EDIT,
            P.ELIGIBILITY_EDIT,
            P.PLAN_PROPOSE,
            P.QUESTIONNAIRE_SEND,
            P.QUESTIONNAIRE_RECORD,
        },
    ),
    Role.ANAESTHESIA: RoleRow(
        sentence=_("Judges medical risk, cosigns overrides and runs infusions."),
        permissions=_EVERYBODY
        | _READS_CHARTS
        | _RUNS_INFUSIONS
        | _KEEPS_CABINET
        | {
            P.CABINET_RECEIVE,
            P.CABINET_CASE,
            P.HISTORY_EDIT,
            P.ELIGIBILITY_EDIT,
            P.ELIGIBILITY_OVERRIDE,
            P.ELIGIBILITY_COSIGN,
            P.POLICY_SIGN,
            P.PLAN_PROPOSE,
        },
    ),
    Role.THERAPIST: RoleRow(
        sentence=_("Prepares people for a session and works with them on what it opened."),
        permissions=_EVERYBODY
        | _READS_CHARTS
        | {P.HISTORY_EDIT, P.QUESTIONNAIRE_SEND, P.QUESTIONNAIRE_RECORD, P.THERAPY_EDIT},
    ),
    Role.FRONT_DESK: RoleRow(
        sentence=_("Books and welcomes people; never sees clinical notes."),
        permissions=_EVERYBODY | {P.BOARD_VIEW, P.PATIENT_VIEW, P.PATIENT_CREATE, P.PATIENT_EDIT},
    ),
    Role.RESEARCHER: RoleRow(
        sentence=_("Studies consented data from which names and dates have been taken out."),
        permissions=_EVERYBODY | {P.OUTCOMES_VIEW, P.REGISTRY_VIEW},
    ),
    Role.MANAGER: RoleRow(
        sentence=_(
            "Looks after people's access, the audit log, the clinic's policy and the drug cabinet."
        ),
        permissions=_EVERYBODY
        | _KEEPS_CABINET
        | {P.CABINET_RECEIVE, P.CABINET_CASE}
        | {P.BOARD_VIEW, P.AUDIT_VIEW, P.USERS_MANAGE, P.OUTCOMES_VIEW, P.POLICY_VIEW},
    ),
}


def permissions_of(user: User | AnonymousUser) -> frozenset[P]:
    """Return what this person may do: nothing when signed out, inactive or of unknown role."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    row = ROLES.get(Role(user.role)) if user.role in Role.values else None
    return row.permissions if row is not None else frozenset()


def may(user: User | AnonymousUser, permission: P) -> bool:
    """Return whether this person may do this."""
    return permission in permissions_of(user)


def sees_clinical(user: User | AnonymousUser) -> bool:
    """Return whether this person may read anything clinical about a patient."""
    return may(user, P.CHART_VIEW)


def roles_with(permission: P) -> tuple[Role, ...]:
    """Return the roles that may do this, for sentences such as "ask a psychiatrist"."""
    return tuple(role for role, row in ROLES.items() if permission in row.permissions)
