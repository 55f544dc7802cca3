"""Shops that sell more than a hundred units at once: `init` keeps their quantities, and says so."""

import polars as pl
import pytest

from offerloop.commands.check.page import page as check_page
from offerloop.commands.check.task import check
from offerloop.commands.init.page import page
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config

N = 4_000


def orders(n_large, quantity, price_of_unit):
    """Order lines of which `n_large` have such a quantity, as text or function of the number of the line."""
    rows = []
    for line in range(N):
        is_large = line % (N // max(n_large, 1)) == 7 and n_large > 0
        units = quantity(line) if is_large else 1 + line % 60
        price = price_of_unit if is_large else 2.5
        day = f"2024-{1 + line // 28 % 6:02}-{1 + line % 28:02}"
        rows.append((f"A{line}", f"K{line % 300}", f"P{line % 41}", units, round(units * price, 2), day))
    columns = ["Order", "Customer", "Product", "Quantity", "Amount", "Date"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def started(folder, table):
    table.write_csv(folder / "orders.csv")
    return write_shop(folder / "shop", {"order_lines": str(folder / "orders.csv")}, "100", "EUR")


def test_a_wholesaler_keeps_its_quantities_and_is_told(tmp_path):
    made = started(tmp_path, orders(200, lambda line: 110 + line % 400, 1.9))
    assert load_config(made.config).clean.max_quantity == 1_000
    said = [one for one in page(made).splitlines() if "clean.max_quantity" in one]
    assert len(said) == 1
    assert "200 of the lines looked at hold more than 100 units at about the usual price of a unit" in said[0]
    assert said[0].endswith("so these are counts: clean.max_quantity is set to 1,000")
    assert not [one for one in check(made.config).facts["notes"] if "max_quantity" in one]


def test_without_the_key_check_says_what_one_unit_each_does(tmp_path):
    made = started(tmp_path, orders(200, lambda line: 110 + line % 400, 1.9))
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace("max_quantity = 1000", "max_quantity = 100"), encoding="utf-8")
    said = [one for one in check(made.config).facts["notes"] if "raise clean.max_quantity" in one]
    assert len(said) == 1
    assert said[0].startswith("200 order lines of more than 100 units, with ")
    assert "请调高 clean.max_quantity" in check_page(check(made.config, language="zh"))


def test_one_quantity_apart_from_all_others_sets_nothing(tmp_path):
    """The largest of the others is 497."""
    made = started(tmp_path, orders(200, lambda line: 90_000 if line == 7 else 110 + line % 400, 1.9))
    assert load_config(made.config).clean.max_quantity == 1_000


@pytest.mark.parametrize(
    ("n_large", "quantity", "price"),
    [(0, 0, 0.0), (4, 999, 2.5), (200, 999, 0.02), (200, 15_000, 0.002)],
    ids=["none", "a few", "typed beside the amount", "fuel"],
)
def test_measures_and_errors_stay_as_they_are(tmp_path, n_large, quantity, price):
    made = started(tmp_path, orders(n_large, lambda _: quantity, price))
    assert load_config(made.config).clean.max_quantity == 100
    assert "# max_quantity = 100" in made.config.read_text(encoding="utf-8")
    assert "max_quantity is set" not in page(made)
