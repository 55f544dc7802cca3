"""Amounts that were paid back, in a column beside what was paid."""

import init_shops
import polars as pl
import pytest

from offerloop.mapping import infer_mapping, sample_sources

LINES = init_shops.order_lines().select(
    "order", "customer", "product", "quantity", init_shops.moment("%Y-%m-%d").alias("date"),
    (pl.col("amount") / 100).alias("amount"),
)  # fmt: skip
BACK = pl.when(pl.col("order") % 10 == 0).then("amount").otherwise(0.0)


@pytest.mark.parametrize(
    "name, back, remedy",
    [
        ("Refunded Amount", BACK, 'map paid = "amount - coalesce(`Refunded Amount`, 0)"'),
        ("退款金额", -BACK, 'map paid = "amount + coalesce(退款金额, 0)"'),
        ("Refunded Amount", pl.lit(0.0), None),
        ("Refund policy days", BACK, None),
    ],
)
def test_what_was_paid_back_and_is_taken_off_nothing_is_a_note(tmp_path, name, back, remedy):
    LINES.with_columns(back.alias(name)).write_csv(tmp_path / "lines.csv")
    samples = sample_sources({"order_lines": str(tmp_path / "lines.csv")}, tmp_path)
    match = infer_mapping(samples)["order_lines"]
    assert match.guesses["paid"].written == "amount"
    notes = [str(one) for one in match.notes if "paid back" in str(one)]
    assert [one.endswith(str(remedy)) for one in notes] == [True] * (remedy is not None)
