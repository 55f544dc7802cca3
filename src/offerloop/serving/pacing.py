"""The price of each campaign's budget while its plan is served, by what redemptions in the ledger truly cost.

A plan is made with expected costs. Where offers are redeemed more than was expected, what is left of the budget is for
those customers whose offer returns most: the plan's offer is shown when its profit is above price x cost, with the
price at which a sample of the plan would spend, on the customers who have not come yet, exactly what is left. One
worker solves it for all. With the true costs as planned, the price is 0 and every offer of the plan is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import polars as pl
from sqlalchemy import Connection

from offerloop.allocation import PLAN_WEIGHT, RollingSample
from offerloop.money import MICRO
from offerloop.serving.policy import NEWCOMER, UNKNOWN_CUSTOMER, Policy, without_ties
from offerloop.store import (
    Database,
    PlanProgress,
    begin_pacing,
    hold_duty,
    late_minor,
    prices_of,
    redeemed_minor,
    set_price,
    shown_of,
    spent_of_leases,
)
from offerloop.tables import PLAN
from offerloop.workspace import open_run

PACE_SECONDS = 30
"""Seconds between two solutions."""
SAMPLE = 10_000
"""Customers of the plan from whom the price is read."""
_DUTY = "pacing"


@dataclass(frozen=True)
class PacedCampaign:
    """One campaign as its plan was made; costs are millionths of a minor unit."""

    campaign_id: str
    budget_micro: int
    n_planned: int
    mean_cost_micro: float
    cost_of_liability: float
    """Expected cost of the plan's offers over the most that one use of each can cost, as leases count them."""
    sample: RollingSample

    def price(self, spent_micro: int, n_shown: int, share_seen: float, leased_micro: int = 0) -> float:
        """Return the price at which what is left of the budget lasts; 0 where the plan can go on as it is.

        True costs above the planned ones of the offers shown so far are expected of those to come as well. Costs below
        are not: redemptions come later than decisions. The offers that were given beside the plan, which can cost
        `leased_micro` at most, are expected to cost the same share of it as the plan's.
        """
        planned = n_shown * self.mean_cost_micro + leased_micro * self.cost_of_liability
        weight = max(PLAN_WEIGHT * self.budget_micro, 1.0)
        ratio = max(1.0, (spent_micro + weight) / (planned + weight))
        to_come = self.n_planned * (1 - share_seen)
        if to_come < 1 or ratio == 1.0:
            return 0.0
        return self.sample.price((self.budget_micro - planned * ratio) / ratio / to_come)


@dataclass
class PolicyPacing:
    """The prices of one policy, as one worker knows them."""

    database: Database
    policy: Policy
    holder: str
    """Name of the worker."""

    def prices(self) -> dict[str, float]:
        """Return the prices that hold now, by campaign."""
        return self.database.read(partial(prices_of, version=self.policy.version))

    def solve(self) -> None:
        """Set the prices anew, if that is this worker's duty. Called every `PACE_SECONDS`."""
        if not self.campaigns or not self.database.change(
            partial(hold_duty, name=_DUTY, holder=self.holder, seconds=3 * PACE_SECONDS)
        ):
            return
        spent = self.database.change(self._spent)
        version = self.policy.version
        # read by itself, because whoever writes to SQLite would wait for it
        shown = self.database.read(partial(shown_of, version=version, of_newcomers=(NEWCOMER, UNKNOWN_CUSTOMER)))
        self.database.change(partial(self._set_prices, spent=spent, shown=shown))

    def _spent(self, connection: Connection) -> dict[str, int]:
        """Return what was redeemed of the policy since it is paced, by campaign."""
        redeemed = redeemed_minor(connection, [one.campaign_id for one in self.campaigns])
        before = begin_pacing(connection, self.policy.version, redeemed)
        late = late_minor(connection, self.policy.version)
        return {name: minor - before[name] - late[name] for name, minor in redeemed.items()}

    def _set_prices(self, connection: Connection, spent: Mapping[str, int], shown: PlanProgress) -> None:
        version, leased = self.policy.version, spent_of_leases(connection, self.policy.version)
        for campaign in self.campaigns:
            name = campaign.campaign_id
            price = campaign.price(
                MICRO * spent[name], shown.n_offers.get(name, 0), self._share_seen(shown), MICRO * leased.get(name, 0)
            )  # fmt: skip
            set_price(connection, version, name, price, spent[name])

    def _share_seen(self, shown: PlanProgress) -> float:
        return min(1.0, shown.n_customers / max(1, len(self.policy.hashes)))

    @cached_property
    def campaigns(self) -> tuple[PacedCampaign, ...]:
        """The campaigns whose budget is money."""
        run = open_run(self.policy.run_folder)
        columns, is_offer = ["campaign_id", "profit_minor", "cost_expected_micro"], ["campaign_id", "offer_id"]
        one_use = run.offers.lazy().select(*is_offer, "cost_liability_minor")
        offers = run.all_offers().filter(pl.col("arm") == PLAN).select(*columns, "offer_id").drop_nulls(columns)
        planned = offers.join(one_use, on=is_offer, how="left", maintain_order="left").collect()
        budgets = {one.id: one.budget_minor for one in run.campaigns if one.budget_unit == run.currency}
        parts = planned.filter(pl.col("campaign_id").is_in(list(budgets))).partition_by("campaign_id", as_dict=True)
        return tuple(_paced(str(name), budgets[str(name)], rows) for (name,), rows in sorted(parts.items()))


def _paced(campaign_id: str, budget_minor: int, rows: pl.DataFrame) -> PacedCampaign:
    sample = RollingSample(SAMPLE)
    drawn = rows.sample(min(SAMPLE, rows.height), seed=0)
    profit = drawn["profit_minor"].to_numpy().astype(np.float64)
    profit = without_ties(profit, np.random.default_rng(0).random(drawn.height))
    sample.add(profit[:, None], drawn["cost_expected_micro"].to_numpy().astype(np.int64)[:, None])
    mean = float(rows["cost_expected_micro"].to_numpy().mean())
    limited = rows.drop_nulls("cost_liability_minor").select("cost_expected_micro", "cost_liability_minor").sum()
    expected, liability = limited.row(0)
    share = expected / (MICRO * liability) if liability else 1.0
    return PacedCampaign(campaign_id, MICRO * budget_minor, rows.height, mean, share, sample)
