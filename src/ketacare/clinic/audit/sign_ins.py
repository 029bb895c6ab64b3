"""Records sign-ins, refused sign-ins, sign-outs and changes of the second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from ketacare.clinic import audit


def connect() -> None:
    """Listen; called once when the app is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(_refused, dispatch_uid="audit.refused")
    authenticator_added.connect(_factor_added, dispatch_uid="audit.factor_added")
    authenticator_reset.connect(_factor_added, dispatch_uid="audit.factor_reset")
    authentication_failed.connect(_second_refused, dispatch_uid="audit.second_refused")
    authenticator_removed.connect(_factor_removed, dispatch_uid="audit.factor_removed")


def _signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    audit.record(tag=audit.Tag.SIGNED_IN, by=user, object_id=user.pk)


def _signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        audit.record(tag=audit.Tag.SIGNED_OUT, by=user, object_id=user.pk)


def _refused(sender: Any, **kwargs: Any) -> None:
    # What was typed is not kept: people type their password into the name field.
    audit.record(tag=audit.Tag.SIGN_IN_FAILED, by=audit.SYSTEM)


def _second_refused(sender: Any, user: Any, **kwargs: Any) -> None:
    audit.record(
        tag=audit.Tag.SIGN_IN_FAILED,
        by=audit.SYSTEM,
        object_id=user.pk,
        details={"step": "second factor"},
    )


def _factor_added(sender: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    audit.record(tag=audit.Tag.FACTOR_ADDED, by=user, details={"kind": str(authenticator.type)})


def _factor_removed(sender: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    audit.record(tag=audit.Tag.FACTOR_REMOVED, by=user, details={"kind": str(authenticator.type)})
