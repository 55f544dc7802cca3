"""Passwords of people, hashed by Argon2id."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 12, 200
_HASHER = PasswordHasher()


def password_hash(password: str) -> str:
    """Return what is kept of a password."""
    return _HASHER.hash(password)


def is_password(hashed: str | None, password: str) -> bool:
    """Whether it is the password; as slow for somebody who is not there."""
    try:
        return _HASHER.verify(hashed or _hash_of_nobody(), password) and hashed is not None
    except (Argon2Error, InvalidHashError):
        return False


def _hash_of_nobody() -> str:
    """Return a hash of the usual cost that matches no password, so that unknown names take as long."""
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"
