"""The settings of a simulated shop; presets are files in `presets/`, frozen so that no later work tunes them."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Literal

from pydantic import Field

from offerloop.config import ConfigSection
from offerloop.errors import InputError, near_miss
from offerloop.message import Message

PRESETS = ("grocery", "fashion", "marketplace", "null", "harmful")
Share = float


class Products(ConfigSection):
    """The products that the simulated shop sells."""

    categories: int = Field(gt=0)
    brands: int = Field(gt=0)
    price: float = Field(gt=0)
    """Median list price, major units."""
    price_spread: float = Field(ge=0)
    """Standard deviation of the logarithm of prices, half between and half within categories."""
    popularity: float = Field(ge=0)
    """Standard deviation of the products' appeal within a category, in units of utility."""
    margin: float = Field(gt=0, lt=1)
    """Mean of 1 - unit cost / list price."""
    margin_spread: float = Field(ge=0)
    related: float = Field(ge=0)
    """Strength of substitutes and complements among categories: change of the logit for a price cut of everything."""
    returns: float = Field(ge=0, lt=1)
    """Share of order lines that come back a week later."""


class Shelf(ConfigSection):
    """Price cuts for everybody."""

    share: float = Field(ge=0, lt=1)
    """Share of products and weeks with one."""
    depths: tuple[float, ...]
    """Their depths, equally likely."""
    together: float = Field(ge=0, le=1)
    """Share of cuts that come for a whole category at once."""


class Customers(ConfigSection):
    """Who buys. Spreads are standard deviations over customers, of the logarithm where the mean is above zero."""

    visits: float = Field(gt=0)
    """Mean shopping trips a week."""
    visits_spread: float = Field(ge=0)
    need: float
    """Logit of buying in a category in a week with a visit."""
    need_spread: float = Field(ge=0)
    taste: float = Field(ge=0)
    """Spread of that logit over the categories of one customer."""
    trips: float = Field(ge=0)
    """What the logarithm of the number of trips adds to it."""
    units: float = Field(ge=0)
    """Mean units beyond the first."""
    sensitivity: float = Field(ge=0)
    """Change of the logit for a price cut of everything."""
    sensitivity_spread: float = Field(ge=0)
    switching: float = Field(ge=0)
    """What a unit of log price is worth when a product is chosen within a category, in proportion to sensitivity."""
    loyalty: float = Field(ge=0)
    """What the customer's usual product is worth there."""
    variety: float = Field(ge=0, le=1)
    """Share of purchases in which the usual product has no advantage, of the middle customer."""
    variety_spread: float = Field(ge=0)
    """The standard deviation of its logit."""
    demographics: float = Field(ge=0, lt=1)
    """Correlation of age, income and household with behaviour."""
    season: float = Field(ge=0)
    """Amplitude of visits over the year."""


class Habits(ConfigSection):
    """What promotions do beyond the price."""

    keeps: dict[str, float]
    """Mean chance that a customer bears an offer in mind, by kind."""
    keeps_spread: float = Field(ge=0)
    noticed: float = Field(ge=0, le=1)
    """Share of an offer's depth that counts when its customer chooses what to buy."""
    lure: float
    """Mean change of the logarithm of visits of who bears an offer in mind."""
    lure_spread: float = Field(ge=0)
    stretch: float = Field(ge=0)
    """Mean share of a threshold that a customer adds to reach it."""
    stockpiling: float = Field(ge=0)
    """What a unit bought beyond the usual takes off next week's logit."""
    used_up: float = Field(gt=0, le=1)
    """Share of the stock at home that is used up in a week."""
    fatigue: float = Field(ge=0)
    """What each offer told lately takes off the logit of bearing the next one in mind."""
    dependence: float = Field(ge=0)
    """Share of the depth that a customer has got used to that is missed at full price."""
    annoyed: float = Field(ge=0, le=1)
    """Share of customers whom offers annoy."""
    annoyance: float = Field(ge=0)
    """The amount by which one lowers the logarithm of their visits."""


class PresetOffer(ConfigSection):
    """One offer of the preset's campaign."""

    id: str
    kind: Literal["coupon", "spend_and_save", "flash_sale"]
    categories: int = 0
    """A coupon or flash sale on each of so many categories of highest sales; 0 is everything."""
    percent: float = Field(default=0, ge=0, le=100)
    spend: float = Field(default=0, ge=0)
    save: float = Field(default=0, ge=0)
    max_discount: float = Field(gt=0)
    stock: int = 0
    """Units that a flash sale has in all; 0 is without limit."""
    annoys: float = Field(default=1.0, ge=0)
    """How much of their annoyance it causes in those whom offers annoy."""


class Browsing(ConfigSection):
    """What is seen without being bought."""

    views: float = Field(ge=0, le=1)
    """Chance that a customer with a trip looks at the usual product of a category without buying it."""
    ratings: float = Field(ge=0, le=1)
    """Share of purchases that are rated."""


class CampaignOf(ConfigSection):
    """The campaign that comes with the preset."""

    budget: float = Field(gt=0)
    """Major units of liability per customer of the shop."""
    funded_share: float = Field(ge=0, le=1)
    """What suppliers pay of every discount of the offers."""
    offers: tuple[PresetOffer, ...]
    blanket: PresetOffer
    """What a shop without a plan would give everybody, paid by itself alone."""


class Preset(ConfigSection):
    """A kind of simulated shop: all of its settings."""

    name: str
    currency: str
    products: Products
    shelf: Shelf
    customers: Customers
    habits: Habits
    browsing: Browsing
    campaign: CampaignOf


def load_preset(name: str) -> Preset:
    """One of PRESETS. Raises InputError for another name."""
    if name not in PRESETS:
        raise InputError(
            Message(
                "there is no preset '{name}'{near} (known: {known})",
                name=name,
                near=near_miss(name, PRESETS),
                known=PRESETS,
            )
        )
    text = (resources.files("offerloop.market") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return Preset.model_validate({"name": name, **tomllib.loads(text)})
