"""The signed links patients answer by: made from a request, read back without the database.

A link is ``<request>:<expiry>:<signature>``. It names nobody, cannot be guessed or prolonged, and
is made again from the request when the team copies it a second time; only its SHA-256 is stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.signing import BadSignature, Signer

_LINKS = Signer(salt="ketacare.questionnaires.link")
_SEALS = Signer(salt="ketacare.questionnaires.seal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a genuine link says."""

    request_id: uuid.UUID
    expires_at: datetime


def token_of(request_id: uuid.UUID, expires_at: datetime) -> str:
    """Return the token of a request; the same for the same request and expiry."""
    name = base64.urlsafe_b64encode(request_id.bytes).decode().rstrip("=")
    return _LINKS.sign(f"{name}:{int(expires_at.timestamp()):x}")


def read_token(token: str) -> Link | None:
    """Return what a link says, or ``None`` when it was not made here or was changed."""
    try:
        name, _colon, expiry = _LINKS.unsign(token).partition(":")
        return Link(
            request_id=uuid.UUID(bytes=base64.urlsafe_b64decode(name + "==")),
            expires_at=datetime.fromtimestamp(int(expiry, 16), tz=UTC),
        )
    except (BadSignature, ValueError, binascii.Error):
        return None


def digest_of(token: str) -> str:
    """Return the SHA-256 under which a link is known."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal_of(request_id: uuid.UUID, until: datetime) -> str:
    """Return the proof of having seen a page of this request, good until ``until``."""
    return _SEALS.sign(f"{request_id.hex}:{int(until.timestamp()):x}")


def is_sealed(seal: str, request_id: uuid.UUID, *, now: datetime) -> bool:
    """Return whether ``seal`` was made for this request and still holds."""
    try:
        name, _colon, until = _SEALS.unsign(seal).partition(":")
        return name == request_id.hex and now.timestamp() < int(until, 16)
    except (BadSignature, ValueError):
        return False
