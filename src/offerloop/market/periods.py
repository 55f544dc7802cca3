"""Policies over several periods beside the same shop without any offer: what each gained, and what it only moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from offerloop.arrays import Ints
from offerloop.market.ceiling import fair_ceiling
from offerloop.market.observation import observation_of
from offerloop.market.personalised import personalised
from offerloop.market.policies import (
    Logged,
    Rule,
    SimulatedPolicy,
    blanket,
    buyers,
    nothing,
    offers_at_random,
    oracle,
    random,
    same,
)
from offerloop.market.preset import Preset
from offerloop.market.simulation import Market, WeekOutcome

RULES: dict[str, Rule] = {
    "nothing": nothing, "random": random, "blanket": blanket, "same": same, "buyers": buyers, "oracle": oracle,
}  # fmt: skip
"""Policies that learn nothing."""
LEARNED = ("personalised", "ceiling")
POLICIES = (*RULES, *LEARNED)
"""Names of policies, as the command line takes them."""
CONTENT = ("orders", "lines", "returned_lines", "ratings", "stars")
"""How content customers are, in counts: trips, lines and those of them that come back, ratings and their sum."""
PLAIN = ("buyers", "sales_minor", "profit_minor", *CONTENT)
"""What the twin shop has too."""
PERIOD_COLUMNS = (
    "policy", "world", "period", "offered", "annoyed", "liability_minor", "buyers", "sales_minor", "discount_minor",
    "cost_minor", "profit_minor", *CONTENT, *(f"plain_{name}" for name in PLAIN),
)  # fmt: skip
"""`plain` is of the twin shop that never gives anything, with the same customers and the same luck; `annoyed` are
customers who were told of an offer and whom offers annoy."""


@dataclass(frozen=True)
class Setting:
    """The settings of one simulation."""

    preset: Preset
    customers: int
    products: int
    before: int
    """Weeks that come first."""
    periods: int
    """Weeks of the policy."""
    log: int
    """The last of the weeks before, with offers to half of the customers at random, to learn from."""
    fresh: int
    """Customers whose true effects the fair ceiling learns from."""

    @property
    def budget_minor(self) -> int:
        """The budget of liabilities of each period."""
        return round(100 * self.preset.campaign.budget * self.customers)


@dataclass(frozen=True)
class PlayedWorld:
    """One world that was played."""

    periods: pl.DataFrame
    """PERIOD_COLUMNS, a row for each policy and period."""
    facts: dict[str, dict[str, float]]
    """What is to be said of each policy."""


Learner = Callable[[Market, Sequence[Logged], int], Rule]
"""From the past, its weeks of random offers, and the budget of a period."""
Week = Mapping[str, float]
"""The sums of one week over all customers, with those of the twin shop."""


def unwatched(name: str, week: Week) -> None:
    """Nobody looks at single weeks."""
    del name, week


def play(
    setting: Setting,
    names: Sequence[str],
    world: int,
    on_step: Callable[[], None],
    learners: Mapping[str, Learner] | None = None,
    watch: Callable[[str, Week], None] = unwatched,
) -> tuple[Market, PlayedWorld]:
    """Every policy from the same past; and the first one's market after the last week.

    `on_step` is called after each week played and each block learned from, `watch` with each week of a policy.
    `learners` are further policies by name.
    """
    others = {name: learner for name, learner in (learners or {}).items() if name in names}
    start, log = past(setting, names, world, learns=bool(others))
    policies = {
        name: SimulatedPolicy(others[name](start, log, setting.budget_minor))
        if name in others
        else policy_of(name, start, log, setting, on_step)
        for name in names
    }
    plain = twin(start, setting, world, on_step)
    markets: list[Market] = []
    tables = []
    for name, policy in policies.items():
        market, table = weeks(start, policy.rule, setting, world, watched(plain, partial(watch, name), on_step))
        markets += [] if markets else [market]
        tables.append(beside(table, plain, name, world).select(PERIOD_COLUMNS))
    return markets[0], PlayedWorld(pl.concat(tables), {name: one.facts for name, one in policies.items()})


def twin(start: Market, setting: Setting, world: int, on_step: Callable[[], None]) -> pl.DataFrame:
    """The weeks of the same shop without any offer."""
    return weeks(start, nothing, setting, world, lambda _: on_step())[1]


def watched(plain: pl.DataFrame, watch: Callable[[Week], None], on_step: Callable[[], None]) -> Callable[[Week], None]:
    """What `weeks` calls to have a policy's weeks watched, each beside that of the twin shop."""

    def on_week(week: Week) -> None:
        without = plain.row(int(week["period"]), named=True)
        watch({**week, **{f"plain_{one}": without[one] for one in PLAIN}})
        on_step()

    return on_week


def beside(table: pl.DataFrame, plain: pl.DataFrame, policy: str, world: int) -> pl.DataFrame:
    """The sums of one policy's periods with those of the twin shop."""
    without = plain.select(pl.col(PLAIN).name.prefix("plain_"))
    named = {"policy": pl.lit(policy), "world": pl.lit(world)}
    return pl.concat([table, without], how="horizontal").with_columns(**named)


def weeks(
    start: Market, rule: Rule, setting: Setting, world: int, on_week: Callable[[Week], None], times: float = 1.0
) -> tuple[Market, pl.DataFrame]:
    """The market after all periods under one rule, and their sums; the budget is so many `times` the preset's.

    `on_week` is called with the sums of each week.
    """
    market, rng = start.branch(), np.random.default_rng(world)
    budget = round(times * setting.budget_minor)
    rows = []
    for period in range(setting.periods):
        allotted = rule(market, budget, rng)
        done = market.advance(allotted.offer, allotted.propensity)
        rows.append({"period": period, **_sums(market, done, allotted.offer)})
        on_week(rows[-1])
    return market, pl.DataFrame(rows)


def past(setting: Setting, names: Sequence[str], world: int, *, learns: bool = False) -> tuple[Market, list[Logged]]:
    """The market before the first period, and its weeks of random offers where a policy learns from them."""
    n_log = setting.log if learns or "personalised" in names else 0
    market = before_log(setting, n_log, world)
    return market, drawn_weeks(market, n_log, world)


def before_log(setting: Setting, n_log: int, world: int) -> Market:
    """The market after its weeks without offers, of which the log leaves so many."""
    return Market(setting.preset, setting.customers, setting.products, world, setting.before - n_log)


def drawn_weeks(market: Market, n_log: int, world: int) -> list[Logged]:
    """Play weeks of random offers."""
    rng, log = np.random.default_rng(world), []
    for _ in range(n_log):
        view, allotted = observation_of(market), offers_at_random(market, rng)
        done = market.advance(allotted.offer, allotted.propensity)
        value, own = done.value_minor(market.customers), market.terms.own_share[allotted.offer]
        log.append(Logged(view, allotted.offer, value, done.cost_minor(market.customers, own)))
    return log


def policy_of(
    name: str, market: Market, log: list[Logged], setting: Setting, on_step: Callable[[], None]
) -> SimulatedPolicy:
    """One of POLICIES, with what it learned."""
    if name == "personalised":
        return personalised(log, market.terms)
    return fair_ceiling(market, setting.fresh, on_step) if name == "ceiling" else SimulatedPolicy(RULES[name])


def _sums(market: Market, done: WeekOutcome, offer: Ints) -> dict[str, float]:
    """Return the sums of one week over all customers."""
    offered = offer[offer >= 0]
    cost = float(done.cost_minor(market.customers, market.terms.own_share[offer]).sum())
    discount = int(done.discount_minor.sum())
    return {
        "offered": len(offered),
        "annoyed": int(((offer >= 0) & (market.people.annoyed * market.terms.annoys[offer] > 0)).sum()),
        "liability_minor": int(market.terms.liability_minor[offered].sum()),
        "buyers": len(np.unique(done.lines.customer)),
        "sales_minor": int(done.lines.shelf_minor.sum()) - discount,
        "discount_minor": discount,
        "cost_minor": cost,
        "profit_minor": float(done.value_minor(market.customers).sum()) - cost,
        **_content(market, done),
    }


def _content(market: Market, done: WeekOutcome) -> dict[str, float]:
    """CONTENT of the week that was just played."""
    stars = market.parts[-1]["events"].filter(pl.col("kind") == "rating")["value"]
    return {
        "orders": len(np.unique(done.lines.order)),
        "lines": len(done.lines.customer),
        "returned_lines": int(done.lines.returned.sum()),
        "ratings": len(stars),
        "stars": float(stars.sum()),
    }
