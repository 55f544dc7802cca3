"""Who is in which arm of a run or period and gets what, and what its read-out will be able to show."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.config import Config, ExperimentSettings
from offerloop.decision.arms import draw_arms, explorable_offers, has_usual
from offerloop.decision.assignment_rows import Outside, assignments
from offerloop.decision.campaign_case import KEYS, OFFER_KEY
from offerloop.decision.campaigns import SentOffers
from offerloop.decision.exploration import IdleShares, explore_minor
from offerloop.decision.planning import Allowed
from offerloop.decision.propensities import MOST_EXPLORE, MOST_LEARN, Holdback
from offerloop.decision.usual_policy import KnownOffer, UsualPolicy, check_usual_offers, wishes_of
from offerloop.engine import Engine, collect
from offerloop.errors import InputError
from offerloop.evaluation import ComingTest
from offerloop.events import BUSINESS_AS_USUAL, EPOCH, Events, read_business_as_usual
from offerloop.message import Message
from offerloop.money import DIGITS, to_text
from offerloop.offers import NO_OFFER
from offerloop.response import QUARTER_DAYS, Effects
from offerloop.tables import (
    ASSIGNMENTS,
    FURTHER_OFFERS,
    FURTHER_PLANNED,
    HOLDOUT,
    NOT_VALID,
    PLAN,
    USUAL,
    all_offers,
)


def business_as_usual(
    profiles: pl.DataFrame, allowed: Allowed, effects: Effects, config: Config, engine: Engine
) -> UsualPolicy | None:
    """Return what the shop does today, for everybody; None where the configuration does not say."""
    return usual_policy_of(profiles["customer_id"], allowed, effects.offers, config, engine)


def usual_policy_of(
    everyone: pl.Series, allowed: Allowed, offers: pl.DataFrame, config: Config, engine: Engine
) -> UsualPolicy | None:
    """Return the same from what is known of offers before their effects are learned.

    `offers`: campaign_id, offer_id, cost_liability_minor, cost_weight, basis.
    """
    settings = config.business_as_usual
    if settings is None:
        return None
    if settings.path is not None:
        wishes = read_business_as_usual(settings.path, everyone, config.privacy, engine)
        wanted: list[tuple[Message | str, str]] = [
            (BUSINESS_AS_USUAL, offer_id) for offer_id in wishes["offer_id"].unique().sort()
        ]
    else:
        wishes = wishes_of([(one.audience, one.offer) for one in settings.rules], everyone, allowed.audiences)
        wanted = usual_rules(config)
    columns = [*OFFER_KEY, "cost_liability_minor", pl.col("cost_weight") > 0]
    check_usual_offers(wanted, [KnownOffer(*row) for row in offers.select(columns).iter_rows()])
    valid = offers.filter(pl.col("basis") != NOT_VALID)
    return UsualPolicy.of(settings.share, wishes, valid, allowed.campaigns)


def usual_rules(config: Config) -> list[tuple[Message | str, str]]:
    """Return the place and the offer of each rule of business as usual."""
    rules = () if config.business_as_usual is None else config.business_as_usual.rules
    return [
        (Message("business_as_usual.rules, number {number}", number=number), rule.offer)
        for number, rule in enumerate(rules, 1)
    ]


@dataclass(frozen=True)
class AssignedOffers:
    """Who gets what."""

    table: pl.DataFrame
    """One row per customer: ASSIGNMENTS."""
    further: pl.DataFrame
    """What customers get beside it: FURTHER_OFFERS."""
    further_planned: pl.DataFrame
    """What the plan has beside it for customers who do not get that: FURTHER_PLANNED."""
    explore_share: float
    """The share of customers that explores; see `DrawnArms`."""

    @property
    def offers(self) -> pl.DataFrame:
        """Return all rows; see `all_offers`."""
        return all_offers(self.table, self.further)


def assign(
    profiles: pl.DataFrame,
    allowed: Allowed,
    sent_offers: SentOffers,
    effects: Effects,
    usual: UsualPolicy | None,
    config: Config,
    idle: IdleShares | None,
    holdback: Holdback | None,
    first_day: int,
    shard: int | None = None,
) -> AssignedOffers:
    """Draw holdout, business as usual and exploration, and write what everybody gets.

    Each period has a draw of its own by its `first_day`, so that what is fed back comes from other customers each time.
    A `shard` of customers has one, too, and the budget of business as usual is looked at for all together.
    """
    sent = sent_offers.campaigns
    period = EPOCH.toordinal() + first_day  # days before 1970 are below 0, which seeds may not be
    first, further = _by_profit(sent_offers.of_everybody, effects.effects)
    arms = draw_arms(
        audience=profiles["customer_id"],
        planned=first,
        further=further["customer_id"],
        explorable=explorable_offers(
            effects.effects, effects.offers, sent if idle is None else list(allowed.campaigns)
        ),
        audiences=allowed.campaigns,
        explore_budgets=explore_minor(config, idle, sent_offers.taken.join(effects.effects, on=KEYS)),
        settings=config.experiment,
        rng=np.random.default_rng([config.seed, period, *([] if shard is None else [shard])]),
        usual=usual,
        holdback=holdback,
        most_explore=MOST_LEARN if idle is not None and any(idle.values()) else MOST_EXPLORE,
    )
    outside = Outside.of(profiles["customer_id"], allowed.campaigns, allowed.no_consent, sent)
    drawn, digits = arms.with_further(further), DIGITS[config.shop.currency]
    rows = assignments(drawn, effects.effects, effects.offers, sent, digits, outside)
    is_first = rows["customer_id"].is_first_distinct()
    table, others = ASSIGNMENTS.check(rows.filter(is_first)), FURTHER_OFFERS.check(rows.filter(~is_first))
    if shard is None:
        check_usual_budget(usual_liability(table), config)
    return AssignedOffers(table, others, FURTHER_PLANNED.check(arms.further_planned(further)), arms.explore_share)


def _by_profit(taken: pl.DataFrame, effects: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split KEYS of what the plan has: the offer of most profit of each customer, and all others."""
    if not taken["customer_id"].is_duplicated().any():
        return taken, taken.clear()
    profit = effects.select(*KEYS, "profit_minor")
    ranked = taken.join(profit, on=KEYS, how="left").sort(
        "customer_id", "profit_minor", *OFFER_KEY, descending=[False, True, False, False]
    )
    is_first = ranked["customer_id"].is_first_distinct()
    return ranked.filter(is_first).select(KEYS), ranked.filter(~is_first).select(KEYS)


def usual_liability(assigned: pl.DataFrame) -> tuple[int, int]:
    """Return how many customers have an offer by business as usual, and what these can cost, in minor units."""
    usual_rows = assigned.filter((pl.col("arm") == USUAL) & (pl.col("offer_id") != NO_OFFER))
    return usual_rows.height, int(usual_rows["cost_liability_minor"].sum())


def usual_liability_before_draw(
    customers: pl.Series, usual: UsualPolicy, offers: pl.DataFrame, settings: ExperimentSettings
) -> tuple[int, int]:
    """Return what `usual_liability` will count: who has business as usual is known before anything is drawn.

    `offers`: campaign_id, offer_id, cost_liability_minor.
    """
    members = customers.filter(has_usual(customers, settings, usual.share))
    usual_rows = usual.table.filter(pl.col("customer_id").is_in(members.implode())).join(offers, on=OFFER_KEY)
    return usual_rows.height, int(usual_rows["cost_liability_minor"].sum())


def check_usual_budget(usual: tuple[int, int], config: Config) -> None:
    """Raise InputError where business as usual, as `usual_liability` counts it, can cost more than its budget."""
    settings, (n_customers, liability) = config.business_as_usual, usual
    if settings is not None and liability > config.minor(settings.budget):
        currency = config.shop.currency
        raise InputError(
            Message(
                "business as usual gives {n_customers} customers offers that can cost up to {liability} "
                '{currency}, more than business_as_usual.budget = "{budget}"; raise it, or lower '
                "business_as_usual.share from {share}",
                n_customers=n_customers,
                liability=to_text(liability, currency),
                currency=currency,
                budget=settings.budget,
                share=f"{settings.share:g}",
            )
        )


def coming_test(
    assigned: AssignedOffers, events: Events, effects: Effects, period_days: int, control: str = HOLDOUT
) -> ComingTest | None:
    """Return the coming test, from the margin in each period of the quarter before of all for whom an offer is planned,
    held or not.

    One period does not tell what these customers buy: plans may choose those who were silent lately. `period_days` are
    the days that the plan is for, `control` is the arm of its control group: in a loop the holdback.
    """
    planned = assigned.table.filter((pl.col("planned_offer_id") != NO_OFFER) & pl.col("arm").is_in([PLAN, control]))
    if planned.is_empty():
        return None
    margin = effects.margins.filter(pl.col("category").is_null())["margin"][0]
    n_treated = planned.filter(pl.col("arm") == PLAN).height
    margins = margin * _bought_by_period(planned["customer_id"], events, period_days)
    return ComingTest.of(margins, n_treated, planned.height - n_treated, period_days)


def _bought_by_period(customers: pl.Series, events: Events, period_days: int) -> Floats:
    """(customers, periods): value at list price in each of the last periods that reach over a quarter, or in as many
    as there are data of."""
    over_quarter, with_data = -(-QUARTER_DAYS // period_days), (events.as_of_day - events.first_day) // period_days
    n_periods, day = max(min(over_quarter, with_data), 1), nw.col("order_day")
    lately = events.order_lines.filter(day >= events.as_of_day - n_periods * period_days)
    period = ((events.as_of_day - 1 - day) // period_days).cast(nw.Int64)
    by_period = lately.with_columns(period=period).group_by("customer_id", "period")
    bought = collect(by_period.agg(nw.col("list_value_minor").sum().cast(nw.Int64)))
    rows = pl.DataFrame({"customer_id": customers}).with_row_index("row").join(bought, on="customer_id")
    worth = np.zeros((len(customers), n_periods))
    worth[rows["row"].to_numpy(), rows["period"].to_numpy()] = rows["list_value_minor"].to_numpy()
    return worth
