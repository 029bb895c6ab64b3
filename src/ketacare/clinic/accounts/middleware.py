"""Deny when unsure: a view that declares nothing is not served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.decorators import declaration_of


class DenyUndeclaredMiddleware(MiddlewareMixin):
    """Refuse views without ``@requires`` or ``@public``."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> None:
        """Look for the declaration before the view runs."""
        if declaration_of(view_func) is None:
            raise PermissionDenied(_("Nobody has said who may use this page, so nobody may."))
