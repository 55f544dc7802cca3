"""What past campaigns did: the naive difference, and difference-in-differences, side by side.

Targeted customers were chosen because they buy much, so the naive difference is not an effect. The adjusted
figure compares the *change* of weekly spend, during against before, of targeted and other customers; the same
comparison between two periods before the campaign is its placebo: were trends alike, it would be zero.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.engine import Frame, collect
from offerloop.errors import EvidenceError
from offerloop.evaluation import se_of
from offerloop.message import Message, packed
from offerloop.response.staggered import NEVER, staggered
from offerloop.tables import CAMPAIGN_EFFECTS, FIRST_REACHED

BEFORE_DAYS = 56
"""Days before a campaign that it is compared with, and days before these for the placebo."""
FEWEST_DAYS = 14
"""With fewer days before it nothing is compared."""
FEWEST_CUSTOMERS = 50
"""Customers whom a campaign must have reached, and whom it must not have."""


@dataclass(frozen=True)
class Spend:
    """Daily spend of every customer, as running sums of the days with orders, by customer and day."""

    customers: pl.Series
    """customer_id, sorted."""
    first_day: int
    last_day: int
    """Day after the last one known."""
    places: Ints
    """(customer-days,): number of the customer x days known + days since the first."""
    running: Ints
    """Minor units, (customer-days + 1,): total before each."""

    @classmethod
    def read(cls, lines: Frame, first_day: int, as_of_day: int) -> Spend:
        """Build it from order lines; spend is what the shop receives."""
        daily = collect(
            lines.group_by("customer_id", "order_day").agg(nw.col("revenue_minor").sum()),
            "customer_id",
            "order_day",
        )
        customer, day = daily["customer_id"].rle_id().to_numpy().astype(np.int64), daily["order_day"].to_numpy()
        places = customer * (as_of_day - first_day) + day - first_day
        running = np.append(0, np.cumsum(daily["revenue_minor"].to_numpy()))
        customers = daily["customer_id"].unique(maintain_order=True)
        return cls(customers, first_day, as_of_day, places, running)

    def weekly(self, start: int, stop: int) -> Floats:
        """Mean spend a week from day `start` to before day `stop`."""
        mean: Floats = (self._before(stop) - self._before(start)) / (stop - start) * 7
        return mean

    def _before(self, day: int) -> Ints:
        """(customers,): total before a day, that of all customers before in their order included."""
        first_places = np.arange(len(self.customers)) * (self.last_day - self.first_day)
        before: Ints = self.running[np.searchsorted(self.places, first_places + day - self.first_day)]
        return before


def past_campaigns(
    lines: Frame, campaigns: Frame, audiences: Frame, first_day: int, as_of_day: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables CAMPAIGN_EFFECTS and FIRST_REACHED."""
    rows_of_campaigns = collect(campaigns, "campaign_id")
    if rows_of_campaigns.is_empty():
        return CAMPAIGN_EFFECTS.empty(), FIRST_REACHED.empty()
    spend = Spend.read(lines, first_day, as_of_day)
    received = collect(audiences, "campaign_id", "customer_id")
    return _campaign_effects(rows_of_campaigns, received, spend), _first_reached(rows_of_campaigns, received, spend)


def _campaign_effects(campaigns: pl.DataFrame, received: pl.DataFrame, spend: Spend) -> pl.DataFrame:
    """Return naive, adjusted and placebo differences of the campaigns that can be judged, minor units a customer-week.

    `note` says where the data cut a window short, or why a figure is missing.
    """
    rows = [
        row for campaign in campaigns.iter_rows(named=True) if (row := _judge(campaign, received, spend)) is not None
    ]
    return CAMPAIGN_EFFECTS.check(pl.DataFrame(rows, schema=CAMPAIGN_EFFECTS.schema))


def _first_reached(campaigns: pl.DataFrame, received: pl.DataFrame, spend: Spend) -> pl.DataFrame:
    """Compare customers whom a type of campaign reached at different times (`staggered`), a row per type."""
    if "campaign_type" not in campaigns.columns:
        campaigns = campaigns.with_columns(campaign_type=pl.lit(""))
    rows = []
    for (kind,), of_type in received.join(campaigns, on="campaign_id").group_by("campaign_type", maintain_order=True):
        with suppress(EvidenceError):
            rows.append((str(kind), *_since_reached(of_type, spend)))
    reached_table = pl.DataFrame(rows, FIRST_REACHED.schema, orient="row")
    return FIRST_REACHED.check(reached_table.sort("campaign_type"))


def _since_reached(received: pl.DataFrame, spend: Spend) -> tuple[int, float, float, float, float]:
    """Compare weeks from the first day on; a week in which a campaign began counts as reached."""
    weeks = range((spend.last_day - spend.first_day) // 7)
    outcome = np.column_stack([spend.weekly(day, day + 7) for day in (spend.first_day + 7 * week for week in weeks)])
    first = received.group_by("customer_id").agg(pl.col("starts_day").min())
    begins = spend.customers.to_frame().join(first, on="customer_id", how="left", maintain_order="left")["starts_day"]
    reached = ((begins - spend.first_day) // 7).fill_null(NEVER).to_numpy()
    effects = staggered(outcome, reached)
    n = max(one.n_reached for one in effects.by_time if one.periods == 0)
    return n, effects.overall.value, se_of(effects.overall), effects.placebo.value, se_of(effects.placebo)


def _judge(campaign: dict[str, object], received: pl.DataFrame, spend: Spend) -> dict[str, object] | None:
    start, stop = int(str(campaign["starts_day"])), min(int(str(campaign["ends_day"])) + 1, spend.last_day)
    members = received.filter(pl.col("campaign_id") == campaign["campaign_id"])["customer_id"]
    targeted = spend.customers.is_in(members.implode()).to_numpy()
    if min(targeted.sum(), (~targeted).sum()) < FEWEST_CUSTOMERS or start >= stop or start < spend.first_day:
        return None
    before = max(start - BEFORE_DAYS, spend.first_day)
    during, notes = spend.weekly(start, stop), _notes(campaign, start, stop, before, spend)
    row: dict[str, object] = {
        "campaign_id": str(campaign["campaign_id"]),
        "campaign_type": str(campaign.get("campaign_type", "")),
        "starts_day": start,
        "ends_day": stop - 1,
        "n_targeted": int(targeted.sum()),
        "n_others": int((~targeted).sum()),
        "before_days": start - before,
        "note": " ".join(str(one) for one in notes),
        "note_message": packed(*notes),
    }
    row["naive_minor"], row["naive_se"] = _difference(during, targeted)
    if start - before >= FEWEST_DAYS:
        row["adjusted_minor"], row["adjusted_se"] = _difference(during - spend.weekly(before, start), targeted)
    earlier = max(before - BEFORE_DAYS, spend.first_day)
    if before - earlier >= FEWEST_DAYS:
        change = spend.weekly(before, start) - spend.weekly(earlier, before)
        row["placebo_minor"], row["placebo_se"] = _difference(change, targeted)
    return row


def _notes(campaign: dict[str, object], start: int, stop: int, before: int, spend: Spend) -> list[Message]:
    notes = []
    missing = before - (start - BEFORE_DAYS)
    if missing:
        kept = start - before
        text = (
            Message(
                "The comparison needs {days} days before the campaign; the data cover only {kept}, which were used.",
            )
            if kept >= FEWEST_DAYS
            else Message(
                "The comparison needs {days} days before the campaign; the data cover only {kept}, too few to adjust "
                "by.",
            )
        )
        notes.append(text.with_values(days=BEFORE_DAYS, kept=kept))
    if spend.first_day > before - FEWEST_DAYS:
        notes.append(Message("No earlier period is left for a placebo."))
    if stop <= int(str(campaign["ends_day"])):
        notes.append(Message("The campaign goes on after the last day of the data."))
    return notes


def _difference(values: Floats, targeted: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean of targeted less mean of others, and its standard error (Welch)."""
    sides = values[targeted], values[~targeted]
    variance = sum(side.var(ddof=1) / len(side) for side in sides)
    return float(sides[0].mean() - sides[1].mean()), float(np.sqrt(variance))
