"""The person's own account, and the people of the clinic for their manager."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic.accounts import access, actions
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.forms import NewPersonForm, PasswordForm, PersonForm
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import ROLES, Role
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError


@requires(Permission.ACCOUNT_OWN)
@require_GET
def own_account(request: HttpRequest) -> HttpResponse:
    """Show who is signed in, what the role is for, and the way to password and second factor."""
    user = cast("User", request.user)
    return render(request, "accounts/own.html", {"sentence": ROLES[Role(user.role)].sentence})


@require_GET
def sign_up_closed(request: HttpRequest) -> HttpResponse:
    """Say who adds people: nobody signs up by themselves."""
    return render(request, "account/signup_closed.html")


@requires(Permission.USERS_MANAGE)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List everybody who works here."""
    rows = access.people_for(cast("User", request.user))
    roles = [(role.label, row.sentence) for role, row in ROLES.items()]
    return render(request, "accounts/people.html", {"people": rows, "roles": roles})


@requires(Permission.USERS_MANAGE)
@require_http_methods(["GET", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    """Add somebody."""
    form = form_with_draft(NewPersonForm, request, key="people:add")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person = actions.create_user(
            by=cast("User", request.user),
            username=data["username"],
            display_name=data["display_name"],
            email=data["email"],
            role=Role(data["role"]),
            password=data["password"],
        )
        discard(request, form)
        messages.success(request, _("{name} can sign in now.").format(name=person))
        return redirect("accounts:people")
    return render(request, "accounts/person_form.html", {"form": form, "person": None})


@requires(Permission.USERS_MANAGE)
@require_http_methods(["GET", "POST"])
def change_person(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Change somebody's name, role or access."""
    person = access.person_for(cast("User", request.user), user_id)
    name = str(person)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_user(
                by=cast("User", request.user),
                user=person,
                display_name=data["display_name"],
                email=data["email"],
                role=Role(data["role"]),
                is_active=data["is_active"],
                reason=data["reason"],
            )
        except InputError as error:
            form.add_error(None, error.sentence)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:people")
    context = {"form": form, "person": person, "name": name}
    return render(request, "accounts/person_form.html", context)


@requires(Permission.USERS_MANAGE)
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Give somebody who forgot theirs a new password."""
    person = access.person_for(cast("User", request.user), user_id)
    form = PasswordForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        actions.set_password(
            by=cast("User", request.user), user=person, password=form.cleaned_data["password"]
        )
        messages.success(request, _("{name} has a new password.").format(name=person))
        return redirect("accounts:people")
    return render(request, "accounts/password_form.html", {"form": form, "person": person})
