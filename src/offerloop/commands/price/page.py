"""A priced basket as a bill for people and as facts for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from offerloop.message import Message
from offerloop.money import to_text
from offerloop.offers import (
    NO_CODES,
    Adjustment,
    Applied,
    CodesOfCustomer,
    GiftLine,
    NotApplicable,
    Priced,
    PricedLine,
    PricedShipment,
    RejectedOffer,
    Shipment,
)
from offerloop.report import Localizer, text_page, text_table

WHY_NOT = {
    NotApplicable.CURRENCY: Message("other currency", context="why an offer does not apply"),
    NotApplicable.CODE: Message("coupon not presented", context="why an offer does not apply"),
    NotApplicable.NOT_STARTED: Message("not started", context="why an offer does not apply"),
    NotApplicable.ENDED: Message("ended", context="why an offer does not apply"),
    NotApplicable.CLOSED: Message("outside days or hours"),
    NotApplicable.SEGMENT: Message("not in segment", context="why an offer does not apply"),
    NotApplicable.NOT_FOR_SEGMENT: Message("not for this segment", context="why an offer does not apply"),
    NotApplicable.HOLDS: Message("not beside this product", context="why an offer does not apply"),
    NotApplicable.ORDER: Message("not that order", context="why an offer does not apply"),
    NotApplicable.CHANNEL: Message("other channel", context="why an offer does not apply"),
    NotApplicable.NOT_IN_BASKET: Message("not in basket", context="why an offer does not apply"),
    NotApplicable.CONTAINS: Message("product missing", context="why an offer does not apply"),
    NotApplicable.SOLD_OUT: Message("sold out", context="why an offer does not apply"),
    NotApplicable.CUSTOMER_LIMIT: Message("limit of customer reached"),
    NotApplicable.NO_GAIN: Message("nothing to take off"),
    NotApplicable.BEATEN: Message("another takes off more"),
    NotApplicable.EXCLUDED: Message("excluded by another", context="why an offer does not apply"),
    NotApplicable.RAISES: Message("would raise the total"),
    NotApplicable.MOST: Message("maximum discount reached", context="why an offer does not apply"),
    NotApplicable.USED: Message("its units are used by another", context="why an offer does not apply"),
    NotApplicable.PAYMENT: Message("other payment method", context="why an offer does not apply"),
    NotApplicable.REGION: Message("other region", context="why an offer does not apply"),
    NotApplicable.LOYALTY: Message("other loyalty tier", context="why an offer does not apply"),
    NotApplicable.ATTRIBUTE: Message("an attribute of the basket differs", context="why an offer does not apply"),
    NotApplicable.BUDGET: Message("its budget is used up", context="why an offer does not apply"),
    NotApplicable.SHIPMENT: Message("no such shipment", context="why an offer does not apply"),
    NotApplicable.LIMIT: Message("limit of uses reached", context="why an offer does not apply"),
    NotApplicable.ALTERNATIVE: Message("none of its alternative conditions holds"),
    NotApplicable.RULED_OUT: Message("one of its exclusions holds"),
}
"""Why an offer does not apply; the reasons that name an amount have sentences of their own."""


def price_facts(priced: Priced, codes: CodesOfCustomer = NO_CODES) -> dict[str, Any]:
    """Return everything for programs, with amounts in minor units."""
    return {
        "codes": {
            "corrected": dict(codes.corrected),
            "unknown": [one for one in codes.unknown if one not in priced.offer_ids],
            "of_others": list(codes.of_others),
        },
        "currency": priced.currency,
        "goods_before_minor": priced.goods_before_minor,
        "goods_minor": priced.goods_minor,
        "shipping_before_minor": priced.shipping_before_minor,
        "shipping_minor": priced.shipping_minor,
        "discount_minor": priced.discount_minor,
        "tax_minor": priced.tax_minor,
        "tax_included": priced.tax_included,
        "total_minor": priced.total_minor,
        "gap_minor": priced.gap_minor,
        "lines": [_line_facts(one) for one in priced.lines],
        "shipments": [_shipment_facts(one) for one in priced.shipments],
        "gift_lines": [vars(one) for one in priced.gift_lines],
        "shipping_adjustments": [_adjustment(one) for one in priced.shipping_adjustments],
        "applied": [_applied_facts(one) for one in priced.applied],
        "rejected": [_rejected_facts(one) for one in priced.rejected],
    }


def _line_facts(line: PricedLine) -> dict[str, Any]:
    reduction = line.announced_reduction
    return {
        "product_id": line.line.product_id,
        "quantity": line.line.quantity,
        "selected": line.line.selected,
        "gift": line.line.gift,
        "before_minor": line.line.amount_minor,
        "paid_minor": line.paid_minor,
        "tax_minor": line.tax_minor,
        "units": [{"count": count, "price_minor": cost} for count, cost in line.units],
        "adjustments": [_adjustment(change) for change in line.adjustments],
        "announced_minor": line.announced_minor,
        "lowest_30_days_minor": line.prior_minor,
        "announced_reduction": None if reduction is None else float(reduction),
    }


def _shipment_facts(shipment: PricedShipment) -> dict[str, Any]:
    return {
        "shop": shipment.shipment.shop,
        "method": shipment.shipment.method,
        "before_minor": shipment.shipment.price_minor,
        "paid_minor": shipment.paid_minor,
        "tax_minor": shipment.tax_minor,
        "adjustments": [_adjustment(change) for change in shipment.adjustments],
    }


def _applied_facts(applied: Applied) -> dict[str, Any]:
    return {
        "offer_id": applied.offer_id,
        "label": str(applied.label),
        "off_minor": applied.off_minor,
        "funded_minor": applied.funded_minor,
        "gives": [
            {"text": str(gift.text), "product_id": gift.product_id, "quantity": gift.quantity} for gift in applied.gives
        ],
    }


def _rejected_facts(rejected: RejectedOffer) -> dict[str, Any]:
    return {
        "offer_id": rejected.offer_id,
        "why": rejected.why.value,
        "spend_minor": rejected.minor,
        "units": rejected.count,
        "names": list(rejected.names),
        "at": rejected.at,
        "by": rejected.by,
    }


def _adjustment(adjustment: Adjustment) -> dict[str, Any]:
    return {"offer_id": adjustment.offer_id, "amount_minor": adjustment.amount_minor}


def bill(priced: Priced, language: str = "en", codes: CodesOfCustomer = NO_CODES) -> str:
    """Return every line with what was taken off, the totals, and what would bring more, for people."""
    _ = Localizer(language, priced.currency)
    rejected = (
        _(
            "not {offer}: {why}",
            context="bill",
            offer=rejected.offer_id,
            why=_why_not(rejected, to_text(rejected.minor, priced.currency), _),
        )
        for rejected in priced.rejected
    )
    return text_page(
        text_table(("", ""), _rows(priced, _)), *_gap(priced, _), *_codes(priced, codes, _), *_gifts(priced, _),
        *rejected,
    )  # fmt: skip


def _rows(priced: Priced, _: Localizer) -> list[tuple[str, str]]:
    """Return what stands on the bill, and its amount."""

    def money(minor: int) -> str:
        return to_text(minor, priced.currency)

    names = {
        applied.offer_id: _("{offer}: {label}", context="bill", offer=applied.offer_id, label=applied.label)
        for applied in priced.applied
    }

    def offs(adjustments: Iterable[Adjustment]) -> list[tuple[str, str]]:
        return [(f"    {names[one.offer_id]}", money(one.amount_minor)) for one in adjustments]

    rows: list[tuple[str, str]] = []
    for line in priced.lines:
        if line.line.gift:
            rows.append((f"{line.line.quantity} x {line.line.product_id}", money(0)))
        elif line.line.selected:
            rows.append((f"{line.line.quantity} x {line.line.product_id}", money(line.line.amount_minor)))
            rows += offs(line.adjustments)
            if line.prior_minor is not None:
                lowest = _("lowest price of the last 30 days: {price}", price=money(line.prior_minor))
                rows.append((f"    {lowest}", ""))
    for shipment in priced.shipments:
        rows.append((_shipping(shipment.shipment, _), money(shipment.shipment.price_minor)))
        rows += offs(shipment.adjustments)
    if priced.tax_minor:
        tax = _("tax included", context="row of a bill") if priced.tax_included else _("tax", context="row of a bill")
        rows.append((tax, money(priced.tax_minor)))
    rows.append((_("to pay, {currency}", context="row of a bill", currency=priced.currency), money(priced.total_minor)))
    return rows


def _gifts(priced: Priced, _: Localizer) -> list[str]:
    """Say what comes with the basket, and which gifts in it are more or fewer than offers give."""
    there = {one.product_id for one in priced.gift_lines if one.in_basket}
    gifts = [
        _("also: {text}", context="bill", text=gift.text)
        for applied in priced.applied
        for gift in applied.gives
        if gift.product_id not in there
    ]
    return gifts + [_gift(one, _) for one in priced.gift_lines if one.in_basket not in (0, one.given)]


def _shipping(shipment: Shipment, _: Localizer) -> str:
    """Name a shipment by its shop and method."""
    names = [name for name in (shipment.shop, shipment.method) if name is not None]
    shipping = _("shipping", context="row of a bill")
    return _("{why} ({names})", context="pattern", why=shipping, names=names) if names else shipping


def _gift(line: GiftLine, _: Localizer) -> str:
    """Say that a gift stands in the basket more or less often than offers give it."""
    return _(
        "gift {product}: {in_basket} in the basket, and offers give {given}",
        product=line.product_id,
        in_basket=line.in_basket,
        given=line.given,
    )


def _codes(priced: Priced, codes: CodesOfCustomer, _: Localizer) -> Iterator[str]:
    """Say what came of codes that were not as they are in the list."""
    for typed, code in codes.corrected.items():
        yield _("code {typed} is taken as {code}", context="bill", typed=typed, code=code)
    for typed in codes.unknown:
        if typed not in priced.offer_ids:
            yield _("code {typed} is not known, or stands for several", typed=typed)
    for offer_id in sorted(codes.offer_ids.difference(priced.offer_ids)):
        yield _("a code stands for '{offer_id}', which is none of these offers", offer_id=offer_id)
    for typed in codes.of_others:
        yield _("code {typed} belongs to another customer", typed=typed)


def _gap(priced: Priced, _: Localizer) -> list[str]:
    """Say how far the choice of offers may be from the best one."""
    if not priced.gap_minor:
        return []
    amount = to_text(priced.gap_minor, priced.currency)
    return [_("a better choice of offers could save at most {amount} more; not all were tried", amount=amount)]


def _why_not(rejected: RejectedOffer, minor: str, _: Localizer) -> str:
    if rejected.why is NotApplicable.SPEND:
        return _("spend {amount} more", context="why an offer does not apply", amount=minor)
    if rejected.why is NotApplicable.LIFETIME:
        return _("for customers who have spent {amount} more until now", amount=minor)
    if rejected.why is NotApplicable.COUNT:
        return _("add {n} more", context="why an offer does not apply", n=rejected.count)
    names = [rejected.by] if rejected.by else list(rejected.names)
    why = _(WHY_NOT[rejected.why])
    return _("{why} ({names})", context="pattern", why=why, names=names) if names else why
