"""A log of offers shown with known propensities, as another program would hand it over: CSV files of a simulated shop.

Every week every customer is shown one of eleven offers, a percentage from 0 to 50 off everything, drawn with known
propensities. The files are customers, products, orders, exposures and offers; their columns and the spelling of
"nothing" can be those of other houses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.market import Market
from offerloop.market.preset import CampaignOf, Preset, PresetOffer, load_preset
from offerloop.offers import NO_OFFER

DEPTHS = tuple(range(5, 55, 5))
"""Per cent off everything; beside them nothing."""
UNIFORM = np.full(len(DEPTHS) + 1, 1 / (len(DEPTHS) + 1))
MOSTLY_LOW = np.array([0.25, *np.linspace(0.12, 0.03, len(DEPTHS))])
MOSTLY_LOW = MOSTLY_LOW / MOSTLY_LOW.sum()
"""Other propensities: nothing for a quarter, and the deeper the rarer."""
UNLIMITED = 1e6
"""A maximum discount that nobody reaches."""
FILES = ("customers", "products", "orders", "exposures", "offers")


@dataclass(frozen=True)
class Spelling:
    """How the files name things."""

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By file their name of each of our columns; ours where it is not named."""
    nothing: str = ""
    """The offer_id of who is deliberately shown nothing."""
    lists_nothing: bool = False
    """Whether the offers list nothing too, as an offer of 0 %."""
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By file columns that it lacks."""


PLAIN = Spelling()


def whole_shop(name: str) -> Preset:
    """A preset whose campaign is DEPTHS off everything, without a maximum; its suppliers pay the same share."""
    preset = load_preset(name)
    offers = tuple(PresetOffer(id=f"off-{one}", kind="coupon", percent=one, max_discount=UNLIMITED) for one in DEPTHS)
    campaign = CampaignOf(
        budget=preset.campaign.budget, funded_share=preset.campaign.funded_share, offers=offers,
        blanket=preset.campaign.blanket,
    )  # fmt: skip
    return preset.model_copy(update={"campaign": campaign})


@dataclass(frozen=True, eq=False)
class ShownWeeks:
    """Weeks without offers, then weeks in which everybody is shown one, drawn at random."""

    before: int = 26
    weeks: int = 12
    propensity: Floats = field(default_factory=lambda: UNIFORM)
    """(11,): of nothing and of each depth."""


def logged(preset: Preset, seed: int, customers: int, products: int, shown: ShownWeeks, first: int = 1) -> Market:
    """A market after these weeks; customers have the ids from `first` on."""
    market, rng = Market(preset, customers, products, seed, shown.before, first), np.random.default_rng([seed, first])
    names = np.array([NO_OFFER, *market.terms.ids[: len(DEPTHS)]])
    for _ in range(shown.weeks):
        drawn = rng.choice(len(names), customers, p=shown.propensity)
        rows = {"customer_id": market.ids, "offer_id": names[drawn], "propensity": shown.propensity[drawn]}
        market.step(pl.DataFrame(rows))
    return market


def write_log(market: Market, folder: Path, spelling: Spelling = PLAIN) -> dict[str, Path]:
    """The files of a market, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, table in _tables(market, spelling).items():
        kept = table.drop(spelling.without.get(name, ()))
        theirs = spelling.columns.get(name, {})
        found[name] = folder / f"{name}.csv"
        kept.rename({ours: theirs[ours] for ours in kept.columns if ours in theirs}).write_csv(found[name])
    return found


def _tables(market: Market, spelling: Spelling) -> dict[str, pl.DataFrame]:
    tables = market.observe()
    lines = tables["order_lines"]  # what comes back is there again, below zero
    money = pl.col("paid", "list_value", "discount").round(2)
    orders = lines.with_columns(discount=pl.col("list_value") - pl.col("paid")).select(
        "order_id", "customer_id", "product_id", "quantity", money, "at"
    )
    shown = tables["exposures"].with_columns(pl.col("offer_id").replace({NO_OFFER: spelling.nothing}))
    rows = [(f"off-{one}", "coupon", one) for one in DEPTHS]
    if spelling.lists_nothing:
        rows = [(spelling.nothing, "coupon", 0), *rows]
    offers = pl.DataFrame(rows, ["offer_id", "kind", "percent"], orient="row").with_columns(
        funded_share=pl.lit(market.preset.campaign.funded_share)
    )
    return {
        "customers": tables["customers"], "products": tables["products"], "orders": orders, "exposures": shown,
        "offers": offers,
    }  # fmt: skip
