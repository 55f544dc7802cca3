"""What a replay of past orders adds up to: integers only, no statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from offerloop.message import Message, Value
from offerloop.report import Result, first_chart, iso_day

TOUCHED = {
    "order_id": pl.String, "day": pl.Int64, "offers": pl.String, "before_minor": pl.Int64, "discount_minor": pl.Int64,
    "margin_after_minor": pl.Int64,
}  # fmt: skip
"""Columns of the orders that an offer touched."""


@dataclass
class Sums:
    """Sums over some orders, in minor units."""

    orders: int = 0
    touched: int = 0
    """Orders that an offer takes something off, or gives something to."""
    before_minor: int = 0
    """What the orders cost without the offers."""
    discount_minor: int = 0
    funded_minor: int = 0
    """What suppliers pay of discount and gifts."""
    gifts_minor: int = 0
    """What gifts and benefits cost the shop."""
    margin_before_minor: int | None = 0
    """None where the costs of a line are not known."""

    @property
    def cost_minor(self) -> int:
        """Return what the offers cost the shop itself."""
        return self.discount_minor + self.gifts_minor - self.funded_minor

    @property
    def margin_after_minor(self) -> int | None:
        """The margin less that cost."""
        return None if self.margin_before_minor is None else self.margin_before_minor - self.cost_minor

    def add(self, other: Sums) -> None:
        """Count another one in."""
        for name in ("orders", "touched", "before_minor", "discount_minor", "funded_minor", "gifts_minor"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        own_margin, more = self.margin_before_minor, other.margin_before_minor
        self.margin_before_minor = None if own_margin is None or more is None else own_margin + more

    def figures(self) -> dict[str, int | None]:
        """Return the figures by name."""
        return {
            "orders": self.orders, "orders_touched": self.touched, "before_minor": self.before_minor,
            "discount_minor": self.discount_minor, "funded_minor": self.funded_minor, "gifts_minor": self.gifts_minor,
            "cost_minor": self.cost_minor, "margin_before_minor": self.margin_before_minor,
            "margin_after_minor": self.margin_after_minor,
        }  # fmt: skip


@dataclass
class OfferSums:
    """Sums of one offer over the orders that it touches."""

    offer_id: str
    label: Message
    touched: int = 0
    discount_minor: int = 0
    funded_minor: int = 0
    gifts_minor: int = 0
    biggest_minor: int = 0
    """The largest discount of one order."""
    biggest_order: str | None = None

    def add(self, order_id: str, off: int, funded: int, gifts: int) -> None:
        """Count one order in."""
        self.touched += 1
        self.discount_minor += off
        self.funded_minor += funded
        self.gifts_minor += gifts
        if off > self.biggest_minor:
            self.biggest_minor, self.biggest_order = off, order_id

    def figures(self) -> dict[str, int | str | None]:
        """Return the figures by name."""
        return {
            "offer_id": self.offer_id, "label": str(self.label), "orders_touched": self.touched,
            "discount_minor": self.discount_minor, "funded_minor": self.funded_minor, "gifts_minor": self.gifts_minor,
            "biggest_minor": self.biggest_minor, "biggest_order": self.biggest_order,
        }  # fmt: skip


@dataclass(frozen=True)
class ReplayNote:
    """A sentence that a reader needs beside the figures: its key among the notes of the page, and its values."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class ReplayFindings:
    """The findings of `offerloop replay`."""

    orders: str
    """Where the orders come from."""
    currency: str
    zone: str
    total: Sums
    by_day: dict[int, Sums]
    """The sums by epoch day in the zone, in order."""
    by_offer: tuple[OfferSums, ...]
    """Largest cost first."""
    left_out: dict[str, int]
    """Rows of the file by the rule that left them out."""
    notes: tuple[ReplayNote, ...]


@dataclass(frozen=True, eq=False)
class ReplayResult(Result):
    """The findings of a replay, and the orders that offers touched."""

    findings: ReplayFindings
    touched: pl.DataFrame
    """With the columns TOUCHED, in order of time."""
    language: str = "en"
    """The language of the report and of the sentence."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`offers`, the most expensive first, `days` and `orders`; amounts in minor units."""
        days = [{"day": iso_day(day), **one.figures()} for day, one in self.findings.by_day.items()]
        return {
            "offers": pl.DataFrame([one.figures() for one in self.findings.by_offer], infer_schema_length=None),
            "days": pl.DataFrame(days, infer_schema_length=None),
            "orders": self.touched.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Date)),
        }

    @property
    def sentence(self) -> str:
        """The finding, and what it rests on."""
        from offerloop.commands.replay.page import assumption, sentence

        return f"{sentence(self.findings, self.language)}\n{assumption(self.language)}"

    @property
    def chart(self) -> str:
        """The first chart of the report."""
        from offerloop.commands.replay.page import render_replay

        return first_chart(render_replay(self.findings, self.language))
