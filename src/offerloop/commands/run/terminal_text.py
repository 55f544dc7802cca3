"""The decision of a run on a terminal: a sentence, a row for each campaign, and why where nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offerloop.commands.run.sentences import may_exceed
from offerloop.evaluation import Estimate
from offerloop.report import Localizer, Money, text_page, text_table
from offerloop.workspace import sent_or_best


def screen(summary: Mapping[str, Any]) -> str:
    """Return what a person at a terminal needs, from the content of summary.json."""
    _, campaigns = Localizer(summary["language"], summary["currency"]), summary["campaigns"]
    names = [
        _("campaign", context="column title"),
        _("decision", context="column title"),
        _("customers", context="column title"),
        _("expected spend", context="column title of a decision"),
        _("at most", context="column title"),
        _("profit [95 % interval]", context="column title"),
    ]
    table = text_table(names, (_row(one, _) for one in campaigns), names[:2])
    is_sent, test = any(one["send"] for one in campaigns), summary["coming_test"]
    reasons = () if is_sent else (*(one["sentence"] for one in campaigns), *summary["gaps"])
    outlook = [test["sentence"]] if is_sent and test and "sentence" in test else []
    others = [] if summary.get("others") is None else [summary["others"]["sentence"]]
    exceeding = [_(may_exceed(one["title"])) for one in campaigns if one["send"] and _may_exceed(one)]
    usual = [one["sentence"] for one in (summary.get("business_as_usual"),) if one is not None and "sentence" in one]
    notes = [_("Note: {text}", context="check of the data", text=one) for one in summary["notes"]]
    return text_page(summary["headline"], table, *others, *reasons, *exceeding, *usual, *outlook, *notes)


def _may_exceed(campaign: Mapping[str, Any]) -> bool:
    """Whether a budget counts the most that offers can cost, and some may cost more than one use."""
    return campaign["budget_basis"] == "liability" and campaign["as_sent"]["liability"] is None


def _row(campaign: Mapping[str, Any], _: Localizer) -> tuple[str, ...]:
    """The offers that are sent, or those of the best plan where none are."""
    sent, costs = sent_or_best(campaign), Money(campaign["budget_unit"], _.language)
    most = "" if sent["liability"] is None else costs.text(_minor(sent["liability"], costs))
    return (
        campaign["title"],
        (_("send", context="verdict") if campaign["send"] else _("do not send", context="verdict")),
        _.count(campaign["customers_sent"] if campaign["send"] else campaign["customers_planned"]),
        costs.text(_minor(sent["expected_spend"], costs)),
        most,
        _.brief(_estimate(sent["profit"], _.money)),
    )


def _minor(amount: str, money: Money) -> float:
    return float(amount) * money.unit


def _estimate(profit: Mapping[str, str | None], money: Money) -> Estimate:
    value, low, high = (None if profit[end] is None else float(str(profit[end])) for end in ("value", "low", "high"))
    assert value is not None
    unit = money.unit
    return Estimate.from_bounds(value * unit, low and low * unit, high and high * unit)
