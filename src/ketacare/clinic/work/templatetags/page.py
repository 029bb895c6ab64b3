"""Template tags and filters every page may use without loading them."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may as role_may
from ketacare.clinic.work.drafts import KEY_FIELD

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: template.Context, permission: str) -> bool:
    """Say whether the person may do this: ``{% may "plan:sign" as can_sign %}``."""
    request: HttpRequest | None = context.get("request")
    return request is not None and role_may(request.user, Permission(permission))


@register.simple_tag
def autosave(form: Any, address: str = "") -> SafeString:
    """Write the attributes that make a form keep itself: ``<form method="post" {% autosave form %}>``.

    ``address`` is the autosave address of a page without sign-in.
    """
    signed_out = _(
        "You were signed out. Sign in again in another tab and come back: what you typed is "
        "still here."
    )
    offline = _(
        "The connection is gone. What you typed is still on this page; it is sent when the "
        "connection is back."
    )
    return format_html(
        'data-autosave="{}" data-draft-key="{}" data-signed-out="{}" data-offline="{}"',
        address or reverse("work:autosave"),
        form.draft_key,
        signed_out,
        offline,
    )


@register.simple_tag
def draft_key(form: Any) -> SafeString:
    """Write the hidden field that names the form: after ``{% csrf_token %}``."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY_FIELD, form.draft_key)


@register.filter
def svg(markup: str) -> SafeString:
    """Show a chart drawn by ``adapters.plots``, whose texts are escaped where they are written."""
    return mark_safe(markup)  # noqa: S308 - only for charts of our own adapters


@register.filter
def or_unknown(value: Any) -> Any:
    """Return the value, or "not recorded" when there is none: missing is never zero."""
    return _("not recorded") if value is None or value == "" else value


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Return whether the field is one box to tick, whose label stands beside it."""
    return isinstance(field.field.widget, CheckboxInput)
