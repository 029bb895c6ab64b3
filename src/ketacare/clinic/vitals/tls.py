"""TLS for the port of bedside monitors, when a certificate is set: see docs/howto/monitor.md.

With an authority for clients set, a monitor must show a certificate signed by it; which bed it speaks
for is still decided by its messages. Half a configuration stops the start instead of falling back to
plain text.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ketacare.core.errors import ErrorCode, InputError

_NAMES = ("KETACARE_VITALS_TLS_CERT", "KETACARE_VITALS_TLS_KEY", "KETACARE_VITALS_TLS_CLIENT_CA")


def context_of(values: Mapping[str, Any]) -> ssl.SSLContext | None:
    """Return the server's TLS context for the settings, or ``None`` for plain MLLP.

    Raises ``InputError`` when only a part is set, or a file cannot be used.
    """
    certificate, key, authority = (values.get(name) for name in _NAMES)
    if certificate is None and key is None and authority is None:
        return None
    if certificate is None or key is None:
        raise InputError(
            ErrorCode.MISSING_KEY,
            f"{_NAMES[0]} and {_NAMES[1]} are set together, or the port stays plain; "
            "set both, or none of the three.",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(Path(certificate), Path(key), password=_no_password)
        if authority is not None:
            context.load_verify_locations(Path(authority))
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f"the files of {', '.join(_NAMES)} cannot be used "
            f"({getattr(error, 'strerror', None) or type(error).__name__}); "
            "name PEM files this process may read, the key without a password.",
        ) from error
    return context


def _no_password() -> str:
    """Return nothing, so that a key with a password is refused instead of asking at a terminal."""
    return ""
