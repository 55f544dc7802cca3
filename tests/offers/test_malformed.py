"""Wrong baskets and offers: one sentence that names the place, exit code 2."""

import json

import pytest

from offerloop.errors import InputError
from offerloop.offers import read_basket, read_offers
from offerloop.workspace import read_offers_file

LINE = {"product_id": "tea", "quantity": 1, "unit_price": "9.99"}
COUPON = {"kind": "coupon", "percent": 10}


def line(**changed):
    written = {**LINE, **changed}
    return {"currency": "USD", "lines": [LINE, {name: value for name, value in written.items() if value is not ...}]}


BASKETS = {
    "no table": ([], "must be a table with 'currency' and 'lines'"),
    "no currency": ({"lines": []}, "'currency' must be an ISO code"),
    "unknown currency": ({"currency": "XXQ", "lines": []}, "'currency' must be an ISO code such as \"EUR\", not 'XXQ'"),
    "no lines": ({"currency": "USD"}, "the basket needs the field 'lines'"),
    "lines no list": ({"currency": "USD", "lines": {"a": 1}}, "'lines' of the basket must be a list"),
    "line no table": ({"currency": "USD", "lines": [5]}, "line 1 of the basket must be a table"),
    "no product": (line(product_id=...), "line 2 of the basket needs the field 'product_id'"),
    "product a number": (line(product_id=5), "line 2 of the basket: 'product_id' must be text"),
    "no quantity": (line(quantity=...), "line 2 of the basket needs the field 'quantity'"),
    "quantity zero": (line(quantity=0), "line 2 of the basket: 'quantity' must be a whole number of at least 1, not 0"),
    "quantity half": (line(quantity=1.5), "line 2 of the basket: 'quantity' must be a whole number"),
    "no price": (line(unit_price=...), "line 2 of the basket needs the field 'unit_price'"),
    "price below zero": (line(unit_price="-1"), "line 2 of the basket: 'unit_price' must not be below zero"),
    "price of three digits": (
        line(unit_price="1.234"),
        "line 2 of the basket: 'unit_price': '1.234' is not an amount in USD",
    ),
    "price above list": (line(list_price="9.98"), "line 2 of the basket: the price of 'tea' is above its list price"),
    "categories text": (line(categories="drinks"), "line 2 of the basket: 'categories' must be a list"),
    "selected text": (line(selected="yes"), "line 2 of the basket: 'selected' must be true or false"),
    "tax of 19": (line(tax=19), "line 2 of the basket: 'tax' must be from 0 to 1"),
    "misspelt field": (line(quantitty=2), "line 2 of the basket has no field 'quantitty', did you mean 'quantity'"),
    "misspelt basket field": (
        {"currency": "USD", "lines": [], "shiping": 1},
        "no field 'shiping', did you mean 'shipping'",
    ),
    "shipping": ({"currency": "USD", "lines": [], "shipping": "free"}, "'shipping': 'free' is not an amount of money"),
    "shipment": (
        {"currency": "USD", "lines": [], "shipments": [{"price": "1"}, {"carrier": "ups", "price": "1"}]},
        "shipment 2 of the basket has no field 'carrier'",
    ),
    "shipment's price": (
        {"currency": "USD", "lines": [], "shipments": [{"price": "1.001"}]},
        "shipment 1 of the basket: 'price': '1.001' is not an amount",
    ),
    "customer": ({"currency": "USD", "lines": [], "customer": "ann"}, "'customer' must be a table"),
    "orders": (
        {"currency": "USD", "lines": [], "customer": {"orders_before": -1}},
        "'orders_before' of the customer must",
    ),
    "segments": (
        {"currency": "USD", "lines": [], "customer": {"segments": [1]}},
        "'segments' must be a name or a list",
    ),
    "usage": ({"currency": "USD", "lines": [], "usage": {"flash": {"sold": -1}}}, "'usage' of 'flash' must be like"),
}
OFFERS = {
    "no currency": ({"offers": [COUPON]}, "'currency' must be an ISO code"),
    "no offers": ({"currency": "USD"}, "the file needs the field 'offers'"),
    "unknown kind": ([{"kind": "cupon"}], "offer 1: there is no offer kind 'cupon', did you mean 'coupon'"),
    "nothing off": (
        [{"kind": "coupon", "id": "a"}],
        "offer 1 ('a'): coupon 'a' needs one of 'percent', 'amount' and 'price'",
    ),
    "an amount": ([COUPON, {"kind": "coupon", "id": "a", "amount": "2,0"}], "offer 2 ('a'): 'amount': '2,0' is not"),
    "a field of except": ([{**COUPON, "except": {"category": "tea"}}], "the table 'except' has no field 'category'"),
    "a field of any_of": ([{**COUPON, "any_of": [{"starts_at": "x"}]}], "a table of 'any_of' has no field 'starts_at'"),
    "prices": ([{**COUPON, "price_from": "9", "price_to": "5"}], "'price_from' of 'coupon' is above its 'price_to'"),
    "an empty list": ([], "'offers' is an empty list; give at least one table"),
    "not with a misspelt one": (
        [{**COUPON, "id": "spring"}, {**COUPON, "id": "b", "not_with": "sprnig"}],
        "'not_with' of 'b' names 'sprnig', which is no other offer, did you mean 'spring'",
    ),
    "not with itself": ([{**COUPON, "id": "b", "not_with": "b"}], "names 'b', which is no other offer"),
    "a policy in one currency": (
        {
            "currency": "USD",
            "offers": [{"kind": "coupon", "amount": {"USD": "5", "EUR": "4"}}],
            "policy": {"max_discount": "30"},
        },
        "max_discount of the policy needs an amount in EUR too, in which offers have theirs",
    ),
    "two off": ([{**COUPON, "amount": "5"}], "needs one of 'percent', 'amount' and 'price'"),
    "percentage": ([COUPON, {**COUPON, "percent": 120}], "offer 2: 'percent' must be between 0 and 100, not 120"),
    "misspelt": ([{**COUPON, "max_discont": 5}], "has no field 'max_discont', did you mean 'max_discount'"),
    "same id": ([{**COUPON, "id": "a"}, {**COUPON, "id": "a"}], "two offers have the id 'a'"),
    "falling tiers": (
        [{"kind": "spend_and_save", "id": "t", "tiers": [{"spend": 9, "save": 1}, {"spend": 5, "save": 1}]}],
        "the tiers of 't' must rise",
    ),
    "saves more": ([{"kind": "spend_and_save", "spend": 5, "save": 6}], "'save' (6) is more than 'spend' (5)"),
    "tiers no list": ([{"kind": "spend_and_save", "tiers": 5}], "'tiers' must be a list of tables"),
    "day": ([{**COUPON, "days": ["sunday"]}], "'days' must be of mon, tue, wed, thu, fri, sat, sun, not 'sunday'"),
    "hours": ([{**COUPON, "between": "evening"}], "'between' must be like \"18:00-22:00\""),
    "zone": ([{**COUPON, "timezone": "Shanghai"}], "'timezone' must be a name such as"),
    "start": ([{**COUPON, "starts_at": "soon"}], "'starts_at' must be like"),
    "end first": (
        [{**COUPON, "starts_at": "2026-02-01", "ends_at": "2026-01-01"}],
        "'ends_at' (2026-01-01) must be after",
    ),
    "lane": ([{**COUPON, "lane": "cupon"}], "'lane' must be one of"),
    "priority": ([{**COUPON, "priority": "high"}], "'priority' must be a whole number"),
    "both": ([{**COUPON, "exclusive": True, "stackable": True}], "cannot be both 'exclusive' and 'stackable'"),
    "measured": ([{**COUPON, "measured": "now"}], "'measured' must be one of"),
    "bundle": ([{"kind": "bundle", "id": "b", "parts": [{"count": 2}]}], "needs either 'price' or 'percent'"),
    "count": (
        [{"kind": "bundle", "parts": [{"count": 0}], "price": 5}],
        "'count' must be a whole number of at least 1",
    ),
    "stock": ([{"kind": "flash_sale", "percent": 5, "stock": -1}], "'stock' must be a whole number of at least 1"),
    "inside": (
        [{"kind": "combined", "id": "c", "parts": [{**COUPON, "min_spend": 5}]}],
        "conditions, stacking, contact and 'assumed' of 'c' stand beside its parts",
    ),
    "contact inside": (
        [{"kind": "combined", "id": "c", "parts": [{**COUPON, "contact_cost": "0.50"}]}],
        "contact and 'assumed' of 'c' stand beside its parts",
    ),
    "assumed inside": (
        [{"kind": "combined", "id": "c", "parts": [{**COUPON, "assumed": {"p_redeem": 0.1, "value": "1"}}]}],
        "contact and 'assumed' of 'c' stand beside its parts",
    ),
    "no products": (
        [{**COUPON, "products": []}],
        "'products' is an empty list; give at least one name, or leave it out",
    ),
    "no segments": ([{**COUPON, "segments": []}], "'segments' is an empty list"),
    "no regions": ([{**COUPON, "regions": []}], "'regions' is an empty list"),
    "no methods": ([{"kind": "free_shipping", "methods": []}], "'methods' is an empty list"),
    "hours of a coupon": ([{**COUPON, "hours": 2}], "'hours' goes with 'starts_at' and without 'ends_at'"),
    "hours and an end": (
        [{**COUPON, "hours": 2, "starts_at": "2026-01-01", "ends_at": "2026-01-02"}],
        "'hours' goes with 'starts_at' and without 'ends_at'",
    ),
    "hours from no time": (
        [{"kind": "flash_sale", "id": "f", "percent": 20, "hours": 2}],
        "the 'hours' of 'f' count from 'starts_at'; give it",
    ),
    "policy": ({"currency": "USD", "offers": [COUPON], "policy": {"choice": "worst"}}, "'choice' must be one of"),
}


@pytest.mark.parametrize("case", BASKETS)
def test_a_wrong_basket(case, command, tmp_path):
    written, said = BASKETS[case]
    (tmp_path / "basket.json").write_text(json.dumps(written), encoding="utf-8")
    (tmp_path / "offers.json").write_text(json.dumps({"currency": "USD", "offers": [COUPON]}), encoding="utf-8")
    code, out, err = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json")
    assert (code, out, err.count("\n")) == (2, "", 0)
    assert "basket.json" in err
    assert said in err


@pytest.mark.parametrize("case", OFFERS)
def test_wrong_offers(case, command, tmp_path):
    written, said = OFFERS[case]
    document = written if isinstance(written, dict) else {"currency": "USD", "offers": written}
    (tmp_path / "basket.json").write_text(json.dumps({"currency": "USD", "lines": [LINE]}), encoding="utf-8")
    (tmp_path / "offers.json").write_text(json.dumps(document), encoding="utf-8")
    code, out, err = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json")
    assert (code, out, err.count("\n")) == (2, "", 0)
    assert "offers.json" in err
    assert said in err


def test_a_configuration_given_as_a_file_of_offers_is_told_what_is_wanted(tmp_path):
    path = tmp_path / "offerloop.toml"
    path.write_text('[shop]\nname = "Corner shop"\n[[campaigns]]\nid = "a"\n', encoding="utf-8")
    with pytest.raises(InputError, match="is the configuration of a shop, and a file of offers is wanted here"):
        read_offers_file(path)
    orders = tmp_path / "orders.csv"
    orders.write_text("order,product\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"orders\.csv' is neither TOML nor JSON"):
        read_offers_file(orders)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("basket.json", "{", "is not JSON"),
        ("offers.toml", "kind = ", "is not TOML"),
        (
            "basket.json",
            '{"currency": "USD", "lines": [], "lines": []}',
            "basket.json': 'lines' is there twice in one table",
        ),
        ("offers.json", None, "cannot be read"),
        ("basket.json", b"\xff\xfe", "is not UTF-8"),
    ],
    ids=["json", "toml", "twice", "missing", "encoding"],
)
def test_a_file_that_cannot_be_read(name, text, said, command, tmp_path):
    paths = {"basket": tmp_path / "basket.json", "offers": tmp_path / "offers.json"}
    paths["basket"].write_text(json.dumps({"currency": "USD", "lines": [LINE]}), encoding="utf-8")
    paths["offers"].write_text(json.dumps({"currency": "USD", "offers": [COUPON]}), encoding="utf-8")
    wrong = tmp_path / name
    paths[name.split(".")[0]] = wrong
    if text is None:
        wrong.unlink()
    else:
        wrong.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, _, err = command("price", paths["basket"], "--offers", paths["offers"])
    assert code == 2
    assert name in err
    assert said in err


def test_files_may_begin_with_a_mark_of_their_encoding(command, tmp_path):
    (tmp_path / "basket.json").write_text(json.dumps({"currency": "USD", "lines": [LINE]}), encoding="utf-8-sig")
    offers = 'currency = "USD"\n[[offers]]\nkind = "coupon"\npercent = 10\n'
    (tmp_path / "offers.toml").write_text(offers, encoding="utf-8-sig")
    assert command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.toml")[0] == 0


@pytest.mark.parametrize("name", ["basket.json", "offers.json"])
def test_half_a_sign_is_no_text(name, command, tmp_path):
    basket, offers = {"currency": "USD", "lines": [LINE]}, {"currency": "USD", "offers": [COUPON]}
    (tmp_path / "basket.json").write_text(json.dumps(basket), encoding="utf-8")
    (tmp_path / "offers.json").write_text(json.dumps(offers), encoding="utf-8")
    half = json.dumps(line(product_id="tea \ud83c") if name == "basket.json" else {**offers, "x": ["\ud83c"]})
    (tmp_path / name).write_text(half, encoding="utf-8")
    code, out, err = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json")
    assert (code, out, err.count("\n")) == (2, "", 0)
    assert f"{name}' holds \\ud83c without its other half" in err


def test_both_halves_are_a_sign(command, tmp_path):
    basket = line(product_id="tea \U0001f375")
    (tmp_path / "basket.json").write_text(json.dumps(basket), encoding="utf-8")
    (tmp_path / "offers.json").write_text(json.dumps({"currency": "USD", "offers": [COUPON]}), encoding="utf-8")
    code, out, _ = command("price", tmp_path / "basket.json", "--offers", tmp_path / "offers.json")
    assert code == 0
    assert "tea \U0001f375" in out


@pytest.mark.parametrize("now", ["soon", "2026-11-11T20:00:00"])
def test_a_moment_needs_an_offset(now, command, tmp_path):
    code, _, err = command("price", tmp_path / "b.json", "--offers", tmp_path / "o.json", "--now", now)
    assert code == 2
    assert "--now" in err


def test_an_offer_on_each_category_is_no_offer_of_a_file():
    document = {"currency": "USD", "offers": [COUPON, {**COUPON, "id": "each", "on": "each category"}]}
    with pytest.raises(InputError, match="offer 'each' is on \"each category\", of which only campaigns"):
        read_offers_file(document)


@pytest.mark.parametrize("number", ["1e-9000000", "1E9000000", "1e-9_000_000", "1e999999999"])
def test_numbers_with_huge_exponents_are_refused_at_once(number):
    with pytest.raises(InputError, match="'percent' must be a number"):
        read_offers([{**COUPON, "percent": number}], None, "USD")
    with pytest.raises(InputError, match="'funded_share' must be a number"):
        read_offers([{**COUPON, "funded_share": number}], None, "USD")
    with pytest.raises(InputError, match="'tax' must be a number"):
        read_basket(line(tax=number))


def test_nothing_may_be_ruled_out_and_nothing_presented():
    read_offers([{**COUPON, "not_segments": [], "not_with": [], "not_regions": [], "currencies": []}], None, "USD")
    read_basket({"currency": "USD", "lines": [LINE], "codes": [], "customer": {"segments": []}})
