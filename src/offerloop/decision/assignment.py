"""The random part of a run or period: who is in which arm and gets what, and what its read-out will be able to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

import narwhals as nw
import numpy as np
import polars as pl
from scipy.stats import norm

from offerloop.arrays import Floats
from offerloop.config import Campaign, Config, shared_budgets, within_shared
from offerloop.decision.arms import draw_arms, explorable_offers
from offerloop.decision.assignment_rows import Outside, assignments
from offerloop.decision.campaign_case import KEYS, OFFER_KEY
from offerloop.decision.campaigns import SentOffers
from offerloop.decision.planning import Allowed
from offerloop.decision.propensities import MOST_EXPLORE, MOST_LEARN, Holdback
from offerloop.decision.usual_policy import KnownOffer, UsualPolicy, check_usual_offers, wishes_of
from offerloop.engine import Engine, collect
from offerloop.errors import InputError
from offerloop.evaluation import ComingTest, Estimate, se_of
from offerloop.events import BUSINESS_AS_USUAL, Events, LoopExposures, read_business_as_usual
from offerloop.message import Message
from offerloop.money import DIGITS, MICRO, to_text
from offerloop.offers import NO_OFFER, MissingLimit
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


@dataclass(frozen=True)
class LoopPeriod:
    """What a loop adds to a run, which is one of its periods."""

    exposures: LoopExposures
    """What it gave before."""
    holdback: float
    """Share of customers from whom the plan's offer is held back."""
    paused: frozenset[str]
    """Ids of the campaigns whose plans are not sent."""


IdleShares = Mapping[str, float]
"""By campaign that is not sent: the share of its budget that it spends on random offers. Up to MOST_LEARN of the
customers draw then."""


def idle_shares(
    period: LoopPeriod | None, offers: pl.DataFrame, offers_with_effects: Iterable[str], unsent: Mapping[str, Estimate]
) -> IdleShares | None:
    """Return what a period of a loop explores with beside `explore_budget`; None for a run.

    It is all of an idle budget while too little was shown of some of its offers, otherwise `idle_share`.
    `offers_with_effects` are the ids of offers whose effects were learned from what was shown, `unsent` the campaigns
    that are not sent, with the profit of offers at random. While a campaign is paused, its idle budget stays unspent.
    """
    if period is None:
        return None
    valid = offers.filter(pl.col("basis") != NOT_VALID)
    untried = set(valid.filter(~pl.col("offer_id").is_in(list(offers_with_effects)))["campaign_id"])
    idle = {name: profit for name, profit in unsent.items() if name not in period.paused}
    return {name: 1.0 if name in untried else idle_share(profit) for name, profit in idle.items()}


def idle_share(profit: Estimate) -> float:
    """Return the share of an idle budget that random offers may spend: the probability that they pay.

    So exploring ends where it cannot change the plan any more; this is probability matching (Thompson 1933) for the
    campaign as a whole.
    """
    return float(norm.cdf(profit.value / se_of(profit))) if profit.has_interval else float(profit.value > 0)


def business_as_usual(
    profiles: pl.DataFrame, allowed: Allowed, effects: Effects, config: Config, engine: Engine
) -> UsualPolicy | None:
    """Return what the shop does today, for everybody; None where the configuration does not say."""
    settings = config.business_as_usual
    if settings is None:
        return None
    everyone = profiles["customer_id"]
    if settings.path is not None:
        wishes = read_business_as_usual(settings.path, everyone, config.privacy, engine)
        wanted: list[tuple[Message | str, str]] = [
            (BUSINESS_AS_USUAL, offer_id) for offer_id in wishes["offer_id"].unique().sort()
        ]
    else:
        wishes = wishes_of([(one.audience, one.offer) for one in settings.rules], everyone, allowed.audiences)
        wanted = usual_rules(config)
    columns = [*OFFER_KEY, "cost_liability_minor", pl.col("cost_weight") > 0]
    check_usual_offers(wanted, [KnownOffer(*row) for row in effects.offers.select(columns).iter_rows()])
    valid = effects.offers.filter(pl.col("basis") != NOT_VALID)
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
    shard: int | None = None,
) -> AssignedOffers:
    """Draw holdout, business as usual and exploration, and write what everybody gets.

    A `shard` of customers has a draw of its own, and the budget of business as usual is looked at for all together.
    """
    sent = sent_offers.campaigns
    first, further = _by_profit(sent_offers.of_everybody, effects.effects)
    arms = draw_arms(
        audience=profiles["customer_id"],
        planned=first,
        further=further["customer_id"],
        explorable=explorable_offers(
            effects.effects, effects.offers, sent if idle is None else list(allowed.campaigns)
        ),
        audiences=allowed.campaigns,
        explore_budgets=_explore_minor(config, idle, sent_offers.taken.join(effects.effects, on=KEYS)),
        settings=config.experiment,
        rng=np.random.default_rng(config.seed if shard is None else [config.seed, shard]),
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


def _explore_minor(config: Config, idle_shares: IdleShares | None, taken: pl.DataFrame) -> dict[str, int]:
    """Return what random offers of each campaign may cost.

    Idle budgets are within what plans that are sent, EFFECTS `taken`, leave of the budgets that campaigns share.
    """
    own = {one.id: config.minor(one.explore_budget, one) for one in config.campaigns}
    if idle_shares is None:
        return own
    exploring = [one for one in config.campaigns if own[one.id] > 0]
    idle = {one.id: int(idle_shares.get(one.id, 0.0) * config.minor(one.budget, one)) for one in exploring}
    teams = {one.id: one.team for one in config.campaigns if one.budget_unit is None}
    shared = shared_budgets(teams, config.plan.team_budgets, config.plan.total_budget, config.shop.currency)
    idle = within_shared(idle, {one.id: _counted_minor(one, taken) for one in config.campaigns}, shared)
    return {name: minor + idle.get(name, 0) for name, minor in own.items()}


def _counted_minor(campaign: Campaign, taken: pl.DataFrame) -> int:
    """Return what EFFECTS of a plan take of budgets by the `budget_basis` of a campaign."""
    of_campaign = taken.filter(pl.col("campaign_id") == campaign.id)
    if campaign.budget_basis == "expected":
        return ceil(of_campaign["cost_expected_micro"].sum() / MICRO)
    return int(of_campaign["cost_liability_minor"].sum())


def unpaid_exploration(config: Config, campaign: Campaign, liabilities: Iterable[int | None]) -> Message | None:
    """Say that nobody explores where one offer can cost more than `explore_budget`; None where somebody may.

    A campaign that a loop does not send explores with its idle budget as well.

    Exploration is paid as if everyone drew the most expensive offer. `liabilities`: the most that each offer can cost.
    """
    budget, unit = config.minor(campaign.explore_budget, campaign), config.unit(campaign)
    highest = max((one or 0 for one in liabilities), default=0)
    if not 0 < budget < highest:
        return None
    most = to_text(highest, unit)
    return Message(
        "campaign '{campaign}' explores with {budget} {unit}, and its most expensive offer can "
        "cost {most}: while it is sent, nobody gets an offer at random; raise explore_budget to {most} or more, "
        "or lower what the offer can cost",
        campaign=campaign.id,
        budget=campaign.explore_budget,
        unit=unit,
        most=most,
    )


def unlimited_exploration(config: Config, campaign: Campaign, missing: Mapping[str, MissingLimit]) -> list[Message]:
    """Say which offers nobody gets at random as they may cost any amount. `missing`: what lacks a limit, by id."""
    if not config.minor(campaign.explore_budget, campaign):
        return []
    return [
        (_UNLIMITED if limit.term else _NEVER_LIMITED).with_values(
            what=limit.of(Message("offer '{offer}'", context="what may cost any amount", offer=offer_id)),
            campaign=campaign.id,
            term=limit.term or "",
        )
        for offer_id, limit in missing.items()
    ]


_UNLIMITED = Message(
    "{what} of campaign '{campaign}' may cost any amount, so nobody gets it at random, and only those whom the plan "
    "chooses show its effect; add '{term}' to let it be explored"
)
_NEVER_LIMITED = Message(
    "{what} of campaign '{campaign}' may cost any amount, which nothing can limit, so nobody gets it at random, and "
    "only those whom the plan chooses show its effect"
)


def limiting_exploration(config: Config, most_minor: Mapping[str, int], n_customers: int) -> Message | None:
    """Say which campaign keeps others of a loop from spending idle budgets while it is sent; None where none does.

    So few of the `n_customers` explore that every campaign can pay for all of them. `most_minor` is the most that one
    offer of each campaign can cost.
    """
    n_own, n_idle = dict[str, int](), dict[str, int]()
    for campaign in config.campaigns:
        budget, own = (config.minor(amount, campaign) for amount in (campaign.budget, campaign.explore_budget))
        if own > 0:
            most = max(most_minor.get(campaign.id, 0), 1)
            n_own[campaign.id], n_idle[campaign.id] = own // most, (budget + own) // most
    least = min(n_own, key=n_own.__getitem__, default="")
    others = [name for name, number in n_idle.items() if name != least and number > n_own[least]]
    if not others or not 0 < n_own[least] < int(MOST_LEARN * n_customers):
        return None
    limiting = next(one for one in config.campaigns if one.id == least)
    return Message(
        "while campaign '{campaign}' is sent, its explore_budget of {budget} {unit} pays for {n} customer who "
        "explores, and no more explore in {others}, whatever their idle budgets; raise it, or set it to 0 to let them "
        "explore alone",
        plural="while campaign '{campaign}' is sent, its explore_budget of {budget} {unit} pays for {n} customers who "
        "explore, and no more explore in {others}, whatever their idle budgets; raise it, or set it to 0 to let them "
        "explore alone",
        n=n_own[least],
        campaign=least,
        budget=limiting.explore_budget,
        unit=config.unit(limiting),
        others=others,
    )


def usual_liability(assigned: pl.DataFrame) -> tuple[int, int]:
    """Return how many customers have an offer by business as usual, and what these can cost, in minor units."""
    usual_rows = assigned.filter((pl.col("arm") == USUAL) & (pl.col("offer_id") != NO_OFFER))
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
