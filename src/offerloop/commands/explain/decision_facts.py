"""Read from a run folder everything that it says about one customer's decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import polars as pl

from offerloop.commands.explain.candidates import (
    Key,
    OfferOption,
    PlanChoice,
    at_most,
    candidates_of,
    choose,
    key_of,
    one_use_minor,
    runner_up,
    shown,
    terms_of,
    untried,
    why_not,
)
from offerloop.commands.explain.changes import changes
from offerloop.commands.explain.findings import (
    CandidateFacts,
    CustomerDecision,
    DecisionChange,
    DecisionFacts,
    ExpectedMoney,
    ExplainedCampaign,
    LikedProduct,
    LikedProducts,
    NamedOffer,
    OfferChange,
    PlanFacts,
    Profile,
    TagFacts,
)
from offerloop.profiles import RECENT_DAYS, TAGS
from offerloop.tables import AS_SENT, EARLIER_REASONS, split_product_ids
from offerloop.workspace import CampaignRead, RunRead

LIKED = 3


def facts_of(run: RunRead, customer: int | str) -> DecisionFacts:
    """Return what the run says about the customer."""
    rows = run.all_offers().filter(pl.col("customer_id") == pl.lit(customer)).collect()
    row = rows.with_columns(pl.col("reasons").replace(EARLIER_REASONS)).row(0, named=True)
    assigned = _keys(rows, "campaign_id", "offer_id")
    beside = run.further_planned().filter(pl.col("customer_id") == pl.lit(customer)).collect()
    recorded = _keys(rows, "planned_campaign_id", "planned_offer_id") + _keys(beside, "campaign_id", "offer_id")
    candidates = candidates_of(run, customer, recorded)
    choice = choose(candidates, run.campaigns, recorded, run.most_offers)
    planned = choice.recorded.key if choice.recorded else key_of(row["planned_campaign_id"], row["planned_offer_id"])
    got = next((one for one in candidates if one.key in assigned[:1]), None)
    change = changes(run, row["reasons"], choice, candidates)
    listed = shown(candidates, _named_candidates(candidates, choice, got, change))
    profile = _profile_row(run, customer)
    return DecisionFacts(
        run=run.folder.name,
        shop=run.summary["shop"],
        currency=run.currency,
        as_of=run.summary["as_of"],
        margin=run.summary["margin"],
        holdout_share=run.holdout,
        attributes_used=_attributes_used(run, candidates),
        attributes_not_used=tuple(run.audit_only),
        customer_id=customer,
        profile=Profile(**{one.name: profile.get(one.name) for one in fields(Profile)}),
        activity_unknown=_activity_unknown(profile),
        list_prices_known=run.list_prices_known,
        recent_days=RECENT_DAYS,
        tags=tuple(TagFacts(tag.name, str(tag.rule)) for tag in TAGS if tag.name in profile["tags"]),
        liked=_liked(run, customer),
        decision=_decision(run, row, got),
        further=tuple(NamedOffer(*key, terms_of(run, *key)) for key in assigned[1:]),
        plan=_plan(run, choice, planned),
        campaigns=tuple(_campaign(run, one) for one in run.campaigns),
        n_candidates=len(candidates),
        candidates=tuple(_row(one, why_not(one, choice, run.campaigns, assigned, row["arm"])) for one in listed),
        untried=untried(run),
        changes=change,
    )


def _attributes_used(run: RunRead, candidates: Sequence[OfferOption]) -> tuple[str, ...]:
    """Return attributes that count where effects were learned from offers shown at random."""
    estimated = any(one.basis == "estimated" for one in candidates)
    return tuple(run.fixed_attributes) if estimated else ()


def _keys(rows: pl.DataFrame, campaign: str, offer: str) -> list[Key]:
    """Return campaign and offer of each row that has one."""
    keys = (key_of(*row) for row in rows.select(campaign, offer).iter_rows())
    return [key for key in keys if key is not None]


def _named_candidates(
    candidates: list[OfferOption], choice: PlanChoice, got: OfferOption | None, change: DecisionChange
) -> list[OfferOption | None]:
    """Candidates that some sentence names, wherever they rank by profit."""
    live = [one for one in candidates if one.campaign.send]
    second = runner_up(candidates, choice)
    changing = (change.offer.campaign_id, change.offer.offer_id) if isinstance(change, OfferChange) else None
    changed = next((one for one in candidates if one.key == changing), None)
    best = max(live, key=lambda one: one.net, default=None)
    return [choice.recorded, choice.recomputed, *choice.further, second, got, changed, best, *live[:1]]


def _profile_row(run: RunRead, customer: int | str) -> dict[str, Any]:
    """Return the customer's features and tags; no tags where the run holds no profile."""
    rows = run.rows("profiles", customer)
    return rows.row(0, named=True) if rows.height else {"tags": []}


def _activity_unknown(row: dict[str, Any]) -> str | None:
    """Return why it is not known whether the customer is still active: `one_day` or `shop`."""
    if "p_active" not in row or row["p_active"] is not None:
        return None
    return "one_day" if row.get("n_days") == 1 and row.get("expected_orders_28") is not None else "shop"


def _liked(run: RunRead, customer: int | str) -> LikedProducts:
    """Return the best products of each task; what a customer may buy next is not named as new once more."""
    rows = run.rows("affinities", customer).sort("rank")
    again = rows.filter(pl.col("task") == "repeat").head(LIKED)
    shown = pl.col("product_id").is_in(again["product_id"].implode())
    new = rows.filter((pl.col("task") == "new") & ~shown).head(LIKED)
    return LikedProducts(_with_texts(run, again), _with_texts(run, new))


def _with_texts(run: RunRead, rows: pl.DataFrame) -> tuple[LikedProduct, ...]:
    """Products each with its text, the code of its reason, and the text of the reason's product."""
    about = rows["reason"].str.extract(r"^(?:goes_with|new_like):(.*)$")
    texts = run.texts([*rows["product_id"].cast(pl.String), *about.drop_nulls()])
    return tuple(
        LikedProduct(product, texts.get(str(product)), reason, texts.get(other or ""))
        for product, reason, other in zip(rows["product_id"], rows["reason"], about, strict=True)
    )


def _decision(run: RunRead, row: dict[str, Any], got: OfferOption | None) -> CustomerDecision:
    key = key_of(row["campaign_id"], row["offer_id"])
    terms = terms_of(run, *key) if key else None
    return CustomerDecision(
        arm=row["arm"],
        reason=row["reasons"],
        campaign_id=row["campaign_id"],
        offer_id=row["offer_id"],
        terms=terms,
        cost_most_minor=at_most(row["cost_liability_minor"], one_use_minor(run, *key)) if key else 0,
        basis=row["basis"],
        propensity=row["propensity"],
        product_ids=split_product_ids(row["product_ids"]),
        product_texts=run.texts(split_product_ids(row["product_ids"])),
        money=_money(got) if got else None,
    )


def _plan(run: RunRead, choice: PlanChoice, planned: tuple[str, str] | None) -> PlanFacts:
    again = choice.recomputed
    return PlanFacts(
        campaign_id=planned[0] if planned else None,
        offer_id=planned[1] if planned else None,
        terms=terms_of(run, *planned) if planned else None,
        recomputed_campaign_id=again.campaign.id if again else None,
        recomputed_offer_id=again.offer_id if again else None,
        recomputed_terms=again.terms if again else None,
        agreement=choice.agreement,
        further=tuple(NamedOffer(one.campaign.id, one.offer_id, one.terms) for one in choice.further),
    )


def _campaign(run: RunRead, campaign_read: CampaignRead) -> ExplainedCampaign:
    rules = run.table("comparison").filter(pl.col("campaign_id") == campaign_read.id).collect()
    named = rules.filter(pl.col("rule") == (AS_SENT if campaign_read.send else "plan"))
    plan = (named if named.height else rules.filter(pl.col("rule") == "plan")).row(0, named=True)
    return ExplainedCampaign(
        campaign_id=campaign_read.id,
        title=campaign_read.title,
        send=campaign_read.send,
        send_rule=campaign_read.send_rule,
        is_paused=campaign_read.is_paused,
        pays_alone=campaign_read.pays_alone,
        has_forecast=campaign_read.send
        or not run.table("effects").filter(campaign_id=campaign_read.id).head(1).collect().is_empty(),
        budget_minor=campaign_read.budget_minor,
        budget_unit=campaign_read.budget_unit,
        budget_basis=campaign_read.budget_basis,
        shadow_price=campaign_read.shadow_price,
        n_planned=campaign_read.n_planned,
        profit_minor=plan["profit_minor"],
        profit_low_minor=plan["profit_low_minor"],
        profit_high_minor=plan["profit_high_minor"],
        clear_supplier_share=_clear_share(run, campaign_read),
    )


def _clear_share(run: RunRead, campaign: CampaignRead) -> float | None:
    """Return the supplier share from which a campaign clearly pays; None where that would change nothing."""
    share = campaign.supplier_share
    if share is None or campaign.is_paused or campaign.pays_alone or campaign.budget_unit != run.currency:
        return None
    least = run.table("offers").filter(campaign_id=campaign.id).select(pl.col("funded_share").min()).collect().item()
    return None if least is not None and least >= share > 0 else share


def _money(candidate: OfferOption) -> ExpectedMoney:
    """Profit is value less expected cost, to the digit."""
    return ExpectedMoney(
        value_minor=candidate.value,
        cost_expected_minor=candidate.cost,
        profit_minor=candidate.profit,
        profit_low_minor=candidate.profit_low,
        profit_high_minor=candidate.profit_high,
        profit_held_out_minor=candidate.held_out,
    )


def _row(candidate: OfferOption, status: str) -> CandidateFacts:
    return CandidateFacts(
        campaign_id=candidate.campaign.id,
        offer_id=candidate.offer_id,
        terms=candidate.terms,
        money=_money(candidate),
        cost_most_minor=at_most(candidate.most, candidate.most_of_one_use),
        budget_cost_minor=candidate.budget_cost,
        discount_minor=candidate.discount,
        funded_share=candidate.funded_share,
        p_redeem=candidate.p_redeem,
        basis=candidate.basis,
        shadow_price=candidate.price,
        net_minor=candidate.net,
        status=status,
    )
