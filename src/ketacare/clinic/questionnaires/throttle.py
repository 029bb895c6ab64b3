"""How often an address or a link may ask, counted in Django's cache.

Links cannot be guessed; this keeps somebody who tries from taking the server's time. A genuine
link is counted by itself, so that a clinic behind one address is never locked out.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW_SECONDS = 600
WRONG_LINKS = 30
REQUESTS_OF_A_LINK = 400  # a whole PHQ-9 with every step twice takes about 60


def is_too_much(kind: str, name: str, limit: int) -> bool:
    """Count one more and return whether it is over the limit of ten minutes."""
    key = f"questionnaires:{kind}:{name}"
    if cache.add(key, 1, WINDOW_SECONDS):
        return False
    try:
        return cache.incr(key) > limit
    except ValueError:  # it ended between the two lines
        return False


def address_of(request: HttpRequest) -> str:
    """Return where the request comes from, as our own proxy saw it if there is one.

    Of an IPv6 address only the network counts: whoever has one has 2^64 of them.
    """
    address = _seen_address(request)
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    return address if known.version == 4 else str(ip_network((known, 64), strict=False))


def _seen_address(request: HttpRequest) -> str:
    if settings.KETACARE["KETACARE_BEHIND_PROXY"]:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if forwarded:
            return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
