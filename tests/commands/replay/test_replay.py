"""Offers over past orders: sums that are known by construction, and what a log of orders cannot know."""

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest
from page_texts import links_to_nowhere, texts_left_outside
from pseudo_language import installed

from offerloop.cli import main
from offerloop.commands.replay.files import write
from offerloop.commands.replay.page import assumption, notes, render_replay, sentence, summarise_replay
from offerloop.commands.replay.task import ReplayRequest, replay, segments_of
from offerloop.commands.replay.terminal_text import page
from offerloop.errors import InputError
from offerloop.offers import Basket, BasketLine, price, read_offers
from offerloop.report.skeleton import kept_together

HEAD = "order_id,customer_id,product_id,ordered_at,quantity,paid"
FIVE = 'kind = "spend_and_save"\nid = "five"\nspend = "20.00"\nsave = "5.00"'
FLASH = 'kind = "flash_sale"\nid = "flash"\npercent = 50\nstock = 5\nproducts = ["P1"]'


def file(folder, text, name="orders.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def orders(folder, *rows, head=HEAD):
    return file(folder, "\n".join([head, *rows]) + "\n")


def offers(folder, *kinds, policy=""):
    text = "\n".join(f"[[offers]]\n{one}" for one in kinds)
    return Path(file(folder, f'currency = "EUR"\n{policy}\n{text}\n', "offers.toml"))


def done(folder, rows, kinds, head=HEAD, **options):
    options = {"zone": "Europe/Berlin"} | options
    return replay(ReplayRequest(orders(folder, *rows, head=head), offers(folder, *kinds), **options))


def found(folder, rows, kinds, head=HEAD, **options):
    return done(folder, rows, kinds, head, **options).findings


@pytest.fixture
def many():
    """60 orders of up to three products over five days."""
    rows = []
    for number in range(60):
        for line in range(1 + number % 3):
            product, units = (number + line) % 4, 1 + number % 2
            rows.append(
                f"{900 + number},C{number % 7},P{product},2025-05-{1 + number % 5:02} 12:{number:02}:00,{units},"
                f"{units * (500 + 311 * product) / 100:.2f}"
            )
    return rows


def baskets(rows):
    """The same by hand."""
    cells = [row.split(",") for row in rows]
    for order in dict.fromkeys(row[0] for row in cells):
        mine = sorted(row for row in cells if row[0] == order)
        units = [(row[2], int(row[4]), round(100 * float(row[5]))) for row in mine]
        yield Basket("EUR", tuple(BasketLine(name, n, minor // n) for name, n, minor in units))


KINDS = (FIVE, 'kind = "coupon"\nid = "tenth"\npercent = 10\nproducts = ["P2", "P3"]\nfunded_share = 0.5')


def test_totals_are_the_sums_over_priced_baskets(many, tmp_path):
    total = found(tmp_path, many, KINDS).total
    terms = [
        {"kind": "spend_and_save", "id": "five", "spend": "20.00", "save": "5.00"},
        {"kind": "coupon", "id": "tenth", "percent": 10, "products": ["P2", "P3"], "funded_share": 0.5},
    ]
    known = read_offers(terms, None, "EUR")
    priced = [price(basket, known, 0) for basket in baskets(many)]
    assert total.orders == len(priced) == 60
    assert total.before_minor == sum(one.goods_before_minor for one in priced)
    assert total.discount_minor == sum(one.discount_minor for one in priced) > 0
    assert total.funded_minor == sum(part.funded_minor for one in priced for part in one.applied) > 0
    assert total.touched == sum(one.discount_minor > 0 for one in priced)
    assert 0 < total.touched < 60


def test_days_offers_and_touched_orders_add_up_to_the_totals(many, tmp_path):
    result = done(tmp_path, many, KINDS, margin="0.3")
    one = result.findings
    assert len(one.by_day) == 5
    for name in ("orders", "touched", "before_minor", "discount_minor", "margin_before_minor", "margin_after_minor"):
        assert sum(getattr(day, name) for day in one.by_day.values()) == getattr(one.total, name)
    assert sum(offer.discount_minor for offer in one.by_offer) == one.total.discount_minor
    assert sum(offer.funded_minor for offer in one.by_offer) == one.total.funded_minor
    assert result.touched.height == one.total.touched
    assert result.touched["discount_minor"].sum() == one.total.discount_minor
    assert max(offer.biggest_minor for offer in one.by_offer) == 500


def test_the_order_of_the_rows_changes_nothing(many, tmp_path):
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    kinds = (*KINDS, FLASH)
    one, other = (found(place, rows, kinds) for place, rows in zip(folders, (many, many[::-1]), strict=True))
    assert one.total == other.total
    assert one.by_day == other.by_day


def test_a_flash_sale_sells_its_stock_in_order_of_time(tmp_path):
    rows = [
        "late,C3,P1,2025-05-03 10:00:00,3,30.00",
        "first,C1,P1,2025-05-01 10:00:00,3,30.00",
        "second,C2,P1,2025-05-02 10:00:00,4,40.00",
    ]
    result = done(tmp_path, rows, [FLASH])
    assert dict(result.touched.select("order_id", "discount_minor").iter_rows()) == {"first": 1500, "second": 1000}


def test_a_flash_sale_uses_up_its_stock_with_the_units_that_it_reduced(tmp_path):
    rows = [f"{n},C{n},P1,2025-05-0{n} 10:00:00,{units},{units}0.00" for n, units in ((1, 5), (2, 4), (3, 3), (4, 3))]
    limited = FLASH.replace("stock = 5", "stock = 3\nunits_per_line = 1")
    result = done(tmp_path, rows, [limited])
    assert dict(result.touched.select("order_id", "discount_minor").iter_rows()) == {"1": 500, "2": 500, "3": 500}


def test_an_amount_that_does_not_divide_by_the_units_stays_one_line(tmp_path):
    kind = 'kind = "coupon"\nid = "one"\nprice = "6.00"\neach_unit = true\nunits_per_line = 1\nproducts = ["P1"]'
    even, odd = (found(tmp_path, [f"1,C1,P1,2025-05-01 10:00:00,5,{paid}"], [kind]) for paid in ("50.00", "50.01"))
    assert (even.total.discount_minor, odd.total.discount_minor) == (400, 401)
    assert odd.total.before_minor == 5001


def test_a_customer_s_limit_is_used_up_over_orders_and_guests_are_new_every_time(tmp_path):
    limited = FLASH.replace("stock = 5", "per_customer = 3")
    rows = [
        "1,C1,P1,2025-05-01 10:00:00,2,20.00",
        "2,C1,P1,2025-05-02 10:00:00,2,20.00",
        "3,C1,P1,2025-05-03 10:00:00,2,20.00",
        "4,,P1,2025-05-04 10:00:00,4,40.00",
        "5,,P1,2025-05-05 10:00:00,4,40.00",
        "6,C2,P1,2025-05-05 11:00:00,1,10.00",
    ]
    result = done(tmp_path, rows, [limited])
    assert dict(result.touched.select("order_id", "discount_minor").iter_rows()) == {
        "1": 1000, "2": 500, "4": 1500, "5": 1500, "6": 500,
    }  # fmt: skip


def test_a_window_holds_on_the_day_on_which_clocks_change(tmp_path):
    """On 2025-03-30 Berlin's clocks go from 2 to 3: 23:30 UTC of the day before is inside, 22:30 is the next day."""
    day = 'starts_at = "2025-03-30T00:00:00"\nends_at = "2025-03-31T00:00:00"\ntimezone = "Europe/Berlin"'
    rows = [
        "before,C1,P1,2025-03-29T22:59:00Z,1,30.00",
        "early,C1,P1,2025-03-29T23:30:00Z,1,30.00",
        "late,C2,P1,2025-03-30T21:59:00Z,1,30.00",
        "after,C3,P1,2025-03-30T22:00:00Z,1,30.00",
    ]
    result = done(tmp_path, rows, [f"{FIVE}\n{day}"])
    assert result.touched["order_id"].to_list() == ["early", "late"]
    assert [(one.orders, one.touched) for one in result.findings.by_day.values()] == [(1, 0), (2, 2), (1, 0)]


def test_days_without_a_clock_begin_in_the_zone(tmp_path):
    day = 'starts_at = "2025-11-11T00:00:00"\nends_at = "2025-11-12T00:00:00"\ntimezone = "America/New_York"'
    rows = [f"{n},C1,P1,2025-11-{n},1,30.00" for n in (10, 11, 12)]
    result = done(tmp_path, rows, [f"{FIVE}\n{day}"], zone="America/New_York")
    assert result.touched["order_id"].to_list() == ["11"]
    assert [one.touched for one in result.findings.by_day.values()] == [0, 1, 0]


def test_numbers_that_are_used_again_stand_for_several_orders(tmp_path):
    """None of the four orders reaches the 20.00 that their lines together would."""
    rows = [
        "7,C1,P1,2025-05-01 10:00:00,1,8.00",
        "7,C2,P1,2025-05-01 10:00:00,1,8.00",
        "7,C1,P1,2025-05-02 10:00:00,1,8.00",
        "7,,P1,2025-05-01 10:00:00,1,8.00",
        "8,C1,P1,2025-05-01 10:00:00,1,12.00",
        "8,C1,P2,2025-05-01 10:05:00,1,8.00",
    ]
    result = found(tmp_path, rows, [FIVE])
    assert (result.total.orders, result.total.touched) == (5, 1)
    assert ("reused", {"n": 1}) in [(one.key, one.values) for one in result.notes]


ROW = "1,C1,P1,2025-05-01 10:00:00,3,30.00"


def test_offers_with_a_code_count_for_everybody_or_for_nobody(tmp_path):
    coded = f"{FIVE}\ncode_needed = true"
    everybody, nobody = (found(tmp_path, [ROW], [coded], codes=codes) for codes in ("all", "none"))
    assert (everybody.total.discount_minor, nobody.total.discount_minor) == (500, 0)
    assert "as if every customer had presented it" in notes(everybody)[0]
    assert "nobody is taken to have presented one" in notes(nobody)[0]


def test_an_order_s_number_is_counted_within_the_file(tmp_path):
    rows = [ROW.replace("1,C1", "7,C1").replace("-01 ", "-09 "), ROW, ROW.replace("1,C1", "2,C2")]
    one = done(tmp_path, rows, [f"{FIVE}\norder_number = 1"])
    assert one.touched["order_id"].to_list() == ["1", "2"]
    assert any("within the file only" in note for note in notes(one.findings))


def test_segments_come_from_the_customers(tmp_path):
    kind = f'{FIVE}\nsegments = ["vip"]'
    rows = [ROW, ROW.replace("1,C1", "2,C2")]
    without = found(tmp_path, rows, [kind])
    assert without.total.touched == 0
    assert any("touch nothing: five" in note for note in notes(without))
    customers = file(tmp_path, "customer_id,segments\nC1,new\nC2,new;vip\nC3,vip\nC4,new\n", "customers.csv")
    one = done(tmp_path, rows, [kind], customers=customers)
    assert one.touched["order_id"].to_list() == ["2"]
    assert segments_of(" a|b, c;") == {"a", "b", "c"}


PRODUCTS = "product_id,category,unit_cost\nP1,Tea,4.00\nP2,Cake,2.00\nP3,Tea,1.00\n"


def test_categories_and_costs_come_from_the_products(tmp_path):
    rows = [ROW, "2,C1,P2,2025-05-01 11:00:00,2,30.00"]
    kind = 'kind = "coupon"\npercent = 10\non = "Tea"'
    one = found(tmp_path, rows, [kind], products=file(tmp_path, PRODUCTS, "products.csv"))
    assert (one.total.discount_minor, one.total.touched) == (300, 1)
    assert one.total.margin_before_minor == 3000 - 3 * 400 + 3000 - 2 * 200
    assert one.total.margin_after_minor == one.total.margin_before_minor - 300


def test_costs_of_the_lines_come_before_those_of_the_products(tmp_path):
    head, rows = f"{HEAD},unit_cost", [f"{ROW},3.50"]
    products = file(tmp_path, PRODUCTS, "products.csv")
    assert found(tmp_path, rows, [FIVE], head=head, products=products).total.margin_before_minor == 3000 - 1050


def test_a_margin_stands_in_where_no_cost_is_known(tmp_path):
    products = file(tmp_path, PRODUCTS, "products.csv")
    rows = [ROW, "2,C1,P9,2025-05-01 11:00:00,1,9.99"]
    without = found(tmp_path, rows, [FIVE], products=products)
    assert without.total.margin_before_minor is None
    assert any("known for 1 of 2 lines only" in note for note in notes(without))
    one = found(tmp_path, rows, [FIVE], products=products, margin="0.3")
    assert one.total.margin_before_minor == 3000 - 1200 + 300  # 30 % of 9.99, half up


def test_what_suppliers_pay_and_gifts_cost_is_in_the_margin(tmp_path):
    kinds = [f"{FIVE}\nfunded_share = 0.4", 'kind = "gift"\nid = "mug"\nproduct = "MUG"\nworth = "1.50"']
    total = found(tmp_path, [ROW], kinds, margin="0.5").total
    assert (total.discount_minor, total.funded_minor, total.gifts_minor, total.cost_minor) == (500, 200, 150, 450)
    assert total.margin_after_minor == 1500 - 450


def test_the_list_price_is_the_price_before_the_offers(tmp_path):
    rows = ["1,C1,P1,2025-05-01 10:00:00,2,15.00,10.00", "2,C1,P2,2025-05-01 10:30:00,3,10.00,"]
    total = found(tmp_path, rows, [FIVE], head=f"{HEAD},list_price").total
    assert total.before_minor == 2000 + 1000  # and 10.00 of 3 units loses no cent
    assert total.discount_minor == 500


def test_returns_and_broken_rows_are_left_out_and_counted(tmp_path):
    rows = [
        ROW,
        "2,C1,P1,2025-05-02 10:00:00,-3,-30.00",
        "3,C1,P1,2025-05-03 10:00:00,-1,-10.00",
        ",C1,P1,2025-05-03 10:00:00,1,10.00",
        "4,C1,P1,2025-05-04 10:00:00,1,10.00",
        "4,C1,P1,2025-05-04 10:00:00,1,10.00",
    ]
    one = found(tmp_path, rows, [FIVE])
    assert (one.total.orders, one.total.before_minor) == (2, 4000)
    assert one.left_out == {"return": 2, "incomplete": 1, "exact copy": 1}
    assert "2 rows return" in page(done(tmp_path, rows, [FIVE]))


def test_orders_that_are_no_sales_are_left_out(tmp_path):
    rows = [
        f"{n},C{n % 9},P{n % 3},2025-05-01 10:{n:02}:00,1,{n + 9}.50,{'cancelled' if n == 3 else 'paid'}"
        for n in range(40)
    ]
    one = found(tmp_path, rows, [FIVE], head=f"{HEAD},status")
    assert one.total.orders == 39
    assert list(one.left_out.values()) == [1]


def test_nothing_touched_is_said(tmp_path):
    result = done(tmp_path, [ROW], [FIVE.replace("20.00", "99.00")])
    assert sentence(result.findings) == "The 1 past order would not have been touched by these offers."
    assert result.touched.height == 0
    write(result, tmp_path / "out")
    assert "The 1 past order would not" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "orders.csv").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_what_it_rests_on(many, language, tmp_path):
    one = found(tmp_path, many, KINDS)
    html = render_replay(one, language)
    assert links_to_nowhere(html) == []
    assert kept_together(assumption(language)) in html
    assert "http" not in html.replace("http://www.w3.org", "")
    assert 'id="chart-discount-by-day"' in html
    assert all(offer.offer_id in html for offer in one.by_offer)


def test_every_place_says_that_behaviour_is_taken_as_it_was(many, tmp_path):
    result = done(tmp_path, many, KINDS)
    said = "No change of behaviour assumed"
    assert said in page(result)
    assert summarise_replay(result.findings)["assumption"].startswith(said)


def test_more_than_four_months_are_drawn_by_week(tmp_path):
    rows = [f"{n},C{n},P1,2025-{n:02}-11 10:00:00,3,30.00" for n in range(1, 8)]
    assert "by week" in render_replay(found(tmp_path, rows, [FIVE]))


def test_german_and_chinese_columns_are_found(tmp_path):
    german = file(tmp_path, "Bestell-Nr.;Kundennummer;Artikel;Menge;Bezahlt;Datum\n"
                  "1;K1;P1;3;30,00;01.05.2025 10:00\n2;K2;P1;1;9,50;02.05.2025 10:00\n")  # fmt: skip
    one = replay(ReplayRequest(german, offers(tmp_path, FIVE))).findings
    assert (one.total.before_minor, one.total.discount_minor, one.zone) == (3950, 500, "Europe/Berlin")
    chinese = file(tmp_path, "订单号,用户ID,商品ID,数量,实付金额,下单时间\n1,U1,P1,3,30.00,2025-05-01 10:00:00\n")
    one = replay(ReplayRequest(chinese, offers(tmp_path, FIVE))).findings
    assert (one.total.discount_minor, one.zone) == (500, "Europe/Berlin")  # the offers are in EUR


def test_parquet_is_read_too(tmp_path):
    path = tmp_path / "orders.parquet"
    pl.read_csv(orders(tmp_path, ROW), try_parse_dates=True).write_parquet(path)
    assert replay(ReplayRequest(str(path), offers(tmp_path, FIVE))).findings.total.discount_minor == 500


def run(arguments, monkeypatch):
    monkeypatch.setattr("sys.argv", ["offerloop", "replay", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code


def test_the_command_prints_json_and_writes_a_folder(many, tmp_path, monkeypatch, capsys):
    asked = [orders(tmp_path, *many), "--offers", offers(tmp_path, *KINDS), "--out", tmp_path / "out", "--json",
             "--margin", "0.3"]  # fmt: skip
    assert run(asked, monkeypatch) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["assumption"] == assumption()
    assert printed["totals"]["orders"] == 60
    assert Path(printed["report"]).read_text(encoding="utf-8").startswith("<!doctype html>")
    with (tmp_path / "out" / "days.csv").open(encoding="utf-8") as days:
        amounts = [row["discount"] for row in csv.DictReader(days)]
    assert sum(round(100 * float(one)) for one in amounts) == printed["totals"]["discount_minor"]
    assert json.loads((tmp_path / "out" / "replay.json").read_text(encoding="utf-8"))["by_day"] == printed["by_day"]
    assert run(asked, monkeypatch) == 2
    assert "exists already" in capsys.readouterr().err


WRONG = {
    "no amount": (["1,C1,P1,2025-05-01,1"], "order_id,customer_id,product_id,at,quantity", "identified as paid"),
    "no file": (None, HEAD, "does not exist"),
    "cells": ([f"{n},C{n % 7},P{n % 5},2025-05-01 10:{n:02}:00,1,{'ten' if n > 36 else f'{n}.50'}" for n in range(40)],
              HEAD, r"orders.csv', line 39, column 'paid': 'ten' and 2 more of 40 cells are no numbers"),
    "times": ([ROW, ROW.replace("2025-05-01 10:00:00", "in May")], HEAD,
              "line 3, column 'ordered_at': 'in May' and 0 more of 2 cells are no times"),
    "units": ([ROW, ROW.replace(",3,", ",three,")], HEAD, "line 3, column 'quantity': 'three' and 0 more of 2 cells"),
    "only returns": (["1,C1,P1,2025-05-01 10:00:00,-1,-10.00"], HEAD, "no usable order line: 1 return"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_wrong_orders_are_refused_in_one_sentence(what, tmp_path, monkeypatch, capsys):
    rows, head, reason = WRONG[what]
    path = tmp_path / "none.csv" if rows is None else orders(tmp_path, *rows, head=head)
    assert run([path, "--offers", offers(tmp_path, FIVE)], monkeypatch) == 2
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    with pytest.raises(InputError, match=reason):
        replay(ReplayRequest(str(path), tmp_path / "offers.toml"))


def test_wrong_options_are_refused(tmp_path):
    for options, said in (
        ({"codes": "some"}, "there is no value of --codes 'some'"),
        ({"margin": "30"}, "the margin must be a share such as 0.3"),
        ({"zone": "Europe/Berlim"}, "--timezone: 'Europe/Berlim' is not"),
        ({"currency": "USD"}, "the offers are in EUR, and --currency says USD"),
    ):
        with pytest.raises(InputError, match=said):
            found(tmp_path, [ROW], [FIVE], **options)


def test_orders_in_other_money_are_refused_unless_the_currency_is_said(tmp_path):
    rows = [f"{ROW},USD", f"{ROW.replace('1,C1', '2,C2')},USD", f"{ROW.replace('1,C1', '3,C2')},EUR"]
    with pytest.raises(InputError, match="the orders look like USD"):
        found(tmp_path, rows, [FIVE], head=f"{HEAD},currency")
    one = found(tmp_path, rows, [FIVE], head=f"{HEAD},currency", currency="EUR")
    assert (one.total.orders, one.left_out) == (1, {"other currency": 2})


def test_a_product_with_two_rows_is_refused(tmp_path):
    twice = file(tmp_path, "product_id,category\nP1,Tea\nP1,Cake\nP2,Tea\n", "products.csv")
    with pytest.raises(InputError, match="several different rows"):
        found(tmp_path, [ROW], [FIVE], products=twice)


def test_a_third_language_has_every_text_of_the_page(many, tmp_path):
    result = found(tmp_path, many, KINDS)
    with installed(tmp_path / "words") as language:
        page = render_replay(result, language)
    assert texts_left_outside(page, {"EUR", "Mai", "five", "tenth"}) == []


def test_a_chart_of_weeks_names_no_month_twice(tmp_path):
    days = pl.date_range(pl.date(2025, 1, 1), pl.date(2025, 6, 1), "7d", eager=True)
    rows = [f"{n},C{n % 5},P{n % 3},{day},1,{30 + n}.00" for n, day in enumerate(days)]
    page = render_replay(found(tmp_path, rows, [FIVE]), "en")
    months = re.findall(r">(2025-\d\d)<", page.split('class="wide"')[1].split("</svg>")[0])
    assert 1 < len(months) == len(set(months))
