"""Lines of TOML as a person would write them: keys with comments in one column, strings and lists."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.cells import cell_len

from offerloop.message import Message

_COLUMN = 42
"""Where comments begin, at least."""
WIDTH = 118
"""The largest width of a line with its comment."""


def entry(key: str, value: str, comment: Message | str = "") -> str:
    """``key = value   # comment``; `value` is TOML already. A comment that makes the line too long stands above it."""
    line, said = f"{key} = {value}", remark(comment)
    if comment and max(cell_len(line) + 1, _COLUMN) + cell_len(said) - len("# ") > WIDTH:
        return f"{said}\n{line}"
    return f"{padded(line, _COLUMN - 1)} {said}" if comment else line


def remark(comment: Message | str) -> str:
    """Return a comment in one line, whatever breaks stand in the names and cells that it quotes."""
    return f"# {' '.join(str(comment).split())}"


def padded(text: str, width: int) -> str:
    """Spaces behind it up to a width on the screen, where Chinese signs take two places."""
    return text + " " * max(width - cell_len(text), 0)


def off(line: str, comment: Message | str) -> str:
    """A key commented out; a comment that makes the line too long stands above it."""
    key, _, value = line.partition(" = ")
    return entry(f"# {key}", value, comment)


def quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def listed(texts: Sequence[str]) -> str:
    """A TOML list of strings."""
    return f"[{', '.join(quoted(text) for text in texts)}]"
