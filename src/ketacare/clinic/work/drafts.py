"""Forms that keep what was typed: through a reload, a time-out, a new sign-in, a mistake.

In a view::

    owner = owner_of(request)                     # or link_owner(token) on a patient's page
    form = form_with_draft(TrialForm, request, key=f"history.trial:{patient.pk}")
    if request.method == "POST" and form.is_valid():
        actions.add_trial(by=request.user, ...)
        discard(request, form)
        return redirect(...)
    return render(request, "history/trial.html", {"form": form})

and in the template ``<form method="post" {% autosave form %}>{% csrf_token %}{{ form }}``.
Without JavaScript the draft is written whenever the form is sent and not yet right.
"""

from __future__ import annotations

import contextlib
import re
from datetime import datetime
from typing import Any, TypeVar

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string

from ketacare.clinic.work import access, actions
from ketacare.clinic.work.models import Draft
from ketacare.clinic.work.owners import Owner, owner_of
from ketacare.core.errors import ErrorCode, InputError

AnyForm = TypeVar("AnyForm", bound=BaseForm)

KEY_FIELD = "draft_key"
BESIDES = frozenset({KEY_FIELD, "csrfmiddlewaretoken"})
# Passwords and codes are never kept.
NEVER = re.compile(r"password|passcode|otp|secret|^code$", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z0-9_.:@-]{1,200}\Z")


def form_with_draft(
    form_class: type[AnyForm],
    request: HttpRequest,
    *,
    key: str,
    owner: Owner | None = None,
    **kwargs: Any,
) -> AnyForm:
    """Return the form: bound to what was sent, or filled from the draft, or empty.

    Sets ``form.draft_key`` and ``form.draft_saved_at`` (``None`` when nothing was kept), which
    ``{% autosave form %}`` and ``_draft.html`` use. ``kwargs`` go to the form.
    """
    owner = owner or owner_of(request)
    saved_at: datetime | None = None
    if request.method == "POST":
        with contextlib.suppress(InputError):  # too long to keep: the form itself still answers
            actions.save_draft(by=owner, key=checked(key), data=typed(request.POST))
        form = form_class(data=request.POST, files=request.FILES or None, **kwargs)
    else:
        draft = access.draft_of(owner, checked(key))
        form = form_class(**kwargs)
        if draft is not None:
            fill(form, draft)
            saved_at = draft.updated_at
    form.draft_key = key  # type: ignore[attr-defined] # read by the template tag
    form.draft_saved_at = saved_at  # type: ignore[attr-defined] # read by _draft.html
    # "Start empty" goes through the address for signed-in people; a link's page has none.
    form.draft_back = request.path if owner.user else ""  # type: ignore[attr-defined] # the same
    return form


def fill(form: BaseForm, draft: Draft) -> None:
    """Put a draft's values into an unbound form as each widget reads them."""
    data = QueryDict(mutable=True)
    for name, values in draft.data.items():
        data.setlist(name, values)
    for name, field in form.fields.items():
        prefixed = form.add_prefix(name)
        if not field.widget.value_omitted_from_data(data, {}, prefixed):
            form.initial[name] = field.widget.value_from_datadict(data, {}, prefixed)


def discard(request: HttpRequest, form: BaseForm, *, owner: Owner | None = None) -> None:
    """Drop the form's draft: call it after the action that used what was typed."""
    actions.discard_draft(by=owner or owner_of(request), key=form.draft_key)  # type: ignore[attr-defined] # set by form_with_draft


def typed(post: QueryDict) -> dict[str, list[str]]:
    """Return what to keep of a sent form: texts, without token, key and passwords."""
    return {
        # PostgreSQL keeps no NUL characters, and nobody types them.
        name.replace("\0", ""): [str(value).replace("\0", "") for value in values]
        for name, values in post.lists()
        if name not in BESIDES and not NEVER.search(name)
    }


def checked(key: str) -> str:
    """Return the key, or raise when it is not one."""
    if not _KEY.match(key):
        raise InputError(
            ErrorCode.BAD_FORMAT,
            "A draft's key has letters, digits and ._:@- only, such as history.trial:<patient id>.",
        )
    return key


def autosave_answer(request: HttpRequest, *, owner: Owner) -> HttpResponse:
    """Keep what was posted and answer with the line that says so.

    For the autosave address of signed-in people, and for patients' pages that have their own.
    """
    try:
        key = checked(request.POST.get(KEY_FIELD, ""))
        draft = actions.save_draft(by=owner, key=key, data=typed(request.POST))
    except InputError as error:
        return HttpResponse(
            render_to_string("_draft_saved.html", {"problem": error.sentence}, request), status=422
        )
    return HttpResponse(render_to_string("_draft_saved.html", {"draft": draft}, request))
