"""Patterns of the configuration, in which `*` is any text, `?` any sign, and every other sign itself."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby


def pattern_expression(pattern: str) -> str:
    """Return a pattern as a regular expression of the whole text that Python and the table engines read alike."""
    parts = ("".join(run) if sign != "*" else "*" for sign, run in groupby(pattern))
    return f"^(?s:{''.join(_part(one) for one in parts)})$"


def _part(signs: str) -> str:
    return ".*" if signs == "*" else "." * len(signs) if signs[0] == "?" else re.escape(signs)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern_expression(pattern).removesuffix("$"))


def fits_pattern(text: str, pattern: str) -> bool:
    """Return whether all of a text fits a pattern; capitals matter."""
    return _compiled(pattern).fullmatch(text) is not None
