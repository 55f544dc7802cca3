"""Discounts that are shares of the price: of what is taken off, or of what is left to pay."""

import init_shops
import polars as pl
import pytest

from offerloop.mapping import infer_mapping, sample_sources

LINES = init_shops.order_lines().with_columns(
    date=init_shops.moment("%Y-%m-%d"), share=pl.Series([[0, 0, 10, 20][row % 4] for row in range(480)][:480]),
    price=pl.col("price") / 100,
)  # fmt: skip
IDS = ("order", "customer", "product", "quantity", "date")
WORTH = pl.col("price") * pl.col("quantity")
PAID = (WORTH * (1 - pl.col("share") / 100)).round(2)
LEFT = 100 - pl.col("share")


def mapped(folder, *columns):
    LINES.select(*IDS, *columns).write_csv(folder / "lines.csv")
    samples = sample_sources({"order_lines": str(folder / "lines.csv")}, folder)
    match = infer_mapping(samples)["order_lines"]
    return {ours: one.written for ours, one in match.guesses.items()}, [str(one) for one in match.notes]


@pytest.mark.parametrize(
    "share, taken, left",
    [
        ((pl.col("share") / 100).alias("Discount"), "coalesce(Discount, 0)", "(1 - coalesce(Discount, 0))"),
        (pl.col("share").alias("Rabatt %"), "coalesce(`Rabatt %`, 0) / 100", "(1 - coalesce(`Rabatt %`, 0) / 100)"),
        ((LEFT / 100).alias("折扣"), "(1 - coalesce(折扣, 1))", "coalesce(折扣, 1)"),
        (LEFT.alias("折扣率"), "(1 - coalesce(折扣率, 100) / 100)", "coalesce(折扣率, 100) / 100"),
    ],
)
def test_a_share_is_taken_off_prices_that_discounted_lines_show_in_full(tmp_path, share, taken, left):
    guesses, notes = mapped(tmp_path, pl.col("price").alias("unit price"), share)
    assert guesses["paid"] == f"`unit price` * quantity * {left}"
    assert guesses["discount"] == f"`unit price` * quantity * {taken}"
    assert not any("shares" in one for one in notes)


@pytest.mark.parametrize("scale, part", [(1, ""), (10, " / 10"), (100, " / 100")])
def test_what_a_discount_leaves_to_pay_is_no_discount(tmp_path, scale, part):
    price, left = pl.col("price").alias("原价"), (LEFT * scale / 100).round(2).alias("折扣")
    guesses, _ = mapped(tmp_path, price, left)
    assert guesses["paid"] == f"原价 * quantity * coalesce(折扣, {scale}){part}"
    assert guesses["discount"] == f"原价 * quantity * (1 - coalesce(折扣, {scale}){part})"
    guesses, notes = mapped(tmp_path, price, left, PAID.alias("实收金额"))
    assert (guesses["paid"], guesses.get("discount")) == ("实收金额", None)
    assert any(f'map discount = "原价 * quantity * (1 - 折扣{part})"' in one for one in notes)


@pytest.mark.parametrize("name", ["折扣", "折扣金额"])
def test_an_amount_called_so_is_taken_off(tmp_path, name):
    off = (WORTH * pl.col("share") / 100).round(2).alias(name)
    assert mapped(tmp_path, pl.col("price").alias("原价"), off)[0]["paid"] == f"原价 * quantity - coalesce({name}, 0)"


@pytest.mark.parametrize("name", ["G-Preis", "Ext. Price", "Sum of it"])
def test_the_price_less_the_share_is_what_was_paid_whatever_its_name(tmp_path, name):
    guesses, _ = mapped(tmp_path, pl.col("price").alias("E-Preis"), pl.col("share").alias("Rabatt %"), PAID.alias(name))
    assert (guesses["paid"], guesses["list_price"]) == (name, "E-Preis")


@pytest.mark.parametrize("share, coupon", [("Discount", "Coupon"), ("Discount %", "Voucher")])
def test_a_coupon_is_taken_off_beside_a_share_that_other_lines_have(tmp_path, share, coupon):
    row = pl.int_range(pl.len())
    size = 1 if share == "Discount" else 100
    shares = (pl.when(row % 4 == 1).then(0.1).when(row % 4 == 3).then(0.2).otherwise(0.0) * size).alias(share)
    coupons = pl.when((row // 4) % 3 == 1).then(1.5).otherwise(0.0).alias(coupon)
    guesses, _ = mapped(tmp_path, pl.col("price").alias("Unit Price"), shares, coupons)
    assert guesses["paid"].endswith(f" - coalesce({coupon}, 0)")
    assert "(1 - coalesce(" in guesses["paid"]


@pytest.mark.parametrize("listed, price", [("list_price", "unit_price"), ("List Price", "Price")])
def test_what_was_paid_tells_percentages_from_amounts_beside_a_list_price_and_a_price(tmp_path, listed, price):
    percent = pl.Series([[0, 3, 7, 12][row % 4] for row in range(480)])
    sold = (pl.col("price") * (1 - percent / 100)).round(4).alias(price)
    _, notes = mapped(tmp_path, pl.col("price").alias(listed), sold, percent.alias("discount"))
    assert any("'discount' seems to hold shares or percentages" in one for one in notes)
    off = pl.Series([[0, 5, 10, 5][row % 4] for row in range(480)]).alias("coupon")
    dear, listed_dear = (pl.col("price") + 20).alias(listed), pl.col("price") + 20
    paid = (listed_dear - off / pl.col("quantity")).alias(price)
    _, notes = mapped(tmp_path, dear, paid, off)
    assert not any("'coupon' seems to hold" in one for one in notes)
