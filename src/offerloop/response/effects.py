"""The effect of every offer on every customer, from the strongest evidence that there is of each.

Effects of offers that were shown at random are estimated from the log (`shown`). Others are as the shop `assumed` them,
or a read-out `measured` them; those on a category of which nothing is assumed are `transferred` from shelf prices.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from offerloop.config import Config, Listed
from offerloop.evaluation import Z95
from offerloop.money import MICRO
from offerloop.offers import PlanPeriod
from offerloop.response.assumed import assumed_effects
from offerloop.response.baskets import BaselineBaskets
from offerloop.response.campaign_offer import CampaignOffer
from offerloop.response.margins import Margins
from offerloop.response.measured import Corrections, corrected
from offerloop.response.shelf.study import ShelfStudy
from offerloop.response.shown.shared_errors import SharedErrors
from offerloop.response.shown.study import ShownEffects
from offerloop.response.transferred import calibration_of, held_out_columns, transferred_effects
from offerloop.tables import CALIBRATION, EFFECTS, NOT_VALID, OFFERS


@dataclass(frozen=True)
class Effects:
    """Effects of all offers of all campaigns, the offers themselves, and what values are uncertain by."""

    effects: pl.DataFrame
    """What the plan is chosen by; held-out columns are means over the divisions."""
    offers: pl.DataFrame
    margins: pl.DataFrame
    calibration: pl.DataFrame
    views: list[tuple[pl.DataFrame, pl.DataFrame]]
    """The HELD_OUT columns of each division and its calibration; rows in the order of `effects`."""
    corrections: Corrections
    shared_errors: SharedErrors = field(default_factory=SharedErrors.none)

    def of_rows(self, rows: pl.Series) -> Effects:
        """Return the effects of some rows: a mask of `effects`."""
        views = [(table.filter(rows), fit) for table, fit in self.views]
        return replace(self, effects=self.effects.filter(rows), views=views)


def estimate_effects(
    study: ShelfStudy | None,
    baskets: BaselineBaskets,
    config: Config,
    listed: Listed = (),
    margins: Margins | None = None,
    shown: ShownEffects | None = None,
    corrections: Corrections | None = None,
    period: PlanPeriod | None = None,
) -> Effects:
    """Estimate the effects of all configured campaigns.

    Of offers that were shown at random as these tell; of others on pairs active in the most recent weeks as shelf
    prices tell; else as assumed. `listed` are offers from a source, beside the configured ones; `margins` default to
    the configured one. `corrections` are those of more customers than these, where they are known. Offers that are not
    valid in a `period`, where one is planned, have no effects.
    """
    margins = margins or Margins(float(config.margin))
    categories = baskets.categories if study is None else study.lines.categories
    offers = campaign_offers(config, categories, listed, margins)
    valid = [one for one in offers if period is None or one.offer.conditions.window.is_in(period)]
    estimated = [one for one in valid if shown is not None and shown.has(one.offer.offer_id)]
    others = [one for one in valid if one not in estimated]
    assumed, corrections = _assumed(others, baskets, corrections or Corrections.read(config.experiment.outcomes))
    views, calibrations = [assumed], [CALIBRATION.empty()]
    if study is not None:
        views = transferred_effects([one for one in others if one.follows_prices], study, config, assumed)
        calibrations = [calibration_of(fit, split) for split, fit in enumerate(study.splits)]
    if shown is not None:
        views = _with_estimated(views, estimated, shown)
    averaged = [
        (sum((table[name] for table in views[1:]), views[0][name]) / len(views)).alias(name)
        for name in ("held_out_value_minor", "held_out_discount_minor")
    ]
    bases = ["estimated" if one in estimated else _basis(one, corrections, studied=study is not None) for one in offers]
    bases = [basis if one in valid else NOT_VALID for one, basis in zip(offers, bases, strict=True)]
    rows = [one.offers_row(basis) for one, basis in zip(offers, bases, strict=True)]
    return Effects(
        EFFECTS.check(views[0].with_columns(averaged)),
        OFFERS.check(pl.DataFrame(rows, schema=OFFERS.schema)),
        margins.table(),
        CALIBRATION.check(pl.concat(calibrations)),
        [(held_out_columns(one), fit) for one, fit in zip(views, calibrations, strict=True)],
        corrections,
        SharedErrors.none() if shown is None else shown.shared_errors(),
    )


def campaign_offers(config: Config, categories: list[str], listed: Listed, margins: Margins) -> list[CampaignOffer]:
    """Return every offer of every campaign."""
    return [
        CampaignOffer(campaign.id, offer, float(campaign.budget_unit is None), margins.of(offer.category))
        for campaign in config.campaigns
        for offer in config.offers_of(campaign, categories, listed)
    ]


def _with_estimated(
    views: list[pl.DataFrame], estimated: list[CampaignOffer], shown: ShownEffects
) -> list[pl.DataFrame]:
    """Each division's table, with the offers that were shown: of these there is one division only."""
    first = [_estimated(one, shown) for one in estimated]
    later = [held_out_columns(one) for one in first]
    return [pl.concat([*first, views[0]]), *(pl.concat([*later, one]) for one in views[1:])]


def _estimated(choice: CampaignOffer, shown: ShownEffects) -> pl.DataFrame:
    """The effects of an offer that was shown, with intervals and errors of its profit.

    The liability of an offer that customers use several times is what one use can cost, or what is expected of the
    customer, whichever is more.
    """
    offer_id, liability = choice.offer.offer_id, pl.col("cost_liability_minor")
    profit = pl.col("value_minor") - choice.own_share * pl.col("discount_minor") - choice.contact_minor
    own = (choice.own_share * pl.col("discount_se_minor")) ** 2
    shared = (pl.col("value_se_minor") ** 2 + own).sqrt()
    ends = {"profit_low_minor": profit - Z95 * shared, "profit_high_minor": profit + Z95 * shared}
    frame = shown.effects(offer_id).with_columns(**ends, value_se_minor=shared)
    effects = choice.effects_table(frame, "estimated")
    if offer_id not in shown.used_again:
        return effects
    expected = (pl.col("cost_expected_micro") / MICRO).ceil().cast(pl.Int64)
    counted = pl.when(liability < expected).then(expected).otherwise(liability)
    return effects.with_columns(cost_liability_minor=counted)


def _assumed(
    offers: list[CampaignOffer], baskets: BaselineBaskets, corrections: Corrections
) -> tuple[pl.DataFrame, Corrections]:
    """The effects of assumed offers, and the corrections with what was expected of them."""
    tables = [EFFECTS.empty().with_columns(baskets.no_customers())]
    for offer in offers:
        if offer.offer.assumed is not None:
            effects = assumed_effects(offer, baskets)
            corrections = corrections.with_expected(offer, effects)
            tables.append(offer.effects_table(*corrected(effects, offer, corrections)))
    return pl.concat(tables), corrections


def _basis(choice: CampaignOffer, corrections: Corrections, *, studied: bool) -> str:
    """What the effect of an offer that was not shown at random rests on."""
    offer = choice.offer
    if offer.assumed is not None:
        return "measured" if (choice.campaign_id, offer.offer_id) in corrections.measured else "assumed"
    return "transferred" if studied and choice.follows_prices else "unknown"
