"""What no short form says stands behind it in words, so that no printed offer leaves a term out."""

import pytest

from offerloop.errors import InputError
from offerloop.offers import parse_offer, print_offer, read_offers
from offerloop.offers.short_form.added_terms import FURTHER

BUY = {"kind": "buy_x_get_y", "buy": 1, "get": 1}
CASES = [
    ({"price_from": "5"}, "units from $5 on", "单价不低于$5"),
    ({"price_to": "5"}, "units up to $5", "单价不高于$5"),
    ({"attributes": {"organic": True, "g": {"at_least": 5, "at_most": 9.5}}},
     "lines with g >= 5 <= 9.5, organic = true", "限属性为g >= 5 <= 9.5、organic = true的商品"),
    ({"only_full_price": True}, "at full price only", "仅限未打折商品"),
    ({"except": {"on": ["tea", "rice"], "brands": "north"}}, "except rice, tea; brand north",
     "rice、tea; 品牌 north除外"),
    ({"most_expensive": 2}, "the 2 most expensive units only", "仅限最贵的2件"),
    ({"each_unit": True, "max_units": 3}, "up to 3 units", "最多3件"),
    ({"each_unit": True, "units_per_line": 1}, "up to 1 units of a product", "每种商品最多1件"),
    ({"kind": "flash_sale", "percent": 10, "units_per_line": 2}, "up to 2 units of a product", "每种商品最多2件"),
    ({**BUY, "units_per_line": 3}, "up to 3 units of a product", "每种商品最多3件"),
    ({**BUY, "got_from": {"on": "tea"}}, "what is got: tea", "赠品范围：tea"),
    ({**BUY, "most_expensive": True}, "the most expensive ones are got", "赠送最贵的"),
    ({"kind": "free_shipping", "methods": "express"}, "shipped by express", "限配送方式：express"),
    ({"min_spend": "5", "measured": "after"}, "measured after other discounts", "按其他优惠后的金额计算"),
    ({"min_spend": "5", "measured_on": {"on": "tea"}}, "measured on tea", "按tea计算门槛"),
    ({"contains": {}}, "with everything in the basket", "需同时购买全部商品"),
    ({"contains_not": {"on": "wine"}}, "not with wine in the basket", "不得同时购买wine"),
    ({"segments": ["vip", "new"]}, "for new, vip", "限人群：new、vip"),
    ({"not_segments": "vip"}, "not for vip", "不含人群：vip"),
    ({"order_number": 2}, "for order number 2", "限第2单"),
    ({"bought_in": "app"}, "bought in app", "限渠道：app"),
    ({"not_bought_in": "app"}, "not bought in app", "不含渠道：app"),
    ({"paid_with": "card"}, "paid with card", "限支付方式：card"),
    ({"not_paid_with": "card"}, "not paid with card", "不含支付方式：card"),
    ({"regions": "DE"}, "delivered in DE", "限地区：DE"),
    ({"not_regions": "DE"}, "not delivered in DE", "不含地区：DE"),
    ({"loyalty_tiers": "gold"}, "for loyalty tier gold", "限会员等级：gold"),
    ({"not_loyalty_tiers": "gold"}, "not for loyalty tier gold", "不含会员等级：gold"),
    ({"min_lifetime_spend": "5"}, "for customers who spent $5 before", "限累计消费满$5"),
    ({"basket_attributes": {"boxes": [1, 2]}}, "for baskets with boxes = 1 | 2", "限订单属性：boxes = 1 | 2"),
    ({"any_of": [{"min_spend": "5", "segments": "vip"}, {"min_count": 3}]},
     "one of: from $5 on + for vip / from 3 units on", "满足其一：满$5 + 限人群：vip / 满3件"),
    ({"none_of": [{"order_number": 1}]}, "none of: for order number 1", "排除：限第1单"),
    ({"code_needed": True}, "with its code", "需优惠码"),
    ({"starts_at": "2026-11-11"}, "from 2026-11-11 00:00 UTC on", "2026-11-11 00:00 UTC开始"),
    ({"ends_at": "2026-11-10"}, "until 2026-11-11 00:00 UTC", "2026-11-11 00:00 UTC结束"),
    ({"days": ["sun", "sat"]}, "on sat, sun", "限周六、周日"),
    ({"between": "18:00-22:00"}, "at 18:00-22:00", "限18:00-22:00"),
    ({"lane": "product"}, "in the lane product", "归入product"),
    ({"priority": 1}, "priority 1", "优先级1"),
    ({"exclusive": True}, "alone", "与其他优惠互斥"),
    ({"stackable": True}, "stackable", "可叠加"),
    ({"group": "shop", "stackable": False}, "one of the group shop", "同组仅限一个：shop"),
    ({"not_with": "other"}, "not together with other", "不与other同用"),
    ({"announced": False}, "announced to everybody: false", "计入公开降价：false"),
    ({"funded_share": "0.5"}, "50% paid by a supplier", "供应商承担50%"),
    ({"assumed": {"p_redeem": "0.1", "value": "1"}}, "assumed effect", "效果为假定"),
    ({"channel": "app"}, "told by app", "通过app通知"),
    ({"contact_cost": "0.05"}, "$0.05 to tell one customer", "每次通知成本$0.05"),
    ({"quiet_hours": "21:00-08:00"}, "not told 21:00-08:00", "21:00-08:00不通知"),
    ({"currencies": "EUR"}, "also in EUR", "另有货币：EUR"),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "english", "chinese"), CASES, ids=lambda one: str(one)[:40])
def test_every_term_is_said_and_not_read_again(terms, english, chinese):
    terms = terms if "kind" in terms else {"kind": "coupon", "percent": 20, **terms}
    for language, said in (("en", english), ("zh", chinese)):
        text = print_offer(terms, language)
        short, *further = text.split(" > ")
        assert further == [said]
        assert not said.startswith(short)
        with pytest.raises(InputError):
            parse_offer(text, "USD")


def test_every_term_has_a_case():
    said = " ".join(english for _, english, _ in CASES)
    beginnings = {field: text.split("{}")[0].strip() for field, (text, _) in FURTHER.items()}
    assert [field for field, text in beginnings.items() if text not in said] == []


def test_parts_leave_nothing_out():
    part = {"kind": "coupon", "percent": 20, "on": "drinks", "except": {"on": "wine"}}
    combined = {"kind": "combined", "parts": [part, {"kind": "free_shipping"}], "segments": "vip"}
    assert print_offer(combined) == "20% off on drinks + free shipping > except wine > for vip"
    bundle = {"kind": "bundle", "parts": [{"on": "tea", "price_to": "5", "count": 3}], "price": "9"}
    assert print_offer(bundle).endswith(" > units up to $5")


def test_an_offer_says_the_same_as_its_terms():
    terms = {"kind": "coupon", "percent": 20, "regions": "DE", "exclusive": True}
    (offer,) = read_offers([terms], None, "USD")
    assert print_offer(offer, "zh") == print_offer(terms, "zh") == "打8折 > 限地区：DE > 与其他优惠互斥"
