"""Figures that several parts of the report need, taken from the run's tables once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from offerloop.commands.run.findings import CampaignFindings, Findings
from offerloop.commands.run.limit_names import COUNTS, limit_name, used_up
from offerloop.commands.run.power import Reach
from offerloop.commands.run.shelf_evidence import ShelfEvidence
from offerloop.config import Campaign
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import Localizer, Money, period_text
from offerloop.tables import EXPLORE, HOLDBACK, HOLDOUT, NOT_VALID, USUAL
from offerloop.tables import PLAN as PLAN_ARM

NOTHING, PLAN, AS_SENT = "nothing", "plan", "plan as sent"
ESTIMATED, TRANSFERRED, MEASURED, ASSUMED = "estimated", "transferred", "measured", "assumed"
BASES = (ESTIMATED, TRANSFERRED, MEASURED, ASSUMED)
"""What an effect can rest on, in the order in which they are told."""
LEARNED, MIXED, UNKNOWN = "learned", "mixed", "none"
"""What several offers rest on together: several bases, none of them assumption; partly assumption; nothing known."""
MARGINS = {
    "configured": Message("an assumed margin of {margin}"),
    "unit costs": Message("a margin of {margin} by unit costs"),
}
"""The margin in words, by what it rests on."""
EQUAL_SPEND = 0.05
"""A rule that spends less than the plan by more than this share cannot spend as much."""


@dataclass(frozen=True)
class ComparedPolicy:
    """The plan or one reference policy, valued on held-out customers; minor units."""

    name: str
    n_customers: float
    spend_minor: float
    profit: Estimate
    lead: Estimate
    """The plan's profit less this rule's."""

    @classmethod
    def read(cls, row: dict[str, Any]) -> ComparedPolicy:
        """Build it from a row of the comparison."""
        profit = Estimate.from_bounds(row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"])
        lead = Estimate.from_bounds(
            row["plan_leads_by_minor"], row["plan_leads_low_minor"], row["plan_leads_high_minor"]
        )
        return cls(row["rule"], row["n_customers"], row["spend_minor"], profit, lead)


@dataclass(frozen=True)
class BreakEven:
    """The least level from which a campaign pays; None when no level does."""

    estimate: float | None
    beyond_interval: float | None


@dataclass(frozen=True)
class CampaignFacts:
    """One campaign: its decision, the forecast, and what would change it."""

    findings: CampaignFindings
    settings: Campaign
    compared: tuple[ComparedPolicy, ...]
    """The plan, doing nothing, and the reference policies."""
    supplier_share: BreakEven
    margin: BreakEven
    n_sent: int
    """Customers who get the plan's offer."""
    liability_sent_minor: int | None
    """The most that these offers can cost us; None where one of them has no limit, or may be used several times."""
    is_used_again: bool
    """Whether a customer is expected to use an offer so often that it costs more than one use can."""
    liability_explore_minor: int
    """The most that offers given at random can cost us, on top."""
    n_explore: int
    """Customers who get an offer of this campaign at random."""
    noun: str
    """What its offers are called: coupons or offers."""
    bases: frozenset[str]
    """What the effects of the planned offers rest on; of all offers with an effect where none is planned."""
    has_offers: bool
    """Whether it has any, which one on each category has not where no category is known."""
    is_over: bool
    """Whether none of its offers is valid in the plan's period."""
    costs: Money
    """Writes what its offers take from the budget."""
    is_short_of_budget: bool
    """Whether nobody is planned only because the budget does not pay for a single offer."""
    funded_share: float | None
    """Share that suppliers pay, when it is the same for all offers whose effect is known."""

    @property
    def plan(self) -> ComparedPolicy:
        """The plan's forecast."""
        return next(rule for rule in self.compared if rule.name == PLAN)

    @property
    def sent_forecast(self) -> ComparedPolicy:
        """The forecast for those who really get the plan's offer; the plan's where nobody was taken out."""
        return next((rule for rule in self.compared if rule.name == AS_SENT), self.plan)

    @property
    def rules(self) -> tuple[ComparedPolicy, ...]:
        """The reference policies."""
        return tuple(rule for rule in self.compared if rule.name not in (NOTHING, PLAN, AS_SENT))

    @property
    def best_rule(self) -> ComparedPolicy | None:
        """The reference policy of highest profit."""
        return max(self.rules, key=lambda rule: rule.profit.value, default=None)

    @property
    def basis(self) -> str:
        """The bases in one word."""
        return together(self.bases)

    @property
    def may_exceed(self) -> bool:
        """Whether its budget counts liabilities, and an offer may cost more than one use can."""
        return self.findings.budget_basis == "liability" and self.is_used_again

    @property
    def in_money(self) -> bool:
        """Whether its budget counts the shop's money, so that cost lowers profit."""
        return self.settings.budget_unit is None

    @property
    def is_assumed(self) -> bool:
        """Whether nothing but the shop's own assumption is behind the figures."""
        return self.basis == ASSUMED

    @property
    def is_held_out(self) -> bool:
        """Whether the half of the customers that did not choose an offer values it: only shelf prices tell two."""
        return TRANSFERRED in self.bases

    def level_with(self, rule: ComparedPolicy) -> bool:
        """Whether personalising is not distinguishable from this rule."""
        return not rule.lead.low > 0


@dataclass(frozen=True)
class RunFacts:
    """All campaigns and the shop's ways of writing."""

    localizer: Localizer
    margin: float
    """Share of list price that is left, of everything that has none of its own."""
    margin_basis: str
    """configured, or unit costs."""
    campaigns: tuple[CampaignFacts, ...]
    n_customers: int
    pulled_forward: float | None
    """Share of the gain that is missing in the week after."""
    period_days: int
    """Days that the plan is for."""
    reach: Reach | None = None
    """What a read-out of the plan could show; None where nothing is sent."""
    further_sent: int = 0
    """Offers of the plan that customers get beside their first one."""
    further_planned: int = 0
    """The same before the random draw."""
    n_held_back: int = 0
    """Customers from whom a loop holds the plan's offer back."""
    is_projected: bool = False
    """Whether what is planned is told by a sample of the customers, while what is sent is counted."""

    @property
    def titles(self) -> dict[str, str]:
        """Titles of campaigns by their ids."""
        return {one.findings.campaign_id: one.findings.title for one in self.campaigns}

    @property
    def at_margin(self) -> str:
        """The margin and what it rests on, in words."""
        return self.localizer(MARGINS[self.margin_basis], margin=self.margin_text)

    @property
    def margin_text(self) -> str:
        """The margin, as it was written where it is configured."""
        written = self.margin_basis == "configured"
        return self.localizer.level(self.margin) if written else self.localizer.share(self.margin)

    @property
    def period(self) -> Message:
        """How long the plan is for, in words."""
        return period_text(self.period_days)

    @property
    def money(self) -> Money:
        """The shop's amounts."""
        return self.localizer.money

    @property
    def bases(self) -> frozenset[str]:
        """What the report as a whole rests on: the campaigns that go out, or all where none does."""
        return frozenset[str]().union(*(one.bases for one in self.sent or self.campaigns))

    @property
    def basis(self) -> str:
        """The bases in one word."""
        return together(self.bases)

    def taken(self, parts: Iterable[tuple[CampaignFacts, float]], *, exactly: bool = False) -> str:
        """The sum of what campaigns take from their budgets; units that cannot be added stand side by side."""
        sums: dict[Money, float] = {}
        for campaign, minor in parts:
            sums[campaign.costs] = sums.get(campaign.costs, 0.0) + minor
        return " + ".join(costs.exact(sum_) if exactly else costs.text(sum_) for costs, sum_ in sums.items())

    @property
    def charted(self) -> CampaignFacts | None:
        """The campaign of the first chart: one that is not sent, where there is one; None where no effect is known.

        What suppliers pay changes nothing where costs do not count, or where nobody is in the audience.
        """
        shown = [one for one in self.campaigns if one.basis != UNKNOWN and one.in_money and one.findings.has_audience]
        return next((one for one in shown if not one.findings.send), shown[0] if shown else None)

    @property
    def is_over(self) -> bool:
        """Whether no campaign has an offer that is valid in the plan's period."""
        return bool(self.campaigns) and all(one.is_over for one in self.campaigns)

    @property
    def sent(self) -> tuple[CampaignFacts, ...]:
        """Campaigns with a plan that is sent."""
        return tuple(one for one in self.campaigns if one.findings.send)

    @property
    def n_sent(self) -> int:
        """Customers who get offers of the plan."""
        return sum(one.n_sent for one in self.sent) - self.further_sent

    @property
    def n_explore(self) -> int:
        """Customers who get an offer at random, also of campaigns whose plan is not sent."""
        return sum(one.n_explore for one in self.campaigns)

    @property
    def most_explored(self) -> str:
        """The most that these offers can cost."""
        shown = [one for one in self.campaigns if one.n_explore or one.findings.send]
        return self.taken((one, one.liability_explore_minor) for one in shown)

    @property
    def n_planned(self) -> int:
        """Customers with offers in the plan, before the random draw."""
        return sum(one.findings.n_planned for one in self.sent) - self.further_planned


def together(bases: frozenset[str]) -> str:
    """One word for what effects rest on."""
    if not bases:
        return UNKNOWN
    if len(bases) == 1:
        return next(iter(bases))
    return MIXED if ASSUMED in bases else LEARNED


def gather(findings: Findings, language: str = "en") -> RunFacts:
    """Gather the facts of a run for one language."""
    everything = findings.tables["margins"].filter(pl.col("category").is_null())
    margin, basis = everything.select("margin", "basis").row(0)
    others = findings.others
    facts = RunFacts(
        localizer=Localizer(language, findings.config.shop.currency),
        margin=margin,
        margin_basis=basis,
        campaigns=tuple(_campaign(findings, one, language) for one in findings.campaigns),
        n_customers=findings.tables["assignments"].height + (0 if others is None else others.n_customers),
        pulled_forward=ShelfEvidence.read(findings).pulled_forward(),
        period_days=findings.config.evaluate.window_days,
        further_sent=_further_sent(findings),
        further_planned=_further_planned(findings),
        n_held_back=findings.tables["assignments"].filter(pl.col("arm") == HOLDBACK).height,
        is_projected=others is not None,
    )
    if findings.test is None or not facts.sent:
        return facts
    hoped = sum(one.sent_forecast.profit.value for one in facts.sent)
    return replace(facts, reach=Reach(findings.test, hoped, facts.n_customers, _binding(findings, facts.titles)))


def _binding(findings: Findings, titles: Mapping[str, str]) -> tuple[Message, ...] | None:
    """Return the names of the limits that are used up; None where all are budgets, or where they are not known."""
    table = findings.table("plan_limits")
    if table is None:
        return None
    limits = used_up(table.rows(named=True))
    if limits and not any(one["kind"] in COUNTS for one in limits):
        return None
    return tuple(limit_name(one, titles) for one in limits)


def break_even(sweep: pl.DataFrame, campaign_id: str, lever: str) -> BreakEven:
    """The least level of a lever with held-out profit above zero, by the estimate and beyond its interval."""
    levels = sweep.filter((pl.col("campaign_id") == campaign_id) & (pl.col("lever") == lever)).sort("level")
    ends = (pl.col("profit_minor"), pl.coalesce("profit_low_minor", "profit_minor"))
    positive_levels = [levels.filter(end > 0)["level"] for end in ends]
    least = [None if level.is_empty() else float(level[0]) for level in positive_levels]
    return BreakEven(least[0], least[1])


def _campaign(findings: Findings, campaign_findings: CampaignFindings, language: str) -> CampaignFacts:
    is_of_campaign = pl.col("campaign_id") == campaign_findings.campaign_id
    rows = findings.tables["comparison"].filter(is_of_campaign).iter_rows(named=True)
    sweep = findings.tables["break_even_sweep"]
    offers = findings.tables["offers"].filter(is_of_campaign)
    with_basis = offers.filter(~pl.col("basis").is_in([NOT_VALID, "unknown"]))
    shares = with_basis["funded_share"].unique().to_list()
    n_sent, most_sent = _in_arm(findings, campaign_findings.campaign_id, PLAN_ARM)
    n_explore, most_explore = _in_arm(findings, campaign_findings.campaign_id, EXPLORE)
    is_used_again = _is_used_again(findings.tables["effects"].filter(is_of_campaign), offers)
    return CampaignFacts(
        findings=campaign_findings,
        settings=findings.settings(campaign_findings.campaign_id),
        compared=tuple(ComparedPolicy.read(row) for row in rows),
        supplier_share=break_even(sweep, campaign_findings.campaign_id, "supplier share"),
        margin=break_even(sweep, campaign_findings.campaign_id, "margin"),
        n_sent=n_sent,
        liability_sent_minor=None if is_used_again else most_sent,
        is_used_again=is_used_again,
        liability_explore_minor=most_explore or 0,
        n_explore=n_explore,
        noun="coupons" if set(with_basis["kind"].unique()) == {"coupon"} else "offers",
        is_short_of_budget=campaign_findings.n_planned == 0
        and _would_plan(findings.tables["budget_curve"].filter(is_of_campaign)),
        has_offers=not offers.is_empty(),
        is_over=not offers.is_empty() and bool((offers["basis"] == NOT_VALID).all()),
        costs=Money(findings.config.unit(findings.settings(campaign_findings.campaign_id)), language),
        funded_share=float(shares[0]) if len(shares) == 1 else None,
        bases=frozenset(campaign_findings.bases or with_basis["basis"]),
    )


def _is_used_again(effects: pl.DataFrame, offers: pl.DataFrame) -> bool:
    """Whether an offer of a campaign counts for more than one use of it can cost."""
    one_use = offers.select("offer_id", one_use="cost_liability_minor")
    counted = effects.select("offer_id", "cost_liability_minor").join(one_use, on="offer_id")
    return bool((counted["cost_liability_minor"] > counted["one_use"]).any())


def _further_sent(findings: Findings) -> int:
    further = findings.table("further_offers")
    return (0 if further is None else further.height) + (0 if findings.others is None else findings.others.n_further)


def _further_planned(findings: Findings) -> int:
    """Count them among customers who could get the plan's offers; those of a sample stand for more."""
    table, others = findings.tables["assignments"], findings.others
    inside = table.filter(~pl.col("arm").is_in([HOLDOUT, HOLDBACK, USUAL]))
    times = 1.0 if others is None else 1 + others.n_customers / table.height
    return round(int((inside["n_planned"] - 1).clip(0).sum()) * times)


def _would_plan(curve: pl.DataFrame) -> bool:
    """Whether a larger budget would give somebody an offer, by the campaign's curve."""
    return bool((curve["n_customers"] > 0).any())


def _in_arm(findings: Findings, campaign_id: str, arm: str) -> tuple[int, int | None]:
    """How many customers get an offer of a campaign in an arm, and what it can cost; None where one has no limit."""
    rows = findings.assigned_offers().filter((pl.col("campaign_id") == campaign_id) & (pl.col("arm") == arm))
    most = None if rows["cost_liability_minor"].null_count() else int(rows["cost_liability_minor"].sum())
    if findings.others is None:
        return rows.height, most
    n, more = findings.others.of(campaign_id, arm)
    return rows.height + n, None if most is None else most + more
