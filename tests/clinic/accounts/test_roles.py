"""What each role may do: the promises of the design, row by row."""

import pytest
from django.contrib.auth.models import AnonymousUser

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission as P  # noqa: N817 - the tables below stay readable
from ketacare.clinic.accounts.roles import (
    ROLES,
    Role,
    may,
    permissions_of,
    roles_with,
    sees_clinical,
)

CLINICAL = {
    P.CHART_VIEW,
    P.HISTORY_VIEW,
    P.ELIGIBILITY_VIEW,
    P.PLAN_VIEW,
    P.INFUSION_VIEW,
    P.VITALS_VIEW,
    P.QUESTIONNAIRE_VIEW,
    P.THERAPY_VIEW,
}


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.RESEARCHER, Role.MANAGER])
def test_these_roles_see_nothing_clinical(role, people):
    assert not ROLES[role].permissions & CLINICAL
    assert not sees_clinical(people[role])


@pytest.mark.parametrize("role", [Role.PSYCHIATRIST, Role.NURSE, Role.ANAESTHESIA, Role.THERAPIST])
def test_these_roles_read_the_whole_chart(role, people):
    assert ROLES[role].permissions >= CLINICAL
    assert sees_clinical(people[role])


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (P.PLAN_SIGN, {Role.PSYCHIATRIST}),
        (P.ELIGIBILITY_OVERRIDE, {Role.PSYCHIATRIST, Role.ANAESTHESIA}),
        (P.ELIGIBILITY_COSIGN, {Role.PSYCHIATRIST, Role.ANAESTHESIA}),
        (P.INFUSION_RUN, {Role.PSYCHIATRIST, Role.NURSE, Role.ANAESTHESIA}),
        (P.INFUSION_DISCHARGE, {Role.PSYCHIATRIST, Role.NURSE, Role.ANAESTHESIA}),
        (P.VITALS_RECORD, {Role.PSYCHIATRIST, Role.NURSE, Role.ANAESTHESIA}),
        (P.THERAPY_EDIT, {Role.PSYCHIATRIST, Role.THERAPIST}),
        (P.AUDIT_VIEW, {Role.MANAGER}),
        (P.USERS_MANAGE, {Role.MANAGER}),
        (P.ACCOUNT_OWN, set(Role)),
    ],
)
def test_who_may_do_this(permission, roles):
    assert set(roles_with(permission)) == roles


def test_every_role_has_a_row_and_a_sentence():
    assert set(ROLES) == set(Role)
    assert all(str(row.sentence).endswith(".") for row in ROLES.values())


def test_permissions_follow_the_grammar():
    assert all(len(permission.value.split(":")) == 2 for permission in P)


def test_strangers_the_inactive_and_the_unknown_may_nothing(nurse):
    assert may(nurse, P.INFUSION_RUN)
    assert permissions_of(AnonymousUser()) == frozenset()
    assert permissions_of(User(role=Role.NURSE, is_active=False)) == frozenset()
    assert permissions_of(User(role="wizard")) == frozenset()
