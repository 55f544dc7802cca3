"""Any terminal can show every text: signs that its encoding lacks are written with others, or as their number."""

from __future__ import annotations

import codecs
import sys

_HANDLER = "offerloop.plain"
_PLAIN = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "−": "-", "–": "-", "—": "-", "…": "...", "×": "x", "✓": "ok",
    "≤": "<=", "≥": ">=", "€": "EUR ", "£": "GBP ", "₩": "KRW ", "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip


def write_any_sign() -> None:
    """Let standard output and standard error replace what their encoding lacks; never raises an encoding error."""
    codecs.register_error(_HANDLER, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, sign.encode("ascii", "backslashreplace").decode()) for sign in signs), error.end
