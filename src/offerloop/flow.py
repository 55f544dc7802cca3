"""The whole pipeline on one screen: the only place that knows the order of the stages.

`stage(name, work, *inputs)` runs one step; timing, memory, progress and resuming are its business, not the stages'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.config import Campaign, Config, Recommend, Response
from offerloop.decision import (
    MOST_EXPLORE,
    MOST_LEARN,
    CampaignCase,
    Forecast,
    KnownOffer,
    Outside,
    Planned,
    Usual,
    assignments,
    check_usual_offers,
    draw_arms,
    menu,
    plan_campaigns,
    plan_limits,
    wishes_of,
)
from offerloop.engine import Engine, collect
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.experiment import ComingTest
from offerloop.events import Events, Given, prepare
from offerloop.events.usual import PLACE, read_usual
from offerloop.money import DIGITS, to_text
from offerloop.offers import NO_OFFER, Offer
from offerloop.profiles import Past, build_profiles
from offerloop.profiles.audience import members
from offerloop.recommenders.base import TASKS
from offerloop.recommenders.context import Context
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.ranking.choose import choose
from offerloop.recommenders.ranking.hybrid import Hybrid
from offerloop.recommenders.shelf import Rules, Shelf
from offerloop.recommenders.suggest import suggest
from offerloop.recommenders.top import top
from offerloop.response import (
    Effects,
    Margins,
    ShelfLines,
    ShelfStudy,
    ShownEffects,
    ShownLog,
    campaign_effects,
    campaign_offers,
    estimate_effects,
    first_reached,
    full_weeks,
    known_margins,
    learn_shown,
    shelf_lines,
    study_shelf_prices,
    usual_baskets,
)
from offerloop.tables import (
    AUDIENCE_MEMBERS,
    BREAK_EVEN,
    HOLDOUT,
    PLAN,
    PRODUCT_TEXTS,
    RESPONSE_CHECKS,
    RESPONSE_CURVE,
    RESPONSE_DECILES,
    RESPONSE_SLOPES,
    SHOWN_OFFERS,
    STAGE_TABLES,
    USUAL,
)

Result = TypeVar("Result")
Inputs = ParamSpec("Inputs")
SUGGESTED_PRODUCTS = 3


STAGES = (
    "events", "profiles", "audiences", "recommenders", "past campaigns", "shelf prices", "response",
    "shown offers", "effects",
    "allocation",
    "business as usual", "assignments", "suggestions", "coming test",
)  # fmt: skip
"""Names of the stages in their order."""


class Stage(Protocol):
    """Runs one step and gives back what the step gave, now or before."""

    def __call__(
        self, name: str, work: Callable[Inputs, Result], *inputs: Inputs.args, **named: Inputs.kwargs
    ) -> Result:
        """`name` is what a reader of the progress sees; a step depends on its inputs and on nothing else."""


@dataclass(frozen=True)
class Run:
    """Everything that one run found out."""

    config: Config
    events: Events
    tables: dict[str, pl.DataFrame]
    """Stage tables by name."""
    forecasts: list[Forecast]
    campaigns_solved: str
    """See `Planned.solved`."""
    explore_share: float
    test: ComingTest | None
    """What the read-out of the plan will be able to show; None when nothing is planned."""
    gaps: list[str]
    """What the data could not show, and why, a sentence each."""


@dataclass(frozen=True)
class LoopPeriod:
    """What a loop adds to a run, which is one of its periods."""

    given: Given
    """What it gave before."""
    holdback: float
    """Share of the customers with an offer in the plan from whom it is held back."""
    rests: bool
    """Whether offers go out by lot only."""


@dataclass(frozen=True)
class Lots:
    """How a period of a loop draws."""

    holdback: float
    untried: frozenset[str]
    """Campaigns with offers of which too little was shown yet to learn from. What such a campaign could have spent is
    spent on lots while it is not sent, and up to MOST_LEARN of the customers draw."""


def _lots(period: LoopPeriod | None, shown: ShownEffects | Gap | None, offers: pl.DataFrame) -> Lots | None:
    if period is None:
        return None
    known = [one for one in offers["offer_id"].unique() if isinstance(shown, ShownEffects) and shown.has(one)]
    return Lots(period.holdback, frozenset(offers.filter(~pl.col("offer_id").is_in(known))["campaign_id"]))


def plan(config: Config, engine: Engine, stage: Stage, period: LoopPeriod | None = None) -> Run:
    """From raw tables to one assignment per customer, with a forecast beside simple rules; for a loop, of one period.

    A period of a loop explores in all campaigns, sent or not, or it would never learn of those that are not sent.
    """
    events = clean(config, engine, stage, None if period is None else period.given)
    profiles = stage("profiles", profile, events)
    allowed = stage(
        "audiences", audiences, events, profiles, config.only("audiences", "exclude", "campaigns", "profiles")
    )
    liked = like(events, config, stage)
    past, reached = stage("past campaigns", judge_campaigns, events)
    lines = stage("shelf prices", sum_shelf_lines, events, config.response, engine)
    study = stage("response", study_prices, lines, config.response, config.seed)
    offers = offers_to_learn(events, lines, config)
    shown = stage("shown offers", study_shown, events, offers, config.only("seed", "shop", "evaluate"), engine)
    settings = config.only("seed", "shop", "response", "campaigns", "experiment")
    effects = stage("effects", estimate, events, study, shown, settings)
    planned = stage("allocation", forecast, effects, allowed, config.only("shop", "campaigns", "plan"))
    planned = planned.resting() if period is not None and period.rests else planned
    settings = config.only("business_as_usual", "privacy")
    usual = stage("business as usual", business_as_usual, profiles, allowed, effects, settings, engine)
    settings = config.only("seed", "shop", "campaigns", "experiment", "business_as_usual")
    lots = _lots(period, shown, effects.offers)
    assigned, explore_share = stage(
        "assignments", assign, profiles, allowed, planned, effects, usual, settings, lots
    )  # fmt: skip
    final = stage("suggestions", with_products, assigned, effects, liked)
    test = stage("coming test", coming_test, final, events, effects)
    gaps = [one for one in (liked.gap, study, shown) if isinstance(one, Gap)]
    tables = {
        "quality": events.quality, "quality_by_day": events.quality_by_day, "rejected": events.rejected,
        "profiles": profiles, "customers": collect(events.customers, "customer_id"),
        "recommenders": liked.results, "affinities": liked.affinities, "product_texts": product_texts(events),
        "campaign_effects": past,
        "first_reached": reached,
        **(STUDY_TABLES if isinstance(study, Gap) else study.tables),
        "audience_members": allowed.audiences, "offers": effects.offers, "effects": effects.effects,
        "shown_offers": shown.table if isinstance(shown, ShownEffects) else SHOWN_OFFERS.empty(),
        "margins": effects.margins, "calibration": effects.calibration,
        "comparison": compare(planned.forecasts, final),
        "budget_curve": pl.concat([one.curve for one in planned.forecasts]),
        "break_even_sweep": pl.concat([one.sweep for one in planned.forecasts]),
        "uniform_depths": pl.concat([one.uniform for one in planned.forecasts]),
        "assignments": final,
        "plan_limits": planned.limits, "offer_prices": planned.prices,
    }  # fmt: skip
    checked = {name: STAGE_TABLES[name].check(table) for name, table in tables.items()}
    return Run(
        config, events, checked, planned.forecasts, planned.solved, explore_share, test, [gap.reason for gap in gaps]
    )  # fmt: skip


def clean(config: Config, engine: Engine, stage: Stage, given: Given | None = None) -> Events:
    """Stage 1; `given` is what a loop gave before."""
    settings = config.only("shop", "sources", "clean", "profiles", "privacy", "evaluate")
    return stage("events", prepare, settings, engine, given)


def like(events: Events, config: Config, stage: Stage) -> Liked:
    """Stage 3."""
    return stage("recommenders", recommend, events, config.only("seed", "shop", "recommend", "profiles"))


@dataclass(frozen=True)
class Gap:
    """Why a stage has nothing to hand on: the data cannot carry what it would claim."""

    reason: str


def known(work: Callable[[], Result]) -> Result | Gap:
    """What the work finds, or the gap that its data leave."""
    try:
        return work()
    except EvidenceError as missing:
        return Gap(str(missing))


def profile(events: Events) -> pl.DataFrame:
    """Stage 2. Raises EvidenceError when there is nobody to compare with."""
    past = Past(
        events.order_lines, events.products, events.audiences, events.redemptions, events.browsing, events.exposures
    )
    found = build_profiles(past, events.campaigns, events.as_of_day, events.bulk_buyers["customer_id"])
    if found.height < 2:
        raise EvidenceError(
            f"the order lines hold {found.height} customer; a plan chooses between customers: give the orders of more"
        )
    return found


@dataclass(frozen=True)
class Allowed:
    """Who may get offers at all."""

    campaigns: dict[str, pl.Series]
    """customer_id of each campaign's audience, without those who may not."""
    no_consent: pl.Series
    """customer_id of those who refuse personalised offers."""
    audiences: pl.DataFrame
    """Members of every audience: audience, customer_id."""


def audiences(events: Events, profiles: pl.DataFrame, config: Config) -> Allowed:
    """Who may get which campaign's offers: its audience, less exclusions and refusals."""
    attributes = collect(events.customers).drop(config.profiles.audit_only, strict=False)
    fresh = [name for name in attributes.columns if name == "customer_id" or name not in profiles.columns]
    known = profiles.join(attributes.select(fresh), on="customer_id", how="left")
    groups = {name: members(rule, known, name) for name, rule in config.audiences.items()}
    refused = events.no_consent["customer_id"]
    campaigns = {}
    for one in config.campaigns:
        inside = profiles["customer_id"] if one.audience is None else groups[one.audience]
        for name in (config.exclude, one.exclude):
            inside = inside if name is None else inside.filter(~inside.is_in(groups[name].implode()))
        campaigns[one.id] = inside.filter(~inside.is_in(refused.implode())).sort()
    listed = [pl.DataFrame({"customer_id": ids}).with_columns(audience=pl.lit(name)) for name, ids in groups.items()]
    empty = AUDIENCE_MEMBERS.empty().with_columns(profiles["customer_id"].clear())
    rows = pl.concat([empty, *(one.select(empty.columns) for one in listed)])
    return Allowed(campaigns, refused, AUDIENCE_MEMBERS.check(rows))


@dataclass(frozen=True)
class Liked:
    """Stage 3: what customers would like."""

    affinities: pl.DataFrame
    results: pl.DataFrame
    hybrid: Hybrid
    interactions: Interactions
    shelf: Shelf
    gap: Gap | None
    """Why recommenders could not be compared; then the fallback serves."""


def recommend(events: Events, config: Config) -> Liked:
    """Choose a recommender per task on an earlier window, then serve everyone from all purchases.

    Who refuses personalisation gets what most people like.
    """
    settings = config.recommend
    interactions = interact(events, config)
    hybrid, results = choose(interactions, settings.candidates, settings.window_days, config.seed)
    shelf = Shelf.of(interactions, rules(settings, config.shop.margin))
    customers = collect(events.order_lines.select("customer_id").unique(), "customer_id")["customer_id"]
    refuses = customers.is_in(events.no_consent["customer_id"].implode())
    groups = [(customers.filter(~refuses), True), (customers.filter(refuses), False)]
    parts = [
        top(hybrid, interactions, task, settings.top_k, some, shelf, personal=personal)
        for task in TASKS
        for some, personal in groups
    ]
    gap = None if hybrid.choice.gap is None else Gap(hybrid.choice.gap)
    return Liked(pl.concat(parts), results, hybrid, interactions, shelf, gap)


def interact(events: Events, config: Config) -> Interactions:
    """Return what recommenders learn from: every purchase of goods."""
    lines = events.merchandise_lines
    purchases = collect(lines.select("customer_id", "product_id", "order_day").unique())
    context = Context.read(events.merchandise, lines, events.customers, events.browsing, config.profiles.audit_only)
    least = config.recommend.min_buyers
    return Interactions.build(purchases, events.as_of_day, min_buyers=least, context=context)


def product_texts(events: Events) -> pl.DataFrame:
    """What products are called, for people who read of them."""
    if "text" not in events.products.collect_schema().names():
        return PRODUCT_TEXTS.empty()
    return collect(events.products.filter(~nw.col("text").is_null()).select("product_id", "text"), "product_id")


def rules(settings: Recommend, usual_margin: float) -> Rules:
    """What the shop does not want recommended."""
    return Rules(
        exclude_products=settings.exclude_products,
        exclude_categories=settings.exclude_categories,
        min_margin=settings.min_margin,
        usual_margin=usual_margin,
        max_per_category=settings.max_per_category,
    )


def judge_campaigns(events: Events) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What past campaigns did, naive and adjusted, and what reaching customers for the first time changed."""
    known = events.order_lines, events.campaigns, events.audiences, events.first_day, events.as_of_day
    return campaign_effects(*known), first_reached(*known)


def sum_shelf_lines(events: Events, settings: Response, engine: Engine) -> ShelfLines | Gap:
    """Weekly sums of the order lines for the study of shelf prices."""
    weeks = full_weeks(events.first_day, events.as_of_day)
    return known(lambda: shelf_lines(events.order_lines, events.products, weeks, settings, engine))


STUDY_TABLES = {
    table.name: table.empty()
    for table in (RESPONSE_SLOPES, RESPONSE_CURVE, RESPONSE_CHECKS, RESPONSE_DECILES, BREAK_EVEN)
}
"""What a study would have found."""


def study_prices(lines: ShelfLines | Gap, settings: Response, seed: int) -> ShelfStudy | Gap:
    """Stage 4: the response to shelf prices, or why it cannot be known."""
    return lines if isinstance(lines, Gap) else known(lambda: study_shelf_prices(lines, settings, seed))


def offers_to_learn(events: Events, lines: ShelfLines | Gap, config: Config) -> tuple[Offer, ...]:
    """The configured offers whose effects exposures may tell; none where nothing was shown."""
    if not collect(events.exposures.select("customer_id").head(1)).height:
        return ()
    categories = (
        usual_baskets(events.merchandise_lines, events.products, config.response).categories
        if isinstance(lines, Gap)
        else lines.categories
    )
    return tuple(one.offer for one in campaign_offers(config, categories, events.offers, Margins(float(config.margin))))


def study_shown(events: Events, offers: tuple[Offer, ...], config: Config, engine: Engine) -> ShownEffects | Gap | None:
    """Effects of offers that were shown at random, or why they cannot be known; None where nothing was shown."""
    if not offers:
        return None
    return known(lambda: learn_shown(shown_log(events, config), offers, config.seed, engine))


def shown_log(events: Events, config: Config) -> ShownLog:
    """What the shop knows of past decisions."""
    margins = known_margins(events.order_lines, events.products, config.shop.margin)
    return ShownLog(
        events.exposures, events.order_lines, events.products, events.first_day, events.as_of_day,
        config.evaluate.window_days, margins,
    )  # fmt: skip


def estimate(events: Events, study: ShelfStudy | Gap, shown: ShownEffects | Gap | None, config: Config) -> Effects:
    """Effects of every offer: as those shown at random tell, else shelf prices, else as the shop assumes."""
    baskets = usual_baskets(events.merchandise_lines, events.products, config.response)
    margins = known_margins(events.order_lines, events.products, config.shop.margin)
    learned = None if isinstance(shown, Gap) else shown
    return estimate_effects(None if isinstance(study, Gap) else study, baskets, config, events.offers, margins, learned)


def forecast(effects: Effects, allowed: Allowed, config: Config) -> Planned:
    """Stage 5: solve all campaigns within their limits, and forecast each."""
    cases = []
    for campaign in config.campaigns:
        inside = pl.col("customer_id").is_in(allowed.campaigns[campaign.id].implode())
        mine = [(table.filter((pl.col("campaign_id") == campaign.id) & inside), fit) for table, fit in effects.views]
        cases.append(CampaignCase.of(mine, effects.offers, campaign, config.minor(campaign.budget, campaign)))
    return plan_campaigns(cases, plan_limits(config, effects.offers), config.plan.campaigns)


def business_as_usual(
    profiles: pl.DataFrame, allowed: Allowed, effects: Effects, config: Config, engine: Engine
) -> Usual | None:
    """Return what the shop does today, for everybody; None where the configuration does not say."""
    settings = config.business_as_usual
    if settings is None:
        return None
    everyone = profiles["customer_id"]
    if settings.path is not None:
        wishes = read_usual(settings.path, everyone, config.privacy, engine)
        wanted = [(PLACE, one) for one in wishes["offer_id"].unique().sort()]
    else:
        wishes = wishes_of([(one.audience, one.offer) for one in settings.rules], everyone, allowed.audiences)
        wanted = usual_rules(config)
    columns = ["campaign_id", "offer_id", "cost_liability_minor", pl.col("cost_weight") > 0]
    check_usual_offers(wanted, [KnownOffer(*row) for row in effects.offers.select(columns).iter_rows()])
    return Usual.of(settings.share, wishes, effects.offers, allowed.campaigns)


def usual_rules(config: Config) -> list[tuple[str, str]]:
    """Return the place and the offer of each rule of business as usual."""
    rules = () if config.business_as_usual is None else config.business_as_usual.rules
    return [(f"business_as_usual.rules, number {number}", one.offer) for number, one in enumerate(rules, 1)]


def assign(
    profiles: pl.DataFrame,
    allowed: Allowed,
    planned: Planned,
    effects: Effects,
    usual: Usual | None,
    config: Config,
    lots: Lots | None,
) -> tuple[pl.DataFrame, float]:
    """Draw holdout, business as usual, exploration and holdback, and write one row per customer."""
    sent = [one.campaign_id for one in planned.forecasts if one.send]
    keys = ["customer_id", "campaign_id", "offer_id"]
    plans = [one.plan.select(keys) for one in planned.forecasts if one.send]
    taken = pl.concat(plans) if plans else effects.effects.clear().select(keys)
    most = effects.offers.select("campaign_id", "offer_id", "cost_liability_minor")
    arms = draw_arms(
        audience=profiles["customer_id"],
        planned=taken.join(most, on=["campaign_id", "offer_id"], how="left"),
        menu=menu(effects.effects, effects.offers, sent if lots is None else list(allowed.campaigns)),
        audiences=allowed.campaigns,
        explore_budgets={one.id: _for_lots(config, one, sent, lots) for one in config.campaigns},
        settings=config.experiment,
        rng=np.random.default_rng(config.seed),
        usual=usual,
        holdback=0.0 if lots is None else lots.holdback,
        most_explore=MOST_LEARN if lots is not None and lots.untried - set(sent) else MOST_EXPLORE,
    )
    outside = Outside.of(profiles["customer_id"], allowed.campaigns, allowed.no_consent)
    table = assignments(arms, effects.effects, effects.offers, sent, DIGITS[config.shop.currency], outside)
    _check_usual_budget(table, config)
    return table, arms.explore_share


def _for_lots(config: Config, campaign: Campaign, sent: list[str], lots: Lots | None) -> int:
    """What a campaign's offers by lot may cost."""
    own = config.minor(campaign.explore_budget, campaign)
    idle = lots is not None and campaign.id in lots.untried - set(sent) and own > 0
    return own + config.minor(campaign.budget, campaign) if idle else own


def _check_usual_budget(assigned: pl.DataFrame, config: Config) -> None:
    settings = config.business_as_usual
    given = assigned.filter((pl.col("arm") == USUAL) & (pl.col("offer_id") != NO_OFFER))
    liability = int(given["cost_liability_minor"].sum())
    if settings is not None and liability > config.minor(settings.budget):
        currency = config.shop.currency
        raise InputError(
            f"business as usual gives {given.height:,} customers offers that can cost up to "
            f"{to_text(liability, currency)} {currency}, more than business_as_usual.budget = "
            f'"{settings.budget}"; raise it, or lower business_as_usual.share from {settings.share:g}'
        )


def compare(forecasts: list[Forecast], assigned: pl.DataFrame) -> pl.DataFrame:
    """Plans beside simple rules, and each plan that goes out for those who get it."""
    planned = assigned.filter(pl.col("arm") == PLAN)
    tables = []
    for one in forecasts:
        tables.append(one.comparison)
        if one.send:
            receivers = planned.filter(pl.col("campaign_id") == one.campaign_id)["customer_id"]
            tables.append(one.as_sent(receivers).select(one.comparison.columns))
    return pl.concat(tables)


def with_products(assigned: pl.DataFrame, effects: Effects, liked: Liked) -> pl.DataFrame:
    """Add the products to show: the best ones of the offer's category by the next-basket recommender."""
    scopes = effects.offers.select("campaign_id", "offer_id", "category")
    wanted = assigned.join(scopes, on=["campaign_id", "offer_id"]).drop_nulls("category")
    model = liked.hybrid.for_task("repeat")
    shown = suggest(
        model, liked.interactions, wanted.select("customer_id", "category"), liked.shelf, SUGGESTED_PRODUCTS
    )
    names = assigned.columns
    filled = assigned.drop("product_ids").join(shown, on="customer_id", how="left")
    return filled.with_columns(pl.col("product_ids").fill_null("")).select(names).sort("customer_id")


TEST_DAYS = 7


def coming_test(assigned: pl.DataFrame, events: Events, effects: Effects) -> ComingTest | None:
    """By the margin that customers with a planned offer left in the week before, whether they get it or are held."""
    planned = assigned.filter((pl.col("planned_offer_id") != NO_OFFER) & pl.col("arm").is_in([PLAN, HOLDOUT]))
    if planned.is_empty():
        return None
    week = events.order_lines.filter(nw.col("order_day") >= events.as_of_day - TEST_DAYS)
    bought = collect(week.group_by("customer_id").agg(nw.col("list_value_minor").sum().cast(nw.Int64)))
    worth = planned.join(bought, on="customer_id", how="left")["list_value_minor"].fill_null(0)
    margin = effects.margins.filter(pl.col("category").is_null())["margin"][0]
    n_treated = planned.filter(pl.col("arm") == PLAN).height
    return ComingTest.of(margin * worth.to_numpy().astype(np.float64), n_treated, planned.height - n_treated)
