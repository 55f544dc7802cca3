"""What an offer says beyond its short form, each term in a few words behind a sign ">".

These words are for people: `parse_offer` does not read them, and terms are written in a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from offerloop.offers.attributes import AttributeTest
from offerloop.offers.base import ANY_CHANNEL, Offer
from offerloop.offers.conditions import Conditions, Measured
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.combined import Combined
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.free_shipping import FreeShipping
from offerloop.offers.purchase import NAMES_OF_A_PURCHASE
from offerloop.offers.scope import DIMENSIONS, Scope
from offerloop.offers.short_form.amounts import short_amount, signed_amount
from offerloop.offers.window import DAYS, Window

FURTHER = {
    "price_from": ("units from {} on", "单价不低于{}"),
    "price_to": ("units up to {}", "单价不高于{}"),
    "attributes": ("lines with {}", "限属性为{}的商品"),
    "only_full_price": ("at full price only", "仅限未打折商品"),
    "except": ("except {}", "{}除外"),
    "most_expensive": ("the {} most expensive units only", "仅限最贵的{}件"),
    "most_expensive_got": ("the most expensive ones are got", "赠送最贵的"),
    "max_units": ("up to {} units", "最多{}件"),
    "units_per_line": ("up to {} units of a product", "每种商品最多{}件"),
    "got_from": ("what is got: {}", "赠品范围：{}"),
    "methods": ("shipped by {}", "限配送方式：{}"),
    "min_spend": ("from {} on", "满{}"),
    "min_count": ("from {} units on", "满{}件"),
    "measured": ("measured after other discounts", "按其他优惠后的金额计算"),
    "measured_on": ("measured on {}", "按{}计算门槛"),
    "contains": ("with {} in the basket", "需同时购买{}"),
    "contains_not": ("not with {} in the basket", "不得同时购买{}"),
    "segments": ("for {}", "限人群：{}"),
    "not_segments": ("not for {}", "不含人群：{}"),
    "order_number": ("for order number {}", "限第{}单"),
    "bought_in": ("bought in {}", "限渠道：{}"),
    "not_bought_in": ("not bought in {}", "不含渠道：{}"),
    "paid_with": ("paid with {}", "限支付方式：{}"),
    "not_paid_with": ("not paid with {}", "不含支付方式：{}"),
    "regions": ("delivered in {}", "限地区：{}"),
    "not_regions": ("not delivered in {}", "不含地区：{}"),
    "loyalty_tiers": ("for loyalty tier {}", "限会员等级：{}"),
    "not_loyalty_tiers": ("not for loyalty tier {}", "不含会员等级：{}"),
    "min_lifetime_spend": ("for customers who spent {} before", "限累计消费满{}"),
    "basket_attributes": ("for baskets with {}", "限订单属性：{}"),
    "any_of": ("one of: {}", "满足其一：{}"),
    "none_of": ("none of: {}", "排除：{}"),
    "code_needed": ("with its code", "需优惠码"),
    "starts_at": ("from {} on", "{}开始"),
    "ends_at": ("until {}", "{}结束"),
    "days": ("on {}", "限{}"),
    "between": ("at {}", "限{}"),
    "lane": ("in the lane {}", "归入{}"),
    "priority": ("priority {}", "优先级{}"),
    "exclusive": ("alone", "与其他优惠互斥"),
    "stackable": ("stackable", "可叠加"),
    "group": ("one of the group {}", "同组仅限一个：{}"),
    "not_with": ("not together with {}", "不与{}同用"),
    "announced": ("announced to everybody: {}", "计入公开降价：{}"),
    "funded_share": ("{} paid by a supplier", "供应商承担{}"),
    "assumed": ("assumed effect", "效果为假定"),
    "channel": ("told by {}", "通过{}通知"),
    "contact_cost": ("{} to tell one customer", "每次通知成本{}"),
    "quiet_hours": ("not told {}", "{}不通知"),
    "currencies": ("also in {}", "另有货币：{}"),
}
"""The words of each term in English and Chinese; `{}` stands for its value."""
_WHERE = {"products": ("product", "商品"), "brands": ("brand", "品牌"), "shops": ("shop", "店铺")}
_YES = {True: ("yes", "是"), False: ("no", "否")}
_DAYS = dict(zip(DAYS, "一二三四五六日", strict=True))
_EVERYTHING = ("everything", "全部商品")


class Words:
    """Says terms in one language and currency."""

    def __init__(self, language: str, currency: str) -> None:
        self.place, self.currency, self.language = int(language == "zh"), currency, language

    def said(self, offer: Offer) -> list[str]:
        """Return all terms of an offer that its short form leaves out."""
        return [self.term(field, value) for field, value in _terms(offer) if value not in _EMPTY]

    def term(self, field: str, value: object) -> str:
        """Say one term."""
        return FURTHER[field][self.place].format(self.value(field, value))

    def value(self, field: str, value: object) -> str:
        """Say the value of a term."""
        if field in _MONEY:
            amount = short_amount(int(str(value)), self.currency)
            return signed_amount(amount, self.currency, self.language)
        if isinstance(value, bool):
            return _YES[value][self.place]
        if isinstance(value, Scope):
            return self.scope(value)
        if field == "days" and self.place:
            return self.listed([f"周{_DAYS[one]}" for one in _names(value)])
        if field in ("any_of", "none_of"):
            return (" / ").join(self.conditions(one) for one in value)  # type: ignore[attr-defined]
        if field in ("attributes", "basket_attributes"):
            return self.listed([_attribute(one) for one in value])  # type: ignore[attr-defined]
        return self.listed(_names(value))

    def listed(self, names: Sequence[str]) -> str:
        """Say several names."""
        return ("、" if self.place else ", ").join(names)

    def scope(self, scope: Scope) -> str:
        """Say what lines something is about."""
        terms = []
        for dimension in DIMENSIONS:
            names = sorted(getattr(scope, dimension))
            if names:
                kind = _WHERE.get(dimension)
                terms.append(self.listed(names) if kind is None else f"{kind[self.place]} {self.listed(names)}")
        terms += [self.term(field, value) for field, value in _terms_of_scope(scope) if value not in _EMPTY]
        return "; ".join(terms) or _EVERYTHING[self.place]

    def conditions(self, conditions: Conditions) -> str:
        """Say conditions of which one must hold, or none may."""
        pairs = [("min_spend", conditions.min_minor or None), ("min_count", conditions.min_count or None)]
        terms = [*pairs, *_terms_of_conditions(conditions, first=True)]
        return " + ".join(self.term(field, value) for field, value in terms if value not in _EMPTY)


UNITS = ("most_expensive", "max_units", "units_per_line")
"""Terms that choose or limit units, which no short form says."""
_MONEY = ("price_from", "price_to", "min_spend", "min_lifetime_spend", "contact_cost")
_EMPTY: tuple[Any, ...] = (None, False, frozenset(), (), "", 0)


def _terms(offer: Offer) -> Iterator[tuple[str, Any]]:
    yield from _terms_of_scope(offer.scope)
    if isinstance(offer, Bundle):
        yield from _terms_of_scope(offer.parts[0][0])
    if isinstance(offer, Combined):
        for part in offer.parts:
            yield from _terms(part)
    if isinstance(offer, Coupon):
        yield from ((name, getattr(offer, name)) for name in ("most_expensive", "max_units"))
    yield "units_per_line", getattr(offer, "units_per_line", None)
    if isinstance(offer, BuyXGetY):
        yield "got_from", offer.got_from
        yield "most_expensive_got", offer.most_expensive
    if isinstance(offer, FreeShipping):
        yield "methods", offer.methods
    conditions, stacking = offer.conditions, offer.stacking
    yield from _terms_of_conditions(conditions, first=False)
    yield "any_of", conditions.any_of
    yield "none_of", conditions.none_of
    yield "measured", conditions.measured is Measured.AFTER
    yield "code_needed", conditions.code_needed
    yield from _terms_of_window(conditions.window)
    yield "lane", stacking.lane and stacking.lane.value
    yield from ((name, getattr(stacking, name)) for name in ("priority", "exclusive", "stackable", "group", "not_with"))
    yield "announced", None if stacking.announced is None else str(stacking.announced).lower()
    yield "funded_share", _percent(offer.funded_share)
    yield "assumed", offer.assumed is not None
    yield "channel", None if offer.contact.channel == ANY_CHANNEL.channel else offer.contact.channel
    yield "contact_cost", offer.contact.cost_minor
    yield "quiet_hours", offer.contact.quiet and "-".join(offer.contact.quiet)
    yield "currencies", tuple(one.currency for one in offer.other_currencies)


def _terms_of_scope(scope: Scope) -> Iterator[tuple[str, Any]]:
    yield "price_from", scope.least_minor
    yield "price_to", scope.most_minor
    yield "attributes", scope.attributes
    yield "only_full_price", scope.only_full_price
    yield "except", scope.but


def _terms_of_conditions(conditions: Conditions, *, first: bool) -> Iterator[tuple[str, Any]]:
    """What stands inside `any_of` too; an order that is the first has a short form."""
    yield "measured_on", conditions.measured_on
    yield "contains", conditions.contains
    yield "contains_not", conditions.contains_not
    for name in ("segments", "not_segments", "bought_in", "not_bought_in"):
        yield name, getattr(conditions, name)
    yield "order_number", conditions.order_number if first or conditions.order_number != 1 else None
    yield from ((name, getattr(conditions.purchase, name)) for name in NAMES_OF_A_PURCHASE)
    yield "min_lifetime_spend", conditions.purchase.min_lifetime_minor
    yield "basket_attributes", conditions.purchase.attributes


def _terms_of_window(window: Window) -> Iterator[tuple[str, Any]]:
    zone = ZoneInfo(window.zone)
    for name, second in (("starts_at", window.starts_at), ("ends_at", window.ends_at)):
        at = None if second is None else datetime.fromtimestamp(second, UTC).astimezone(zone)
        yield name, at and f"{at:%Y-%m-%d %H:%M} {window.zone}"
    yield "days", tuple(DAYS[day] for day in sorted(window.days))
    yield "between", window.hours and "-".join(f"{hour:%H:%M}" for hour in window.hours)


def _names(value: object) -> list[str]:
    if isinstance(value, frozenset):
        return sorted(value)
    return list(map(str, value)) if isinstance(value, tuple) else [str(value)]


def _percent(share: Fraction) -> str | None:
    return f"{float(100 * share):g}%" if share else None


def _attribute(test: AttributeTest) -> str:
    """Say a test of an attribute in signs."""
    if test.among:
        return f"{test.name} = {' | '.join(sorted(map(_plain, test.among)))}"
    bounds: Mapping[str, Fraction | None] = {">=": test.at_least, "<=": test.at_most}
    return f"{test.name} {' '.join(f'{sign} {_plain(bound)}' for sign, bound in bounds.items() if bound is not None)}"


def _plain(value: str | Fraction | None) -> str:
    return f"{float(value):g}" if isinstance(value, Fraction) else str(value)
