"""A market: a shop, its customers and its weeks so far, behind a small protocol that another simulator can fill."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.errors import InputError
from offerloop.market.lines import Lines
from offerloop.market.noise import Noise
from offerloop.market.preset import Preset
from offerloop.market.tables import customer_table, event_table, line_table, product_table
from offerloop.market.terms import MarketTerms, discounts, fill_up
from offerloop.market.week import State, Week, shelf_depths
from offerloop.market.world import CustomerTraits, ProductRange, make_people, make_shop
from offerloop.message import Message
from offerloop.offers import NO_OFFER, NOTHING

BLOCK = 20_000
"""Customers at a time: bounds the memory."""
START = date(2024, 1, 1)
"""The Monday of week 0."""


class Simulator(Protocol):
    """What a test bench asks of a simulated shop; `market.Market` is ours."""

    def observe(self) -> dict[str, pl.DataFrame]:
        """The standard tables of everything so far (order_lines, products, customers, exposures)."""

    def step(self, assignments: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """One more week, in which customers were given offers: customer_id, offer_id and perhaps propensity.

        Gives the tables of that week. Who is not named, or has 'none', gets nothing.
        """


@dataclass(frozen=True)
class WeekOutcome:
    """One week of everybody."""

    lines: Lines
    discount_minor: Ints
    """The discount of each line."""
    state: State

    def value_minor(self, size: int) -> Floats:
        """(customers,): margin before the cost of offers; what comes back counts on neither side."""
        kept = (self.lines.shelf_minor - self.lines.cost_minor) * ~self.lines.returned
        return np.bincount(self.lines.customer, kept, size).astype(np.float64)

    def cost_minor(self, size: int, own: Floats) -> Floats:
        """(customers,): discounts redeemed on what does not come back, times the own share of each customer's offer."""
        return np.bincount(self.lines.customer, self.discount_minor * ~self.lines.returned, size) * own


@dataclass
class Market:
    """Weeks of a preset. `before` weeks without personal offers are played at once."""

    preset: Preset
    customers: int
    products: int
    seed: int
    before: int
    first: int = 1
    """Id of the first customer: with another, other customers come to the same shop."""
    week: int = 0
    parts: list[dict[str, pl.DataFrame]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.noise = Noise(self.seed)
        self.ids = np.arange(self.first, self.first + self.customers)
        self.shop: ProductRange = make_shop(self.preset, self.products, self.noise)
        self.people: CustomerTraits = make_people(self.preset, self.shop, self.ids, self.noise)
        self.state = State.fresh(self.people, self.shop.categories)
        self.terms = MarketTerms.of(self.preset.campaign, np.ones(self.shop.categories))
        sales = np.zeros(self.shop.categories)
        nobody = np.full(self.customers, NOTHING)
        for _ in range(self.before):
            lines = self.advance(nobody, None).lines
            sales += np.bincount(lines.category, lines.shelf_minor, self.shop.categories)
        self.terms = MarketTerms.of(self.preset.campaign, sales)

    @property
    def today(self) -> date:
        """The day on which the next week begins."""
        return START + timedelta(days=7 * self.week)

    def branch(self) -> Market:
        """Another market with the same past; what happens next in one does not touch the other."""
        other = copy(self)
        other.parts = list(self.parts)
        return other

    def observe(self) -> dict[str, pl.DataFrame]:
        """See `Simulator`. What is returned after today is not known yet."""
        lines = pl.concat([part["order_lines"] for part in self.parts])
        shown = [part["exposures"] for part in self.parts if part["exposures"].height]
        tables = {
            "order_lines": lines.filter(pl.col("at") < self.today),
            "events": pl.concat([part["events"] for part in self.parts]),
            "products": product_table(self.shop),
            "customers": customer_table(self.ids, self.people),
        }
        return {**tables, "exposures": pl.concat(shown)} if shown else tables

    def step(self, assignments: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """See `Simulator`. Raises InputError for an offer or a customer that the market does not have."""
        offers = self.positions(assignments)
        propensity = None
        if "propensity" in assignments.columns:
            propensity = np.ones(self.customers)
            propensity[assignments["customer_id"].to_numpy() - self.first] = assignments["propensity"].to_numpy()
        self.advance(offers, propensity)
        return self.parts[-1]

    def positions(self, assignments: pl.DataFrame) -> Ints:
        """The position of each customer's offer among the terms, NOTHING for none."""
        place_by_offer = {name: place for place, name in enumerate(self.terms.ids)} | {NO_OFFER: NOTHING}
        names = assignments["offer_id"].fill_null(NO_OFFER)
        strange = sorted(set(names.to_list()) - place_by_offer.keys())
        if strange:
            raise InputError(
                Message(
                    "the market has no offer '{offer}' (known: {known})", offer=str(strange[0]), known=self.terms.ids
                )
            )
        ids = assignments["customer_id"].to_numpy()
        if len(ids) and (ids.min() < self.ids[0] or ids.max() > self.ids[-1]):
            raise InputError(
                Message(
                    "the market has the customers {first} to {last}, and is given others",
                    first=str(self.ids[0]),
                    last=str(self.ids[-1]),
                )
            )
        offers = np.full(self.customers, NOTHING)
        offers[ids - self.first] = names.replace_strict(place_by_offer, return_dtype=pl.Int64).to_numpy()
        return offers

    def coming(self, noise: Noise, terms: MarketTerms) -> Week:
        """The coming week under some luck: its shelf prices are the same whatever the luck."""
        shelf = shelf_depths(self.preset, self.shop, self.week, self.noise)
        return Week(self.preset, self.shop, terms, self.week, shelf, noise)

    def play(self, offers: Ints, noise: Noise, terms: MarketTerms | None = None, *, borne: bool = False) -> WeekOutcome:
        """The coming week under some offers and some luck, without it becoming the past; `borne` as `Week.play`."""
        terms = self.terms if terms is None else terms
        this = self.coming(noise, terms)
        played, starts = [], range(0, self.customers, BLOCK)
        for start in starts:
            rows = slice(start, start + BLOCK)
            played.append(
                this.play(
                    self.people.part(start, start + BLOCK),
                    self.ids[rows],
                    self.state.part(start, start + BLOCK),
                    offers[rows],
                    borne=borne,
                )
            )
        lines = Lines.joined([one.lines.shifted(start) for one, start in zip(played, starts, strict=True)])
        bears = np.concatenate([one.bears for one in played])
        state = State(
            *(
                np.concatenate([getattr(one.state, name) for one in played])
                for name in ("stock", "used_to", "recent_exposures")
            )
        )
        lines = fill_up(lines, terms, offers, bears, self.people.stretch)
        return WeekOutcome(lines, discounts(lines, terms, offers, bears, noise, self.week), state)

    def advance(self, offers: Ints, propensity: Floats | None) -> WeekOutcome:
        """The coming week becomes the past; arrays of shape (customers,), -1 for no offer."""
        outcome = self.play(offers, self.noise)
        logged = np.flatnonzero(offers >= 0) if propensity is None else np.arange(self.customers)
        shown = pl.DataFrame(
            {
                "customer_id": self.ids[logged],
                "offer_id": pl.Series(
                    [self.terms.ids[k] if k >= 0 else NO_OFFER for k in offers[logged]], dtype=pl.String
                ),
                "at": pl.Series([self.today] * len(logged), dtype=pl.Date),
                "propensity": pl.Series(
                    [None] * len(logged) if propensity is None else propensity, dtype=pl.Float64, nan_to_null=True
                ),
            }
        )
        table = line_table(
            outcome.lines,
            outcome.discount_minor,
            self.terms.own_share[offers],
            self.ids,
            self.week,
            self.today,
        )
        events = event_table(outcome.lines, self.people, self.ids, self.preset, self.noise, self.week, self.today)
        self.parts.append({"order_lines": table, "events": events, "exposures": shown})
        self.state, self.week = outcome.state, self.week + 1
        return outcome
