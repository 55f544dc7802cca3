"""The facts of one customer's decision: types for what `decision_facts` reads from a run and the texts word.

The names of fields are the keys of `--json`, in the same order. Names that end in `_minor` hold minor units of the
shop's currency, or of the unit of a campaign's budget; amounts of one customer are not rounded to whole ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import polars as pl

from offerloop.message import Message
from offerloop.report import Result

_INLINE = {"inline": True}
"""Marks a field whose own entries take its place in the dictionary; None has none."""


@dataclass(frozen=True, slots=True)
class JsonFacts:
    """Typed facts that turn into a dictionary for JSON."""

    def as_json(self) -> dict[str, Any]:
        """Return the fields by name, nested facts as dictionaries and tuples as lists."""
        entries: dict[str, Any] = {}
        for fact in fields(self):
            value = getattr(self, fact.name)
            if fact.metadata != _INLINE:
                entries[fact.name] = _plain(value)
            elif value is not None:
                entries |= value.as_json()
        return entries


def _plain(value: object) -> object:
    if isinstance(value, JsonFacts):
        return value.as_json()
    if isinstance(value, Message):
        return str(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class OfferTermFacts(JsonFacts):
    """The terms of an offer as plain values, so that each language words them itself."""

    kind: str
    label: Message | str
    """The offer in words; text in runs of earlier versions."""
    category: str | None
    """The one category that the offer is limited to."""
    most_minor: int | None = None
    """The largest discount that the label does not say; None without a limit."""


@dataclass(frozen=True, slots=True)
class NamedOffer(JsonFacts):
    """An offer of a campaign."""

    campaign_id: str
    offer_id: str
    terms: OfferTermFacts


@dataclass(frozen=True, slots=True)
class ExpectedMoney(JsonFacts):
    """What an offer is expected to bring with one customer; profit is value less expected cost, to the digit."""

    value_minor: float
    cost_expected_minor: float
    profit_minor: float
    profit_low_minor: float | None
    profit_high_minor: float | None
    profit_held_out_minor: float
    """The profit by estimates that did not choose the offer."""


@dataclass(frozen=True, slots=True)
class CandidateFacts(NamedOffer):
    """An offer that the customer could have got."""

    money: ExpectedMoney = field(metadata=_INLINE)
    cost_most_minor: int | None
    """The most that it can cost us; None without a limit, and where it may be used several times."""
    budget_cost_minor: float
    """What it takes from its campaign's budget."""
    discount_minor: float
    funded_share: float
    """Share of the discount that suppliers pay."""
    p_redeem: float
    """Probability that the customer redeems it."""
    basis: str
    """What its effect rests on, such as `estimated` or `assumed`."""
    shadow_price: float
    """Profit that one unit of its budget brings with other customers."""
    net_minor: float
    """Profit less what its budget and its contact bring with other customers."""
    status: str
    """Code for what became of it."""


@dataclass(frozen=True, slots=True)
class OfferProfit(NamedOffer):
    """An offer with its expected profit."""

    profit_minor: float
    basis: str


@dataclass(frozen=True, slots=True)
class Profile(JsonFacts):
    """The handful of features that a reader can act on; None where the run does not hold them."""

    n_orders: int | None
    spend_minor: float | None
    recency_days: int | None
    """Days since the last order."""
    basket_minor: float | None
    """The average basket."""
    top_category: str | None
    top_category_share: float | None
    """Share of the customer's spend."""
    discount_share: float | None
    """Share of order lines bought below the list price."""
    trend: float | None
    """(now - before) / (now + before), from the spend of the last period and the one before."""
    recent_minor: float | None
    """Spend of the last period."""
    p_active: float | None
    """Probability that the customer is still active."""

    def as_json(self) -> dict[str, Any]:
        """Return what is known."""
        # `super()` without arguments fails here: a dataclass with slots is made anew
        return {name: value for name, value in JsonFacts.as_json(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class TagFacts(JsonFacts):
    """A tag that the customer has, and its rule in words."""

    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class LikedProduct(JsonFacts):
    """A product that the customer would like."""

    product_id: int | str
    text: str | None
    reason: str
    """Code of the reason, such as `bought:7` or `goes_with:12`."""
    about_text: str | None
    """Text of the product that the reason names."""


@dataclass(frozen=True, slots=True)
class LikedProducts(JsonFacts):
    """The best products of each task."""

    repeat: tuple[LikedProduct, ...]
    new: tuple[LikedProduct, ...]

    @property
    def by_task(self) -> dict[str, tuple[LikedProduct, ...]]:
        """Products by the name of the task."""
        return {"repeat": self.repeat, "new": self.new}


@dataclass(frozen=True, slots=True)
class CustomerDecision(JsonFacts):
    """What the customer gets."""

    arm: str
    reason: str
    """Code of the reason."""
    campaign_id: str | None
    offer_id: str
    terms: OfferTermFacts | None
    """None where the customer gets no offer."""
    cost_most_minor: int | None
    basis: str
    propensity: float
    """Probability of this decision in the draw."""
    product_ids: tuple[str, ...]
    product_texts: dict[str, str]
    """Texts by product id."""
    money: ExpectedMoney | None = field(metadata=_INLINE)
    """None where the effect of the offer is not known."""


@dataclass(frozen=True, slots=True)
class PlanFacts(JsonFacts):
    """What the plan chose before the draw, and what its rule gives when it is applied again; None for no offer."""

    campaign_id: str | None
    offer_id: str | None
    terms: OfferTermFacts | None
    recomputed_campaign_id: str | None
    recomputed_offer_id: str | None
    recomputed_terms: OfferTermFacts | None
    agreement: str
    """exact, rounding, or unexplained."""
    further: tuple[NamedOffer, ...]
    """Offers of other campaigns that it chose beside it."""


@dataclass(frozen=True, slots=True)
class ExplainedCampaign(JsonFacts):
    """A campaign of the run, with its forecast."""

    campaign_id: str
    title: str
    send: bool
    send_rule: str
    """When its plan is sent: proven, expected, or likely."""
    is_paused: bool
    """Whether guardrails of a loop stopped it."""
    pays_alone: bool
    """Whether it is not sent only because other campaigns bring more."""
    has_forecast: bool
    budget_minor: int
    budget_unit: str
    budget_basis: str
    shadow_price: float
    """Extra profit for one more unit of budget."""
    n_planned: int
    """Customers that the plan gives an offer."""
    profit_minor: float
    profit_low_minor: float
    profit_high_minor: float
    clear_supplier_share: float | None
    """Share of the discount from which the campaign clearly pays, when one was found."""


@dataclass(frozen=True, slots=True)
class DecisionChange(JsonFacts):
    """What would have to be different for another decision; alone, it is something that no figure could change."""

    kind: str


@dataclass(frozen=True, slots=True)
class RunnerUpChange(DecisionChange):
    """The next best candidate, or none."""

    runner_up: OfferProfit | None
    lead_minor: float
    share_of_value: float | None
    """The lead as a share of the chosen offer's value; None where that is not above zero."""


@dataclass(frozen=True, slots=True)
class OfferChange(DecisionChange):
    """A change after which one certain offer would be given."""

    offer: OfferProfit = field(metadata=_INLINE)


@dataclass(frozen=True, slots=True)
class LimitsChange(OfferChange):
    """The price of all limits together at which the offer would be given."""

    price: float
    price_now: float


@dataclass(frozen=True, slots=True)
class PriceChange(LimitsChange):
    """The shadow price, and with it the budget, at which the offer would be given."""

    budget_minor: float
    budget_now_minor: int


@dataclass(frozen=True, slots=True)
class BreakEvenChange(OfferChange):
    """The share of the discount that suppliers would have to pay, and the margin, from which the offer pays."""

    supplier_share: float | None
    """None where no share would do: contacting the customer costs more than the offer brings."""
    supplier_share_now: float
    margin: float | None
    """None where no margin would do, or the effect does not depend on it."""
    margin_now: float
    value_minor: float


@dataclass(frozen=True, slots=True)
class PurchaseChange(DecisionChange):
    """A purchase in one of some categories would make an effect known."""

    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyPurchaseChange(DecisionChange):
    """Any purchase within some days before the plan would make an effect known."""

    days: int


@dataclass(frozen=True, slots=True)
class CampaignChange(DecisionChange):
    """A campaign would have to be sent."""

    best: OfferProfit | None
    campaign_ids: tuple[str, ...]
    """Campaigns that are not sent."""


@dataclass(frozen=True, slots=True)
class DecisionFacts(JsonFacts):
    """Everything that a run says about one customer's decision: not for the customer."""

    run: str
    shop: str
    currency: str
    as_of: str
    margin: float
    holdout_share: float
    """Share of customers that was to be held out."""
    attributes_used: tuple[str, ...]
    """Attributes that may tell how the customer responds to offers, beside purchases."""
    attributes_not_used: tuple[str, ...]
    """Attributes that no model and no rule has seen."""
    customer_id: int | str
    profile: Profile
    activity_unknown: str | None
    """Why it is not known whether the customer is still active: `one_day` or `shop`."""
    list_prices_known: bool
    recent_days: int
    """Days of the profile's last period."""
    tags: tuple[TagFacts, ...]
    liked: LikedProducts
    decision: CustomerDecision
    further: tuple[NamedOffer, ...]
    """Offers of other campaigns that the customer gets beside it."""
    plan: PlanFacts
    campaigns: tuple[ExplainedCampaign, ...]
    n_candidates: int
    """The number of all candidates, also those not shown."""
    candidates: tuple[CandidateFacts, ...]
    """Those that are shown, best profit first."""
    untried: tuple[NamedOffer, ...]
    """Offers whose effect nothing shows."""
    changes: DecisionChange


_COLUMNS: Mapping[str, Mapping[str, type[pl.DataType] | None]] = {
    "candidates": {
        "campaign_id": pl.String, "offer_id": pl.String, "terms": pl.String,
        **dict.fromkeys((one.name for one in fields(ExpectedMoney)), pl.Float64),
        "cost_most_minor": pl.Int64, "budget_cost_minor": pl.Float64, "discount_minor": pl.Float64,
        "funded_share": pl.Float64, "p_redeem": pl.Float64, "basis": pl.String, "shadow_price": pl.Float64,
        "net_minor": pl.Float64, "status": pl.String,
    },
    "liked": {"task": pl.String, "product_id": None, "text": pl.String, "reason": pl.String, "about_text": pl.String},
}  # fmt: skip
"""Columns of tables that may have no rows; ids of products have the type that they have in the run."""


@dataclass(frozen=True)
class Explanation(Result):
    """One customer's decision, for machines and for a person."""

    findings: DecisionFacts
    """Everything that is known, whoever reads it: not for the customer."""
    text: str
    """What the audience reads."""
    audience: str = "marketer"

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Return `candidates`, `campaigns` and `liked` products; nothing for other readers than the marketer."""
        if self.audience != "marketer":
            return {}
        findings = self.findings
        rows: dict[str, list[dict[str, Any]]] = {
            "candidates": [one.as_json() | {"terms": str(one.terms.label)} for one in findings.candidates],
            "campaigns": [one.as_json() for one in findings.campaigns],
            "liked": [{"task": task, **one.as_json()} for task, many in findings.liked.by_task.items() for one in many],
        }
        return {
            name: pl.DataFrame(table, schema=_COLUMNS.get(name), infer_schema_length=None)
            for name, table in rows.items()
        }

    @property
    def facts(self) -> dict[str, Any]:
        """The findings as a dictionary for JSON."""
        return self.findings.as_json()

    @property
    def sentence(self) -> str:
        """What the audience reads."""
        return self.text
