"""Versions such as "2.10" and "2.0.0-beta.1", in a form that can be compared as text."""

from __future__ import annotations

import re

_VERSION = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,7})(?:-([0-9a-z.-]+))?(?:\+\S*)?", re.IGNORECASE)
_PARTS, _DIGITS = 8, 9


def version_key(text: str) -> str | None:
    """Return text whose order is that of versions, by the rules of Semantic Versioning 2.0.0; None for no version.

    Missing parts are zeros, so "2" is "2.0". A release comes after all its pre-releases.
    """
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        return None
    numbers = [part.zfill(_DIGITS) for part in match[1].split(".")]
    numbers += ["0" * _DIGITS] * (_PARTS - len(numbers))
    before = "~" if match[2] is None else "-" + " ".join(map(_part, match[2].lower().split(".")))
    return ".".join(numbers) + before


def _part(part: str) -> str:
    """Return a part of a pre-release: numbers come before words."""
    return part.zfill(_DIGITS) if part.isdigit() else f"a{part}"
