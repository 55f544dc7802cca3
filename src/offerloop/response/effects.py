"""From the response to shelf prices to the effect of every offer on every customer.

A coupon of depth d on a category, for one week, on a pair whose usual weekly sales are s and whose sales grow
by theta for each unit of depth (R-learner, clipped at 0, scaled by the calibration slope):

    gained = theta s d     value = margin x gained     cost = (1 - funded share) x d x (s + gained)

The discount is counted on everything the customer buys in the category, the usual purchases included. Where the
coupon's maximum is less than d of what the customer usually spends there in a week with a purchase, d is what the
maximum comes to. Each effect is chosen by models of the *other* half of the customers, as a mean over several
divisions into halves; `held_out` columns value it by the realised slopes of the customer's own half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats
from offerloop.config import Config, Listed
from offerloop.evaluation import Z95
from offerloop.message import packed
from offerloop.money import MICRO
from offerloop.offers import Offer, liability_minor
from offerloop.response.assumed import CampaignOffer, assumed_effects
from offerloop.response.baskets import UsualBaskets
from offerloop.response.margins import Margins
from offerloop.response.measured import Known, corrected, read_outcomes
from offerloop.response.shelf.lines import ShelfLines
from offerloop.response.shelf.pair_features import pair_features
from offerloop.response.shelf.panel import ShelfPanel, build_panel
from offerloop.response.shelf.slopes import CrossFit
from offerloop.response.shelf.study import ShelfStudy, blocks, fold_of
from offerloop.response.shown.study import ShownEffects
from offerloop.tables import CALIBRATION, EFFECTS, OFFERS

VIEW_COLUMNS = (
    "campaign_id", "customer_id", "offer_id", "fold", "held_out_value_minor", "held_out_discount_minor", "d_value",
    "d_discount", "centred", "value_se_minor", "basis",
)  # fmt: skip


@dataclass(frozen=True)
class Effects:
    """Effects of all offers of all campaigns, the offers themselves, and what values are uncertain by."""

    effects: pl.DataFrame
    """What the plan is chosen by; held-out columns are means over the divisions."""
    offers: pl.DataFrame
    margins: pl.DataFrame
    calibration: pl.DataFrame
    views: list[tuple[pl.DataFrame, pl.DataFrame]]
    """The held-out columns of each division (the first has all) and its calibration; rows in the same order."""


@dataclass(frozen=True)
class _Pairs:
    """The pairs of the plan: active in the most recent weeks."""

    customer_id: NDArray[np.generic]
    category: NDArray[np.generic]
    sales: Floats
    """Usual weekly value at list price, minor units."""
    theta: Floats
    """Relative growth of sales per unit of depth; what the plan is chosen by."""
    theta_low: Floats
    theta_high: Floats
    p_buy: Floats
    p_slope: Floats
    heldouts: tuple[_HeldOut, ...]

    def within(self, categories: list[str]) -> _Pairs:
        """Return the pairs of some categories."""
        rows = np.isin(self.category, categories)
        return replace(_some(self, rows), heldouts=tuple(_some(one, rows) for one in self.heldouts))


@dataclass(frozen=True)
class _HeldOut:
    """One division's view of the pairs."""

    fold: NDArray[np.int64]
    theta: Floats
    """Prediction of the other half's model, clipped at 0 and scaled by that half's calibration slope."""
    relative_se: Floats
    response: Floats
    """Growth from the realised slopes of the customer's own half, not clipped."""
    centred: Floats
    """Prediction less its mean: the derivative of `response` by the calibration's slope."""


def estimate_effects(
    study: ShelfStudy | None,
    baskets: UsualBaskets,
    config: Config,
    listed: Listed = (),
    margins: Margins | None = None,
    shown: ShownEffects | None = None,
) -> Effects:
    """Estimate the effects of all configured campaigns.

    Of offers that were shown at random as these tell; of others on pairs active in the most recent weeks as shelf
    prices tell; else as assumed. `listed` are offers from a source, beside the configured ones; `margins` default to
    the configured one.
    """
    margins = margins or Margins(float(config.margin))
    categories = baskets.categories if study is None else study.lines.categories
    offers = campaign_offers(config, categories, listed, margins)
    estimated = [one for one in offers if shown is not None and shown.has(one.offer.offer_id)]
    others = [one for one in offers if one not in estimated]
    outcomes = read_outcomes(config.experiment.outcomes)
    assumed = _assumed(others, baskets, outcomes)
    tables, calibrations = [assumed], [CALIBRATION.empty()]
    if study is not None:
        studied = [one for one in others if one.follows_prices]
        pairs = _recent_pairs(study, config, [str(one.offer.category) for one in studied])
        tables = [
            pl.concat([*(_coupon_effects(one, pairs, held) for one in studied), assumed]) for held in pairs.heldouts
        ]
        calibrations = [_calibration(fit, split) for split, fit in enumerate(study.splits)]
    if shown is not None:
        tables = _with_estimated(tables, estimated, shown)
    averaged = [
        (sum((table[name] for table in tables[1:]), tables[0][name]) / len(tables)).alias(name)
        for name in ("held_out_value_minor", "held_out_discount_minor")
    ]
    bases = ["estimated" if one in estimated else _basis(one, outcomes, studied=study is not None) for one in offers]
    rows = [_offer_row(one, basis) for one, basis in zip(offers, bases, strict=True)]
    return Effects(
        EFFECTS.check(tables[0].with_columns(averaged)),
        OFFERS.check(pl.DataFrame(rows, schema=OFFERS.schema)),
        margins.table(),
        CALIBRATION.check(pl.concat(calibrations)),
        list(zip([tables[0], *(table.select(VIEW_COLUMNS) for table in tables[1:])], calibrations, strict=True)),
    )


def campaign_offers(config: Config, categories: list[str], listed: Listed, margins: Margins) -> list[CampaignOffer]:
    """Return every offer of every campaign."""
    return [
        CampaignOffer(campaign.id, offer, float(campaign.budget_unit is None), margins.of(offer.category))
        for campaign in config.campaigns
        for offer in config.offers_of(campaign, categories, listed)
    ]


def _with_estimated(
    tables: list[pl.DataFrame], estimated: list[CampaignOffer], shown: ShownEffects
) -> list[pl.DataFrame]:
    """Each division's table, with the offers that were shown: of these there is one division only."""
    parts = [_estimated(one, shown.effects(one.offer.offer_id)) for one in estimated]
    return [pl.concat([*parts, table]) for table in tables]


def _estimated(choice: CampaignOffer, frame: pl.DataFrame) -> pl.DataFrame:
    low, high = (
        pl.col(name) - choice.own_share * pl.col("discount_minor") - choice.contact_minor
        for name in ("value_low_minor", "value_high_minor")
    )
    own = (choice.own_share * pl.col("discount_se_minor")) ** 2
    shared = (pl.col("value_se_minor") ** 2 + own).sqrt()
    ends = frame.with_columns(profit_low_minor=low, profit_high_minor=high, value_se_minor=shared)
    return _finish(choice, ends, "estimated")


def _assumed(offers: list[CampaignOffer], baskets: UsualBaskets, measured_offers: Known) -> pl.DataFrame:
    empty = EFFECTS.empty().with_columns(baskets.whole["customer_id"].clear())
    tables = [
        _finish(offer, *corrected(assumed_effects(offer, baskets), offer, measured_offers))
        for offer in offers
        if offer.offer.assumed is not None
    ]
    return pl.concat([empty, *tables])


def _calibration(fit: CrossFit, split: int) -> pl.DataFrame:
    rows = []
    for fold in (0, 1):
        calibration = fit.calibration(fit.fold == fold)
        rows.append(
            (split, fold, *map(float, calibration.slope), *map(float, calibration.covariance[[0, 0, 1], [0, 1, 1]]))
        )
    return pl.DataFrame(rows, schema=CALIBRATION.schema, orient="row")


def _recent_pairs(study: ShelfStudy, config: Config, categories: list[str]) -> _Pairs:
    """Return the pairs of all customers in these categories, a group at a time; empty without a category.

    What is known of a category is its mean in the group.
    """
    recent = study.lines.within(study.windows.recent)
    groups = islice(blocks(recent, study.windows.recent, config.seed), None if categories else 1)
    parts = [_pairs_of(study, one, config).within(categories) for one in groups]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _joined(parts: list[_Pairs]) -> _Pairs:
    halves = [_behind(list(split)) for split in zip(*(one.heldouts for one in parts), strict=True)]
    return replace(_behind(parts), heldouts=tuple(halves))


Arrays = TypeVar("Arrays", _Pairs, _HeldOut)


def _behind(parts: list[Arrays]) -> Arrays:
    """The arrays of several groups behind each other; anything else is the first one's."""
    joined: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in parts]) for name in _names(parts[0])}
    return replace(parts[0], **joined)


def _some(arrays: Arrays, rows: NDArray[np.bool_]) -> Arrays:
    """Some places of every array."""
    kept: dict[str, Any] = {name: getattr(arrays, name)[rows] for name in _names(arrays)}
    return replace(arrays, **kept)


def _names(arrays: _Pairs | _HeldOut) -> list[str]:
    return [name for name, value in vars(arrays).items() if isinstance(value, np.ndarray)]


def _pairs_of(study: ShelfStudy, lines: ShelfLines, config: Config) -> _Pairs:
    panel = build_panel(lines, study.windows.recent, config.response.max_weekly_units)
    features = pair_features(panel, study.windows.recent)
    folds = [fold_of(panel.customer_ids, config.seed, split)[panel.customer] for split in range(len(study.splits))]
    heldouts = tuple(_held_out(fit, features, fold) for fit, fold in zip(study.splits, folds, strict=True))
    theta = np.mean([one.theta for one in heldouts], axis=0)
    relative_se = np.mean([one.relative_se for one in heldouts], axis=0)
    p_scale, _ = _scale(study.bought, folds[0])
    return _Pairs(
        customer_id=panel.customer_ids[panel.customer],
        category=np.array(panel.categories)[panel.category],
        sales=study.usual_sales.predict(panel, panel.list_minor, study.windows.recent),
        theta=theta,
        theta_low=theta * np.maximum(1 - Z95 * relative_se, 0),
        theta_high=theta * np.maximum(1 + Z95 * relative_se, study.upper),
        p_buy=_chance(study, panel),
        p_slope=np.maximum(_out_of_fold(study.bought, features, folds[0]), 0) * p_scale,
        heldouts=heldouts,
    )


def _held_out(fit: CrossFit, features: Floats, fold: NDArray[np.int64]) -> _HeldOut:
    predicted = _out_of_fold(fit, features, fold)
    scale, relative_se = _scale(fit, fold)
    mean = np.array([fit.predicted[fit.fold == k].mean() for k in (0, 1)])[fold]
    slopes = np.array([fit.calibration(fit.fold == k).slope for k in (0, 1)])[fold]
    return _HeldOut(
        fold=fold,
        theta=np.maximum(predicted, 0) * scale,
        relative_se=relative_se,
        response=slopes[:, 0] + slopes[:, 1] * (predicted - mean),
        centred=predicted - mean,
    )


def _chance(study: ShelfStudy, panel: ShelfPanel) -> Floats:
    return np.clip(study.usual_bought.predict(panel, panel.bought, study.windows.recent), 0, 1)


def _out_of_fold(fit: CrossFit, features: Floats, fold: NDArray[np.int64]) -> Floats:
    """Prediction for each customer by the model that has not seen that customer."""
    return np.where(fold == 0, fit.predict(features, 1), fit.predict(features, 0))


def _scale(fit: CrossFit, fold: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Calibration slope (0 to 1.5) and its relative error for each pair, measured on the other fold's customers."""
    slopes, errors = [], []
    for other in (1, 0):
        slope, se = fit.calibration_slope(fit.fold == other)
        slopes.append(float(np.clip(slope, 0, 1.5)))
        errors.append(se / max(abs(slope), se, 1e-9))
    return np.array(slopes)[fold], np.array(errors)[fold]


def _coupon_effects(choice: CampaignOffer, pairs: _Pairs, heldout: _HeldOut) -> pl.DataFrame:
    offer = choice.offer
    rows = pairs.category == offer.category
    own, m = choice.own_share, choice.margin
    sales, depth = pairs.sales[rows], _depth(offer, pairs)[rows]

    def value_and_discount(theta: Floats) -> tuple[Floats, Floats]:
        gained = theta[rows] * sales * depth
        return m * gained, depth * (sales + gained)

    (value, discount), (low, low_discount), (high, high_discount), (held_value, held_discount) = map(
        value_and_discount, (pairs.theta, pairs.theta_low, pairs.theta_high, heldout.response)
    )
    contact = choice.contact_minor
    profit_low, profit_high = low - own * low_discount - contact, high - own * high_discount - contact
    columns = {
        "customer_id": pairs.customer_id[rows],
        "value_minor": value,
        "value_low_minor": low,
        "value_high_minor": high,
        "profit_low_minor": np.minimum(profit_low, profit_high),  # reversed when own x d > margin
        "profit_high_minor": np.maximum(profit_low, profit_high),
        "p_redeem": np.clip(pairs.p_buy[rows] + pairs.p_slope[rows] * depth, 0, 1),
        "discount_minor": discount,
        "fold": heldout.fold[rows],
        "held_out_value_minor": held_value,
        "held_out_discount_minor": held_discount,
        "d_value": sales * depth * m,
        "d_discount": sales * depth**2,
        "centred": heldout.centred[rows],
    }
    return _finish(choice, pl.DataFrame(columns), "transferred")


def _depth(offer: Offer, pairs: _Pairs) -> Floats:
    """The offer's depth, or what its maximum comes to in a usual basket: sales of a week with a purchase."""
    depth = np.full(len(pairs.sales), float(offer.depth or 0))
    basket = pairs.sales / np.maximum(pairs.p_buy, 1e-9)
    return depth if offer.most_minor is None else np.minimum(depth, offer.most_minor / np.maximum(basket, 1e-9))


def _finish(choice: CampaignOffer, frame: pl.DataFrame, basis: str) -> pl.DataFrame:
    """Expected cost from the discount, in whole micro-units, rounded up, and the contact; and what all rows share."""
    offer = choice.offer
    micro = (pl.col("discount_minor") * float(1 - offer.funded_share) * MICRO).ceil().cast(pl.Int64)
    micro = micro + offer.contact.cost_minor * MICRO
    frame = frame.with_columns(
        micro.alias("cost_expected_micro"),
        campaign_id=pl.lit(choice.campaign_id),
        offer_id=pl.lit(offer.offer_id),
        cost_liability_minor=pl.lit(liability_minor(offer), dtype=pl.Int64),
        basis=pl.lit(basis),
        value_se_minor=pl.col("value_se_minor") if "value_se_minor" in frame.columns else pl.lit(0.0),
    ).with_columns(profit_minor=pl.col("value_minor") - choice.cost_weight * pl.col("cost_expected_micro") / MICRO)
    return frame.select(EFFECTS.names)


def _basis(choice: CampaignOffer, measurements: Known, *, studied: bool) -> str:
    """What the effect of an offer that was not shown at random rests on."""
    offer = choice.offer
    if offer.assumed is not None:
        return "measured" if (choice.campaign_id, offer.offer_id) in measurements else "assumed"
    return "transferred" if studied and choice.follows_prices else "unknown"


def _offer_row(choice: CampaignOffer, basis: str) -> dict[str, object]:
    offer = choice.offer
    quiet = offer.contact.quiet
    return {
        "campaign_id": choice.campaign_id,
        "offer_id": offer.offer_id,
        "kind": offer.kind,
        "category": offer.category,
        "depth": None if offer.depth is None else float(offer.depth),
        "funded_share": float(offer.funded_share),
        "margin": choice.margin,
        "cost_liability_minor": liability_minor(offer),
        "contact_cost_minor": offer.contact.cost_minor,
        "cost_weight": choice.cost_weight,
        "channel": offer.contact.channel,
        "quiet_hours": None if quiet is None else "-".join(quiet),
        "label": str(offer.label()),
        "label_message": packed(offer.label()),
        "basis": basis,
    }
