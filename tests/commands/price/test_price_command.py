"""`offerloop price`: a bill for people and facts for programs."""

import json
import re

from rich.cells import cell_len

import offerloop

OFFERS = """
currency = "USD"

[policy]
max_share = 0.5

[[offers]]
id = "flash"
kind = "flash_sale"
products = ["tea"]
percent = 30
starts_at = "2026-11-11T20:00:00"
hours = 2
timezone = "Asia/Shanghai"
stock = 3

[[offers]]
kind = "spend_and_save"
tiers = [{spend = 50, save = 5}, {spend = 100, save = 15}]

[[offers]]
id = "ten"
kind = "coupon"
percent = 10
on = "drinks"
code_needed = true

[[offers]]
kind = "gift"
product = "mug"
"""
BASKET = {
    "currency": "USD",
    "shipping": "4.90",
    "codes": ["ten"],
    "lines": [
        {"product_id": "tea", "quantity": 4, "unit_price": "9.99", "category": "drinks", "lowest_30_days": "8.50"},
        {"product_id": "bread", "quantity": 1, "unit_price": "3.20", "tax": "0.07"},
    ],
}
BILL = """\
4 x tea                                      39.96
    flash: 30 % off tea for 2 hours          -9.00
    ten: 10 % off drinks                     -3.10
    lowest price of the last 30 days: 34.00
1 x bread                                     3.20
shipping                                      4.90
tax included                                  0.21
to pay, USD                                  35.96
also: 1 x mug as a gift
not spend-and-save: spend 6.84 more
"""


SHIPPED = """\
1 x tea                                   60.00
2 x mug                                    0.00
shipping (north, express)                  5.00
shipping (south)                           9.00
    free-shipping: free shipping (south)  -9.00
tax included                               0.80
to pay, USD                               65.00
gift mug: 2 in the basket, and offers give 1
"""


def files(tmp_path):
    (tmp_path / "offers.toml").write_text(OFFERS, encoding="utf-8")
    (tmp_path / "basket.json").write_text(json.dumps(BASKET), encoding="utf-8")
    return tmp_path / "basket.json", "--offers", tmp_path / "offers.toml"


def test_the_bill(command, tmp_path):
    code, out, _ = command("price", *files(tmp_path), "--now", "2026-11-11T12:30:00Z")
    assert (code, out) == (0, BILL)


def test_facts_for_programs_add_up(command, tmp_path):
    code, out, _ = command("price", *files(tmp_path), "--now", "2026-11-11T14:00:00Z", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["total_minor"] == sum(one["paid_minor"] for one in found["lines"]) + found["shipping_minor"] == 4406
    assert {one["offer_id"]: one["why"] for one in found["rejected"]} == {
        "flash": "ended",
        "spend-and-save": "spend_more",
    }
    assert [one["offer_id"] for one in found["applied"]] == ["ten", "gift"]


def test_a_choice_that_was_not_exact_says_how_far_from_the_best_it_may_be(command, tmp_path):
    offers = [
        {"kind": "coupon", "id": f"o{place}", "percent": 5 + place, "stackable": place % 2 == 0} for place in range(14)
    ]
    written = {"currency": "USD", "policy": {"effort": 1}, "offers": offers}
    (tmp_path / "offers.json").write_text(json.dumps(written), encoding="utf-8")
    (tmp_path / "basket.json").write_text(json.dumps(BASKET), encoding="utf-8")
    _, out, _ = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json", "--json")
    gap = json.loads(out)["gap_minor"]
    assert 0 < gap <= json.loads(out)["total_minor"]
    _, out, _ = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json")
    assert f"could save at most {gap / 100:.2f} more" in out
    assert offerloop.price(BASKET, written).sentence.endswith(f"could save at most {gap / 100:.2f} more.")
    assert f"{gap / 100:.2f}" in offerloop.price(BASKET, written, language="zh").sentence.split("。")[1]
    (tmp_path / "offers.json").write_text(json.dumps({**written, "policy": {}}), encoding="utf-8")
    _, out, _ = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json", "--json")
    assert json.loads(out)["gap_minor"] == 0


def test_the_bill_in_chinese(command, tmp_path):
    code, out, _ = command("price", *files(tmp_path), "--now", "2026-11-11T14:00:00Z", "--language", "zh")
    assert code == 0
    assert [word for word in ("应付，USD", "运费", "未使用 flash：已结束", "再消费") if word not in out] == []


def test_shipments_and_gifts_on_the_bill(command, tmp_path):
    lines = [
        {"product_id": "tea", "quantity": 1, "unit_price": "60", "shop": "south"},
        {"product_id": "mug", "quantity": 2, "unit_price": "5", "gift": True},
    ]
    shipments = [{"price": "5", "shop": "north", "method": "express", "tax": "0.19"}, {"price": "9", "shop": "south"}]
    offers = [{"kind": "free_shipping", "shops": "south"}, {"kind": "gift", "product": "mug"}]
    basket, policy = {"currency": "USD", "lines": lines, "shipments": shipments}, {"tax_rounds": "invoice"}
    (tmp_path / "basket.json").write_text(json.dumps(basket), encoding="utf-8")
    (tmp_path / "offers.json").write_text(json.dumps({"currency": "USD", "offers": offers, "policy": policy}))
    code, out, _ = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json")
    assert (code, out) == (0, SHIPPED)
    _, out, _ = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json", "--json")
    assert [(one["shop"], one["paid_minor"]) for one in json.loads(out)["shipments"]] == [("north", 500), ("south", 0)]
    assert json.loads(out)["gift_lines"] == [{"product_id": "mug", "given": 1, "in_basket": 2}]


def test_codes_are_not_ids_of_offers(command, tmp_path):
    """One code is corrected, one is unknown, and one is Anna's."""
    basket = {**BASKET, "codes": ["te4-C0de", "nope", "hers"], "customer": {"customer_id": "bob"}}
    (tmp_path / "codes.csv").write_text("code,offer_id,customer_id\nTE4CODE,ten,\nHERS,ten,anna\n", encoding="utf-8")
    arguments = (*files(tmp_path), "--codes", tmp_path / "codes.csv", "--now", "2026-11-11T14:00:00Z")
    (tmp_path / "basket.json").write_text(json.dumps(basket), encoding="utf-8")
    _, out, _ = command("price", *arguments)
    assert "    ten: 10 % off drinks" in out
    assert out.splitlines()[-6:-3] == [
        "code te4-C0de is taken as TE4CODE", "code nope is not known, or stands for several",
        "code hers belongs to another customer",
    ]  # fmt: skip
    _, out, _ = command("price", *arguments, "--json")
    assert json.loads(out)["codes"] == {
        "corrected": {"te4-C0de": "TE4CODE"}, "unknown": ["nope"], "of_others": ["hers"],
    }  # fmt: skip


def test_the_bill_of_a_shop_is_in_its_language_and_its_columns_line_up(command, tmp_path):
    """Signs of Chinese are two columns wide."""
    lines = [
        {"product_id": "乌龙茶", "quantity": 12, "unit_price": "100", "category": "茶叶"},
        {"product_id": "mug 马克杯", "quantity": 1, "unit_price": "20"},
    ]
    offers = [{"kind": "coupon", "id": "茶券", "percent": 20, "on": "茶叶"}, {"kind": "gift", "product": "茶匙"}]
    (tmp_path / "basket.json").write_text(json.dumps({"currency": "CNY", "lines": lines}), encoding="utf-8")
    (tmp_path / "offers.json").write_text(json.dumps({"currency": "CNY", "offers": offers}), encoding="utf-8")
    code, out, _ = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json")
    bill = out.splitlines()
    rows = [line for line in bill if line.endswith(("00", "0.00"))]
    assert code == 0
    assert [line.split()[-1] for line in rows] == ["1200.00", "-240.00", "20.00", "0.00", "980.00"]
    assert len({cell_len(line) for line in rows}) == 1
    assert rows[1].startswith("    茶券：茶叶 8 折")
    assert [line for line in bill if re.search("[a-z]{4}", line)] == []


def test_a_code_of_an_offer_that_is_not_there_is_said(command, tmp_path):
    (tmp_path / "codes.csv").write_text("code,offer_id\nSPRING,a campaign's\n", encoding="utf-8")
    (tmp_path / "basket.json").write_text(json.dumps({**BASKET, "codes": ["spring"]}), encoding="utf-8")
    offers = {"currency": "USD", "offers": [{"kind": "coupon", "percent": 10, "not_with": "a campaign's"}]}
    (tmp_path / "offers.json").write_text(json.dumps(offers), encoding="utf-8")
    named = ("--offers", tmp_path / "offers.json", "--codes", tmp_path / "codes.csv")
    code, out, _ = command("price", tmp_path / "basket.json", *named)
    assert code == 0
    assert "a code stands for 'a campaign's', which is none of these offers" in out
