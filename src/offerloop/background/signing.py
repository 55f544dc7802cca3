"""Signatures of webhooks: HMAC-SHA256 over the time and the body, as Stripe does it, so that no request can be forged
and none that was overheard can be sent again later."""

from __future__ import annotations

import hashlib
import hmac
import time

SIGNATURE = "Offerloop-Signature"
"""The header."""
TOLERANCE = 300
"""Seconds by which the clocks of both sides may differ."""

_DIGITS = 12
"""Of the time, at most."""


def signature_of(secret: str, body: bytes, at: int) -> str:
    """Return the header of a request that is sent at an epoch second."""
    return f"t={at},v1={_digest(secret, body, at)}"


def is_signed(secret: str, body: bytes, header: str | None, now: float | None = None) -> bool:
    """Return whether a request bears the signature of its body and is not older than the clocks allow."""
    parts = dict(part.split("=", 1) for part in (header or "").split(",") if "=" in part)
    at = parts.get("t", "")
    if (
        not (at.isascii() and at.isdecimal())
        or len(at) > _DIGITS
        or abs((time.time() if now is None else now) - int(at)) > TOLERANCE
    ):
        return False
    return hmac.compare_digest(parts.get("v1", "").encode(), _digest(secret, body, int(at)).encode())


def _digest(secret: str, body: bytes, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
