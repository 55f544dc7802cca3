"""Secrets that are given out once and kept as hashes."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "offer_"
"""What every secret begins with, so that scanners of code and logs can find one."""


def new_secret() -> str:
    """Return 32 random bytes as text."""
    return PREFIX + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """Return the SHA-256 by which a secret is known; one of 32 random bytes needs no salt."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_id(kind: str) -> str:
    """Return a random name such as ``"token_5f..."``."""
    return f"{kind}_{secrets.token_hex(8)}"
