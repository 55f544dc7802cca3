"""The content of summary.json: every figure of the decision, for machines and for people in a hurry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from offerloop.commands.run.basis_sentences import basis_mark
from offerloop.commands.run.facts import BreakEven, CampaignFacts, ComparedPolicy, RunFacts, gather
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.limit_names import COUNTS
from offerloop.commands.run.power import reach_sentence
from offerloop.commands.run.sections.gaps import gap_sentences
from offerloop.commands.run.sections.limits import limits
from offerloop.commands.run.sections.other_customers import others_sentence
from offerloop.commands.run.sections.past_campaigns import past_campaigns
from offerloop.commands.run.sections.plan_limits import gain_of
from offerloop.commands.run.sections.recommenders import Gate, choices
from offerloop.commands.run.sections.uniform_depth import depths_of, profit_of
from offerloop.commands.run.sentences import campaign_sentence, decision, headline, usual_sentence
from offerloop.commands.run.shelf_evidence import ShelfEvidence, supplier_share
from offerloop.evaluation import Estimate
from offerloop.events import quality_notes
from offerloop.report import MACHINE_DIGITS, Money, iso_day, rounded
from offerloop.workspace import sent_or_best


def summarise(findings: Findings, language: str = "en") -> dict[str, Any]:
    """JSON-able; money as decimal text in the currency's major unit; sentences are in one language."""
    facts, evidence = gather(findings, language), ShelfEvidence.read(findings)
    shop = findings.config.shop
    return {
        "headline": facts.localizer(headline(facts)),
        "decision": decision(facts),
        "basis": basis_mark(facts, facts.localizer),
        "bases": sorted(facts.bases),
        "language": language,
        "shop": shop.name,
        "note": shop.note,
        "as_of": iso_day(findings.as_of_day),
        "period": {"first_day": iso_day(findings.first_day), "last_day": iso_day(findings.as_of_day - 1)},
        "timezone": shop.timezone,
        "currency": shop.currency,
        "margin": round(facts.margin, 6),
        "margin_basis": facts.margin_basis,
        "customers": facts.n_customers,
        "others": _following_customers(findings, facts),
        "campaigns": [_campaign(one, facts) | _uniform(findings, one, facts) for one in facts.campaigns],
        "plan": {"campaigns": findings.campaigns_solved, "limits": _limits(findings, facts)},
        "shown_offers": _shown(evidence, facts),
        "response": _response(findings, evidence, facts),
        "past_campaigns": _past(findings, facts),
        "recommenders": _recommenders(findings),
        "arms": _arms(findings),
        "business_as_usual": _usual(findings, facts),
        "coming_test": _test(findings, facts),
        "quality": _quality(findings),
        "notes": [facts.localizer(one) for one in quality_notes(findings.tables["quality"])],
        "gaps": list(gap_sentences(findings, facts.localizer)),
        "limits": list(limits(findings, facts, evidence)),
    }


def _following_customers(findings: Findings, facts: RunFacts) -> dict[str, Any] | None:
    """Customers beside those who decided."""
    others = findings.others
    return None if others is None else {"customers": others.n_customers, "sentence": others_sentence(findings, facts)}


def campaigns(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Return a row for each campaign of a summary: what is sent, or the best plan where nothing is; major units."""
    rows = []
    for campaign in summary["campaigns"]:
        sent = sent_or_best(campaign)
        amounts = {"expected_spend": sent["expected_spend"], "at_most": sent["liability"], **sent["profit"]}
        numbers = {name: None if amount is None else float(amount) for name, amount in amounts.items()}
        rows.append({
            "campaign_id": campaign["id"], "title": campaign["title"],
            "send": campaign["send"], "basis": campaign["basis"],
            "customers": campaign["customers_sent"] if campaign["send"] else campaign["customers_planned"],
            "expected_spend": numbers["expected_spend"], "at_most": numbers["at_most"], "profit": numbers["value"],
            "profit_low": numbers["low"], "profit_high": numbers["high"],
        })  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _campaign(campaign: CampaignFacts, facts: RunFacts) -> dict[str, Any]:
    money, findings = facts.money, campaign.findings
    best = campaign.best_rule
    return {
        "id": findings.campaign_id,
        "title": findings.title,
        "send": findings.send,
        "pays_alone": findings.pays_alone,
        "is_paused": findings.is_paused,
        "policy": findings.policy,
        "basis": campaign.basis,
        "bases": sorted(campaign.bases),
        "sentence": campaign_sentence(campaign, facts),
        "budget": money.decimal(findings.budget_minor),
        "budget_unit": campaign.costs.currency,
        "budget_basis": findings.budget_basis,
        "explore_budget": money.decimal(findings.explore_budget_minor),
        "customers_planned": findings.n_planned,
        "customers_sent": campaign.n_sent,
        "customers_exploring": campaign.n_explore,
        "expected_spend": money.decimal(campaign.plan.spend_minor),
        "profit": _money(campaign.plan.profit, money),
        "as_sent": _as_sent(campaign, money),
        "liability_exploring": money.decimal(campaign.liability_explore_minor),
        "claimed_profit": money.decimal(findings.claimed_minor),
        "budget_used": money.decimal(findings.liability_minor),
        "liability": _most(campaign, money),
        "chance_of_overspending": None if findings.overspend is None else round(findings.overspend, MACHINE_DIGITS),
        "shadow_price": round(findings.shadow_price, MACHINE_DIGITS),
        "bound": money.decimal(findings.bound_minor),
        "gap": round(findings.gap, MACHINE_DIGITS),
        "best_rule": None if best is None else best.name,
        "rules": [_rule(rule, campaign, money) for rule in campaign.compared],
        "break_even_supplier_share": _level(campaign.supplier_share),
        "break_even_margin": _level(campaign.margin),
    }


def _most(campaign: CampaignFacts, money: Money) -> str | None:
    """The most that the plan can cost, where what it uses of the budget is that."""
    findings = campaign.findings
    is_most = findings.budget_basis == "liability" and not campaign.is_used_again
    return money.decimal(findings.liability_minor) if is_most or not findings.n_planned else None


def _uniform(findings: Findings, campaign: CampaignFacts, facts: RunFacts) -> dict[str, Any]:
    """The best depth for everybody in each category."""
    rows = [
        {
            "category": row["category"],
            "depth": round(row["depth"], MACHINE_DIGITS),
            "offer": row["offer_id"],
            "floor_depth": round(row["floor_depth"], MACHINE_DIGITS),
            "customers": round(row["n_customers"], 1),
            "spend": facts.money.decimal(row["spend_minor"]),
            "profit": _money(profit_of(row), facts.money),
            "beats_no_discount": row["beats_nothing"] if profit_of(row).has_interval else None,
        }
        for row in depths_of(findings, campaign)
        if row["is_best"]
    ]
    return {"uniform_depths": rows}


def _limits(findings: Findings, facts: RunFacts) -> list[dict[str, Any]]:
    """What the order and each limit cost; contacts are plain numbers, and nothing is said where it is not computed."""
    rows = findings.table("plan_limits")
    return [] if rows is None else [_limit(row, facts.money) for row in rows.iter_rows(named=True)]


def _limit(row: dict[str, Any], money: Money) -> dict[str, Any]:
    named = {"kind": row["kind"], "name": row["name"], "campaign": row["campaign_id"]}
    gain = None if row["gain_minor"] is None else _money(gain_of(row), money)
    if row["kind"] == "order":
        return named | {"profit_without": gain}
    units = None if row["kind"] in COUNTS else Money(row["unit"])
    used = {key: row[key] if units is None else units.decimal(row[key]) for key in ("at_most", "used")}
    price = row["shadow_price"]
    if price is not None:
        price = round(price / (1 if units is not None else money.unit), MACHINE_DIGITS)
    return named | used | {"unit": row["unit"], "shadow_price": price, "profit_without": gain}


def _test(findings: Findings, facts: RunFacts) -> dict[str, Any] | None:
    test = findings.test
    if test is None:
        return None
    least = None if test.detectable is None else facts.money.decimal(test.detectable)
    fields = {"treated": test.n_treated, "held_back": test.n_control, "least_effect_on_margin": least}
    reach = facts.reach
    if reach is None:
        return fields
    return fields | {
        "profit_hoped_for": facts.money.decimal(reach.hoped),
        "days_to_show_it": reach.days,
        "shows_it_within_a_year": reach.can_show,
        "customers_to_show_it_within_a_year": reach.customers,
        "sentence": reach_sentence(reach, facts.localizer),
    }


def _as_sent(campaign: CampaignFacts, money: Money) -> dict[str, Any]:
    """Amounts of what is sent: nothing, where that is nothing."""
    if not campaign.findings.send:
        nothing = money.decimal(0)
        return {"expected_spend": nothing, "profit": _money(Estimate(0.0, 0.0, 0.0), money), "liability": nothing}
    return {
        "expected_spend": money.decimal(campaign.sent_forecast.spend_minor),
        "profit": _money(campaign.sent_forecast.profit, money),
        "liability": None if campaign.liability_sent_minor is None else money.decimal(campaign.liability_sent_minor),
    }


def _rule(rule: ComparedPolicy, campaign: CampaignFacts, money: Money) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "customers": round(rule.n_customers, 1),
        "spend": money.decimal(rule.spend_minor),
        "profit": _money(rule.profit, money),
        "plan_leads_by": _money(rule.lead, money),
        "distinguishable": None if rule.name == campaign.plan.name else rule.lead.is_clear,
    }


def _shown(evidence: ShelfEvidence, facts: RunFacts) -> dict[str, Any] | None:
    """Mean effects of an exposure."""
    shown, money = evidence.shown, facts.money
    if shown is None:
        return None
    offers = [
        {
            "offer": offer.offer_id,
            "shown": offer.n_shown,
            "value": _money(offer.value, money),
            "discount": _money(offer.discount, money),
            "share_redeemed": round(offer.p_redeem, MACHINE_DIGITS),
            "carries_over": round(offer.carries_over, MACHINE_DIGITS),
        }
        for offer in shown.offers
    ]
    return {
        "basis": "estimated from offers shown at random",
        "nothing_shown": shown.n_nothing,
        "window_days": shown.window_days,
        "estimator": shown.estimator,
        "carries_over": round(shown.carries_over, MACHINE_DIGITS),
        "carries_over_p": round(shown.carries_over_p, MACHINE_DIGITS),
        "of_late": rounded(shown.of_late),
        "offers": offers,
    }


def _response(findings: Findings, evidence: ShelfEvidence, facts: RunFacts) -> dict[str, Any]:
    margins = evidence.break_even_margin
    ends = [evidence.check(name, "bought") for name in ("top minus bottom decile", "calibration slope")]
    sales = evidence.check("calibration slope", "list_sales")
    return {
        "basis": "transferred from shelf prices" if evidence.is_known else None,
        "slopes": findings.tables["response_slopes"].to_dicts(),
        "break_even_margin": {design: rounded(margin) for design, margin in margins.items()},
        "break_even_supplier_share": {
            design: rounded(supplier_share(margin, facts.margin)) for design, margin in margins.items()
        },
        "top_minus_bottom_decile": None if ends[0] is None else rounded(ends[0].estimate),
        "calibration_slopes": {
            name: rounded(check.estimate) for name, check in (("bought", ends[1]), ("list_sales", sales)) if check
        },
        "calibration_by_fold": findings.tables["calibration"].to_dicts(),
        "deciles": findings.tables["response_deciles"].to_dicts(),
        "checks": findings.tables["response_checks"].to_dicts(),
        "pulled_forward": evidence.pulled_forward(),
        "extrapolation": {"deepest_offer": evidence.deepest_offer, "share_of_weeks_at_or_above": evidence.deep_weeks},
    }


def _past(findings: Findings, facts: RunFacts) -> list[dict[str, Any]]:
    rows = []
    for campaign in past_campaigns(findings):
        parts = {"naive": campaign.naive, "adjusted": campaign.adjusted, "placebo": campaign.placebo}
        figures = {name: None if part is None else _money(part, facts.money) for name, part in parts.items()}
        rows.append(
            {
                "id": campaign.name,
                "period": facts.localizer(
                    "{first} to {last}", context="range of days", first=campaign.first, last=campaign.last
                ),
                "targeted": campaign.n_targeted,
                "others": campaign.n_others,
                **figures,
                "note": facts.localizer.sentences(facts.localizer(part) for part in campaign.note),
            }
        )
    return rows


def _recommenders(findings: Findings) -> list[dict[str, Any]]:
    return [
        {
            "task": choice.task,
            "chosen": choice.name,
            "ndcg_at_10": _ends(choice.test),
            "recall_at_20": round(choice.recall, MACHINE_DIGITS),
            "customers": choice.n_customers,
            "not_distinguishable_from": choice.standing("level"),
            "clearly_better": choice.standing("better"),
            "gate": None if choice.gate is None else _gate(choice.gate),
        }
        for choice in choices(findings)
    ]


def _gate(gate: Gate) -> dict[str, Any]:
    """Gains in nDCG@10: on the window that chose and on the later one."""
    return {"ranking": gate.name, "over": gate.over, "gain": _ends(gate.tuned), "gain_since": _ends(gate.since)}


def _arms(findings: Findings) -> dict[str, dict[str, int]]:
    return {arm: {"customers": n, "with_offer": n_offered} for arm, (n, n_offered) in findings.arms().items()}


def _usual(findings: Findings, facts: RunFacts) -> dict[str, Any] | None:
    settings = findings.config.business_as_usual
    if settings is None:
        return None
    sentence = usual_sentence(findings, facts.localizer)
    return {
        "share": settings.share,
        "budget": facts.money.decimal(findings.config.minor(settings.budget)),
        "liability": facts.money.decimal(findings.usual_liability_minor()),
        **({"sentence": sentence} if sentence else {}),
    }


def _quality(findings: Findings) -> dict[str, dict[str, int]]:
    totals = findings.tables["quality"].group_by("table", "action", maintain_order=True).agg(pl.col("rows").sum())
    counts: dict[str, dict[str, int]] = {}
    for name, action, rows in totals.iter_rows():
        counts.setdefault(name, {})[action] = rows
    return counts


def _money(estimate: Estimate, money: Money) -> dict[str, str | None]:
    """What is assumed has no interval; a profit of nothing is exactly that."""
    ends: dict[str, str | None] = {end: money.decimal(getattr(estimate, end)) for end in ("value", "low", "high")}
    return ends if estimate.has_interval or estimate.is_nothing else {**ends, "low": None, "high": None}


def _ends(estimate: Estimate) -> dict[str, float | None]:
    """The same of what may have no interval."""
    ends = rounded(estimate)
    return {**ends} if estimate.has_interval else {**ends, "low": None, "high": None}


def _level(level: BreakEven) -> dict[str, float | None]:
    return {"estimate": level.estimate, "beyond_interval": level.beyond_interval}
