import pytest

from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import prepare

COLUMNS = (
    'order_id = "order", customer_id = "customer", product_id = "product", quantity = "units", paid = "paid", at = "at"'
)


@pytest.fixture
def clean(tmp_path):
    """Clean order lines given as CSV and further sources given as (TOML, {file: CSV})."""

    def clean_text(lines, toml="", files=None, columns="", shop="", profiles="", source=""):
        for name, text in {"lines.csv": lines, **(files or {})}.items():
            (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        path = tmp_path / "offerloop.toml"
        path.write_text(
            f"""
            [shop]
            name = "Corner shop"
            {shop}
            [profiles]
            {profiles}
            [[campaigns]]
            id = "spring"
            title = "Spring"
            budget = "1.00"
            offers = [{{ kind = "coupon", percent = 10 }}]
            [sources.order_lines]
            path = "lines.csv"
            columns = {{ {COLUMNS}{columns} }}
            {source}
            {toml}
            """
        )
        return prepare(load_config(path), DuckDBEngine())

    return clean_text
