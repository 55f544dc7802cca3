"""Coupons as marketplaces list them: one table of orders, one of the coupons that customers received, one of visits."""

from datetime import date, timedelta

import polars as pl
import pytest

from offerloop.commands.init.task import write_shop
from offerloop.errors import InputError
from offerloop.mapping import infer_mapping, sample_sources
from offerloop.mapping.matching import name_score

N = 240
DAYS = [date(2023, 1, 1) + timedelta(one * 7 % 90) for one in range(N)]
COUPONS = [f"K{one % 9}" if one % 4 == 0 else None for one in range(N)]
REDUCED = [5.0 + one % 3 if one % 4 == 0 else 0.0 for one in range(N)]
ORDERS = pl.DataFrame({
    "User_id": [f"U{one % 60}" for one in range(N)], "Shop_id": [f"S{one * 5 % 12}" for one in range(N)],
    "Order_id": [f"O{one}" for one in range(N)], "Coupon_id": COUPONS,
    "Coupon_type": [1 + one % 3 if one % 4 == 0 else None for one in range(N)],
    "Item": [f"P{one * 7 % 31}" for one in range(N)], "Pay_date": DAYS,
    "Actual_pay": [20.5 + one * 7 % 31 - reduced for one, reduced in enumerate(REDUCED)],
    "Reduce_amount": REDUCED,
})  # fmt: skip
RECEIVED = pl.DataFrame({
    "User_id": ORDERS["User_id"], "Coupon_id": [f"K{one % 9}" for one in range(N)],
    "Coupon_status": [1 + one % 2 for one in range(N)], "Coupon_amt": [5 + one % 3 for one in range(N)],
    "End_date": [one + timedelta(7) for one in DAYS], "Receive_date": DAYS, "Price_limit": [30] * N,
})  # fmt: skip


def written(folder, **tables):
    """What each column of the tables is read from."""
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    found = infer_mapping(sample_sources({name: str(folder / f"{name}.csv") for name in tables}, folder))
    return {name: {ours: one.written for ours, one in match.guesses.items()} for name, match in found.items()}


def test_what_was_reduced_was_not_paid_and_is_a_coupon_where_one_is_named(tmp_path):
    guesses = written(tmp_path, order_lines=ORDERS)["order_lines"]
    assert (guesses["paid"], guesses["coupon"], guesses["coupon_id"]) == ("Actual_pay", "Reduce_amount", "Coupon_id")
    assert "discount" not in guesses


@pytest.mark.parametrize("off", [0.0, 4.0])
def test_a_discount_without_a_coupon_or_a_coupon_without_a_discount_stays_a_discount(tmp_path, off):
    more = pl.when(pl.col("Coupon_id").is_null() if off else pl.int_range(N) % 8 == 0).then(off)
    changed = ORDERS.with_columns(more.otherwise("Reduce_amount").alias("Reduce_amount"))
    guesses = written(tmp_path, order_lines=changed)["order_lines"]
    assert guesses["discount"] == "Reduce_amount"
    assert "coupon" not in guesses


@pytest.mark.parametrize(
    "name",
    [
        "Gutscheinrabatt", "Gutschein-Rabatt", "Coupon-Rabatt", "Rabattcode-Betrag", "voucher_discount",
        "discount code amount", "montant coupon", "Remise code promo", "descuento cupón", "descuento_cupon",
        "Sconto buono", "Desconto do cupão", "Waardebonkorting", "Rabat z kuponu", "Kupon İndirim Tutarı",
        "クーポン値引き", "쿠폰할인액", "优惠券优惠金额",
    ],
)  # fmt: skip
def test_the_discount_of_a_coupon_is_a_coupon_and_no_shelf_discount(tmp_path, name):
    others = ("discount", "coupon_id", "order_discount")
    assert name_score(name, "order_lines", "coupon")[0] > max(name_score(name, "order_lines", one)[0] for one in others)
    orders = ORDERS.select(pl.exclude("Coupon_id", "Coupon_type")).rename({"Reduce_amount": name})
    guesses = written(tmp_path, order_lines=orders)["order_lines"]
    assert guesses["coupon"].strip("`") == name
    assert "discount" not in guesses


@pytest.mark.parametrize("name", ["Rabatt", "Artikelrabatt", "remise", "descuento", "Sconto", "折扣金额"])
def test_any_other_discount_is_no_coupon(tmp_path, name):
    orders = ORDERS.select(pl.exclude("Coupon_id", "Coupon_type")).rename({"Reduce_amount": name})
    guesses = written(tmp_path, order_lines=orders)["order_lines"]
    assert guesses["discount"].strip("`") == name
    assert "coupon" not in guesses


def test_a_coupon_was_shown_when_it_was_received_not_when_it_ended(tmp_path):
    guesses = written(tmp_path, order_lines=ORDERS, exposures=RECEIVED)["exposures"]
    assert guesses == {"customer_id": "User_id", "offer_id": "Coupon_id", "at": "Receive_date"}


def test_chinese_names_of_the_same_are_known(tmp_path):
    orders = ORDERS.drop("Coupon_type").rename(
        {"User_id": "用户ID", "Order_id": "订单ID", "Coupon_id": "优惠券ID", "Item": "商品", "Pay_date": "支付日期",
         "Actual_pay": "实际支付金额", "Reduce_amount": "减免金额"}
    )  # fmt: skip
    received = RECEIVED.select(用户ID="User_id", 优惠券ID="Coupon_id", 失效日期="End_date", 领取日期="Receive_date")
    guesses = written(tmp_path, order_lines=orders, exposures=received)
    assert (guesses["order_lines"]["paid"], guesses["order_lines"]["coupon"]) == ("实际支付金额", "减免金额")
    assert (guesses["exposures"]["offer_id"], guesses["exposures"]["at"]) == ("优惠券ID", "领取日期")


def test_looks_at_products_that_no_column_tells_apart_are_views(tmp_path):
    seen = ORDERS.select("User_id", "Item", Visit_date="Pay_date")
    assert written(tmp_path, order_lines=ORDERS, events=seen)["events"]["kind"] == "'view'"
    told = seen.with_columns(what=pl.Series(["view", "cart"] * (N // 2)))
    assert "kind" not in written(tmp_path, order_lines=ORDERS, events=told)["events"]


def test_visits_without_products_are_of_no_use(tmp_path):
    ORDERS.write_csv(tmp_path / "orders.csv")
    ORDERS.select("User_id", Visit_date="Pay_date").write_csv(tmp_path / "visits.csv")
    paths = {"order_lines": str(tmp_path / "orders.csv"), "events": str(tmp_path / "visits.csv")}
    with pytest.raises(InputError, match="no column is left, so that this file is of no use here"):
        write_shop(tmp_path / "shop", paths, None, None)
