"""A priced basket as a bill for people and as facts for programs."""

from __future__ import annotations

from typing import Any

from offerloop.money import to_text
from offerloop.offers import Adjustment, NotApplicable, Priced, PricedLine, RejectedOffer
from offerloop.report import text_page, text_table


def price_facts(priced: Priced) -> dict[str, Any]:
    """Return everything for programs, with amounts in minor units."""
    return {
        "currency": priced.currency,
        "goods_before_minor": priced.goods_before_minor,
        "goods_minor": priced.goods_minor,
        "shipping_before_minor": priced.shipping_before_minor,
        "shipping_minor": priced.shipping_minor,
        "discount_minor": priced.discount_minor,
        "tax_minor": priced.tax_minor,
        "tax_included": priced.tax_included,
        "total_minor": priced.total_minor,
        "lines": [_line_facts(one) for one in priced.lines],
        "shipping_adjustments": [_adjustment(one) for one in priced.shipping_adjustments],
        "applied": [
            {
                "offer_id": one.offer_id,
                "label": one.label,
                "off_minor": one.off_minor,
                "funded_minor": one.funded_minor,
                "gives": [
                    {"text": gift.text, "product_id": gift.product_id, "quantity": gift.quantity} for gift in one.gives
                ],
            }
            for one in priced.applied
        ],
        "rejected": [
            {
                "offer_id": one.offer_id,
                "why": one.why.value,
                "spend_minor": one.minor,
                "units": one.count,
                "names": list(one.names),
                "at": one.at,
                "by": one.by,
            }
            for one in priced.rejected
        ],
    }


def _line_facts(one: PricedLine) -> dict[str, Any]:
    reduction = one.announced_reduction
    return {
        "product_id": one.line.product_id,
        "quantity": one.line.quantity,
        "selected": one.line.selected,
        "before_minor": one.line.amount_minor,
        "paid_minor": one.paid_minor,
        "tax_minor": one.tax_minor,
        "units": [{"count": count, "price_minor": cost} for count, cost in one.units],
        "adjustments": [_adjustment(change) for change in one.adjustments],
        "announced_minor": one.announced_minor,
        "lowest_30_days_minor": one.prior_minor,
        "announced_reduction": None if reduction is None else float(reduction),
    }


def _adjustment(one: Adjustment) -> dict[str, Any]:
    return {"offer_id": one.offer_id, "amount_minor": one.amount_minor}


def bill(priced: Priced) -> str:
    """Return every line with what was taken off, the totals, and what would bring more, for people."""

    def money(minor: int) -> str:
        return to_text(minor, priced.currency)

    rows = []
    for line in priced.lines:
        if line.line.selected:
            rows.append((f"{line.line.quantity} x {line.line.product_id}", money(line.line.amount_minor)))
            rows += [(f"    {one.offer_id}", money(one.amount_minor)) for one in line.adjustments]
            if line.prior_minor is not None:
                rows.append((f"    lowest price of the last 30 days: {money(line.prior_minor)}", ""))
    rows.append(("shipping", money(priced.shipping_before_minor)))
    rows += [(f"    {one.offer_id}", money(one.amount_minor)) for one in priced.shipping_adjustments]
    if priced.tax_minor:
        rows.append(("tax included" if priced.tax_included else "tax", money(priced.tax_minor)))
    rows.append((f"to pay, {priced.currency}", money(priced.total_minor)))
    given = (f"also: {gift.text}" for one in priced.applied for gift in one.gives)
    rejected = (f"not {one.offer_id}: {_said(one, money(one.minor))}" for one in priced.rejected)
    return text_page(text_table(("", ""), rows), *given, *rejected)


def _said(one: RejectedOffer, minor: str) -> str:
    if one.why is NotApplicable.SPEND:
        return f"spend {minor} more"
    if one.why is NotApplicable.COUNT:
        return f"add {one.count} more"
    told = [one.by] if one.by else one.names
    return one.why.value.replace("_", " ") + (f" ({', '.join(told)})" if told else "")
