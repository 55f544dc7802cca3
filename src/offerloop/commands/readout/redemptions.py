"""Cost and redemption of offers from a file of their own, and our share of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import polars as pl

from offerloop.commands.readout.inputs import PastRun
from offerloop.commands.readout.side_files import AMOUNT, read_rows
from offerloop.engine import Engine
from offerloop.errors import InputError, SourceError, near_miss
from offerloop.message import Message
from offerloop.money import exact_share, half_up, to_minor
from offerloop.tables import HOLDOUT


@dataclass(frozen=True)
class Redemptions:
    """Cost and redemption of offers by customer."""

    cost_minor: dict[int | str, int]
    redeemers: set[int | str]
    """Customers who redeemed the offer that they were given."""
    by_holdout: int
    """Holdout customers who redeemed anything: offers reached them."""
    n_unknown: int
    """Customers of the file who are not in the run."""


def read_redemptions(run: PastRun, path: Path, engine: Engine) -> Redemptions:
    """A file with customer_id, offer_id and amount: the discount given, of which suppliers pay their share.

    Raises SourceError for offers that the run does not have and amounts that are none, InputError for amounts below
    zero and when no customer is one of the run.
    """
    side_file = read_rows(
        run, path, ("customer_id", "offer_id", AMOUNT), Message("redemptions", context="kind of file"), engine
    )
    arms = run.assignments.select("customer_id", "arm", pl.col("offer_id").alias("given"))
    rows = side_file.rows.join(arms, on="customer_id").drop_nulls(["offer_id", AMOUNT])
    shares = own_shares(run)
    unknown = sorted(set(rows["offer_id"]) - shares.keys())
    if unknown:
        raise SourceError(
            Message(
                "'{path}' redeems the offer '{offer}', which the run does not have{near}",
                path=str(path),
                offer=str(unknown[0]),
                near=near_miss(unknown[0], shares),
            )
        )
    exact: defaultdict[int | str, Fraction] = defaultdict(Fraction)
    for customer, offer, amount in rows.select("customer_id", "offer_id", AMOUNT).iter_rows():
        minor = to_minor(repr(amount), run.config.shop.currency)
        if minor < 0:
            raise InputError(
                Message(
                    "'{path}' has an amount below zero, {amount}; write what was taken off as 1.50",
                    path=str(path),
                    amount=f"{amount:.2f}",
                )
            )
        exact[customer] += minor * shares[offer]
    redeemers = set(rows.filter(pl.col("offer_id") == pl.col("given"))["customer_id"])
    held = rows.filter(pl.col("arm") == HOLDOUT)["customer_id"].n_unique()
    return Redemptions({one: half_up(cost) for one, cost in exact.items()}, redeemers, held, side_file.n_unknown)


def own_shares(run: PastRun) -> dict[str, Fraction]:
    """Our share of each offer's discount; of offers that share an id in two campaigns the larger one."""
    shares: dict[str, Fraction] = {}
    for offer, funded in run.offers.select("offer_id", "funded_share").iter_rows():
        shares[offer] = max(shares.get(offer, Fraction(0)), 1 - exact_share(funded))
    return shares
