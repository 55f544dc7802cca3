"""What a run would start from, line by line, for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from offerloop.commands.check.figures import Shape
from offerloop.commands.check.findings import CheckResult
from offerloop.commands.check.losses import loss_lines, non_merchandise_lines
from offerloop.commands.check.offers import OfferCheck
from offerloop.config import Config
from offerloop.events import EPOCH, Agreement
from offerloop.money import to_text

_SHOWN_OFFERS = 6


def page(checked: CheckResult) -> str:
    """Return the sources, the orders, what a run could find out, the offers, and what a reader should know of them."""
    config, shape = checked.config, checked.shape
    return "\n".join([
        *(_source_line(name, one) for name, one in checked.sources.items()), "",
        *loss_lines(checked.losses), *_shape_lines(shape, config), _consent(checked.agreement, shape), "",
        *non_merchandise_lines(checked.non_merchandise, config),
        *_answer_lines(checked.answers), "", *_offer_lines(config, checked.offers), "",
        "What is missing, and what it costs:", *(f"  {one}" for one in checked.missing or ["nothing"]), "",
        *verdict(checked),
    ])  # fmt: skip


def verdict(checked: CheckResult) -> list[str]:
    """Say what to know, what stands against a run, and whether it can start."""
    return [
        *(f"Note: {one}" for one in checked.notes),
        *(f"Problem: {one}" for one in checked.problems),
        f"Ready. Next: offerloop run {checked.path}" if checked.ok else "Cannot run yet.",
    ]


def _source_line(name: str, source: Mapping[str, Any]) -> str:
    """Describe one source in one line."""
    if source["read"] is None:
        return f"{name} ({source['place']}): can be read"
    rules = [f"{one['rows']:,} {one['rule']} ({one['action']})" for one in source["rules"]]
    said = f"; {', '.join(rules)}" if rules else ""
    counts = f"{source['read']:,} rows read, {source['kept']:,} kept, {source['rejected']:,} rejected"
    return f"{name} ({source['place']}): {counts}{said}"


def _shape_lines(shape: Shape, config: Config) -> list[str]:
    """Period, sizes and shares."""
    first, last = (EPOCH + timedelta(days=day) for day in (shape.first_day, shape.last_day))
    sales = f"{to_text(shape.sales_minor, config.shop.currency)} {config.shop.currency}"
    return [
        f"{first} to {last}: {shape.days:,} days, {shape.full_weeks} full weeks from Monday to Sunday",
        f"{shape.n_customers:,} customers, {shape.n_products:,} products, {shape.n_orders:,} orders, "
        f"{shape.n_lines:,} order lines; paid {sales}",
        f"Half of the customers have {shape.median_orders:g} orders or fewer; half of the orders cost "
        f"{to_text(round(shape.median_basket_minor), config.shop.currency)} or less",
        f"Of the lines {_percent(shape.with_category)} have a category "
        f"({_percent(shape.sales_with_category)} of sales), {_percent(shape.with_discount)} a discount, "
        f"{_percent(shape.with_coupon)} a coupon",
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %" if 0 < share < 0.01 or share > 0.995 else f"{100 * share:.0f} %"


def _consent(agreement: Agreement, shape: Shape) -> str:
    """Return who agreed, of all customers before cleaning, and how many of them cleaning leaves out."""
    n_out = agreement.customers - shape.n_customers
    out = f"; cleaning leaves out all order lines of {n_out:,} of the {agreement.customers:,}" if n_out > 0 else ""
    return agreement.sentence() + out


def _answer_lines(answers: Mapping[str, str | None]) -> list[str]:
    """Say what a run can find out."""
    response, recommenders = answers["response"], answers["recommenders"]
    study = (
        f"Response to discounts: cannot be estimated ({response}); offers rest on what the configuration assumes."
        if response
        else "Response to discounts: a run estimates it from shelf prices, and says if they vary too little."
    )
    compared = (
        f"Recommenders: cannot be compared ({recommenders}); simple ones serve."
        if recommenders
        else "Recommenders: a run compares them on held-out weeks."
    )
    log = answers.get("exposures")
    if log is None:
        return [study, compared]
    told = f"cannot be learned from ({log})" if log else "a run learns the effects of offers from them"
    return [study, f"Exposures: {told}.", compared]


def _offer_lines(config: Config, offers: list[OfferCheck]) -> list[str]:
    """Each campaign with its budget and offers."""
    lines = []
    for campaign in config.campaigns:
        basis = "at the most that offers can cost" if campaign.budget_basis == "liability" else "at expected cost"
        unit = config.unit(campaign)
        money = f"budget {campaign.budget} {unit} {basis}, {campaign.explore_budget} to explore"
        lines.append(f"Campaign '{campaign.id}': {money}")
        mine = [f"  {one.line(unit)}" for one in offers if one.campaign_id == campaign.id]
        lines += (
            mine if len(mine) <= _SHOWN_OFFERS else [*mine[:_SHOWN_OFFERS], f"  and {len(mine) - _SHOWN_OFFERS} more"]
        )
    return lines
