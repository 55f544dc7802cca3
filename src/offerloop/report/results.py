"""Results that show themselves: a sentence, a chart and tables in a notebook, and frames for further work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from offerloop.errors import InputError, near_miss
from offerloop.message import Message
from offerloop.report.charts.drawing import VARIABLES

if TYPE_CHECKING:
    import pandas as pd

SHOWN_ROWS = 10
"""Rows of each table that a notebook shows."""
_DIGITS = 4
_CHART = re.compile(r"<figure\b.*?(<svg\b.*?</svg>)", re.DOTALL)
_ALTERNATIVE = re.compile(r'<svg[^>]*? aria-label="([^"]*)"')
_WIDEST = 720
"""Pixels of a chart in a notebook."""


class Result:
    """What a function of the public API returns; a kind of result gives its frames, its sentence and its chart."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Tables by name, the most important one first."""
        return {}

    @property
    def sentence(self) -> str:
        """The finding; several sentences may stand in lines of their own."""
        return ""

    @property
    def chart(self) -> str:
        """The finding as SVG; empty where a table says it better."""
        return ""

    def to_pandas(self, name: str | None = None) -> pd.DataFrame:
        """Return a table, by default the most important one, as a frame of pandas.

        Raises InputError for a table that is not there, and where pandas is not installed.
        """
        frames = self.frames
        wanted = next(iter(frames), "") if name is None else name
        if wanted not in frames:
            known_names = Message(" (known: {names})", context="behind an error", names=list(frames)) if frames else ""
            raise InputError(
                Message(
                    "this result has no table '{name}'{near}{known}",
                    name=wanted,
                    near=near_miss(wanted, frames),
                    known=known_names,
                )
            )
        try:
            import pandas  # noqa: F401 - polars needs it for the next line
        except ImportError:
            raise InputError(
                Message("pandas is not installed; run 'pip install pandas', or use the polars 'frames'")
            ) from None
        return frames[wanted].to_pandas()

    def __str__(self) -> str:
        return self.sentence or repr(self)

    def _repr_html_(self) -> str:
        lines = (f"<p>{escape(line)}</p>" for line in self.sentence.splitlines() if line.strip())
        with pl.Config(tbl_rows=SHOWN_ROWS, float_precision=_DIGITS, tbl_hide_column_data_types=True):
            tables = [f"<h4>{escape(name)}</h4>{one._repr_html_()}" for name, one in self.frames.items()]
        return "\n".join([*lines, _framed(self.chart), *tables])


def _framed(chart: str) -> str:
    """Put a chart on white, below the words that it has for readers who cannot see it."""
    if not chart:
        return ""
    match = _ALTERNATIVE.match(chart)
    words = f"<p><small>{match[1]}</small></p>" if match else ""
    return f'{words}<div style="max-width: {_WIDEST}px; background: white">{chart}</div>'


@dataclass(frozen=True)
class FolderResult(Result):
    """What lies in a folder with a report."""

    folder: Path
    report: Path
    summary: dict[str, Any]
    """The JSON beside the report."""

    _tables: ClassVar[tuple[str, ...]] = ()
    """Parquet files of the folder that matter most to a reader."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Tables by name, read from the folder."""
        paths = (self.folder / f"{name}.parquet" for name in self._tables)
        return {path.stem: pl.read_parquet(path) for path in paths if path.exists()}

    @property
    def sentence(self) -> str:
        """The finding in words."""
        return str(self.summary["sentence"])

    @property
    def chart(self) -> str:
        """The first chart of the report."""
        return first_chart(self.report.read_text(encoding="utf-8"))


def first_chart(page: str) -> str:
    """Return the SVG of a page's first figure in its own colours, or nothing."""
    match = _CHART.search(page)
    drawn = match[1] if match else ""
    for colour, variable in VARIABLES.items():
        drawn = drawn.replace(f"var({variable})", colour)
    return drawn
