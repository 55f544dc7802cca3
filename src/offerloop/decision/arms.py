"""The random part of a plan: a permanent holdout by hash, and a few customers who get an offer at random.

Without both nothing can be learned from what happens next. The propensity written for a customer is the marginal
probability of the written offer over all arms (see `propensities`). Customers who could only draw nothing, such as
those who refuse offers, do not explore: their share of exploration is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Bools, Floats, Ints
from offerloop.config import ExperimentSettings
from offerloop.decision.campaign_case import KEYS, OFFER_KEY
from offerloop.decision.propensities import MOST_EXPLORE, Holdback, Shares, draw_explorers, n_explorers
from offerloop.decision.usual_policy import UsualPolicy
from offerloop.evaluation import buckets, usual_from
from offerloop.offers import NO_OFFER
from offerloop.tables import EXPLORE, HOLDBACK, HOLDOUT, PLAN, USUAL

LIABILITY = "cost_liability_minor"
"""Column of the most that an offer can cost."""
NONE = -1
"""The code of no offer of no campaign."""


@dataclass(frozen=True)
class DrawnArms:
    """The arm, the offer and its marginal probability of each customer of the audience."""

    table: pl.DataFrame
    """customer_id, campaign_id (null for no offer), offer_id, both again as `planned_`, n_planned, arm, propensity,
    explore_kinds."""
    explore_share: float
    """Share of those who explore among the customers outside holdout and business as usual who can draw an offer."""

    def with_further(self, further: pl.DataFrame) -> pl.DataFrame:
        """Return the table, and a row for each of the `further` offers of customers who get what the plan says.

        `further`: customer_id, campaign_id, offer_id.
        """
        names = [*OFFER_KEY, *(f"planned_{name}" for name in OFFER_KEY)]
        in_plan = self.table.filter(pl.col("arm") == PLAN).drop(names).join(further, on="customer_id")
        rows = in_plan.with_columns(pl.col(name).alias(f"planned_{name}") for name in OFFER_KEY)
        return pl.concat([self.table, rows.select(self.table.columns)])

    def further_planned(self, further: pl.DataFrame) -> pl.DataFrame:
        """Return the `further` offers of customers who were drawn at random, and so do not get them, with their arm."""
        drawn = self.table.filter(pl.col("arm") != PLAN).select("customer_id", "arm")
        return further.join(drawn, on="customer_id", maintain_order="left")


def explorable_offers(effects: pl.DataFrame, offers: pl.DataFrame, sent: list[str]) -> pl.DataFrame:
    """Return what may be given at random in the campaigns that are sent.

    Its columns are customer_id (null for the campaign's whole audience), campaign_id, offer_id, kind and
    cost_liability_minor. Offers that could cost without limit are not given at random.
    """
    safe = pl.col("campaign_id").is_in(sent) & pl.col(LIABILITY).is_not_null()
    terms = offers.filter(safe).select(*OFFER_KEY, "kind", LIABILITY, "basis")
    pairs = effects.select(KEYS).join(terms.drop("basis"), on=OFFER_KEY)
    untried = terms.filter(pl.col("basis") == "unknown").drop("basis")
    nobody = pl.lit(None, dtype=effects.schema["customer_id"]).alias("customer_id")
    return pl.concat([pairs, untried.select(nobody, pl.all())]).sort(*OFFER_KEY, "customer_id")


def draw_arms(
    audience: pl.Series,
    planned: pl.DataFrame,
    explorable: pl.DataFrame,
    audiences: dict[str, pl.Series],
    explore_budgets: dict[str, int],
    settings: ExperimentSettings,
    rng: np.random.Generator,
    usual: UsualPolicy | None = None,
    further: pl.Series | None = None,
    holdback: Holdback | None = None,
    most_explore: float = MOST_EXPLORE,
) -> DrawnArms:
    """Draw holdout, business as usual, exploration and holdback for what a plan has for everyone.

    So few customers explore that even if each got the most expensive offer of each campaign, no campaign's exploration
    budget would be exceeded: the draw needs no correction afterwards, and its probabilities are exact.

    Args:
        audience: All customers, sorted.
        planned: customer_id, campaign_id, offer_id, one offer of each customer.
        explorable: customer_id (null for all of a campaign's), campaign_id, offer_id, kind, cost_liability_minor of the
            offers that explorers may draw.
        audiences: Who may get each campaign's offers; a campaign that is not named is for everyone.
        explore_budgets: Minor units by campaign; one with 0 takes no part in exploration.
        settings: The share and the seed of the holdout.
        rng: What draws explorers and their offers.
        usual: What the shop does today, where a share of customers gets that.
        further: The customer of each offer that the plan has beside `planned`, which nobody draws at random.
        holdback: Who does not get the plan's offer, in a period of a loop.
        most_explore: Largest share of those who can explore that does.
    """
    explorable = explorable.filter(
        pl.col("campaign_id").is_in([name for name, budget in explore_budgets.items() if budget > 0])
    )
    usual = usual or UsualPolicy(0.0, planned.clear())
    named = NamedChoices.of(explorable, planned, usual.table)
    random_offers = RandomOffers.of(audience, explorable, audiences, named)
    by_hash = _by_hash(audience, settings, usual.share)
    able = random_offers.n_kinds > 0
    free = np.flatnonzero((by_hash == PLAN) & able)
    number = n_explorers(len(free), _paid(explorable, explore_budgets), most_explore)
    arms = by_hash.copy()
    arms[draw_explorers(free, number, rng)] = EXPLORE
    best = named.codes(audience, planned)
    todays = named.codes(audience, usual.table)
    if holdback is not None:
        arms[(arms == PLAN) & (best != NONE) & holdback.has(audience).to_numpy()] = HOLDBACK
    drawn = _drawn_offers(arms, best, todays, random_offers, rng)
    share = number / len(free) if len(free) else 0.0
    shares = Shares(
        explore=np.where(able, share, 0.0),
        holdout=settings.holdout,
        usual=usual.share,
        holdback=0.0 if holdback is None else holdback.share,
    )
    n_planned = (best != NONE) + _times(audience, further)
    together = (n_planned > 1) & (arms == PLAN)
    propensity = shares.propensity(
        plan=(drawn == best) & (together | (n_planned <= 1)),
        none=drawn == NONE,
        usual=(drawn == todays) & ~together,
        drawn=np.where(together, 0.0, random_offers.probability(drawn)),
    )
    table = pl.DataFrame(
        {
            "customer_id": audience,
            **named.columns(drawn),
            **{f"planned_{name}": column for name, column in named.columns(best).items()},
            "n_planned": n_planned,
            "arm": pl.Series(arms.tolist(), dtype=pl.String),
            "propensity": propensity,
            "explore_kinds": random_offers.labels(),
        }
    )
    return DrawnArms(table, share)


def _drawn_offers(
    arms: NDArray[np.object_], best: Ints, todays: Ints, random_offers: RandomOffers, rng: np.random.Generator
) -> Ints:
    """Return the code of the offer that each customer gets: the plan's, the usual one, a random one, or NONE."""
    drawn = np.where(arms == PLAN, best, np.where(arms == USUAL, todays, NONE))
    explorers = np.flatnonzero(arms == EXPLORE)
    drawn[explorers] = [random_offers.draw(one, rng) for one in explorers.tolist()]
    return drawn


def _times(customers: pl.Series, named: pl.Series | None) -> Ints:
    """(customers,): how often each is named."""
    if named is None:
        return np.zeros(len(customers), dtype=np.int64)
    return np.bincount(_places(customers, named), minlength=len(customers))


def left_out(customers: pl.Series, settings: ExperimentSettings, usual: float) -> pl.Series:
    """Whether each customer is in the holdout or has business as usual, and so never gets the plan's offer."""
    at = buckets(customers, settings.holdout_seed)
    return pl.Series((at < settings.holdout) | (at >= usual_from(usual)))


def has_usual(customers: pl.Series, settings: ExperimentSettings, usual: float) -> pl.Series:
    """Whether each customer has business as usual."""
    return pl.Series(_by_hash(customers, settings, usual) == USUAL)


def _by_hash(customers: pl.Series, settings: ExperimentSettings, usual: float) -> NDArray[np.object_]:
    """(customers,): HOLDOUT, USUAL or PLAN, the same in every run."""
    at = buckets(customers, settings.holdout_seed)
    arms = np.full(len(customers), PLAN, dtype=object)
    arms[at >= usual_from(usual)] = USUAL
    arms[at < settings.holdout] = HOLDOUT
    return arms


@dataclass(frozen=True)
class NamedChoices:
    """Offers of campaigns by their codes, positions in `table`."""

    table: pl.DataFrame
    """campaign_id, offer_id and code."""

    @classmethod
    def of(cls, *tables: pl.DataFrame) -> NamedChoices:
        """All choices in some tables."""
        names = pl.concat([one.select(pl.col(OFFER_KEY).cast(pl.String)) for one in tables]).unique().sort(OFFER_KEY)
        return cls(names.with_row_index("code").with_columns(pl.col("code").cast(pl.Int64)))

    def of_rows(self, table: pl.DataFrame) -> Ints:
        """(rows,): the code of each row's choice."""
        keys = table.select(OFFER_KEY)
        return keys.join(self.table, on=OFFER_KEY, how="left", maintain_order="left")["code"].to_numpy()

    def codes(self, customers: pl.Series, table: pl.DataFrame) -> Ints:
        """(customers,): what a policy gives each customer: nothing where its table does not name them."""
        codes = np.full(len(customers), NONE)
        place = _places(customers, table["customer_id"])
        codes[place[place >= 0]] = self.of_rows(table)[place >= 0]
        return codes

    def columns(self, codes: Ints) -> dict[str, pl.Series]:
        """campaign_id and offer_id of codes; no offer has no campaign."""
        place = pl.Series(np.where(codes == NONE, self.table.height, codes))
        nothing = pl.DataFrame(
            {"campaign_id": [None], "offer_id": [NO_OFFER]}, schema_overrides=dict.fromkeys(OFFER_KEY, pl.String)
        )
        names = pl.concat([self.table.select(OFFER_KEY), nothing])
        return {name: names[name].gather(place) for name in OFFER_KEY}


def _places(customers: pl.Series, wanted: pl.Series) -> Ints:
    """Where each wanted customer is; -1 for one who is not there."""
    numbered = pl.DataFrame({"customer_id": customers}).with_row_index("place")
    rows = pl.DataFrame({"customer_id": wanted}).join(numbered, on="customer_id", how="left", maintain_order="left")
    return rows["place"].cast(pl.Int64).fill_null(-1).to_numpy()


@dataclass(frozen=True, eq=False)
class RandomOffers:
    """What customers may draw at random: first a kind of offer, nothing among them, then one offer of that kind.

    Otherwise a few offers of an untried kind would drown among hundreds of coupons and never be learned about.
    """

    kinds: list[str]
    kind: Ints
    """(choices,): the position of each choice's kind."""
    row: Ints
    """Customer of each pair of a customer and an offer for this customer alone, ascending."""
    choice: Ints
    """The code of the offer of each pair."""
    shared: list[tuple[Bools, Ints]]
    """Who is in each campaign that has offers for its whole audience (customers,), and the codes of these offers."""
    number: Ints
    """(customers, kinds): how many offers of each kind a customer may draw."""

    @classmethod
    def of(
        cls, customers: pl.Series, explorable: pl.DataFrame, audiences: dict[str, pl.Series], named: NamedChoices
    ) -> RandomOffers:
        """Build it from what may be drawn by whom, see `draw_arms`."""
        kinds = explorable["kind"].unique().sort().to_list()
        kind = np.zeros(named.table.height, dtype=np.int64)
        codes = named.of_rows(explorable)
        kind[codes] = np.searchsorted(np.array(kinds, dtype=str), explorable["kind"].to_numpy().astype(str))
        place = _places(customers, explorable["customer_id"])
        parts, shared = [np.zeros(0, dtype=np.int64)], []
        for campaign in explorable["campaign_id"].unique(maintain_order=True):
            rows = (explorable["campaign_id"] == campaign).to_numpy()
            inside = np.ones(len(customers), dtype=bool)
            if campaign in audiences:
                inside = customers.is_in(audiences[campaign].implode()).to_numpy()
            own = np.flatnonzero(rows & (place >= 0))
            parts.append(own[inside[place[own]]])
            if (everybody := rows & explorable["customer_id"].is_null().to_numpy()).any():
                shared.append((inside, codes[everybody]))
        pairs = np.sort(np.concatenate(parts))
        pairs = pairs[np.argsort(place[pairs], kind="stable")]
        row, choice, width = place[pairs], codes[pairs], max(len(kinds), 1)
        number = np.bincount(row * width + kind[choice], minlength=len(customers) * width).reshape(-1, width)
        for inside, offers in shared:
            number[inside] += np.bincount(kind[offers], minlength=width)
        return cls(kinds, kind, row, choice, shared, number)

    @cached_property
    def n_kinds(self) -> Ints:
        """(customers,): how many kinds each may draw."""
        return np.asarray((self.number > 0).sum(axis=1), dtype=np.int64)

    def draw(self, customer: int, rng: np.random.Generator) -> int:
        """Draw one of the choices of the customer at a position."""
        first, last = np.searchsorted(self.row, [customer, customer + 1])
        parts = [self.choice[first:last], *(offers for inside, offers in self.shared if inside[customer])]
        offers = np.concatenate(parts)
        kinds = np.flatnonzero(self.number[customer])
        which = int(rng.integers(len(kinds) + 1))
        drawable = offers[self.kind[offers] == kinds[which]] if which < len(kinds) else np.array([NONE])
        return int(drawable[int(rng.integers(len(drawable)))])

    def probability(self, choice: Ints) -> Floats:
        """(customers,): how probable it is that each draws its choice."""
        times = np.bincount(self.row[self.choice == choice[self.row]], minlength=len(choice))
        for inside, offers in self.shared:
            times += inside & np.isin(choice, offers)
        number = self.number[np.arange(len(choice)), self.kind[choice] if len(self.kind) else 0]
        among = np.divide(times, number, out=np.zeros(len(choice)), where=times > 0)
        return np.where(choice == NONE, 1.0, among) / (self.n_kinds + 1)

    def labels(self) -> pl.Series:
        """(customers,): the kinds that each may draw, with commas between them."""
        able, which = np.unique(self.number > 0, axis=0, return_inverse=True)
        texts = [",".join(kind for kind, there in zip(self.kinds, one, strict=False) if there) for one in able]
        return pl.Series(texts, dtype=pl.String).gather(pl.Series(which.ravel()))


def _paid(explorable: pl.DataFrame, budgets: dict[str, int]) -> list[tuple[float, int]]:
    """Each campaign's exploration budget, with the most that one of its offers can cost; nothing where it has none."""
    most = explorable.group_by("campaign_id").agg(pl.col(LIABILITY).max())
    return [(budgets[campaign], cost) for campaign, cost in most.iter_rows()] or [(0, 1)]
