import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.profiles import PastEvents, build_profiles
from offerloop.profiles.features import relational_features

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
        return build_profiles(PastEvents(**tables), campaigns, as_of_day, pl.Series([], dtype=pl.Int64))

    return build


@pytest.fixture(scope="session")
def engine_features():
    """Features of order lines given as customer, order, store and channel."""
    engine = DuckDBEngine(threads=1)

    def build(rows):
        lines = pl.DataFrame(rows, schema=["customer_id", "order_id", "store_id", "channel"], orient="row")
        rest = {name: pl.lit(1, pl.Int64) for name in SCHEMAS["lines"] if name not in lines.columns}
        others = {
            name: pl.DataFrame(schema=schema) for name, schema in SCHEMAS.items() if name not in ("lines", "campaigns")
        }
        tables = {name: engine.table(table) for name, table in {**others, "lines": lines.with_columns(**rest)}.items()}
        return collect(relational_features(PastEvents(**tables), 100), "customer_id")

    return build
