"""The whole pipeline on one screen: the only place that knows the order of the stages.

`stage(name, work, *inputs)` runs one step; timing, memory, progress and resuming are its business, not the stages'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

import narwhals as nw
import polars as pl

from offerloop.config import Config, Recommend, Response
from offerloop.decision import (
    Allowed,
    Forecast,
    LoopPeriod,
    Planned,
    assign,
    business_as_usual,
    coming_test,
    compare,
    exploration_of,
    plan_period,
)
from offerloop.engine import Engine, Extendable, Frame, Shards, collect
from offerloop.errors import EvidenceError
from offerloop.evaluation import ComingTest
from offerloop.events import Events, LoopExposures, SourcesRead, extend_events, prepare
from offerloop.message import Message
from offerloop.offers import Offer, names_no_offer
from offerloop.profiles import PastEvents, Purchases, build_profiles, members
from offerloop.recommenders import Assortment, Bought, BusinessRules, Context, Interactions, Lists, choose
from offerloop.response import (
    Effects,
    Margins,
    ShelfLines,
    ShelfStudy,
    ShownEffects,
    ShownLog,
    best_selling_categories,
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
    PRODUCT_TEXTS,
    RESPONSE_CHECKS,
    RESPONSE_CURVE,
    RESPONSE_DECILES,
    RESPONSE_SLOPES,
    SHOWN_OFFERS,
    STAGE_TABLES,
)

Result = TypeVar("Result")
Inputs = ParamSpec("Inputs")
SUGGESTED_PRODUCTS = 3


STAGES = (
    "events", "profiles", "audiences", "interactions", "recommenders", "past campaigns", "shelf prices", "response",
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


def at_once(name: str, work: Callable[Inputs, Result], *inputs: Inputs.args, **named: Inputs.kwargs) -> Result:
    """Run a step as a `Stage` that keeps and tells nothing."""
    del name
    return work(*inputs, **named)


@dataclass(frozen=True)
class Run:
    """Everything that one run found out."""

    config: Config
    events: Events
    tables: dict[str, pl.DataFrame]
    """Stage tables by name, without affinities."""
    affinities: Frame
    """The table AFFINITIES, which in a large shop is larger than memory."""
    forecasts: list[Forecast]
    campaigns_solved: str
    """See `Planned.solved`."""
    explore_share: float
    test: ComingTest | None
    """What the read-out of the plan will be able to show; None when nothing is planned."""
    gaps: list[Message]
    """What the data could not show, and why, a sentence each."""


def plan(
    config: Config,
    engine: Engine,
    stage: Stage,
    period: LoopPeriod | None = None,
    read: SourcesRead | None = None,
    liked: Liked | None = None,
) -> Run:
    """Carry out everything from raw tables to one assignment per customer, and a forecast beside reference policies.

    A period of a loop explores in all campaigns, sent or not, or it would never learn of those that are not sent.
    `read` are the sources where they were read before. `liked` is what an earlier run found that customers would like;
    then no recommender is fitted, and no products are suggested beside offers.
    """
    events = clean(config, engine, stage, None if period is None else period.exposures, read)
    profiles, _ = stage("profiles", Extendable(profile, extend_profile), events, engine)
    allowed = stage(
        "audiences", audiences, events, profiles, config.only("audiences", "exclude", "campaigns", "profiles")
    )
    liked = like(events, config, engine, stage) if liked is None else liked
    past, reached = stage("past campaigns", judge_campaigns, events)
    learned = learn(events, config, engine, stage)
    decided = decide(profiles, allowed, learned, config, engine, stage, period)
    shown, effects, planned = learned.shown, learned.effects, decided.planned
    final = decided.assigned.sort("customer_id")
    if isinstance(liked, Preferences):
        final = stage("suggestions", with_products, decided.assigned, effects, liked, events, engine)
    test = stage("coming test", coming_test, decided.assigned, events, effects, config.evaluate.window_days)
    gaps = [one for one in (liked.gap, learned.study, shown) if isinstance(one, Gap)]
    tables = {
        "quality": events.quality, "quality_by_day": events.quality_by_day, "rejected": events.rejected,
        "profiles": profiles, "customers": collect(events.customers, "customer_id"),
        "recommenders": liked.results, "product_texts": product_texts(events),
        "campaign_effects": past,
        "first_reached": reached,
        **(STUDY_TABLES if isinstance(learned.study, Gap) else learned.study),
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
        config, events, checked, liked.affinities, planned.forecasts, planned.solved, decided.explore_share, test,
        [gap.reason for gap in gaps],
    )  # fmt: skip


@dataclass(frozen=True)
class LearnedResponse:
    """What stage 4 learns."""

    study: dict[str, pl.DataFrame] | Gap
    """Tables of the study of shelf prices; what it was fitted by is gone, as it would fill memory."""
    shown: ShownEffects | Gap | None
    effects: Effects


def learn(events: Events, config: Config, engine: Engine, stage: Stage) -> LearnedResponse:
    """Carry out stage 4, with the study of shelf prices."""
    lines = stage("shelf prices", sum_shelf_lines, events, config.response, engine)
    study = stage("response", study_prices, lines, config.response, config.seed)
    return learn_effects(events, lines, study, config, engine, stage)


def learn_effects(
    events: Events, lines: ShelfLines | Gap, study: ShelfStudy | Gap, config: Config, engine: Engine, stage: Stage
) -> LearnedResponse:
    """Learn the effects of offers from past exposures and from what is known of shelf prices."""
    offers = offers_to_learn(events, lines, config)
    shown = stage("shown offers", study_shown, events, offers, config.only("seed", "shop", "evaluate"), engine)
    settings = config.only("seed", "shop", "response", "campaigns", "experiment", "evaluate")
    effects = stage("effects", estimate, events, study, shown, settings)
    return LearnedResponse(study if isinstance(study, Gap) else study.tables, shown, effects)


@dataclass(frozen=True)
class PlannedAssignments:
    """What stage 5 decides."""

    planned: Planned
    assigned: pl.DataFrame
    """One row per customer."""
    explore_share: float


def decide(
    profiles: pl.DataFrame,
    allowed: Allowed,
    learned: LearnedResponse,
    config: Config,
    engine: Engine,
    stage: Stage,
    period: LoopPeriod | None,
) -> PlannedAssignments:
    """Plan, and draw who gets what."""
    shown, effects = learned.shown, learned.effects
    settings = config.only("shop", "campaigns", "plan", "experiment", "business_as_usual")
    planned = stage("allocation", plan_period, profiles, effects, allowed, settings)
    planned = planned.resting() if period is not None and period.rests else planned
    settings = config.only("business_as_usual", "privacy")
    usual = stage("business as usual", business_as_usual, profiles, allowed, effects, settings, engine)
    settings = config.only("seed", "shop", "campaigns", "experiment", "business_as_usual")
    known_ids = [
        offer_id
        for offer_id in effects.offers["offer_id"].unique()
        if isinstance(shown, ShownEffects) and shown.has(offer_id)
    ]
    exploration = exploration_of(period, effects.offers, known_ids, planned.unsent())
    assigned, explore_share = stage(
        "assignments", assign, profiles, allowed, planned, effects, usual, settings, exploration
    )  # fmt: skip
    return PlannedAssignments(planned, assigned, explore_share)


def clean(
    config: Config,
    engine: Engine,
    stage: Stage,
    loop_exposures: LoopExposures | None = None,
    read: SourcesRead | None = None,
) -> Events:
    """Stage 1; `loop_exposures` is what a loop gave before, `read` the sources where they were read before."""
    settings = config.only("shop", "sources", "clean", "profiles", "privacy", "evaluate")
    if any(names_no_offer(one) for one in config.written_offer_ids):  # only then do campaigns matter to exposures
        settings = config.only("shop", "sources", "clean", "profiles", "privacy", "evaluate", "campaigns")
    before = {} if read is None else {"read": read}
    return stage("events", Extendable(prepare, extend_events), settings, engine, loop_exposures, **before)


def like(events: Events, config: Config, engine: Engine, stage: Stage) -> Preferences:
    """Carry out stage 3, what each customer would like."""
    bought = stage("interactions", Extendable(buy, extend_bought), events, engine)
    settings = config.only("seed", "shop", "recommend", "profiles")
    return stage("recommenders", recommend, events, bought, settings, engine)


def buy(events: Events, engine: Engine) -> Bought:
    """What customers bought on which days."""
    return Bought.of(events.order_lines, events.as_of_day, engine)


def extend_bought(earlier: Bought, events: Events, engine: Engine) -> Bought:
    """The same after a day: its purchases are added."""
    return earlier.at(events.order_lines, events.as_of_day, engine)


@dataclass(frozen=True)
class Gap:
    """Why a stage has nothing to hand on: the data cannot carry what it would claim."""

    reason: Message


def or_gap(work: Callable[[], Result]) -> Result | Gap:
    """What the work finds, or the gap that its data leave."""
    try:
        return work()
    except EvidenceError as missing:
        return Gap(missing.message)


Profiles = tuple[pl.DataFrame, Purchases]
"""Profiles, and what of them a later day changes for few customers."""


def profile(events: Events, engine: Engine) -> Profiles:
    """Stage 2. Raises EvidenceError when there is nobody to compare with."""
    del engine
    return _profiled(events, Purchases.of(past_of(events), events.as_of_day))


def extend_profile(earlier: Profiles, events: Events, engine: Engine) -> Profiles:
    """Stage 2 after a day: the purchases of customers whom it changes are summed up, and of no others."""
    return _profiled(events, earlier[1].at(past_of(events), events.as_of_day, engine))


def past_of(events: Events) -> PastEvents:
    """What profiles are made from."""
    return PastEvents(
        events.order_lines, events.products, events.audiences, events.redemptions, events.browsing, events.exposures
    )


def _profiled(events: Events, purchases: Purchases) -> Profiles:
    bulk_buyers = events.bulk_buyers["customer_id"]
    profiles = build_profiles(past_of(events), events.campaigns, events.as_of_day, bulk_buyers, purchases)
    if profiles.height < 2:
        raise EvidenceError(
            Message(
                "the order lines hold {n} customer; a plan chooses between customers: give the orders of more",
                plural="the order lines hold {n} customers; a plan chooses between customers: give the orders of more",
                n=profiles.height,
            )
        )
    return profiles, purchases


def audiences(events: Events, profiles: pl.DataFrame, config: Config) -> Allowed:
    """Who may get which campaign's offers: its audience, less exclusions and refusals."""
    attributes = collect(events.customers).drop(config.profiles.audit_only, strict=False)
    fresh = [name for name in attributes.columns if name == "customer_id" or name not in profiles.columns]
    with_attributes = profiles.join(attributes.select(fresh), on="customer_id", how="left")
    groups = {name: members(rule, with_attributes, name) for name, rule in config.audiences.items()}
    refused = events.no_consent["customer_id"]
    campaigns = {}
    for campaign in config.campaigns:
        inside = profiles["customer_id"] if campaign.audience is None else groups[campaign.audience]
        for name in (config.exclude, campaign.exclude):
            inside = inside if name is None else inside.filter(~inside.is_in(groups[name].implode()))
        campaigns[campaign.id] = inside.filter(~inside.is_in(refused.implode())).sort()
    listed = [pl.DataFrame({"customer_id": ids}).with_columns(audience=pl.lit(name)) for name, ids in groups.items()]
    empty = AUDIENCE_MEMBERS.empty().with_columns(profiles["customer_id"].clear())
    rows = pl.concat([empty, *(one.select(empty.columns) for one in listed)])
    return Allowed(campaigns, refused, AUDIENCE_MEMBERS.check(rows))


@dataclass(frozen=True)
class Liked:
    """What customers would like, as the tables of a run hold it."""

    affinities: Frame
    """The best products of every customer, in no order."""
    results: pl.DataFrame
    gap: Gap | None
    """Why recommenders could not be compared; then the fallback serves."""


@dataclass(frozen=True)
class Preferences(Liked):
    """Stage 3: what customers would like, and what tells it of others."""

    lists: Lists
    """What makes such lists."""
    bought: Bought


def recommend(events: Events, bought: Bought, config: Config, engine: Engine) -> Preferences:
    """Choose a recommender per task on an earlier window, then serve everyone from all purchases.

    Who refuses personalisation gets what most people like. In a large shop the recommenders are fitted by a sample.
    """
    settings, shards = config.recommend, Shards.of(liked_events(events, bought), engine)
    interactions = interact(shards, events, config)
    hybrid, results = choose(interactions, settings.candidates, settings.window_days, config.seed)
    assortment = Assortment.of(interactions, rules(settings, config.shop.margin))
    lists = Lists(hybrid, interactions, assortment, events.no_consent["customer_id"])
    gap = None if hybrid.choice.gap is None else Gap(hybrid.choice.gap)
    return Preferences(shards.map(partial(lists.top, k=settings.top_k)), results, gap, lists, bought)


def liked_events(events: Events, bought: Bought) -> Frame:
    """Every purchase, once a day, and every rating, which has a value."""
    rated = events.browsing.filter((nw.col("kind") == "rating") & ~nw.col("value").is_null())
    ratings = rated.select(
        "customer_id", "product_id", nw.col("event_day").alias("order_day"), nw.col("value").cast(nw.Float64)
    )
    return nw.concat([bought.all.with_columns(value=nw.lit(None, nw.Float64)), ratings])


def interact(liked: Shards, events: Events, config: Config) -> Interactions:
    """Return what recommenders learn from: purchases of goods, and ratings; in a large shop those of a sample."""
    context = Context.read(
        events.merchandise, events.merchandise_lines, events.customers, events.browsing, config.profiles.audit_only
    )
    others, least = events.non_merchandise["product_id"], config.recommend.min_buyers
    bought = liked.some().filter(pl.col("value").is_null() & ~pl.col("product_id").is_in(others.implode()))
    return Interactions.build(bought, events.as_of_day, min_buyers=least, context=context)


def product_texts(events: Events) -> pl.DataFrame:
    """What products are called, for people who read of them."""
    if "text" not in events.products.collect_schema().names():
        return PRODUCT_TEXTS.empty()
    return collect(events.products.filter(~nw.col("text").is_null()).select("product_id", "text"), "product_id")


def product_names(events: Events) -> list[str]:
    """Return names of products, or of categories where the shop has no other, by which its language is known."""
    present = events.products.collect_schema().names()
    column = next((one for one in ("text", "category") if one in present), None)
    if column is None:
        return []
    is_named = ~nw.col(column).is_null() & (nw.col(column) != "unknown")
    return collect(events.products.filter(is_named).select(column).unique(), column)[column].to_list()


def rules(settings: Recommend, usual_margin: float) -> BusinessRules:
    """What the shop does not want recommended."""
    return BusinessRules(
        exclude_products=settings.exclude_products,
        exclude_categories=settings.exclude_categories,
        min_margin=settings.min_margin,
        usual_margin=usual_margin,
        max_per_category=settings.max_per_category,
    )


def judge_campaigns(events: Events) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What past campaigns did, naive and adjusted, and what reaching customers for the first time changed."""
    history = events.order_lines, events.campaigns, events.audiences, events.first_day, events.as_of_day
    return campaign_effects(*history), first_reached(*history)


def sum_shelf_lines(events: Events, settings: Response, engine: Engine) -> ShelfLines | Gap:
    """Weekly sums of the order lines for the study of shelf prices."""
    weeks = full_weeks(events.first_day, events.as_of_day)
    return or_gap(lambda: shelf_lines(events.order_lines, events.products, weeks, settings, engine))


STUDY_TABLES = {
    table.name: table.empty()
    for table in (RESPONSE_SLOPES, RESPONSE_CURVE, RESPONSE_CHECKS, RESPONSE_DECILES, BREAK_EVEN)
}
"""What a study would have found."""


def study_prices(lines: ShelfLines | Gap, settings: Response, seed: int) -> ShelfStudy | Gap:
    """Stage 4: the response to shelf prices, or why it cannot be known."""
    return lines if isinstance(lines, Gap) else or_gap(lambda: study_shelf_prices(lines, settings, seed))


def offers_to_learn(events: Events, lines: ShelfLines | Gap, config: Config) -> tuple[Offer, ...]:
    """The configured offers whose effects exposures may tell; none where nothing was shown."""
    if not collect(events.exposures.select("customer_id").head(1)).height:
        return ()
    categories = _categories_on_offer(events, config.response) if isinstance(lines, Gap) else lines.categories
    return tuple(one.offer for one in campaign_offers(config, categories, events.offers, Margins(float(config.margin))))


def _categories_on_offer(events: Events, settings: Response) -> list[str]:
    categories = events.products.select("product_id", "category")
    return best_selling_categories(events.merchandise_lines.join(categories, on="product_id", how="left"), settings)


def study_shown(events: Events, offers: tuple[Offer, ...], config: Config, engine: Engine) -> ShownEffects | Gap | None:
    """Effects of offers that were shown at random, or why they cannot be known; None where nothing was shown."""
    if not offers:
        return None
    return or_gap(lambda: learn_shown(shown_log(events, config), offers, config.seed, engine))


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


def with_products(
    assigned: pl.DataFrame, effects: Effects, liked: Preferences, events: Events, engine: Engine
) -> pl.DataFrame:
    """Add the products to show: the best ones of the offer's category by the next-basket recommender."""
    scopes = effects.offers.select("campaign_id", "offer_id", "category")
    wanted = assigned.join(scopes, on=["campaign_id", "offer_id"]).drop_nulls("category")
    wanted = wanted.select("customer_id", "category")
    theirs = liked_events(events, liked.bought).join(engine.table(wanted), on="customer_id", how="inner")
    shown = collect(Shards.of(theirs, engine).map(partial(_suggested, liked.lists)))
    names = assigned.columns
    filled = assigned.drop("product_ids").join(shown, on="customer_id", how="left")
    return filled.with_columns(pl.col("product_ids").fill_null("")).select(names).sort("customer_id")


def _suggested(lists: Lists, events: pl.DataFrame) -> pl.DataFrame:
    """Suggestions for customers from events that each name the category of their offer."""
    wanted = events.select("customer_id", "category").unique().sort("customer_id")
    return lists.suggestions(events.drop("category"), wanted, SUGGESTED_PRODUCTS)
