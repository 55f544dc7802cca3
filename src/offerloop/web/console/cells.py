"""Values on a page: each is written for readers as text, and for programs as plain figures, from one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from offerloop.errors import InputError
from offerloop.evaluation import Estimate
from offerloop.message import Amount, Message, Share
from offerloop.money import to_minor
from offerloop.report import Localizer, Money
from offerloop.store import instant
from offerloop.web.console.times import shown_time

Tone = Literal["good", "bad", "warning", "neutral"]


@dataclass(frozen=True)
class MinorAmount:
    """An amount of money in minor units."""

    minor: int
    currency: str


@dataclass(frozen=True)
class MinorEstimate:
    """An amount in minor units with its 95 % interval."""

    estimate: Estimate
    currency: str


@dataclass(frozen=True)
class Instant:
    """A moment as an epoch second, in the time zone of the page for readers and in UTC for programs."""

    second: int


@dataclass(frozen=True)
class Badge:
    """A state: its name for programs, its word for readers, and a tone that never speaks alone."""

    code: str
    text: Message
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Named:
    """A name from a fixed list: its code for programs, its words for readers."""

    code: str
    text: Message


@dataclass(frozen=True)
class Link:
    """A text that leads to another page."""

    text: str
    href: str


Cell: TypeAlias = (
    MinorAmount | MinorEstimate | Instant | Badge | Named | Link | Message | Share | Amount | Decimal | date | str
    | int | float | Sequence[str | Named] | None
)  # fmt: skip
"""What may stand in a table or beside a label; None where it is not known."""
MISSING = "–"
LEAST_SHARE = 0.001
"""The smallest share above zero that is written out: a few rows of a million are not none."""


def written_amount(text: str, currency: str) -> MinorAmount | str:
    """Return an amount that somebody wrote; what is none stays as it is, so that a page can show it as a fault."""
    try:
        return MinorAmount(to_minor(text, currency), currency)
    except InputError:
        return text


def cell_text(cell: Cell, _: Localizer, zone: ZoneInfo) -> str:
    """Write a value for a reader, a moment in a time zone."""
    match cell:
        case None | ():
            return MISSING
        case MinorAmount() | MinorEstimate() | Instant():
            return _figure_text(cell, _, zone)
        case Badge() | Named():
            return _(cell.text)
        case Link():
            return cell.text
        case bool():
            return _("yes", context="cell of a table") if cell else _("no", context="cell of a table")
        case int():
            return _.count(cell)
        case float():
            return _.numbers(f"{cell:,.4g}")
        case Share():
            return _.share(cell.value, least=LEAST_SHARE)
        case Message() | Amount() | Decimal() | date() | str():
            return _.value(cell)
    return _.listed(cell_text(part, _, zone) for part in cell)


def _figure_text(cell: MinorAmount | MinorEstimate | Instant, _: Localizer, zone: ZoneInfo) -> str:
    match cell:
        case MinorAmount():
            return Money(cell.currency, _.language).exact(cell.minor)
        case MinorEstimate():
            return Localizer(_.language, cell.currency).brief(cell.estimate)
    return shown_time(cell.second, zone)


def cell_figure(cell: Cell, _: Localizer) -> object:
    """Return a value for a program; texts are in the language of the page."""
    match cell:
        case MinorAmount():
            return {"minor": cell.minor, "currency": cell.currency}
        case MinorEstimate():
            return {**estimate_figures(cell.estimate), "currency": cell.currency}
        case Instant():
            return instant(cell.second)
        case Badge() | Named():
            return cell.code
        case Link():
            return cell.text
        case Share():
            return cell.value
        case date():
            return cell.isoformat()
        case Message():
            return _(cell)
        case tuple() | list():
            return [cell_figure(part, _) for part in cell]
    return cell if cell is None or isinstance(cell, str | int | float) else str(cell)


def estimate_figures(estimate: Estimate) -> dict[str, float]:
    """Return an estimate in minor units as three figures."""
    return {
        "minor": round(estimate.value, 2), "low_minor": round(estimate.low, 2), "high_minor": round(estimate.high, 2)
    }  # fmt: skip


def csv_columns(name: str, cell: Cell, _: Localizer) -> Mapping[str, object]:
    """Return a value as columns of a CSV file: an amount has one for each of its figures."""
    figure = cell_figure(cell, _)
    if isinstance(figure, Mapping):
        return {f"{name}_{part}": value for part, value in figure.items()}
    if isinstance(figure, list):
        return {name: ";".join(map(str, figure))}
    return {name: figure}
