"""Pseudonyms of customers: keyed hashes of their ids, under the key of the shop."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable

from offerloop.config import Privacy
from offerloop.errors import ConfigError
from offerloop.message import Message

PSEUDONYM_DIGITS = 32
"""Hexadecimal digits that are kept of a hash: 128 bits, so that two customers do not meet."""


def pseudonym(customer_id: object, key: bytes) -> str:
    """HMAC-SHA256 of the id's text: the same customer under the same key always has the same one."""
    return hmac.new(key, str(customer_id).encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_DIGITS]


def pseudonyms(customer_ids: Iterable[str], privacy: Privacy) -> dict[str, str]:
    """The pseudonym of each raw id, as tables of a run hold it.

    Raises ConfigError when ids stay as they are, or when the key is not there.
    """
    if not privacy.pseudonymise:
        raise ConfigError(
            Message("privacy.pseudonymise is off, so that tables hold the ids themselves and no pseudonyms")
        )
    key = read_key(privacy)
    texts = {one: privacy.in_its_case(one.strip()) for one in customer_ids}
    return {one: pseudonym(text, key) for one, text in texts.items()}


def read_key(privacy: Privacy) -> bytes:
    """The configured key. Raises ConfigError when it is not there, or shorter than 16 bytes."""
    if privacy.key_env is not None:
        place = Message("the environment variable '{name}'", context="place of a key", name=privacy.key_env)
        key = os.environ.get(privacy.key_env, "").encode()
    else:
        assert privacy.key_file is not None
        place = Message("the file '{path}'", context="place of a key", path=str(privacy.key_file))
        key = privacy.key_file.read_bytes().strip() if privacy.key_file.is_file() else b""
    if len(key) < 16:
        raise ConfigError(
            Message(
                "privacy.pseudonymise: {place} must hold a key of 16 bytes or more, and holds {n_bytes}",
                place=place,
                n_bytes=len(key),
            )
        )
    return key
