"""What a page is made of. `components/blocks.html.j2` knows how each part looks, `rendering` what it is in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import Figure
from offerloop.web.console.addresses import recipients_address
from offerloop.web.console.cells import Cell, Instant, Tone
from offerloop.web.roles import Permission

Words: TypeAlias = Message | str
"""A sentence of ours, or a text of the shop's own."""


@dataclass(frozen=True)
class Stat:
    """One figure that is seen first."""

    name: str
    label: Message
    value: Cell
    note: Words = ""


@dataclass(frozen=True)
class Stats:
    """Figures in a row."""

    items: tuple[Stat, ...]
    kind: Literal["stats"] = "stats"


@dataclass(frozen=True)
class TableColumn:
    """A column of a table."""

    name: str
    title: Message
    is_figure: bool = False


@dataclass(frozen=True)
class PageTable:
    """A table with a title, columns and rows of cells."""

    name: str
    caption: Message
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    when_empty: Message
    """What to do next where there is no row."""
    next_page: str | None = None
    """Address of the rows after these."""
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Branch:
    """A figure in two groups, and the figures that it is made of."""

    name: str
    label: Message
    values: tuple[Cell, Cell]
    lengths: tuple[float, float]
    """What its bars are drawn by, in any unit."""
    parts: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class Tree:
    """Figures that are made of others, side by side in two groups."""

    name: str
    caption: Message
    groups: tuple[TableColumn, TableColumn]
    root: Branch

    @property
    def table(self) -> PageTable:
        """The same figures as rows, each with the figure that it is a part of."""
        columns = (TableColumn("driver", _DRIVER), TableColumn("part_of", _PART_OF), *self.groups)
        return PageTable(self.name, self.caption, columns, tuple(_branches(self.root, None)), self.caption)

    kind: Literal["tree"] = "tree"


_DRIVER = Message("driver", context="column title")
_PART_OF = Message("part of", context="column title")


def _branches(branch: Branch, above: str | None) -> Iterator[tuple[Cell, ...]]:
    yield branch.name, above, *branch.values
    for part in branch.parts:
        yield from _branches(part, branch.name)


@dataclass(frozen=True)
class Facts:
    """Labels with their values, one below the other."""

    name: str
    items: tuple[Stat, ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: Words
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class Listing:
    """A text whose lines and spaces stay as they are, such as one with a table in it."""

    text: str
    label: Message
    kind: Literal["listing"] = "listing"


@dataclass(frozen=True)
class Heading:
    """Begins a part of the page with its message."""

    text: Words
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Notice:
    """Something that needs attention, with where to go."""

    text: Words
    tone: Tone = "neutral"
    href: str = ""
    link: Words = ""
    kind: Literal["notice"] = "notice"


def start_run(text: Words, tone: Tone = "warning") -> Notice:
    """Return what a page says that needs a run, with where to start one."""
    return Notice(text, tone, "/console/jobs", Message("Start a run", context="link"))


@dataclass(frozen=True)
class ChartBlock:
    """A chart of the report's kind, with the table behind it."""

    figure: Figure
    kind: Literal["chart"] = "chart"


@dataclass(frozen=True)
class Input:
    """A field of a form."""

    name: str
    label: Message
    type: Literal["text", "number", "date", "datetime-local", "password", "select", "textarea", "hidden"] = "text"
    value: str = ""
    options: tuple[tuple[str, Words], ...] = ()
    """Value and word of each choice of a select."""
    hint: Words = ""
    is_needed: bool = True
    bounds: tuple[str, str, str] | None = None
    """Least, most and step of a number."""
    error: Words = ""
    """What is wrong with what was typed."""


def hidden(name: str, value: str) -> Input:
    """Return a field that a form sends along unseen."""
    return Input(name, _UNSEEN, "hidden", value)


_UNSEEN = Message("Name", context="field of a form")


@dataclass(frozen=True)
class Form:
    """A change that a person can make, shown as refused where their roles do not allow it."""

    name: str
    action: str
    button: Message
    inputs: tuple[Input, ...] = ()
    needs: Permission | None = None
    title: Words = ""
    explanation: Words = ""
    method: Literal["post", "get"] = "post"
    tone: Tone = "neutral"
    refused: Words = ""
    """Why it cannot be done now, whoever asks."""
    error: Words = ""
    """What was wrong with what was sent."""
    more: tuple[Input, ...] = ()
    """Fields that few need, folded away."""
    more_title: Words = ""
    kind: Literal["form"] = "form"


@dataclass(frozen=True)
class Progress:
    """Long work that goes on; the page asks for it again until it is over."""

    name: str
    text: Words
    done: int
    total: int
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True)
class Uploads:
    """Files to give, each sent as it is chosen, with its progress."""

    name: str
    files: tuple[tuple[str, Message, bool], ...]
    """Name and words of each, and whether it is there already."""
    most_bytes: int
    """The largest file that is taken."""
    kind: Literal["uploads"] = "uploads"


@dataclass(frozen=True)
class BudgetPoint:
    """What a budget would bring."""

    budget_minor: float
    n_customers: float
    spend_minor: float
    profit_minor: float
    profit_low_minor: float | None
    """Null where the profit is assumed, as its other end."""
    profit_high_minor: float | None
    shadow_price: float

    @property
    def profit(self) -> Estimate:
        """The profit with its interval; an assumed one has none."""
        return Estimate.from_bounds(self.profit_minor, self.profit_low_minor, self.profit_high_minor)


@dataclass(frozen=True)
class BudgetSlider:
    """A budget that can be moved along a curve; the figures of each point come with the page."""

    name: str
    currency: str
    points: tuple[BudgetPoint, ...]
    chosen: int
    """The point where the plan stands."""
    chart: Figure
    run: str
    campaign: str

    @property
    def recipients(self) -> str:
        """Address of who gets what."""
        return recipients_address(self.run, self.campaign)

    kind: Literal["slider"] = "slider"


Block: TypeAlias = (
    Stats | PageTable | Tree | Facts | Paragraph | Listing | Heading | Notice | ChartBlock | Form | Progress | Uploads
    | BudgetSlider
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """All that a page shows."""

    title: Words
    lead: Words = ""
    blocks: tuple[Block, ...] = field(default=())
    status: int = 200
    refresh: bool = False
    """Whether the page goes on by itself while long work is under way."""

    @property
    def tables(self) -> dict[str, PageTable]:
        """The tables by their names."""
        tables = (one.table if isinstance(one, Tree) else one for one in self.blocks)
        return {one.name: one for one in tables if isinstance(one, PageTable)}

    @property
    def has_moments(self) -> bool:
        """Whether it shows moments, so that a reader must know their time zone."""
        facts = (item.value for one in self.blocks if isinstance(one, Stats | Facts) for item in one.items)
        cells = (cell for table in self.tables.values() for row in table.rows for cell in row)
        return any(isinstance(cell, Instant) for cell in (*facts, *cells))
