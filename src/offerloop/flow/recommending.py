"""The stage of recommenders: recommend products to each customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import narwhals as nw
import polars as pl

from offerloop.config import Config, Recommend
from offerloop.decision import AssignedOffers
from offerloop.engine import Engine, Frame, Shards, collect
from offerloop.events import Events
from offerloop.flow.missing_evidence import MissingEvidence
from offerloop.recommenders import Assortment, Bought, BusinessRules, Context, Interactions, Lists, choose
from offerloop.response import Effects


def purchases_of(events: Events, engine: Engine) -> Bought:
    """What customers bought on which days."""
    return Bought.of(events.order_lines, events.as_of_day, engine)


def extend_bought(earlier: Bought, events: Events, engine: Engine) -> Bought:
    """Return the purchases with those of another day added."""
    return earlier.at(events.order_lines, events.as_of_day, engine)


@dataclass(frozen=True)
class AffinityTables:
    """The products recommended to each customer, as the tables of a run hold them."""

    affinities: Frame
    """The best products of every customer, in no order."""
    results: pl.DataFrame
    gap: MissingEvidence | None
    """Why recommenders could not be compared; then the fallback serves."""


@dataclass(frozen=True)
class FittedRecommender(AffinityTables):
    """The tables of a run, with the fitted recommender, which can recommend to further customers."""

    lists: Lists
    """Makes the lists of recommended products."""
    bought: Bought


def recommend(events: Events, bought: Bought, config: Config, engine: Engine) -> FittedRecommender:
    """Choose a recommender per task on an earlier window, then serve everyone from all purchases.

    Who refuses personalisation gets what most people like. In a large shop the recommenders are fitted by a sample.
    """
    settings, shards = config.recommend, Shards.of(preference_events(events, bought), engine)
    interactions = interactions_of(shards, events, config)
    hybrid, results = choose(interactions, settings.candidates, settings.window_days, config.seed)
    assortment = Assortment.of(interactions, business_rules(settings, config.shop.margin))
    lists = Lists(hybrid, interactions, assortment, events.no_consent["customer_id"])
    gap = None if hybrid.choice.gap is None else MissingEvidence(hybrid.choice.gap)
    return FittedRecommender(shards.map(partial(lists.top, k=settings.top_k)), results, gap, lists, bought)


def preference_events(events: Events, bought: Bought) -> Frame:
    """Every purchase, once a day, and every rating, which has a value."""
    rated = events.browsing.filter((nw.col("kind") == "rating") & ~nw.col("value").is_null())
    ratings = rated.select(
        "customer_id", "product_id", nw.col("event_day").alias("order_day"), nw.col("value").cast(nw.Float64)
    )
    return nw.concat([bought.all.with_columns(value=nw.lit(None, nw.Float64)), ratings])


def interactions_of(preferences: Shards, events: Events, config: Config) -> Interactions:
    """Return what recommenders learn from: purchases of goods, and ratings; in a large shop those of a sample."""
    some, is_purchase = preferences.some(), pl.col("value").is_null()
    rated = some.remove(is_purchase).rename({"order_day": "rated_day"})
    context = Context.read(
        events.merchandise, events.merchandise_lines, events.customers, rated, config.profiles.audit_only
    )
    others, least = events.non_merchandise["product_id"], config.recommend.min_buyers
    bought = some.filter(is_purchase & ~pl.col("product_id").is_in(others.implode()))
    return Interactions.build(bought, events.as_of_day, min_buyers=least, context=context)


def business_rules(settings: Recommend, default_margin: float) -> BusinessRules:
    """What the shop does not want recommended."""
    return BusinessRules(
        exclude_products=settings.exclude_products,
        exclude_categories=settings.exclude_categories,
        min_margin=settings.min_margin,
        default_margin=default_margin,
        max_per_category=settings.max_per_category,
    )


SUGGESTED_PRODUCTS = 3


def with_products(
    assigned: AssignedOffers, effects: Effects, recommended: FittedRecommender, events: Events, engine: Engine
) -> AssignedOffers:
    """Add the products to show: the best ones of the offer's category by the next-basket recommender."""
    return add_products(assigned, effects, recommended.lists, preference_events(events, recommended.bought), engine)


def add_products(
    assigned: AssignedOffers, effects: Effects, lists: Lists, preferences: Frame, engine: Engine
) -> AssignedOffers:
    """See `with_products`; `preferences` are the `preference_events` of these customers."""
    one_each = [assigned.table, *_one_each(assigned.further)]
    table, *further = (_filled(rows, effects, lists, preferences, engine) for rows in one_each)
    return replace(assigned, table=table, further=pl.concat([assigned.further.clear(), *further]).sort("customer_id"))


def _one_each(further: pl.DataFrame) -> list[pl.DataFrame]:
    """Rows in tables with at most one for each customer, the first ones first."""
    return further.with_columns(place=pl.int_range(pl.len()).over("customer_id")).partition_by(
        "place", maintain_order=True, include_key=False
    )


def _filled(assigned: pl.DataFrame, effects: Effects, lists: Lists, preferences: Frame, engine: Engine) -> pl.DataFrame:
    """Rows, one of each customer, with products."""
    scopes = effects.offers.select("campaign_id", "offer_id", "category")
    wanted = assigned.join(scopes, on=["campaign_id", "offer_id"]).drop_nulls("category")
    wanted = wanted.select("customer_id", "category")
    theirs = preferences.join(engine.table(wanted), on="customer_id", how="inner")
    shown = collect(Shards.of(theirs, engine).map(partial(_suggested, lists)))
    names = assigned.columns
    filled = assigned.drop("product_ids").join(shown, on="customer_id", how="left")
    return filled.with_columns(pl.col("product_ids").fill_null("")).select(names).sort("customer_id")


def _suggested(lists: Lists, events: pl.DataFrame) -> pl.DataFrame:
    """Suggestions for customers from events that each name the category of their offer."""
    wanted = events.select("customer_id", "category").unique().sort("customer_id")
    return lists.suggestions(events.drop("category"), wanted, SUGGESTED_PRODUCTS)
