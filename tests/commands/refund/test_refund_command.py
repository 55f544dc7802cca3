"""`offerloop refund`: by both rules, of a basket, of a printed price, and of an order of the service."""

import json

import pytest
from small_shop import write_small_shop

import offerloop
from offerloop.errors import InputError
from offerloop.store import STORE_NAME, Database, Purchase, add_purchase, add_refund

NOW = "2026-11-11T12:00:00Z"
OFFERS = {"currency": "USD", "offers": [{"kind": "spend_and_save", "spend": "100", "save": "20"}]}
LINES = [
    {"product_id": "tea", "quantity": 3, "unit_price": "10"},
    {"product_id": "rice", "quantity": 1, "unit_price": "70"},
]
BASKET = {"currency": "USD", "shipping": "5", "lines": LINES}
TEXT = """\
3 x tea                                     24.00
to give back, discounts kept, USD           24.00
to give back, what stays priced again, USD  10.00
no longer reached by what stays: spend-and-save
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "basket.json").write_text(json.dumps(BASKET), encoding="utf-8")
    (tmp_path / "offers.json").write_text(json.dumps(OFFERS), encoding="utf-8")
    return tmp_path / "basket.json", "--offers", tmp_path / "offers.json", "--now", NOW


def test_three_teas_come_back(command, files):
    """100.00 cost 80.00: the teas 24.00, the rice 56.00; the rice alone costs 70.00."""
    assert command("refund", *files, "--return", "tea=3")[:2] == (0, TEXT)


def test_codes_stand_for_offers_as_when_it_was_bought(command, files):
    """Paid 90.00 for 100.00 with the code; what stays, 70.00, costs 60.00 with it."""
    folder = files[0].parent
    offers = {"currency": "USD", "offers": [{"kind": "coupon", "id": "ten", "amount": "10", "code_needed": True}]}
    (folder / "offers.json").write_text(json.dumps(offers), encoding="utf-8")
    (folder / "basket.json").write_text(json.dumps({**BASKET, "codes": ["te4-C0de"]}), encoding="utf-8")
    (folder / "codes.csv").write_text("code,offer_id\nTE4CODE,ten\n", encoding="utf-8")
    arguments = (*files, "--return", "tea=3")
    code, _, err = command("refund", *arguments)
    assert code == 2
    assert "the code 'te4-C0de' of the basket is the id of no offer; name the list with --codes" in err
    _, out, _ = command("refund", *arguments, "--codes", folder / "codes.csv", "--json")
    assert json.loads(out)["refund_minor"] == {"kept": 2_700, "repriced": 3_000}
    code, _, err = command("refund", "--order", "one", "--codes", folder / "codes.csv", "--return", "tea=1")
    assert code == 2
    assert "--offers, --now and --codes go with a basket" in err
    code, _, err = command("refund", "--order", "one", "--before", "tea=1", "--return", "tea=1")
    assert code == 2
    assert "the service knows what came back of an order" in err


def test_facts_for_programs(command, files):
    before = ("--before", "tea=2", "--given-back", "0")
    _, out, _ = command("refund", *files, "--return", "@1=1", *before, "--json")
    found = json.loads(out)
    assert found["refund_minor"] == {"kept": 800, "repriced": 1_000}
    assert found["given_back_minor"] == {"kept": 1_600, "repriced": 0}
    before = ("--before", "tea=3", "--given-back", "10.00")
    _, out, _ = command("refund", *files, "--return", "rice=1", *before, "--rule", "repriced", "--json")
    assert json.loads(out)["refund_minor"] == {"repriced": 8_500 - 1_000}
    _, out, _ = command("refund", *files, "--return", "rice=1", "--before", "tea=3", "--rule", "kept", "--json")
    assert json.loads(out)["refund_minor"] == {"kept": 5_600 + 500}


def test_no_units_are_none():
    found = offerloop.refund(BASKET, {"tea": 0}, OFFERS, NOW, before={"tea": 0})
    assert (set(found.refund_minor.values()), found.frames["lines"].height) == ({0}, 0)
    assert found.frames["lines"].columns == ["line", "product_id", "quantity", "kept_minor"]


def test_units_that_come_back_one_after_another_give_back_what_was_paid_and_no_more():
    """Six teas at 10.00 and rice at 70.00 cost 110.00; without three teas the rest costs 80.00, without four 90.00."""
    lines = [{**LINES[0], "quantity": 6}, LINES[1]]
    basket, returns = {"currency": "USD", "lines": lines}, ({"tea": 3}, {"tea": 1}, {"tea": 2, "rice": 1})
    before, paid = {}, []
    for units in returns:
        given_back = f"{sum(paid) / 100:.2f}" if before else None
        found = offerloop.refund(basket, units, OFFERS, NOW, before=before, given_back=given_back, rule="repriced")
        paid.append(found.refund_minor["repriced"])
        before = {name: before.get(name, 0) + units.get(name, 0) for name in {*before, *units}}
    assert paid == [3_000, 0, 8_000]


def test_what_price_printed_is_enough_where_discounts_are_kept(command, files, tmp_path):
    _, out, _ = command("price", *files, "--json")
    (tmp_path / "priced.json").write_text(out, encoding="utf-8")
    _, out, _ = command("refund", tmp_path / "priced.json", "--return", "tea=3", "--return", "rice=1", "--json")
    assert json.loads(out)["refund_minor"] == {"kept": 8_500}
    assert json.loads(out)["shipping_minor"] == 500


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--return", "tea=4"], "4 units of 'tea' cannot come back: the basket has 3"),
        (["--return", "milk=1"], "there is no 'milk' in the basket"),
        (["--return", "@3=1"], "there is no '@3' in the basket"),
        (["--return", "tea"], "written like tea=1 or @2=1, not 'tea'"),
        (["--return", "tea=0"], "written like tea=1 or @2=1, not 'tea=0'"),
        (["--return", "tea=1", "--rule", "all"], "there is no rule 'all'"),
        (["--return", "tea=1", "--before", "tea=1"], "name the sum with --given-back, or take --rule kept"),
        (["--return", "tea=1", "--given-back", "5"], "name these units with --before"),
        (
            ["--return", "tea=1", "--before", "tea=1", "--given-back", "20,00"],
            "'--given-back': '20,00' is not an amount",
        ),
        (
            ["--return", "tea=1", "--before", "tea=1", "--given-back", "85.01"],
            "'85.01' cannot have been given back: 85.00 USD was paid",
        ),
        (["--return", "tea=1", "--given-back", "1", "--rule", "kept"], "--given-back is for what stays priced again"),
        (["--return", "tea=1", "--order", "one"], "name either a basket or an --order"),
        (["--return", "tea=1", "--shop", "shop"], "--shop and --store go with an --order"),
        (["--return", "tea=1", "--store", "sqlite:///shop.db"], "--shop and --store go with an --order"),
    ],
)
def test_what_cannot_be_is_one_sentence(command, files, arguments, said):
    code, out, err = command("refund", *files, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 0)
    assert said in err


def test_an_error_names_what_it_stands_in(command, files):
    basket, _, offers, *_ = files
    returned = ("--return", "tea=1")
    assert command("refund", *files[:3], "--now", "yesterday", *returned)[2].startswith("--now must be like")
    offers.write_text("{", encoding="utf-8")
    said = command("refund", *files, *returned)[2]
    assert said.startswith(f"'{offers}'")
    assert str(basket) not in said
    basket.write_text(json.dumps({**BASKET, "lines": 5}), encoding="utf-8")
    offers.write_text(json.dumps(OFFERS), encoding="utf-8")
    assert command("refund", *files, *returned)[2].startswith(f"'{basket}'")


def test_a_product_in_several_lines_is_named_by_its_line():
    basket = {**BASKET, "lines": [*LINES, LINES[0]]}
    with pytest.raises(InputError, match="'tea' stands in several lines; name one of @1, @3"):
        offerloop.refund(basket, {"tea": 1}, OFFERS, NOW)
    assert offerloop.refund(basket, {"@3": 3}, OFFERS, NOW).lines[0].line == 3


def test_a_printed_price_cannot_be_changed_or_priced_again(command, files):
    _, out, _ = command("price", *files, "--json")
    emptied = [{**one, "quantity": 0} for one in json.loads(out)["lines"]]
    parts = [{**one, "quantity": 2.5} for one in json.loads(out)["lines"]]
    money = [{"currency": "XXY"}, {"currency": None}]
    for changed in ({"total_minor": 1}, {"lines": [{}]}, {"lines": 5}, {"lines": emptied}, {"lines": parts}, *money):
        with pytest.raises(InputError, match="the priced basket does not add up"):
            offerloop.refund({**json.loads(out), **changed}, {"tea": 1})
    with pytest.raises(InputError, match="cannot be priced again from a printed price"):
        offerloop.refund(json.loads(out), {"tea": 1}, rule="repriced")
    with pytest.raises(InputError, match="cannot be priced again from a printed price"):
        offerloop.refund(json.loads(out), {"tea": 1}, now=NOW)
    with pytest.raises(InputError, match="a basket needs offers, the file"):
        offerloop.refund(BASKET, {"tea": 1})


def test_gifts_of_a_lost_offer_should_come_back():
    offers = {"currency": "USD", "offers": [{"kind": "gift", "product": "mug", "min_spend": "100"}]}
    found = offerloop.refund(BASKET, {"tea": 1}, offers, NOW)
    assert [one.product_id for one in found.lost_gifts] == ["mug"]
    assert (
        offerloop.refund(BASKET, {"tea": 1}, {**offers, "offers": [{"kind": "gift", "product": "mug"}]}).lost_gifts
        == ()
    )


def test_an_order_of_the_service_as_it_was_priced(command, tmp_path):
    """The order was entered over HTTP, in minor units; one tea came back with its discount kept."""
    lines = [
        {"product_id": "tea", "quantity": 3, "unit_price_minor": 1_000, "list_price_minor": None, "tax": "0"},
        {"product_id": "rice", "quantity": 1, "unit_price_minor": 7_000, "attributes": {}},
    ]
    basket = {"currency": "USD", "lines": lines, "shipping_minor": 500, "segments": ["vip"], "orders_before": None}
    purchase = Purchase("one", 1_794_398_400, None, None, None, "hash", json.dumps(basket), 8_500)
    text = 'currency = "USD"\n[[offers]]\nkind = "spend_and_save"\nspend = 100\nsave = 20\nsegments = "vip"\n'
    database = Database.open(f"sqlite:///{tmp_path / STORE_NAME}")
    database.change(lambda one: add_purchase(one, purchase, text, None))
    write_small_shop(tmp_path)
    order = ("refund", "--order", "one", "--shop", tmp_path, "--return", "tea=2", "--json")
    _, out, _ = command(*order)
    assert json.loads(out)["refund_minor"] == {"kept": 1_600, "repriced": 0}
    database.change(lambda one: add_refund(one, purchase, "kept", {0: 1}, 800))
    database.close()
    _, out, _ = command(*order)
    assert json.loads(out)["refund_minor"] == {"kept": 1_600}
    assert json.loads(out)["given_back_minor"] == {"kept": 800}
    assert "counted by another rule" in command(*order, "--rule", "repriced")[2]
    returned = ("--return", "tea=1")
    assert "there is no order 'two'" in command("refund", "--order", "two", "--shop", tmp_path, *returned)[2]
    assert "needs its --shop" in command("refund", "--order", "one", *returned)[2]
    for ignored in (("--offers", "offers.toml"), ("--now", "2026-11-11T20:00:00Z")):
        assert "go with a basket" in command(*order, *ignored)[2]


def test_an_order_is_looked_up_where_the_service_keeps_it(command, tmp_path, monkeypatch):
    """The database of `[data]` or of the environment; nothing is made in the shop."""
    shop, other = tmp_path / "shop", tmp_path / "other.db"
    shop.mkdir()
    config = write_small_shop(shop)
    before = {one.name for one in shop.iterdir()}
    order = ("refund", "--order", "one", "--shop", shop, "--return", "tea=1", "--json")
    code, _, err = command(*order)
    assert (code, f"there is no database '{shop / STORE_NAME}'" in err) == (2, True)
    lines = [{"product_id": "tea", "quantity": 2, "unit_price_minor": 1_000}]
    basket = json.dumps({"currency": "USD", "lines": lines, "shipping_minor": 0, "segments": [], "orders_before": None})
    text = 'currency = "USD"\n[[offers]]\nkind = "spend_and_save"\nspend = 100\nsave = 20\n'
    database = Database.open(f"sqlite:///{other}")
    purchase = Purchase("one", 1_794_398_400, None, None, None, "hash", basket, 2_000)
    database.change(lambda one: add_purchase(one, purchase, text, None))
    database.close()
    monkeypatch.setenv("OFFERLOOP_STORE", f"sqlite:///{other}")
    assert json.loads(command(*order)[1])["refund_minor"]["kept"] == 1_000
    monkeypatch.delenv("OFFERLOOP_STORE")
    text = config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[data]\nstore = "sqlite:///../other.db"\n', encoding="utf-8")
    assert json.loads(command(*order)[1])["refund_minor"]["kept"] == 1_000
    assert {one.name for one in shop.iterdir()} == before


def test_the_text_is_in_the_language_of_the_shop():
    found = offerloop.refund({**BASKET, "currency": "CNY"}, {"tea": 1}, {**OFFERS, "currency": "CNY"}, NOW)
    assert found.sentence.startswith("保留优惠")
    assert found.frames["refunds"].rows() == [("kept", 800, 0), ("repriced", 0, 0)]
