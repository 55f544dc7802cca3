"""What a terminal shows while a simulation is played: a bar, and a table of the policies so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from offerloop.market import Week
from offerloop.message import Message
from offerloop.report import Localizer

SUMMED = (
    "cost_minor",
    *(f"{twin}{name}" for twin in ("", "plain_") for name in ("buyers", "sales_minor", "profit_minor")),
)
PENDING = "–"
WEEKS = Message("weeks", context="column title")
COLUMNS = (
    WEEKS,
    Message("profit", context="column title"),
    Message("a week", context="column title"),
    Message("spend", context="column title"),
    Message("buyers", context="column title"),
    Message("sales", context="column title"),
)
"""Titles after that of the policy."""


@dataclass
class Standing:
    """One policy so far: weeks played in all worlds, and sums over them."""

    weeks: int = 0
    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SUMMED, 0.0))

    def add(self, week: Week) -> None:
        """Count one more week."""
        self.weeks += 1
        for name in SUMMED:
            self.sums[name] += week[name]

    def gained(self, name: str) -> float:
        """Beyond the twin shop."""
        return self.sums[name] - self.sums[f"plain_{name}"]

    def growth(self, name: str) -> str:
        """The same as a share of what the twin shop has."""
        plain = self.sums[f"plain_{name}"]
        share = self.gained(name) / plain if plain else 0.0
        return f"{100 * share:+.1f} %".replace("-", "−")


def board(standings: Mapping[str, Standing], weeks: int, _: Localizer) -> Table:
    """A row for each policy; what is gained is against the twin shop without offers."""
    money = _.money
    table = Table(title=_("Synthetic: gained over the same shop without offers, so far"), title_justify="left")
    table.add_column(_("policy", context="column title"))
    for title in COLUMNS:
        table.add_column(_(title), justify="right")
    for name, standing in standings.items():
        profit, spend = standing.gained("profit_minor"), standing.sums["cost_minor"]
        cells = [money.text(amount) for amount in (profit, profit / max(standing.weeks, 1), spend)]
        shown = [*cells, standing.growth("buyers"), standing.growth("sales_minor")] if standing.weeks else [PENDING] * 5
        table.add_row(name, f"{standing.weeks}/{weeks}", *shown)
    return table


@dataclass(frozen=True)
class Board:
    """The places that are told of progress."""

    step: Callable[[], None]
    week: Callable[[str, Week], None]


@contextmanager
def shown_board(console: Console | None, steps: int, names: Sequence[str], weeks: int, _: Localizer) -> Iterator[Board]:
    """A bar of so many steps and the table, of so many weeks for each name; the table stays when all is played."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar, standings = Progress(*columns, console=console), {name: Standing() for name in names}
    task = bar.add_task(_(WEEKS), total=steps)
    telling = Board(lambda: bar.advance(task), lambda name, week: standings[name].add(week))
    if console is None:
        yield telling
        return

    def now() -> Group:
        return Group(board(standings, weeks, _), *([] if bar.finished else [bar]))

    with Live(get_renderable=now, console=console, refresh_per_second=4):
        yield telling
