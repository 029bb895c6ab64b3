"""The two declarations a view can carry: who may use it, or why everybody may.

Every view has exactly one of them; tests/clinic/test_routes.py walks the routes, and
:class:`~ketacare.clinic.accounts.middleware.DenyUndeclaredMiddleware` refuses the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import may, roles_with

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "ketacare_declaration"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a view declares; ``permission`` is ``None`` for a public one, which gives a reason."""

    permission: Permission | None
    post: Permission | None
    reason: str

    def needed(self, method: str) -> Permission | None:
        """Return the permission a request of this method needs."""
        return self.permission if method in SAFE else self.post


def declaration_of(view: Any) -> Declaration | None:
    """Return what the view declares, or ``None``."""
    return cast("Declaration | None", getattr(view, ATTRIBUTE, None))


def requires(permission: Permission, *, post: Permission | None = None) -> Callable[[View], View]:
    """Let only people through who have ``permission``; ``post`` when writing needs another one.

    Strangers are sent to the sign-in page and come back afterwards; the others get a 403 that
    says who could do it. Works on plain and on ``async`` views.
    """
    declaration = Declaration(permission=permission, post=post or permission, reason="")

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                user = await request.auser()
                answer = _stop(request, user, declaration)
                return answer if answer is not None else await view(request, *args, **kwargs)

            guarded: Any = guarded_async
        else:

            @wraps(view)
            def guarded_sync(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                answer = _stop(request, request.user, declaration)
                return answer if answer is not None else view(request, *args, **kwargs)

            guarded = guarded_sync
        setattr(guarded, ATTRIBUTE, declaration)
        return cast("View", guarded)

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """Let everybody through, and say why that is right."""
    if not reason.endswith("."):
        raise ValueError(f"public({reason!r}): give the reason as a sentence.")
    declaration = Declaration(permission=None, post=None, reason=reason)

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def open_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return await view(request, *args, **kwargs)

            opened: Any = open_async
        else:

            @wraps(view)
            def open_sync(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return view(request, *args, **kwargs)

            opened = open_sync
        setattr(opened, ATTRIBUTE, declaration)
        return cast("View", opened)

    return decorate


def _stop(request: HttpRequest, user: Any, declaration: Declaration) -> HttpResponseBase | None:
    needed = declaration.needed(request.method or "GET")
    if needed is None:
        return None
    if not user.is_authenticated or not user.is_active:
        return to_sign_in(request)
    if may(user, needed):
        return None
    names = " / ".join(str(role.label) for role in roles_with(needed))
    raise PermissionDenied(
        _("Your role ({role}) may not do this. It can be done by: {names}.").format(
            role=user.role_label, names=names
        )
    )


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a person to the sign-in page and back; a part of a page asks its whole page to go."""
    if _is_part(request):
        return _whole_page_to(request, "account_login")
    back = request.get_full_path() if request.method in SAFE else request.path
    return redirect_to_login(back)


def to_confirm(request: HttpRequest, back: str) -> HttpResponse:
    """Ask a person who is still signed in for the password alone, and lead ``back`` afterwards."""
    if _is_part(request):
        return _whole_page_to(request, "account_reauthenticate")
    return redirect_to_login(back, login_url=reverse("account_reauthenticate"))


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" or request.headers.get("X-Autosave") == "1"


def _whole_page_to(request: HttpRequest, route: str) -> HttpResponse:
    here = request.headers.get("HX-Current-URL", "")
    path = here.split("://", 1)[-1].partition("/")[2]
    answer = HttpResponse(status=401)
    if request.headers.get("X-Autosave") != "1":
        answer["HX-Redirect"] = f"{reverse(route)}?{urlencode({'next': '/' + path})}"
    return answer
