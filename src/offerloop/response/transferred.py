"""Effects of coupons by the response to shelf prices, which is transferred to them.

A coupon of depth d on a category, for a period, on a pair whose usual sales in it are s and whose sales grow
by theta for each unit of depth (R-learner, clipped at 0, scaled by the calibration slope):

    gained = theta s d     value = margin x gained     cost = (1 - funded share) x d x (s + gained)

The discount is counted on everything the customer buys in the category, the usual purchases included. Where the
coupon's maximum is less than d of what the customer usually spends there in a period with a purchase, d is what the
maximum comes to. Each effect is chosen by models of the *other* half of the customers, as a mean over several
divisions into halves; `held_out` columns value it by the realised slopes of the customer's own half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints, some_rows
from offerloop.config import Config
from offerloop.engine import in_order
from offerloop.evaluation import Z95
from offerloop.offers import Offer
from offerloop.response.campaign_offer import CampaignOffer
from offerloop.response.shelf.lines import ShelfLines
from offerloop.response.shelf.pair_features import pair_features
from offerloop.response.shelf.panel import build_panel
from offerloop.response.shelf.slopes import SlopeModels
from offerloop.response.shelf.study import ShelfStudy, blocks, fold_of
from offerloop.tables import CALIBRATION

GROUPS_TOGETHER = 4
"""Groups of customers of a large shop that are looked at side by side at most; each takes memory."""
HELD_OUT = ("fold", "held_out_value_minor", "held_out_discount_minor", "centred")
"""Columns that each division of the customers has of its own."""


@dataclass(frozen=True)
class _Pairs:
    """The pairs of the plan: active in the most recent weeks."""

    customer_id: NDArray[np.generic]
    category: Ints
    """Positions in `categories`."""
    categories: list[str]
    sales: Floats
    """Usual value at list price, minor units; of a week, or of the period that the plan is for."""
    share: Floats
    """Sales as a share of the customer's sales of all categories."""
    theta: Floats
    """Relative growth of sales per unit of depth; what the plan is chosen by."""
    theta_low: Floats
    theta_high: Floats
    p_buy: Floats
    p_slope: Floats
    heldouts: tuple[_HeldOut, ...]

    def over(self, days: int) -> _Pairs:
        """Return them for a period of some days, from those of a week; weeks count as independent."""
        weeks, missed = days / 7, 1 - self.p_buy
        p_slope = self.p_slope * weeks * np.maximum(missed, 1e-9) ** (weeks - 1)
        return replace(self, sales=self.sales * weeks, p_buy=1 - missed**weeks, p_slope=p_slope)

    def within(self, category: str) -> _Pairs:
        """Return the pairs of a category."""
        place = self.categories.index(category) if category in self.categories else -1
        rows = self.category == place
        return replace(some_rows(self, rows), heldouts=tuple(some_rows(one, rows) for one in self.heldouts))


@dataclass(frozen=True)
class _HeldOut:
    """One division's view of the pairs."""

    fold: Ints
    response: Floats
    """Growth from the realised slopes of the customer's own half, not clipped."""
    centred: Floats
    """Prediction less its mean: the derivative of `response` by the calibration's slope."""


def transferred_effects(
    offers: list[CampaignOffer], study: ShelfStudy, config: Config, assumed: pl.DataFrame
) -> list[pl.DataFrame]:
    """Return the effects of offers by division of the customers: of the first all columns, of the others HELD_OUT.

    Effects that are `assumed` of other offers follow behind. Customers are looked at a few groups at a time; what is
    known of a category is its mean in the group.
    """
    weeks = study.windows.recent
    recent = study.lines.within(weeks)
    groups = blocks(recent, weeks, config.seed) if offers and not recent.own.is_empty() else []

    def views_of(place: int) -> list[list[pl.DataFrame]]:
        pairs = _pairs_of(study, groups[place](), config).over(config.evaluate.window_days)
        return [_views_of(offer, pairs.within(str(offer.offer.category))) for offer in offers]

    parts = list(in_order(len(groups), views_of, most=GROUPS_TOGETHER))
    last = [assumed, *(held_out_columns(assumed) for _ in study.splits[1:])]
    behind = [of_group[place] for place in range(len(offers)) for of_group in parts]
    return [_put_together([*(one[split] for one in behind), end.clone()]) for split, end in enumerate(last)]


def _put_together(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all tables, which lose each column as soon as it is put together: memory holds one column twice."""
    return pl.DataFrame(
        pl.concat([one.drop_in_place(name) for one in tables], rechunk=True) for name in tables[0].columns
    )


def _views_of(offer: CampaignOffer, pairs: _Pairs) -> list[pl.DataFrame]:
    """The effects of an offer on the pairs of its category, by division as in `transferred_effects`."""
    later = (held_out_columns(pl.DataFrame(_valued_by(offer, pairs, one))) for one in pairs.heldouts[1:])
    return [_coupon_effects(offer, pairs), *later]


def held_out_columns(view: pl.DataFrame) -> pl.DataFrame:
    """Return HELD_OUT of a division's effects."""
    return view.select(HELD_OUT).with_columns(pl.col("fold").cast(pl.Int8))


def calibration_of(fit: SlopeModels, split: int) -> pl.DataFrame:
    """Return the rows of CALIBRATION of one division, a row for each half of the customers."""
    rows = [
        (split, fold, *map(float, line.slope), *map(float, line.covariance[[0, 0, 1], [0, 1, 1]]))
        for fold, line in enumerate(fit.calibrations)
    ]
    return pl.DataFrame(rows, schema=CALIBRATION.schema, orient="row")


def _pairs_of(study: ShelfStudy, lines: ShelfLines, config: Config) -> _Pairs:
    panel = build_panel(lines, study.windows.recent, config.response.max_weekly_units)
    features = pair_features(panel, study.windows.recent)
    folds = [fold_of(panel.customer_ids, config.seed, split)[panel.customer] for split in range(len(study.splits))]
    views = [_held_out(fit, features, fold) for fit, fold in zip(study.splits, folds, strict=True)]
    theta = np.mean([one for one, _, _ in views], axis=0)
    relative_se = np.mean([one for _, one, _ in views], axis=0)
    p_scale, _ = _scale(study.bought, folds[0])
    sales = study.baseline_sales.predict(panel, panel.list_minor, study.windows.recent)
    return _Pairs(
        customer_id=panel.customer_ids[panel.customer],
        category=panel.category,
        categories=panel.categories,
        sales=sales,
        share=sales / np.maximum(np.bincount(panel.customer, sales)[panel.customer], 1e-9),
        theta=theta,
        theta_low=theta * np.maximum(1 - Z95 * relative_se, 0),
        theta_high=theta * np.maximum(1 + Z95 * relative_se, study.upper),
        p_buy=np.clip(study.baseline_bought.predict(panel, panel.bought, study.windows.recent), 0, 1),
        p_slope=np.maximum(study.bought.out_of_fold(features, folds[0]), 0) * p_scale,
        heldouts=tuple(one for _, _, one in views),
    )


def _held_out(fit: SlopeModels, features: Floats, fold: Ints) -> tuple[Floats, Floats, _HeldOut]:
    """What one division tells: theta by the other half's model, clipped at 0 and scaled by that half's calibration
    slope; the relative error of the scale; and the division's view.
    """
    predicted = fit.out_of_fold(features, fold)
    scale, relative_se = _scale(fit, fold)
    mean = fit.mean[fold]
    slopes = np.array([one.slope for one in fit.calibrations])[fold]
    centred = predicted - mean
    view = _HeldOut(fold=fold, response=slopes[:, 0] + slopes[:, 1] * centred, centred=centred)
    return np.maximum(predicted, 0) * scale, relative_se, view


def _scale(fit: SlopeModels, fold: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Calibration slope (0 to 1.5) and its relative error for each pair, measured on the other fold's customers."""
    slopes, errors = [], []
    for other in (1, 0):
        slope, se = fit.calibration_slopes[other]
        slopes.append(float(np.clip(slope, 0, 1.5)))
        errors.append(se / max(abs(slope), se, 1e-9))
    return np.array(slopes)[fold], np.array(errors)[fold]


def _coupon_effects(choice: CampaignOffer, pairs: _Pairs) -> pl.DataFrame:
    """The effects of an offer on the pairs of its category, with the first division's view."""
    own, m, contact = choice.own_share, choice.margin, choice.contact_minor
    sales, depth = pairs.sales, _depth(choice.offer, pairs)
    (value, discount), (low, low_discount), (high, high_discount) = (
        _value_and_discount(theta, sales, depth, m) for theta in (pairs.theta, pairs.theta_low, pairs.theta_high)
    )
    profit_low, profit_high = low - own * low_discount - contact, high - own * high_discount - contact
    columns = {
        "customer_id": pairs.customer_id,
        "value_minor": value,
        "value_low_minor": low,
        "value_high_minor": high,
        "profit_low_minor": np.minimum(profit_low, profit_high),  # reversed when own x d > margin
        "profit_high_minor": np.maximum(profit_low, profit_high),
        "p_redeem": np.clip(pairs.p_buy + pairs.p_slope * depth, 0, 1),
        "discount_minor": discount,
        "growth": pairs.theta * depth * pairs.share,
        "d_value": sales * depth * m,
        "d_discount": sales * depth**2,
        **_valued_by(choice, pairs, pairs.heldouts[0]),
    }
    return choice.effects_table(pl.DataFrame(columns), "transferred")


def _valued_by(choice: CampaignOffer, pairs: _Pairs, heldout: _HeldOut) -> dict[str, NDArray[Any]]:
    """The columns HELD_OUT of an offer's pairs, by one division's view."""
    depth = _depth(choice.offer, pairs)
    value, discount = _value_and_discount(heldout.response, pairs.sales, depth, choice.margin)
    return dict(zip(HELD_OUT, (heldout.fold, value, discount, heldout.centred), strict=True))


def _value_and_discount(theta: Floats, sales: Floats, depth: Floats, margin: float) -> tuple[Floats, Floats]:
    gained = theta * sales * depth
    return margin * gained, depth * (sales + gained)


def _depth(offer: Offer, pairs: _Pairs) -> Floats:
    """The offer's depth, or what its maximum comes to in a usual basket: sales of a period with a purchase."""
    depth = np.full(len(pairs.sales), float(offer.depth or 0))
    basket = pairs.sales / np.maximum(pairs.p_buy, 1e-9)
    return depth if offer.most_minor is None else np.minimum(depth, offer.most_minor / np.maximum(basket, 1e-9))
