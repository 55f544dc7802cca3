"""Order lines in tables of SQLite and PostgreSQL, and a shop that reads them."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import prepare

COLUMNS = {
    "order_id": "Order No", "customer_id": "kunde", "product_id": "product", "quantity": "units", "paid": "paid",
    "at": "at",
}  # fmt: skip
LINES = [
    (9_007_199_254_740_993, "Zoë", "茶-1", 2, Decimal("12.40"), datetime(2024, 1, 31, 23, 30), "Süd 🛒", None),
    (9_007_199_254_740_994, "Zoë", "茶-2", 1, Decimal("0.10"), datetime(2024, 2, 1, 8, 0), None, 3),
    (9_007_199_254_740_995, "O'Neil; x", "茶-1", 3, Decimal("1234567.89"), datetime(2024, 2, 5, 12, 0), "north", 4),
]
KINDS = {
    "sqlite": ("integer", "text", "text", "integer", "numeric(12,2)", "timestamp", "text", "integer"),
    "postgresql": ("bigint", "text", "text", "int", "numeric(12,2)", "timestamp", "text", "smallint"),
}
NAMES = ("Order No", "kunde", "product", "units", "paid", "at", "Region", "score")


@dataclass
class Server:
    """One database, and where its tables may be made."""

    kind: str
    url: str
    schema: str
    engine: sa.Engine

    def table(self, name, kinds=None, lines=LINES, names=NAMES):
        """Make a table; gives its name with the schema."""
        kinds = kinds or KINDS[self.kind]
        quoted = f'"{self.schema}"."{name}"'
        columns = ", ".join(f'"{one}" {kind}' for one, kind in zip(names, kinds, strict=True))
        values = ", ".join(f":v{place}" for place in range(len(names)))
        rows = [{f"v{place}": self._value(cell) for place, cell in enumerate(line)} for line in lines]
        with self.engine.begin() as connection:
            connection.execute(sa.text(f"create table {quoted} ({columns})"))
            if rows:
                connection.execute(sa.text(f"insert into {quoted} values ({values})"), rows)
        return f"{self.schema}.{name}"

    def _value(self, cell):
        """SQLite has neither exact numbers nor times."""
        if self.kind == "sqlite" and isinstance(cell, Decimal | datetime):
            return float(cell) if isinstance(cell, Decimal) else cell.isoformat(" ")
        return cell


def write_config(folder, place, columns=COLUMNS, more=""):
    source = "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in place.items())
    mapping = ", ".join(f"{ours} = {json.dumps(theirs)}" for ours, theirs in columns.items())
    path = folder / "offerloop.toml"
    path.write_text(f"""
        [shop]
        name = "Database shop"
        timezone = "Europe/Berlin"
        [[campaigns]]
        id = "spring"
        title = "Spring"
        budget = "1.00"
        offers = [{{ kind = "coupon", percent = 10 }}]
        [sources.order_lines]
        {source}
        columns = {{ {mapping} }}
        {more}
        """)
    return path


def clean(folder, place, columns=COLUMNS, more=""):
    """Order lines as cleaned, sorted."""
    events = prepare(load_config(write_config(folder, place, columns, more)), DuckDBEngine())
    return collect(events.order_lines, "order_id")
