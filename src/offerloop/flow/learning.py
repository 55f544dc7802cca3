"""The response stage: what offers do to customers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from offerloop.config import Config, Response
from offerloop.decision import Allowed
from offerloop.engine import Engine, collect
from offerloop.events import Events
from offerloop.flow.missing_evidence import MissingEvidence, or_missing_evidence
from offerloop.offers import Offer, PlanPeriod
from offerloop.response import (
    Corrections,
    Effects,
    Margins,
    ShelfLines,
    ShelfStudy,
    ShownEffects,
    ShownLog,
    baseline_baskets,
    best_selling_categories,
    campaign_offers,
    estimate_effects,
    full_weeks,
    known_margins,
    learn_log,
    lines_of_others,
    past_campaigns,
    shelf_lines,
    shown_effects,
    study_shelf_prices,
)
from offerloop.tables import (
    BREAK_EVEN,
    RESPONSE_CHECKS,
    RESPONSE_CURVE,
    RESPONSE_DECILES,
    RESPONSE_SLOPES,
)

STUDY_TABLES = {
    table.name: table.empty()
    for table in (RESPONSE_SLOPES, RESPONSE_CURVE, RESPONSE_CHECKS, RESPONSE_DECILES, BREAK_EVEN)
}
"""What a study would have found."""


def shop_margins(events: Events, usual: float) -> Margins:
    """Return what is left of purchases, by unit costs where the shop gives them, else as a share of list price."""
    return known_margins(events.order_lines, events.products, usual, tells_shelf=events.tells_shelf)


def judge_campaigns(events: Events) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What past campaigns did, naive and adjusted, and what reaching customers for the first time changed."""
    return past_campaigns(events.order_lines, events.campaigns, events.audiences, events.first_day, events.as_of_day)


def sum_shelf_lines(events: Events, settings: Response, engine: Engine) -> ShelfLines | MissingEvidence:
    """Weekly sums of the order lines for the study of shelf prices."""
    weeks = full_weeks(events.first_day, events.as_of_day)
    return or_missing_evidence(lambda: shelf_lines(events.order_lines, events.products, weeks, settings, engine))


def study_prices(lines: ShelfLines | MissingEvidence, settings: Response, seed: int) -> ShelfStudy | MissingEvidence:
    """Return the response to shelf prices, or why it cannot be known."""
    return (
        lines
        if isinstance(lines, MissingEvidence)
        else or_missing_evidence(lambda: study_shelf_prices(lines, settings, seed))
    )


def offers_to_learn(events: Events, lines: ShelfLines | MissingEvidence, config: Config) -> tuple[Offer, ...]:
    """The configured offers whose effects exposures may tell; none where nothing was shown."""
    if not collect(events.exposures.select("customer_id").head(1)).height:
        return ()
    categories = (
        categories_on_offer(events, config.response) if isinstance(lines, MissingEvidence) else lines.categories
    )
    return tuple(one.offer for one in campaign_offers(config, categories, events.offers, Margins(float(config.margin))))


def categories_on_offer(events: Events, settings: Response) -> list[str]:
    """Return the best-selling categories that may get an offer."""
    categories = events.products.select("product_id", "category")
    return best_selling_categories(events.merchandise_lines.join(categories, on="product_id", how="left"), settings)


def study_shown(
    events: Events, offers: tuple[Offer, ...], config: Config, engine: Engine, *, never_harms: bool = False
) -> ShownEffects | MissingEvidence | None:
    """Effects of offers that were shown at random, or why they cannot be known; None where nothing was shown.

    `never_harms`: for sure none of them lowers what is bought.
    """
    if not offers:
        return None
    log = shown_log(events, config)
    return or_missing_evidence(lambda: learn_log(log, offers, config.seed, engine, never_harms=never_harms))


def shown_log(events: Events, config: Config, margins: Margins | None = None) -> ShownLog:
    """What the shop knows of past decisions; `margins` are those of the whole shop where they are known."""
    if margins is None:
        margins = shop_margins(events, config.shop.margin)
    names = config.profiles.fixed_attributes
    attributes = events.customers.select("customer_id", *names) if names else None
    return ShownLog(
        events.exposures, events.order_lines, events.products, events.first_day, events.as_of_day,
        config.evaluate.window_days, margins, attributes=attributes, coupons_apart=events.coupons_apart,
    )  # fmt: skip


def estimate(
    events: Events, study: ShelfStudy | MissingEvidence, shown: ShownEffects | MissingEvidence | None, config: Config
) -> Effects:
    """Effects of every offer: as those shown at random tell, else shelf prices, else as the shop assumes."""
    baskets = baseline_baskets(
        events.merchandise_lines, events.products, config.response, coupons_apart=events.coupons_apart
    )
    margins = shop_margins(events, config.shop.margin)
    learned = None if isinstance(shown, MissingEvidence) else shown
    priced = None if isinstance(study, MissingEvidence) else study
    period = planned_period(events, config)
    return estimate_effects(priced, baskets, config, events.offers, margins, learned, period=period)


def estimate_of_audiences(
    events: Events,
    allowed: Allowed,
    study: ShelfStudy | MissingEvidence,
    shown: ShownEffects | MissingEvidence | None,
    config: Config,
) -> Effects:
    """Return the effects of `estimate` on the customers who may get each offer."""
    return allowed.effects_of(estimate(events, study, shown, config))


def planned_period(events: Events, config: Config) -> PlanPeriod:
    """Return the period that a plan is for."""
    return PlanPeriod.of_days(events.as_of_day, config.evaluate.window_days, config.shop.timezone)


@dataclass(frozen=True)
class LearnedOfSome:
    """The model fitted to a sample of the customers; it predicts effects on all others."""

    study: ShelfStudy | None
    shown: ShownEffects | None
    categories: list[str]
    """Those that may get offers."""
    margins: Margins
    corrections: Corrections

    @classmethod
    def of(
        cls,
        events: Events,
        study: ShelfStudy | MissingEvidence,
        shown: ShownEffects | MissingEvidence | None,
        effects: Effects,
        config: Config,
    ) -> LearnedOfSome:
        """Take it from the stages of some customers' events."""
        return cls(
            None if isinstance(study, MissingEvidence) else study,
            shown.without_customers() if isinstance(shown, ShownEffects) else None,
            categories_on_offer(events, config.response),
            Margins.of_table(effects.margins, tells_shelf=events.tells_shelf),
            effects.corrections,
        )

    def effects(self, events: Events, config: Config, engine: Engine) -> Effects:
        """Return effects on the customers of other events of the same shop."""
        goods, products, settings = events.merchandise_lines, events.products, config.response
        study = self.study
        if study is not None:
            study = replace(study, lines=lines_of_others(events.order_lines, products, study.lines, settings))
        shown = self.shown
        if shown is not None:
            shown = shown_effects(shown_log(events, config, self.margins), shown, engine)
        baskets = baseline_baskets(goods, products, settings, self.categories, coupons_apart=events.coupons_apart)
        period = planned_period(events, config)
        return estimate_effects(study, baskets, config, events.offers, self.margins, shown, self.corrections, period)
