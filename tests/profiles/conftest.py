import polars as pl
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.profiles import Past, build_profiles

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
    "browsing": {"customer_id": pl.Int64, "kind": pl.String, "value": pl.Float64, "event_day": pl.Int64},
    "exposures": {"customer_id": pl.Int64, "offer_id": pl.String, "shown_day": pl.Int64},
}


@pytest.fixture(scope="session")
def profiles_of():
    """Profiles from rows of the tables in SCHEMAS, at a day."""
    engine = DuckDBEngine(threads=1)

    def build(as_of_day, **rows):
        tables = {
            name: engine.table(pl.DataFrame(rows.get(name, []), schema=schema, orient="row"))
            for name, schema in SCHEMAS.items()
        }
        campaigns = tables.pop("campaigns")
        return build_profiles(Past(**tables), campaigns, as_of_day, pl.Series([], dtype=pl.Int64))

    return build
