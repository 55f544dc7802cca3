"""The short forms: templates that are read and written alike, so that one is the inverse of the other.

Of several templates the first is written, the others are only read. `{field}` stands for a value, `[...]` for what may
be left out and is not written, `(s)` for a plural. Of several forms that would do, the first counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from offerloop.offers.short_form.amounts import MARK
from offerloop.offers.short_form.names import NAME

MONEY = ("amount", "price", "save", "spend", "max_discount", "min_spend", "worth", "takes")
BARE = ("save", "spend", "min_spend")
"""Amounts without a sign where Chinese leaves it out, as in 满200减20."""
NAMED = ("product", "text")

_NUMBER = r"(?<![0-9.])[0-9]{1,20}(?:\.[0-9]{1,10})?(?![0-9.])"
_COUNT = r"(?<![0-9.])[0-9]{1,15}(?![0-9.])"
_PERCENT = {"en": rf"{_NUMBER}\s?%", "zh": f"{_NUMBER}折"}
_RATE = r"(?<![0-9])0\.[0-9]{1,4}(?![0-9])"
_PLACE = re.compile(r"\{(\w+)\}")
_TOKEN = re.compile(r"(\{\w+\}|\[[^\]]*\]|\(s\)|, | |,)")


@dataclass(frozen=True)
class ShortForm:
    """What some fields together are called."""

    kind: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Fields that it says without a number."""

    def templates(self, language: str) -> tuple[str, ...]:
        """Return the templates of one language."""
        return self.zh if language == "zh" else self.en

    @property
    def fields(self) -> frozenset[str]:
        """All that it says."""
        return frozenset(_PLACE.findall(self.en[0])) | frozenset(self.fixed)

    def says(self, terms: Mapping[str, Any]) -> bool:
        """Whether these terms hold what it says."""
        return self.fields <= terms.keys() and all(terms[name] == value for name, value in self.fixed.items())

    def written(self, values: Mapping[str, str], language: str) -> str:
        """The text for values as they are written."""
        text, last = "", ""
        for token in _TOKEN.split(self.templates(language)[0]):
            place = _PLACE.fullmatch(token)
            if place:
                last = values[place[1]]
            said = "" if token[:1] == "[" else _plural(token, last)
            if language == "zh":
                said = said.replace(",", "，").replace(":", "：")
            text += last if place else said
        return text


def _plural(token: str, number: str) -> str:
    return ("" if number == "1" else "s") if token == "(s)" else token


@cache
def pattern(template: str, language: str) -> str:
    """What a template matches, each value as a group of its name."""
    return "".join(_token(token, language) for token in _TOKEN.split(template))


def _token(token: str, language: str) -> str:
    place = _PLACE.fullmatch(token)
    if place:
        name = place[1]
        value = rf"{_NUMBER}{MARK}?" if name in MONEY else NAME if name in NAMED else _COUNT
        value = _PERCENT[language] if name == "percent" else _RATE if name == "rate" else value
        return f"(?P<{name}>{value})"
    if token[:1] == "[":
        return f"(?:{pattern(token[1:-1], language)})?"
    return {"(s)": "s?", ", ": r"[\s,]*", ",": r"[\s,]*", " ": r"\s+"}.get(token, re.escape(token))


def _form(kind: str, en: str | Sequence[str], zh: str | Sequence[str], **fixed: Any) -> ShortForm:  # noqa: ANN401
    return ShortForm(
        kind, (en,) if isinstance(en, str) else tuple(en), (zh,) if isinstance(zh, str) else tuple(zh), fixed
    )


def _coupons_for_units() -> list[ShortForm]:
    return [
        _form(
            "coupon",
            ("cheapest item free", "the cheapest item free"),
            ("最便宜1件免费", "最低价1件免单", "最便宜1件免单"),
            percent=100,
            cheapest=1,
        ),
        _form("coupon", "{percent} off the cheapest item", "最便宜的打{percent}", cheapest=1),
        _form(
            "coupon",
            "the {cheapest} cheapest items free",
            ("最便宜{cheapest}件免费", "最低价{cheapest}件免单"),
            percent=100,
        ),
        _form("coupon", "{percent} off the {cheapest} cheapest item(s)", "最便宜{cheapest}件打{percent}"),
        _form("coupon", "{amount} off each of the {cheapest} cheapest item(s)", "最便宜{cheapest}件每件减{amount}"),
        _form("coupon", "the {cheapest} cheapest item(s) for {price} each", "最便宜{cheapest}件每件{price}"),
        _form(
            "coupon",
            ("{percent} off each", "{percent} off each item"),
            ("每件打{percent}", "每件{percent}"),
            each_unit=True,
        ),
        _form(
            "coupon",
            ("{amount} off each", "{amount} off each item"),
            ("每件减{amount}", "每件立减{amount}"),
            each_unit=True,
        ),
        _form("coupon", ("{price} each", "{price} per item"), ("每件{price}", "每件一口价{price}"), each_unit=True),
    ]


def _coupons_for_everything() -> list[ShortForm]:
    return [
        _form(
            "coupon",
            ("{percent} off", "{percent} off everything", "{percent} off coupon", "{percent} coupon"),
            ("打{percent}", "{percent}[优惠][券]", "享{percent}", "{percent}优惠券"),
        ),
        _form(
            "coupon",
            ("{amount} off", "{amount} off everything", "{amount} off coupon", "{amount} coupon"),
            (
                "立减{amount}",
                "减{amount}",
                "{amount}[优惠]券",
                "无门槛[立减]{amount}[优惠][券]",
                "无门槛减{amount}",
                "直减{amount}",
                "[无门槛]{amount}代金券",
            ),
        ),
        _form("coupon", ("fixed price {price}", "all for {price}"), ("一口价{price}", "统一价{price}")),
    ]


def _tiers() -> list[ShortForm]:
    least = [
        (("over {spend}", "from {spend}", "when you spend {spend}"), "满{spend}", {}),
        (
            ("for {count} or more items", "{count} or more items", "for {count} or more"),
            "满{count}件",
            {"by_count": True},
        ),
        (("every {spend}", "for every {spend}", "for each {spend}"), "每满{spend}", {"each_full": True}),
        (("every {count} items", "for every {count} items"), "每满{count}件", {"each_full": True, "by_count": True}),
    ]
    off = [
        ("{save} off", ("减{save}", "立减{save}", "优惠{save}"), {}),
        ("{percent} off", ("打{percent}", "{percent}", "享{percent}"), {}),
        ("{save} off and free shipping", ("减{save}包邮", "减{save}[且][并]包邮"), {"free_shipping": True}),
        ("{percent} off and free shipping", ("打{percent}包邮", "{percent}[且][并]包邮"), {"free_shipping": True}),
        ("free shipping", ("包邮",), {"free_shipping": True}),
    ]
    forms = []
    for froms, from_zh, fixed in least:
        for what, whats, also in off:
            if "each_full" not in fixed or "save" in what:
                en, zh = [f"{what} {one}" for one in froms], [from_zh + one for one in whats]
                if what == "{save} off" and from_zh == "满{spend}":
                    en += ["spend {spend}, save {save}", "spend {spend}, get {save} off", "{spend}:{save}"]
                    zh += ["{spend}:{save}"]
                if from_zh == "满{count}件":
                    zh += [one.removeprefix("满") for one in zh]
                forms.append(ShortForm("spend_and_save", tuple(en), tuple(zh), {**fixed, **also}))
    return forms


def _more_units() -> list[ShortForm]:
    halves = [
        _form(
            "buy_x_get_y",
            (f"buy {buy} get 1 {{percent}} off", f"{{percent}} off item {buy + 1}"),
            (f"第{buy + 1}件打{{percent}}", f"第{buy + 1}件{{percent}}"),
            buy=buy,
            get=1,
        )
        for buy in range(1, 6)
    ]
    free = [
        _form(
            "buy_x_get_y",
            f"buy {buy} get 1 free",
            (f"买{buy}送1", f"第{buy + 1}件0{MARK}", f"第{buy + 1}件免费", f"第{buy + 1}件免单"),
            buy=buy,
            get=1,
        )
        for buy in range(1, 6)
    ]
    return [
        *halves,
        _form(
            "buy_x_get_y",
            ("buy {buy} get {get} {percent} off", "buy {buy}[,] get {get} [at ]{percent} off"),
            "买{buy}件后{get}件打{percent}",
        ),
        *free,
        _form("buy_x_get_y", "bogo", "买1送1", buy=1, get=1),
        _form(
            "buy_x_get_y",
            ("buy {buy} get {get} free", "buy {buy}[,] get {get} [for ]free"),
            ("买{buy}送{get}", "买{buy}[件]赠{get}[件]", "买{buy}件送{get}[件]"),
        ),
    ]


def _bundles_and_gifts() -> list[ShortForm]:
    return [
        _form(
            "bundle",
            ("any {count} for {price}", "{count} for {price}"),
            ("任选{count}件{price}", "[任意]{count}件{price}", "{price}[任选][任意]{count}件"),
        ),
        _form("bundle", ("any {count} at {percent} off", "any {count} for {percent} off"), "任选{count}件打{percent}"),
        _form("gift", "free {product} over {min_spend}", ("满{min_spend}送{product}", "满{min_spend}赠{product}")),
        _form(
            "gift",
            ("gift: {quantity} x {product}", "free {quantity} x {product}"),
            ("赠{quantity}件{product}", "送{quantity}件{product}"),
        ),
        _form(
            "gift",
            ("gift: {product}", "gift {product}", "free {product}"),
            ("赠{product}", "送{product}", "赠品[:]{product}"),
        ),
        _form("benefit", ("benefit: {text}", "benefit {text}"), ("权益:{text}", "权益{text}")),
    ]


def _shipping_and_flash_sales() -> list[ShortForm]:
    return [
        _form(
            "free_shipping",
            ("free shipping over {min_spend}", "free shipping from {min_spend}"),
            ("满{min_spend}包邮", "满{min_spend}免运费", "满{min_spend}免邮"),
        ),
        _form(
            "free_shipping",
            ("free shipping for {min_count} or more items", "free shipping for {min_count} or more"),
            ("满{min_count}件包邮", "{min_count}件包邮", "满{min_count}件免运费"),
        ),
        _form("free_shipping", "{percent} off shipping", ("运费打{percent}", "运费{percent}")),
        _form("free_shipping", ("free shipping", "free delivery"), ("包邮", "免运费", "免邮")),
        _form(
            "flash_sale",
            ("flash sale: {percent} off", "flash sale {percent} off", "flash sale, {percent} off"),
            ("限时抢购{percent}", "限时抢购打{percent}", "限时[打]{percent}", "秒杀{percent}"),
        ),
        _form(
            "flash_sale",
            ("flash sale: {price} each", "flash sale: {price}", "flash sale {price} [each]"),
            ("秒杀价{price}", "限时抢购[价]{price}", "秒杀{price}", "限时价{price}"),
        ),
    ]


FORMS = (
    *_coupons_for_units(),
    *_coupons_for_everything(),
    *_more_units(),
    *_bundles_and_gifts(),
    *_shipping_and_flash_sales(),
)
SHORTHANDS = (
    ShortForm("paid", ("{count} for the price of {paid}",), ("{count}件付{paid}件的钱", "{count}件付{paid}件钱")),
    ShortForm("free", (), ("买{taken}[件]免{get}[件]",)),
    ShortForm("rate", ("{rate}",), ("{rate}",)),
)
"""What is only read: their terms are worked out from what they say, by their kind."""
TIERS = tuple(_tiers())
"""Forms of one tier; several stand in a row."""
BOTH = ("min_spend", "min_count", "order_number")
"""Fields of modifiers that are conditions, which a combined offer has for all of its parts."""
MODIFIERS = (
    _form(
        "",
        (
            ", max {max_discount}",
            ", max discount {max_discount}",
            ", up to {max_discount}",
            ", capped at {max_discount}",
        ),
        (
            ",最高减{max_discount}",
            ",封顶{max_discount}",
            ",上限{max_discount}",
            ",最多减{max_discount}",
            ",最[高][多]优惠{max_discount}",
            ",最[高][多][可][立][抵]减{max_discount}",
            ",最[高][多][可]折[抵]{max_discount}",
            ",最高[可]省{max_discount}",
            ",最高{max_discount}",
            ",{max_discount}封顶",
        ),
    ),
    _form(
        "",
        (", up to {times} time(s)", ", max {times} time(s)", ", at most {times} time(s)"),
        (",最多{times}次", ",上限{times}次", ",限{times}次"),
    ),
    _form("", (" for {hours} hour(s)", ", {hours} hour(s)"), (",{hours}小时", ",限时{hours}小时")),
    _form("", (", {stock} unit(s) in stock", ", {stock} unit(s) only"), (",限量{stock}件", ",库存{stock}件")),
    _form(
        "",
        (", {per_customer} per customer", ", max {per_customer} per customer"),
        (",每人限购{per_customer}件", ",每人限{per_customer}件"),
    ),
    _form("", ", worth {worth}", ",价值{worth}"),
    _form("", ", takes {takes}", ",占用{takes}"),
    _form(
        "", (", min spend {min_spend}", ", minimum spend {min_spend}"), (",满{min_spend}可用", ",满{min_spend}[元]使用")
    ),
    _form("", (", min {min_count} item(s)", ", minimum {min_count} item(s)"), (",满{min_count}件可用",)),
    _form("", (", first order only", "^first order: ", "^first order "), (",限首单", "^首单", "^新人"), order_number=1),
)
"""What may follow a form, in the order in which they are written; `^` stands before it instead."""
