"""Templates with their places filled, and spaces only where the script wants them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_MARK = "\0"
"""Stands for a space of a template while its places are filled."""
_CHINESE = "\u2e80-\u9fff\uff00-\uffef"
_MISSING = re.compile(rf"(?<=\d)(?=[{_CHINESE}])|(?<=[{_CHINESE}])(?=\d)")
_NEEDLESS = re.compile(f"(?<=[{_CHINESE}]){_MARK}(?=[{_CHINESE}“‘])|(?<=[”’]){_MARK}(?=[{_CHINESE}])")


def filled(template: str, values: Mapping[str, object]) -> str:
    """Fill a template; its spaces stand beside Latin signs and digits, not between Chinese signs."""
    text = template.replace(" ", _MARK).format(**values)
    return _NEEDLESS.sub("", text).replace(_MARK, " ")


def spread(text: str) -> str:
    """Set a space between digits and Chinese signs, as our texts do: ``"2018 年 1 月 2 日"``."""
    return _MISSING.sub(" ", text)
