"""A counted refund as text for people and as facts for programs."""

from __future__ import annotations

from typing import Any

from offerloop.commands.refund.findings import RefundResult
from offerloop.message import Message
from offerloop.money import to_text
from offerloop.report import Localizer, text_page, text_table

_RULES = {
    "kept": Message("to give back, discounts kept", context="row of a refund"),
    "repriced": Message("to give back, what stays priced again"),
}


def refund_facts(counted: RefundResult) -> dict[str, Any]:
    """Return everything for programs, with amounts in minor units."""
    return {
        "currency": counted.currency,
        "paid_minor": counted.paid_minor,
        "refund_minor": dict(counted.refund_minor),
        "given_back_minor": dict(counted.given_back_minor),
        "shipping_minor": counted.shipping_minor,
        "lines": [vars(one) for one in counted.lines],
        "lost_offers": list(counted.lost_offers),
        "lost_gifts": [
            {"text": str(gift.text), "product_id": gift.product_id, "quantity": gift.quantity}
            for gift in counted.lost_gifts
        ],
    }


def refund_text(counted: RefundResult) -> str:
    """Return what comes back and what to give back, for people."""
    _ = Localizer(counted.language, counted.currency)

    def money(minor: int) -> str:
        return to_text(minor, counted.currency)

    rows = []
    if "kept" in counted.refund_minor:
        rows += [(f"{one.quantity} x {one.product_id}", money(one.kept_minor)) for one in counted.lines]
        if counted.shipping_minor:
            rows.append((_("shipping", context="row of a bill"), money(counted.shipping_minor)))
    rows += [(f"{_(_RULES[rule])}, {counted.currency}", money(minor)) for rule, minor in counted.refund_minor.items()]
    before = {rule: minor for rule, minor in counted.given_back_minor.items() if minor}
    said = [
        _("given back before, {rule}: {amount}", context="refund", rule=_(_NAMES[rule]), amount=money(minor))
        for rule, minor in before.items()
    ]
    if counted.lost_offers:
        said.append(_("no longer reached by what stays: {offers}", offers=list(counted.lost_offers)))
    said += [_("to come back too: {text}", context="refund", text=one.text) for one in counted.lost_gifts]
    return text_page(text_table(("", ""), rows), *said)


_NAMES = {
    "kept": Message("discounts kept", context="rule of a refund"),
    "repriced": Message("what stays priced again", context="rule of a refund"),
}
