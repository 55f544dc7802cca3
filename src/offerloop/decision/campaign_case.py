"""One campaign as the plan sees it: its candidates, what they take from its budget, and their held-out value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.allocation import CandidateRows, Limit, Solution, budget_unit, counted_cost, positions
from offerloop.arrays import Floats, Ints
from offerloop.config import Campaign
from offerloop.decision.offers_beside import counted_growth, growth_of_held_offers, interaction_discount, own_cost_micro
from offerloop.decision.valuation import ESTIMATES, Columns, Repeated, with_estimates
from offerloop.evaluation import Estimate
from offerloop.response import HELD_OUT, SharedErrors

PLAN = "plan"
Parts = Sequence[tuple["CampaignCase", Ints]]
"""Campaigns with some of their rows each."""
Divisions = list[tuple[pl.DataFrame, pl.DataFrame]]
"""Effects and calibration for each division of the customers. Later ones need HELD_OUT only, of equal rows."""
OFFER_KEY = ("campaign_id", "offer_id")
KEYS = ("customer_id", *OFFER_KEY)
"""Columns that tell rows of candidates apart."""
TERMS = ("category", "depth", "funded_share", "margin", "contact_cost_minor", "cost_weight")
"""Columns of the offers that a forecast reads."""
_OF_CHOICE = (
    "customer_id", "value_minor", "discount_minor", "profit_minor", "p_redeem", "cost_expected_micro",
    "cost_liability_minor", "growth",
)  # fmt: skip
"""Columns of effects by which candidates are chosen."""
_OF_VALUE = ("d_value", "d_discount", "value_se_minor")
"""Columns of effects that tell the held-out value of what was chosen, beside HELD_OUT."""
_OF_OFFERS = ("funded_share", "margin", "contact_cost_minor", "cost_weight", "is_shown", "customer", *ESTIMATES)
"""Columns of offers and customers that tell the held-out value of what was chosen."""
_UNREAD = ("value_low_minor", "value_high_minor", "profit_low_minor", "profit_high_minor")
"""Columns of effects that no plan reads."""
_TEXTS = ("campaign_id", "offer_id", "category", "kind")
_WITH_DISCOUNT = ("held_out_discount_minor", "d_discount")
"""Columns of effects that grow with what an offer takes off, beside those by which it is chosen."""
_ROW = "row"


@dataclass(frozen=True, eq=False)
class HeldOffers:
    """Offers of other campaigns that customers have."""

    rows: pl.DataFrame
    """customer_id, category and growth of each offer; the category is null where it is not limited to one."""
    max_offers: int
    """Offers of a customer at most."""

    @property
    def full_customers(self) -> pl.Series:
        """Customers who can get no more."""
        ids = self.rows["customer_id"]
        if self.max_offers == 1:
            return ids
        return ids.value_counts(name="n").filter(pl.col("n") >= self.max_offers)["customer_id"]

    @classmethod
    def of(cls, parts: Parts, like: CampaignCase, max_offers: int) -> HeldOffers:
        """Return what customers have of some campaigns; without any, an empty table with ids of the type of `like`."""
        held = [case.held(rows) for case, rows in parts]
        return cls(pl.concat([like.held(np.zeros(0, dtype=np.int64)), *held]), max_offers)


@dataclass(frozen=True, eq=False)
class CampaignCase:
    """Candidates of one campaign, a row for each customer and offer, sorted by both."""

    campaign: Campaign
    budget_minor: int
    divisions: Divisions
    """Effects of any campaigns, of which only rows that are valued are read again."""
    place: Ints
    """(rows,): where each candidate is in these tables."""
    effects: pl.DataFrame
    """What the plan is chosen by, with the offers' terms; their texts are an Enum, as there are few."""
    errors: SharedErrors
    policy: str = PLAN
    """What chooses among the candidates: the plan, or the simpler policy whose they are."""
    is_paused: bool = False
    """Whether a loop does not send its plan, whatever that is worth."""
    lacks_growth: bool = False
    """Whether the log of shown offers would show the least growth that is usual with a power of 50 %, and does not show
    that the campaign's offers bring any; see `ShownEffects.lacks_growth`."""
    discount_factor: Floats | None = None
    """(rows,): what discounts are multiplied by, as customers have offers of other campaigns; None for 1."""

    @classmethod
    def of(
        cls,
        divisions: Divisions,
        offers: pl.DataFrame,
        campaign: Campaign,
        budget_minor: int,
        rows: pl.Series | None = None,
        errors: SharedErrors | None = None,
    ) -> CampaignCase:
        """Build it from the effects; `rows` are those of the campaign's audience, all by default. `errors` are those of
        offers that were shown at random."""
        errors = errors or SharedErrors.none()
        every, terms = divisions[0][0], with_estimates(offers, errors).filter(campaign_id=campaign.id).sort("offer_id")
        keys = every.select("customer_id", "offer_id").with_row_index(_ROW)
        keys = keys if rows is None else keys[rows]
        number = pl.col("offer_id").cast(pl.Enum(terms["offer_id"])).to_physical()
        keys = keys.select(_ROW, "customer_id", number).sort("customer_id", "offer_id")
        few = (pl.col(name).cast(pl.Enum(terms[name].drop_nulls().unique().sort())) for name in _TEXTS)
        terms = terms.with_columns(few).select("campaign_id", "offer_id", "kind", *TERMS, *ESTIMATES)
        chosen = every.select(*_OF_CHOICE, is_shown=pl.col("basis") == "estimated")[keys[_ROW]]
        chosen = chosen.with_columns(customer=errors.places(keys["customer_id"])).hstack(terms[keys["offer_id"]])
        return cls(campaign, budget_minor, divisions, keys[_ROW].to_numpy(), chosen, errors)

    def held(self, rows: Ints) -> pl.DataFrame:
        """What `HeldOffers` keeps of some rows."""
        keys = self.effects.select("customer_id", pl.col("category").cast(pl.String))[rows]
        return keys.with_columns(growth=self.growth[rows])

    def table(self, rows: Ints) -> pl.DataFrame:
        """All that effects and offers tell of some rows."""
        own = self.effects.select("discount_minor", "profit_minor", "cost_expected_micro", *TERMS)[rows]
        every = self.divisions[0][0].drop(_UNREAD)[self.place[rows]].with_columns(own.cast({"category": pl.String}))
        if self.discount_factor is None:
            return every
        return every.with_columns(pl.col(_WITH_DISCOUNT) * self.discount_factor[rows])

    def keys(self, rows: Ints | None = None) -> pl.DataFrame:
        """KEYS of some rows, or of all."""
        names = self.effects.select(KEYS).cast({"campaign_id": pl.String, "offer_id": pl.String})
        return names if rows is None else names[rows]

    @property
    def calibrations(self) -> tuple[pl.DataFrame, ...]:
        """One for each division of the customers."""
        return tuple(fit for _, fit in self.divisions)

    @cached_property
    def _columns(self) -> tuple[Columns, Columns, list[Columns]]:
        """What valuations read: by row, by place, and by place in each division."""
        effects = self.divisions[0][0]
        return (
            {name: self.effects[name].to_numpy() for name in _OF_OFFERS},
            {name: effects[name].to_numpy() for name in _OF_VALUE},
            [{name: table[name].to_numpy() for name in HELD_OUT} for table, _ in self.divisions],
        )

    def columns(self, rows: Ints) -> list[Columns]:
        """Return what tells the held-out value of some rows, for each division of the customers."""
        place, (of_offers, of_value, divisions) = self.place[rows], self._columns
        same = {name: column[rows] for name, column in of_offers.items()}
        same |= {name: column[place] for name, column in of_value.items()}
        every: list[Columns] = [same | {name: column[place] for name, column in one.items()} for one in divisions]
        if self.discount_factor is None:
            return every
        own = self.discount_factor[rows]
        return [{**one, **{name: one[name] * own for name in _WITH_DISCOUNT}} for one in every]

    def of_rows(self, rows: Ints) -> Repeated:
        """Held-out value of any choice of some rows, which are read for it."""
        return Repeated.of(self.columns(rows), self.calibrations, self.errors)

    def value(self, weights: Floats) -> Estimate:
        """Return the held-out profit, with its interval, of rows taken with weights (rows,) between 0 and 1."""
        rows = np.flatnonzero(weights)
        return self.of_rows(rows).value(weights[rows])

    def spend(self, weights: Floats) -> float:
        """Return the held-out expected cost of rows taken with weights (rows,), minor units."""
        rows = np.flatnonzero(weights)
        return self.of_rows(rows).spend(weights[rows])

    @property
    def unit(self) -> int:
        """Units of `cost` in one minor unit of the budget."""
        return budget_unit(self.campaign)

    @cached_property
    def cost(self) -> Ints:
        """(rows,): what each candidate takes from the budget."""
        return counted_cost(self.effects, self.campaign)

    @cached_property
    def offers(self) -> list[str]:
        """Ids of the offers with an effect on somebody."""
        return self.effects["offer_id"].unique().sort().to_list()

    @cached_property
    def offer(self) -> Ints:
        """(rows,): positions in `offers`."""
        return positions(self.effects["offer_id"])

    @cached_property
    def profit(self) -> NDArray[np.float64]:
        """(rows,): profit by the estimates that choose, minor units."""
        return self.effects["profit_minor"].to_numpy()

    @cached_property
    def growth(self) -> Floats:
        """(rows,): growth of what the customer buys anyway, as a share, not below zero."""
        return counted_growth(self.effects["growth"])

    @cached_property
    def candidates(self) -> CandidateRows:
        """Side by side for each customer."""
        return CandidateRows.of_effects(self.effects, self.campaign)

    @cached_property
    def is_on_frontier(self) -> NDArray[np.bool_]:
        """(rows,): whether each candidate is the best of its customer's at some price of the budget."""
        first, steps = self.candidates.walk()
        is_best = np.zeros(self.effects.height, dtype=np.bool_)
        is_best[first] = True
        is_best[self.candidates.row[steps.row, steps.slot]] = True
        return is_best

    @cached_property
    def solutions(self) -> dict[tuple[Limit, ...], Solution]:
        """Plans of all its customers that were found, by their limits."""
        return {}

    @cached_property
    def categories(self) -> list[str | None]:
        """The one category of each of `offers`; None for an offer that is not limited to one."""
        named = self.effects.select("offer_id", "category").unique().sort("offer_id")
        return named["category"].cast(pl.String).to_list()

    def is_open(self, held: HeldOffers) -> NDArray[np.bool_]:
        """(rows,): whether a customer who has these offers of other campaigns can get each candidate."""
        customers = held.full_customers
        is_open = (~self.effects["customer_id"].is_in(customers.implode())).to_numpy()
        if held.max_offers == 1 or held.rows.is_empty():
            return is_open
        keys = self.effects.select("customer_id", pl.col("category").cast(pl.String))
        same = held.rows.drop_nulls("category").unique().with_columns(is_held=pl.lit(value=True))
        joined = keys.join(same, on=["customer_id", "category"], how="left", maintain_order="left")
        return np.asarray(is_open & joined["is_held"].is_null().to_numpy())

    def without(self, held: HeldOffers) -> CampaignCase:
        """Return the campaign with the candidates that are open."""
        kept = self.is_open(held)
        if kept.all():
            return self
        discount_factor = None if self.discount_factor is None else self.discount_factor[kept]
        return replace(self, place=self.place[kept], effects=self.effects.filter(kept), discount_factor=discount_factor)

    def with_held_offers(self, held: HeldOffers) -> CampaignCase:
        """Return the campaign with discounts and costs as they are for customers who have these offers of other
        campaigns; see `offers_beside`."""
        if held.max_offers == 1 or held.rows.is_empty():
            return self
        others = growth_of_held_offers(held.rows, self.effects)
        more = interaction_discount(self.effects["discount_minor"].to_numpy(), self.growth, others)
        own = 1 - self.effects["funded_share"].to_numpy()
        loss = own * self.effects["cost_weight"].to_numpy()
        effects = self.effects.with_columns(
            pl.col("discount_minor") + more,
            pl.col("profit_minor") - loss * more,
            pl.col("cost_expected_micro") + own_cost_micro(own, more),
        )
        return replace(
            self, effects=effects, discount_factor=1 + interaction_discount(np.ones_like(others), self.growth, others)
        )
