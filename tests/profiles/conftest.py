import polars as pl
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.profiles import build_profiles

SCHEMAS = {
    "lines": dict.fromkeys(
        (
            "customer_id",
            "order_id",
            "product_id",
            "order_day",
            "quantity",
            "revenue_minor",
            "list_value_minor",
            "discount_minor",
            "coupon_minor",
        ),
        pl.Int64,
    ),
    "products": {"product_id": pl.Int64, "category": pl.String, "brand": pl.String},
    "campaigns": {"campaign_id": pl.Int64, "starts_day": pl.Int64},
    "audiences": {"campaign_id": pl.Int64, "customer_id": pl.Int64},
    "redemptions": {"customer_id": pl.Int64, "redeemed_day": pl.Int64},
}


@pytest.fixture(scope="session")
def profiles_of():
    """Profiles from rows of the tables in SCHEMAS, at a day."""
    engine = DuckDBEngine(threads=1)

    def build(as_of_day, **rows):
        tables = [
            engine.table(pl.DataFrame(rows.get(name, []), schema=schema, orient="row"))
            for name, schema in SCHEMAS.items()
        ]
        return build_profiles(*tables, as_of_day, pl.Series([], dtype=pl.Int64))

    return build
