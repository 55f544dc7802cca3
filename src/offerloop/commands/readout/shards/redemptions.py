"""Cost and redemption of offers of a shard's customers from a file of their own, and our share of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from offerloop.commands.readout.inputs import PastRun
from offerloop.commands.readout.side_files import AMOUNT
from offerloop.money import exact_share, half_up, to_minor


@dataclass(frozen=True)
class Redemptions:
    """Cost and redemption of offers by customer."""

    cost_minor: dict[int | str, int]
    redeemers: set[int | str]
    """Customers who redeemed an offer that they were given."""

    @classmethod
    def of(cls, run: PastRun, redeemed: pl.DataFrame) -> Redemptions:
        """Add up rows of `redeemed_by` that have an offer and an amount; of each amount suppliers pay their share."""
        shares = own_shares(run.offers)
        exact: defaultdict[int | str, Fraction] = defaultdict(Fraction)
        priced = redeemed.select("customer_id", "offer_id", AMOUNT).drop_nulls()
        for customer, offer, amount in priced.iter_rows():
            exact[customer] += to_minor(repr(amount), run.config.shop.currency) * shares[offer]
        redeemers = set(redeemed.filter("is_given")["customer_id"])
        return cls({one: half_up(cost) for one, cost in exact.items()}, redeemers)


def redeemed_by(decided: pl.DataFrame, further: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The redemptions with the customer's arm, and whether the offer `is_given`; its name or amount may be missing."""
    keys = ["customer_id", "offer_id"]
    offers = pl.concat([decided.select(keys), further.select(keys)]).unique().with_columns(is_given=pl.lit(value=True))
    redeemed = rows.join(decided.select("customer_id", "arm"), on="customer_id")
    return redeemed.join(offers, on=keys, how="left").with_columns(pl.col("is_given").fill_null(value=False))


def own_shares(offers: pl.DataFrame) -> dict[str, Fraction]:
    """Our share of each offer's discount; of offers that share an id in two campaigns the larger one."""
    shares: dict[str, Fraction] = {}
    for offer, funded in offers.select("offer_id", "funded_share").iter_rows():
        shares[offer] = max(shares.get(offer, Fraction(0)), 1 - exact_share(funded))
    return shares
