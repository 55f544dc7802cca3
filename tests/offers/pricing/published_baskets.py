"""Published baskets of other engines as ours: shelf prices, promotions and policies."""

import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from offerloop.offers import Basket, BasketLine, Customer, Remainder, SpendAndSave
from offerloop.offers.conditions import Conditions, Measured
from offerloop.offers.kinds.combined import Combined
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.free_shipping import FreeShipping
from offerloop.offers.pricing.effects.base import Arithmetic
from offerloop.offers.pricing.effects.tiers import Tier
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Stacking, StackingChoice, StackingPolicy
from offerloop.offers.window import Window

SYLIUS = StackingPolicy(StackingChoice.PRIORITY, Arithmetic(Remainder.FIRST_UNIT))
CATALOGUE = StackingPolicy(StackingChoice.PRIORITY, Arithmetic(Remainder.FIRST_UNIT, price_rounds=True))
CHINESE = StackingPolicy(arithmetic=Arithmetic(Remainder.LAST_LINE))


def cases(name):
    """The cases of a file, and where they come from."""
    return json.loads((Path(__file__).parent / "published" / f"{name}.json").read_text(encoding="utf-8"))["cases"]


def seconds(text):
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def line(item):
    return BasketLine(
        product_id=item["sku"],
        quantity=item["qty"],
        unit_minor=item["unit_price"],
        categories=tuple(item.get("categories") or ()),
        brand=item.get("spu"),
        list_minor=item.get("original_unit_price"),
        floor_minor=item.get("min_unit_price", 0),
        selected=item.get("selected", True),
    )


def basket(case):
    who = case.get("customer", {})
    placed = who.get("orders_placed")
    return Basket(
        currency=case.get("currency", "CNY"),
        lines=tuple(line(item) for item in case["items"]),
        shipping_minor=case.get("shipping", 0),
        customer=Customer(
            segments=frozenset(who.get("groups", ())),
            orders_before=None if placed is None else placed - who.get("orders_cancelled", 0),
        ),
    )


def conditions(written):
    """All conditions of one promotion of Sylius."""
    found = {}
    for one in written:
        kind = one["type"]
        if kind == "quantity_gte":
            found |= {"min_count": one["qty"], "measured_on": EVERYTHING}
        elif kind == "subtotal_gte":
            after = one.get("after_earlier_promotions", False)
            found |= {"min_minor": one["amount"], "measured_on": EVERYTHING}
            found["measured"] = Measured.AFTER if after else Measured.BEFORE
        elif kind == "category_subtotal_gte":
            found |= {"min_minor": one["amount"], "measured_on": Scope(categories=frozenset([one["category"]]))}
        elif kind == "contains_sku":
            found["contains"] = Scope(products=frozenset([one["sku"]]))
        elif kind == "contains_category":
            found["contains"] = Scope(categories=frozenset(one["any"]))
        elif kind == "customer_group":
            found["segments"] = frozenset(one["any"])
        elif kind == "nth_order":
            found["order_number"] = one["n"]
        elif kind == "time_window":
            found["window"] = Window(seconds(one["from"]), seconds(one["until"]))
        else:
            raise AssertionError(f"unknown condition {kind}")
    return Conditions(**found)


def part(effect, place, *, discounted_too):
    """One effect of a promotion of Sylius."""
    kind, filter_ = effect["type"], effect.get("filter") or {}
    scope = Scope(
        products=frozenset([filter_["sku"]] if "sku" in filter_ else ()),
        categories=frozenset([filter_["category"]] if "category" in filter_ else ()),
        least_minor=filter_.get("price_min"),
        most_minor=filter_.get("price_max"),
        only_full_price=not discounted_too,
    )
    name = f"part {place}"
    percent = Fraction(effect["percent"]) if "percent" in effect else None
    if kind == "shipping_percent":
        return FreeShipping(offer_id=name, percent=percent)
    each = kind.startswith("unit_")
    return Coupon(offer_id=name, scope=scope, percent=percent, amount_minor=effect.get("amount"), each_unit=each)


def promotion(one):
    """A promotion of Sylius."""
    parts = (
        part(effect, place, discounted_too=one.get("applies_to_discounted", True))
        for place, effect in enumerate(one["effects"])
    )
    return Combined(
        offer_id=one["id"],
        parts=tuple(parts),
        conditions=conditions(one["conditions"]),
        stacking=Stacking(priority=one["priority"], exclusive=one["exclusive"]),
    )


def chinese(one):
    """A promotion of ruoyi-vue-pro."""
    scope = Scope(brands=frozenset(one.get("spu", ())))
    if one["type"] == "tiered_threshold_fixed":
        tiers = [
            Tier(row["limit"], row["discount"], free_shipping=row.get("free_delivery", False)) for row in one["tiers"]
        ]
        return [SpendAndSave(offer_id="reward", scope=scope, tiers=tuple(tiers))]
    if one["type"] == "coupon_percent_off":
        terms = Conditions(min_minor=one["threshold"])
        percent = Fraction(one["percent_off"])
        return [Coupon(offer_id="coupon", scope=scope, conditions=terms, percent=percent, max_minor=one.get("cap"))]
    if one["type"] == "unit_fixed_by_sku":
        return [
            Coupon(offer_id=f"off {sku}", scope=Scope(products=frozenset([sku])), amount_minor=off, each_unit=True)
            for sku, off in one["amount"].items()
        ]
    raise AssertionError(f"unknown promotion {one['type']}")
