"""What every form of the cabinet does: show, let the second person sign, act, say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.second_person import NAME, PASSWORD, second_person
from ketacare.clinic.work.drafts import discard, form_with_draft
from ketacare.core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The words around a form."""

    title: str
    button: str
    back: str
    done: str
    lead: str


def person(request: HttpRequest) -> User:
    """Return who is signed in."""
    return cast("User", request.user)


def answer(
    request: HttpRequest,
    ask: Ask,
    form_class: Any,
    run: Callable[[dict[str, Any], Any], Any],
    *,
    key: str,
    then: Callable[[Any], str] | None = None,
    template: str = "cabinet/form.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show the form, or run the act with its clean data; ``witness`` in it is who signed second.

    Passwords are never kept in the draft nor sent back to the page.
    """
    form = form_with_draft(form_class, request, key=key)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                data = dict(form.cleaned_data)
                if PASSWORD in data:
                    data["witness"] = second_person(
                        request,
                        name=data.pop(NAME),
                        password=data.pop(PASSWORD),
                        permission=Permission.CABINET_WITNESS,
                    )
                made = run(data, form)
            except InputError as error:
                form.add_error(error.where if error.where in form.fields else None, error.sentence)
            else:
                discard(request, form)
                messages.success(request, ask.done)
                return redirect(ask.back if then is None else then(made))
    shown = {**(context or {}), "form": form, "ask": ask}
    return render(request, template, shown, status=status)
