"""The random part of a plan: a permanent holdout by hash, and a few customers who get an offer at random.

Without both nothing can be learned from what happens next. The propensity written for a customer is the marginal
probability of the written offer over all arms (see `draw`). Customers who could only draw nothing, such as those who
refuse offers, do not explore: their share of exploration is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Bools, Ints
from offerloop.config import ExperimentSettings
from offerloop.decision.propensities import MOST_EXPLORE, Shares, draw_explorers, draw_holdback, n_explorers
from offerloop.decision.usual import UsualPolicy
from offerloop.evaluation import in_holdout, in_usual
from offerloop.offers import NO_OFFER
from offerloop.tables import EXPLORE, HOLDBACK, HOLDOUT, PLAN, USUAL

MOST = "cost_liability_minor"
"""Column of the most that an offer can cost."""


@dataclass(frozen=True)
class DrawnArms:
    """The arm, the offer and its marginal probability of each customer of the audience."""

    table: pl.DataFrame
    """customer_id, campaign_id (null for no offer), offer_id, both again as `planned_`, arm, propensity, lot_kinds."""
    explore_share: float
    """Share of those who explore among the customers outside holdout and business as usual who can draw an offer."""


def menu(effects: pl.DataFrame, offers: pl.DataFrame, sent: list[str]) -> pl.DataFrame:
    """Return what may be given at random in the campaigns that are sent.

    Its columns are customer_id (null for the campaign's whole audience), campaign_id, offer_id, kind and
    cost_liability_minor. Offers that could cost without limit are not given at random.
    """
    keys = ["campaign_id", "offer_id"]
    safe = pl.col("campaign_id").is_in(sent) & pl.col(MOST).is_not_null()
    terms = offers.filter(safe).select(*keys, "kind", MOST, "basis")
    pairs = effects.select("customer_id", *keys).join(terms.drop("basis"), on=keys)
    untried = terms.filter(pl.col("basis") == "unknown").drop("basis")
    nobody = pl.lit(None, dtype=effects.schema["customer_id"]).alias("customer_id")
    return pl.concat([pairs, untried.select(nobody, pl.all())]).sort(*keys, "customer_id")


def draw_arms(
    audience: pl.Series,
    planned: pl.DataFrame,
    menu: pl.DataFrame,
    audiences: dict[str, pl.Series],
    explore_budgets: dict[str, int],
    settings: ExperimentSettings,
    rng: np.random.Generator,
    usual: UsualPolicy | None = None,
    holdback: float = 0.0,
    most_explore: float = MOST_EXPLORE,
) -> DrawnArms:
    """Draw holdout, business as usual, exploration and holdback for a plan that was solved for everyone.

    `audience`: all customers, sorted. `planned`: customer_id, campaign_id, offer_id, cost_liability_minor (null where
    an offer could cost without limit). `menu`: customer_id (null
    for all of a campaign's), campaign_id, offer_id, kind, cost_liability_minor of the offers that explorers may draw.
    `audiences`: who may get each campaign's offers; a campaign that is not named is for everyone.
    `explore_budgets`: minor units by campaign; one with 0 takes no part in exploration. So few customers explore that
    even if each got the most expensive offer of each campaign, no campaign's exploration budget would be exceeded:
    the draw needs no correction afterwards, and its probabilities are exact. `usual`: what the shop does today, where
    a share of customers gets that. `holdback`: share of the customers with an offer in the plan who do not get it.
    `most_explore`: largest share of those who can explore that does.
    """
    ids = audience.to_list()
    menu = menu.filter(pl.col("campaign_id").is_in([name for name, budget in explore_budgets.items() if budget > 0]))
    random_offers = _random_offers(audience, menu, audiences)
    by_hash = _by_hash(ids, settings, 0.0 if usual is None else usual.share)
    able = np.array([bool(random_offers[one].kinds) for one in ids], dtype=bool)
    free = np.flatnonzero((by_hash == PLAN) & able)
    number = n_explorers(len(free), _paid(menu, explore_budgets), most_explore)
    arms = by_hash.copy()
    arms[draw_explorers(free, number, rng)] = EXPLORE
    best, todays = _choices(ids, planned), _choices(ids, None if usual is None else usual.table)
    arms[_held_back(arms, best, planned, holdback, rng)] = HOLDBACK
    drawn = [
        {PLAN: own, USUAL: today, HOLDOUT: NONE, HOLDBACK: NONE}.get(arm) or random_offers[customer].draw(rng)
        for customer, arm, own, today in zip(ids, arms, best, todays, strict=True)
    ]
    share = number / len(free) if len(free) else 0.0
    shares = Shares(np.where(able, share, 0.0), settings.holdout, 0.0 if usual is None else usual.share, holdback)
    propensity = shares.propensity(
        plan=_equal(drawn, best),
        none=_equal(drawn, [NONE] * len(ids)),
        usual=_equal(drawn, todays),
        drawn=np.array([random_offers[one].probability(choice) for one, choice in zip(ids, drawn, strict=True)]),
    )
    kinds = [",".join(random_offers[one].kinds) for one in ids]
    rows = [
        (*its, *own, arm, chance, lot)
        for its, own, arm, chance, lot in zip(drawn, best, arms, propensity.tolist(), kinds, strict=True)
    ]
    names = {
        "campaign_id": pl.String, "offer_id": pl.String, "planned_campaign_id": pl.String,
        "planned_offer_id": pl.String, "arm": pl.String, "propensity": pl.Float64, "lot_kinds": pl.String,
    }  # fmt: skip
    table = pl.DataFrame(rows, schema=names, orient="row").with_columns(audience.alias("customer_id"))
    return DrawnArms(table.select("customer_id", *names), share)


Choice = tuple[str | None, str]
NONE: Choice = (None, NO_OFFER)
"""No offer of no campaign."""


def left_out(customers: pl.Series, settings: ExperimentSettings, usual: float) -> pl.Series:
    """Whether each customer is in the holdout or has business as usual, and so never gets the plan's offer."""
    return pl.Series(_by_hash(customers.to_list(), settings, usual) != PLAN, dtype=pl.Boolean)


def _by_hash(ids: list[object], settings: ExperimentSettings, usual: float) -> NDArray[np.object_]:
    """(customers,): HOLDOUT, USUAL or PLAN, the same in every run."""
    arms = [
        HOLDOUT if in_holdout(customer, settings.holdout_seed, settings.holdout)
        else USUAL if in_usual(customer, settings.holdout_seed, usual)
        else PLAN
        for customer in map(str, ids)
    ]  # fmt: skip
    return np.array(arms, dtype=object)


def _held_back(
    arms: NDArray[np.object_], best: list[Choice], planned: pl.DataFrame, share: float, rng: np.random.Generator
) -> Ints:
    """Positions of customers from whom the plan's offer is held back."""
    if share <= 0:
        return np.zeros(0, dtype=np.int64)
    keys = ["campaign_id", "offer_id"]
    most = {(one, two): cost or 0 for one, two, cost in planned.unique(keys).select(*keys, MOST).iter_rows()}
    offered = np.flatnonzero([arm == PLAN and own != NONE for arm, own in zip(arms, best, strict=True)])
    return draw_holdback(offered, np.array([most[best[place]] for place in offered], dtype=np.int64), share, rng)


def _choices(ids: list[object], choices: pl.DataFrame | None) -> list[Choice]:
    """What a policy gives each customer: nothing where its table does not name them."""
    if choices is None:
        return [NONE] * len(ids)
    rows = choices.select("customer_id", "campaign_id", "offer_id").iter_rows()
    choice_by_customer = {customer: (campaign, offer) for customer, campaign, offer in rows}
    return [choice_by_customer.get(one, NONE) for one in ids]


def _equal(some: list[Choice], others: list[Choice]) -> Bools:
    return np.array([one == other for one, other in zip(some, others, strict=True)], dtype=bool)


@dataclass(frozen=True)
class RandomOffers:
    """What one customer may draw at random: first a kind of offer, nothing among them, then one offer of that kind.

    Otherwise a few offers of an untried kind would drown among hundreds of coupons and never be learned about.
    """

    kinds: tuple[str, ...]
    by_kind: tuple[tuple[Choice, ...], ...]
    """The offers of each kind, and last nothing."""

    def draw(self, rng: np.random.Generator) -> Choice:
        """Draw one of the choices."""
        offers = self.by_kind[int(rng.integers(len(self.by_kind)))]
        return offers[int(rng.integers(len(offers)))]

    def probability(self, choice: Choice) -> float:
        """Return the probability of drawing it."""
        return sum(offers.count(choice) / len(offers) for offers in self.by_kind) / len(self.by_kind)


Kinds = dict[str, list[Choice]]
"""Choices by the kind of offer."""


def _random_offers(
    audience: pl.Series, menu: pl.DataFrame, audiences: dict[str, pl.Series]
) -> dict[object, RandomOffers]:
    """Return what every customer may draw; those who may draw the same share one object."""
    inside = {campaign: set(ids.to_list()) for campaign, ids in audiences.items()}
    own: dict[object, Kinds] = {}
    shared: dict[str, Kinds] = {}
    for customer, campaign, offer, kind in menu.select("customer_id", "campaign_id", "offer_id", "kind").iter_rows():
        if customer is None:
            shared.setdefault(campaign, {}).setdefault(kind, []).append((campaign, offer))
        elif campaign not in inside or customer in inside[campaign]:
            own.setdefault(customer, {}).setdefault(kind, []).append((campaign, offer))
    by_own_offers: dict[object, RandomOffers] = {}
    random_offers = {}
    for customer in audience.to_list():
        campaigns = tuple(name for name in shared if name not in inside or customer in inside[name])
        own_offers = own.get(customer, {})
        key = (campaigns, tuple((kind, *choices) for kind, choices in sorted(own_offers.items())))
        if key not in by_own_offers:
            by_own_offers[key] = _drawable([own_offers, *(shared[name] for name in campaigns)])
        random_offers[customer] = by_own_offers[key]
    return random_offers


def _drawable(parts: list[Kinds]) -> RandomOffers:
    kinds = tuple(sorted(set().union(*parts)))
    choices = (tuple(choice for part in parts for choice in part.get(kind, [])) for kind in kinds)
    return RandomOffers(kinds, (*choices, (NONE,)))


def _paid(menu: pl.DataFrame, budgets: dict[str, int]) -> list[tuple[float, int]]:
    """Each campaign's exploration budget, with the most that one of its offers can cost; nothing where it has none."""
    most = menu.group_by("campaign_id").agg(pl.col(MOST).max())
    return [(budgets[campaign], cost) for campaign, cost in most.iter_rows()] or [(0, 1)]
