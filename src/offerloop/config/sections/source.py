"""`[sources.NAME]`: files and database tables, and how their columns map to ours."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import field_validator, model_validator

from offerloop.config.sections.section import ConfigSection
from offerloop.config.sections.shop import known_zone
from offerloop.message import Message, both

SourceName = Literal[
    "order_lines", "products", "customers", "events", "prices", "offers", "exposures", "campaigns", "audiences",
    "redemptions", "coupon_products",
]  # fmt: skip
JDBC = "jdbc:"
"""What the address of a database begins with that Spark reads by its workers."""


def _separator(value: str) -> str:
    if len(value) != 1:
        raise ValueError(Message("'separator' must be one character, not '{separator}'", separator=value))
    return value


class JoinedFile(ConfigSection):
    """An entry of `join`: a file with one row for each value of a column, such as one row for each order."""

    path: Path
    """File relative to the configuration file, of any kind that a source may have."""
    part: str | None = None
    """Sheet of a workbook or file in a ZIP archive, where there are several."""
    on: str
    """Column of the source, or of a file joined before, by which rows belong together."""
    key: str | None = None
    """The same column in the joined file, where its name there is another."""
    separator: str | None = None
    """Between the cells of this CSV file; default: guessed from its first lines."""
    encoding: str | None = None
    """Encoding of this CSV file; default: that of the source."""

    @field_validator("separator")
    @classmethod
    def _one_sign(cls, value: str | None) -> str | None:
        return value if value is None else _separator(value)


class FilledCells(ConfigSection):
    """The entry `fill`: columns whose cells stand on one row for several, such as on the first line of an order."""

    by: str
    """Column whose rows of one value belong together, such as the order's number."""
    columns: tuple[str, ...]
    """Columns whose empty cells are filled from the other rows of that value."""


class Source(ConfigSection):
    """`[sources.NAME]`: one file or database table and how its columns map to ours."""

    path: Path | None = None
    """File relative to the configuration file: CSV, Parquet or Excel (.xlsx), also packed (.gz, .zst, .zip); or a
    folder of Parquet files, or of CSV files with the same columns."""
    part: str | None = None
    """Sheet of a workbook or file in a ZIP archive, where there are several."""
    url: str | None = None
    """Database instead of a file, such as sqlite:///shop.db or postgresql+psycopg://user:${PASSWORD}@host/shop;
    `${NAME}` is an environment variable. Spark reads jdbc:postgresql://user:${PASSWORD}@host/shop by its workers."""
    table: str | None = None
    """Table to read from `url`; without one a table of the Spark session, such as catalog.sales.orders."""
    query: str | None = None
    """SQL that selects the rows, instead of `table`; a view is a table. Nothing is ever written."""
    join: tuple[JoinedFile, ...] = ()
    """Files whose columns belong to the rows, such as orders with customer and time, like
    [{ path = "orders.csv", on = "order_id" }]; what both have is read from the source itself."""
    fill: FilledCells | None = None
    """Cells that stand on one of several rows only, like { by = "Name", columns = ["Currency", "Status"] }."""
    columns: dict[str, str]
    """Our column = their column, or an expression of + - * / over their columns and 'text'; coalesce(column, 0)
    counts an empty cell as 0, coalesce(column, '') as an empty text, switch(column, 'a', 1, 'b', 2) is the number
    behind the value that a cell equals, and a column whose name is no plain word stands in backticks."""
    attributes: tuple[str, ...] = ()
    """Further columns of theirs to carry along under their own names."""
    where: str | None = None
    """Rows to read, such as "status in ['paid', 'sent'] and amount > 0"."""
    separator: str | None = None
    """Between the cells of a CSV file; default: guessed from its first lines."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark of numbers written as text; default: guessed for CSV."""
    encoding: str | None = None
    """Encoding of a CSV file; default: UTF-8, or guessed when it is not."""
    time_format: str | None = None
    """Format of times written as text, such as "%d.%m.%Y %H:%M"; default: the one form that fits."""
    timezone: str | None = None
    """Zone of clock times that name none; default: the shop's."""

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.path is None) == (self.url is None and self.table is None):
            raise ValueError(Message("give 'path' (a file), 'url' (a database) or 'table' (of a Spark session)"))
        if self.url is not None and (self.table is None) == (self.query is None):
            raise ValueError(Message("with 'url' give either 'table' or 'query'"))
        if self.url is None and self.query:
            raise ValueError(Message("'query' belongs to a source with 'url'"))
        if self.path is None and self.part is not None:
            raise ValueError(Message("'part' belongs to a source with 'path'"))
        if self.path is None and self.join:
            raise ValueError(Message("'join' belongs to a source with 'path'; of a database give a 'query'"))
        if self.separator is not None:
            _separator(self.separator)
        return self

    @field_validator("columns")
    @classmethod
    def _none_open(cls, value: dict[str, str]) -> dict[str, str]:
        opened = [ours for ours, theirs in value.items() if not theirs.strip()]
        if opened:
            still_open = (
                Message("{fields} is still open; write the name of your column between the quotes")
                if len(opened) == 1
                else Message("{fields} are still open; write the name of your column between the quotes")
            )
            raise ValueError(still_open.with_values(fields=both([repr(one) for one in opened])))
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return value if value is None else known_zone(value)

    @property
    def place(self) -> str:
        """What messages call it."""
        if self.path is not None and self.table is not None:
            return f"{self.table} of the store"
        if self.path is None and self.url is None:
            return f"the table {self.table}"
        return str(self.path) if self.path is not None else f"{self.table or 'query'} of the database"

    @property
    def is_of_platform(self) -> bool:
        """Whether Spark alone reads it: a table of its session, or a database by JDBC."""
        return self.path is None and (self.url is None or self.url.startswith(JDBC))

    @property
    def file(self) -> Path:
        """The path of a source that is a file."""
        assert self.path is not None
        return self.path
