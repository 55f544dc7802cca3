"""The currency of a shop is that of what was paid, whichever column with another comes first."""

import init_shops
import polars as pl
import pytest

from offerloop.mapping import infer_mapping, sample_sources
from offerloop.mapping.shop import guess_currency

LINES = init_shops.order_lines()
IDS = LINES.select("order", "customer", "product", "quantity", init_shops.moment("%Y-%m-%d").alias("date"))


@pytest.mark.parametrize(
    "other, paid, currency", [("usd_rate", "amount_eur", "EUR"), ("shipping_usd", "total_eur", "EUR")]
)
def test_the_currency_is_that_of_what_was_paid(tmp_path, other, paid, currency):
    columns = [pl.lit(1.25).alias(other), LINES.select((pl.col("amount") / 100).alias(paid)).to_series()]
    IDS.with_columns(columns).write_csv(tmp_path / "lines.csv")
    match = infer_mapping(sample_sources({"order_lines": str(tmp_path / "lines.csv")}, tmp_path))["order_lines"]
    assert match.guesses["paid"].written == paid
    assert guess_currency(None, "en", match).value == currency
