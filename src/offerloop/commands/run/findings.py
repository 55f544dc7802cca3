"""What a report is made from: one run's tables and decisions, without the code that found them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from offerloop.config import Campaign, Config
from offerloop.evaluation import ComingTest
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.tables import USUAL, all_offers


@dataclass(frozen=True)
class CampaignFindings:
    """The decision of one campaign; money in minor units of the shop's currency."""

    campaign_id: str
    title: str
    send: bool
    """Whether the plan is sent."""
    budget_minor: int
    budget_basis: str
    """`liability` or `expected`: how an offer counts against the budget."""
    n_planned: int
    """Customers with an offer in the plan, before holdout and exploration are drawn."""
    liability_minor: float
    """What the plan uses of the budget, by the budget's basis."""
    shadow_price: float
    """Extra profit per unit of budget, by the estimates that chose the plan."""
    bound_minor: float
    """No plan within the budget can have more estimated profit."""
    gap: float
    """Share of the bound that the plan misses."""
    explore_budget_minor: int
    claimed_minor: float
    """Profit by the same estimates that chose the plan: never a forecast, only the winner's curse made visible."""
    least_errors: float
    """Standard errors above zero that the plan's held-out profit had to be to be sent."""
    has_audience: bool = True
    """Whether anybody who may get offers is in its audience."""
    is_paused: bool = False
    """Whether its guardrails stopped it, so that nothing is sent whatever the forecast."""
    assumed_share: float = 0.0
    """Share of the planned offers whose effect is the shop's own assumption."""
    bases: tuple[str, ...] = ()
    """What the effects of the planned offers rest on, each once; empty where none is planned."""
    pays_alone: bool = False
    """Whether it is not sent only because other campaigns bring more with the same customers and limits."""
    policy: str = "plan"
    """What is sent: the plan, or the name of a simpler rule that left-out customers say is better."""
    overspend: float | None = None
    """Chance of spending more than a budget that counts expected costs, when every estimate is right."""


@dataclass(frozen=True)
class FollowingCustomers:
    """Those of a very large shop whom the tables do not tell of, as the others decided for them."""

    n_customers: int
    by_arm: Mapping[tuple[str, str], tuple[int, int]]
    """By campaign and arm, how many get an offer, and the most that these offers can cost, minor units."""
    arms: Mapping[str, tuple[int, int]]
    """By arm, how many there are, and how many of them get an offer."""
    n_further: int = 0
    """Offers that they get beside their first one."""

    def of(self, campaign_id: str, arm: str) -> tuple[int, int]:
        """Return how many get an offer of a campaign in an arm, and what these can cost."""
        return self.by_arm.get((campaign_id, arm), (0, 0))


@dataclass(frozen=True)
class Findings:
    """Everything that a report shows."""

    config: Config
    tables: dict[str, pl.DataFrame]
    """Tables of the stages by name; a missing or empty optional one is named in the report."""
    campaigns: list[CampaignFindings]
    first_day: int
    """Epoch day of the first order."""
    as_of_day: int
    """Epoch day of the plan; the day after the last one known."""
    explore_share: float
    """Share of those who explore among the customers outside the holdout who can draw an offer."""
    campaigns_solved: str = "jointly"
    """How the plan was found: jointly, or in order."""
    test: ComingTest | None = None
    """What the read-out of the plan will be able to show; None when nothing is planned."""
    gaps: tuple[Message, ...] = ()
    """What the data could not show, and why, a sentence each."""
    feature_notes: tuple[tuple[str, Message, Message], ...] = ()
    """Name, meaning and rule for empty cells of each profile feature."""
    others: FollowingCustomers | None = None
    """Customers beside those of whom the tables of customers tell; None where these are all."""

    def arms(self) -> dict[str, tuple[int, int]]:
        """Return how many of all customers are in each arm, and how many of them get an offer."""
        offered = (pl.col("offer_id") != NO_OFFER).sum().alias("with_offer")
        counted = self.tables["assignments"].group_by("arm").agg(pl.len(), offered).iter_rows()
        arms = {arm: (n, with_offer) for arm, n, with_offer in counted}
        for arm, (n, with_offer) in ({} if self.others is None else self.others.arms).items():
            own = arms.get(arm, (0, 0))
            arms[arm] = own[0] + n, own[1] + with_offer
        return dict(sorted(arms.items()))

    @property
    def usual_is_nothing(self) -> bool:
        """Whether nobody drawn for business as usual gets an offer, and not all of its rules say so."""
        settings = self.config.business_as_usual
        if settings is None or (settings.rules and all(one.offer == NO_OFFER for one in settings.rules)):
            return False
        n, with_offer = self.arms().get(USUAL, (0, 0))
        return n > 0 and with_offer == 0

    def usual_liability_minor(self) -> int:
        """Return what the offers of business as usual can cost at most."""
        own = self.tables["assignments"].filter(pl.col("arm") == USUAL)["cost_liability_minor"].sum()
        others = {} if self.others is None else self.others.by_arm
        return int(own) + sum(most for (_, arm), (_, most) in others.items() if arm == USUAL)

    def assigned_offers(self) -> pl.DataFrame:
        """Return what everybody gets; see `all_offers`."""
        further = self.table("further_offers")
        return self.tables["assignments"] if further is None else all_offers(self.tables["assignments"], further)

    def table(self, name: str) -> pl.DataFrame | None:
        """The table, or None when it is missing or has no row."""
        table = self.tables.get(name)
        return None if table is None or table.is_empty() else table

    def settings(self, campaign_id: str) -> Campaign:
        """The configuration of one campaign."""
        return next(one for one in self.config.campaigns if one.id == campaign_id)
