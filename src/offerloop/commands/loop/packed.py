"""Tables as text, for a journal."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode

import polars as pl


def packed(table: pl.DataFrame) -> str:
    """Parquet, compressed, in base 64."""
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd")
    return b64encode(buffer.getvalue()).decode()


def unpacked(text: str) -> pl.DataFrame:
    """The table of `packed`."""
    return pl.read_parquet(io.BytesIO(b64decode(text)))
