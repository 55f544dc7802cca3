"""What a section of the page is made of; the template knows how each part looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Table:
    """Text cells; the first `n_labels` columns are words, the others figures."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_labels: int = 1
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Figure:
    """One chart, drawn for wide and for narrow screens."""

    name: str
    title: str
    """The finding that the figure shows."""
    measure: str
    """Measure and unit."""
    alternative: str
    """The finding for those who cannot see the chart."""
    wide: str
    """The figure as SVG for wide screens."""
    narrow: str
    table: Table
    mark: str = ""
    """Says that figures are transferred or assumed."""
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True)
class Text:
    """A paragraph of text."""

    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class NotKnown:
    """What was not given, and what it would add, or what is not known, and why."""

    text: str
    is_given: bool = False
    """True where all was given that could be, and still it is not known."""
    kind: Literal["missing"] = "missing"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    sentences: tuple[str, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Details:
    """A table that opens on demand."""

    summary: str
    table: Table
    kind: Literal["details"] = "details"


@dataclass(frozen=True)
class Glossary:
    """The glossary of a page."""

    rows: tuple[tuple[str, str, tuple[tuple[str, str], ...], str], ...]
    """Anchor, word, other languages with their words, meaning."""
    kind: Literal["terms"] = "terms"


Block = Table | Figure | Text | NotKnown | Bullets | Details | Glossary


@dataclass(frozen=True)
class Tile:
    """A figure of the first screen."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Section:
    """One step of the flow, opened by its message."""

    name: str
    label: str
    """What it is about, for the navigation."""
    message: str
    blocks: tuple[Block, ...] = field(default=())
