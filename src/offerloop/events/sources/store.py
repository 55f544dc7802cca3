"""Sources from the events that a shop reported: each table once as Parquet, so that a run sees one state.

Rows stand in the order of the events' own times and ids, so that it does not matter in which order they arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl

from offerloop.config import Source, SourceName
from offerloop.events.columns.contracts import CONTRACTS, TIME_COLUMNS, Contract
from offerloop.events.sources.database import DIGITS as PRECISION
from offerloop.events.sources.database import connect, with_variables
from offerloop.money import DIGITS

if TYPE_CHECKING:
    from offerloop.store import EventLog, StoredEvent

BATCH = 100_000
"""Rows in memory at a time."""
Row = dict[str, Any]
_AMOUNTS = ("quantity", "paid_minor", "list_value_minor", "discount_minor", "coupon_minor", "reimbursed_minor")
"""What is below zero where something comes back."""


def open_event_log(url: str) -> EventLog:
    """Open the events of a store; `${NAME}` in the URL is the environment variable.

    Raises SourceError where there is no such database: one that does not exist holds no events.
    """
    engine = connect(url, whose="data.store")
    engine.dispose()
    from offerloop.store import EventLog

    return EventLog.open(with_variables(url, "data.store"))


def store_sources(log: EventLog, folder: Path, currency: str) -> dict[SourceName, Source]:
    """Write every table that the events fill to `folder`, and return it as a source; empty tables are left out."""
    read = partial(_written, folder=folder, digits=DIGITS[currency])
    tables: dict[SourceName, Iterable[Row]] = {
        "order_lines": _rows(log, _lines, "order", "return"),
        "events": _rows(log, _browsing, "view", "cart", "rating"),
        "exposures": _rows(log, _plain, "exposure"),
        "redemptions": _rows(log, _redemption, "redemption"),
        "products": _newest(log, "product", "product_id").values(),
        "customers": _customers(log),
    }
    frames = {name: read(name, rows) for name, rows in tables.items()}
    return {name: source for name, source in frames.items() if source is not None}


def redeemed_offers(log: EventLog, path: Path, currency: str, since: int) -> bool:
    """Write customer_id, offer_id and amount of every offer redeemed from an epoch second on as CSV.

    Returns whether there are any.
    """
    rows = [
        (redemption.customer_id, redemption.body["offer_id"], _exact(redemption.body["amount_minor"], DIGITS[currency]))
        for redemption in log.read("redemption")
        if "offer_id" in redemption.body and redemption.at >= since
    ]
    types: dict[str, Any] = {
        "customer_id": pl.String,
        "offer_id": pl.String,
        "amount": pl.Decimal(PRECISION, DIGITS[currency]),
    }
    pl.DataFrame(rows, schema=types, orient="row").write_csv(path)
    return bool(rows)


def _rows(log: EventLog, rows_of: Callable[[StoredEvent], Iterator[Row]], *kinds: str) -> Iterator[Row]:
    for event in log.read(*kinds):
        yield from rows_of(event)


def _lines(event: StoredEvent) -> Iterator[Row]:
    """Yield the lines of an order, or of what came back, below zero."""
    whole = {name: value for name, value in event.body.items() if name != "lines"}
    sign = -1 if event.kind == "return" else 1
    for line in event.body["lines"]:
        signed = {name: sign * line[name] for name in _AMOUNTS if name in line}
        yield {**whole, **line, **signed, "customer_id": event.customer_id, "at": event.at}


def _browsing(event: StoredEvent) -> Iterator[Row]:
    yield {**event.body, "kind": event.kind, "customer_id": event.customer_id, "at": event.at}


def _plain(event: StoredEvent) -> Iterator[Row]:
    yield {**event.body, "customer_id": event.customer_id, "at": event.at}


def _redemption(event: StoredEvent) -> Iterator[Row]:
    """Yield the redemption of a coupon; those of offers are for read-outs."""
    if "coupon_id" in event.body:
        yield from _plain(event)


def _newest(log: EventLog, kind: str, key: str) -> dict[str, Row]:
    """Return the facts of each product or customer: of each field the newest value.

    Engines take no difference between capital and small letters in a column's name: the first spelling holds.
    """
    facts: dict[str, Row] = {}
    spellings = dict[str, str]()
    for event in log.read(kind):
        body = dict(event.body)
        for written, value in body.pop("attributes", {}).items():
            body[spellings.setdefault(written.casefold(), written)] = value
        name = event.customer_id if key == "customer_id" else body[key]
        facts.setdefault(str(name), {key: name}).update(body)
    return {name: facts[name] for name in sorted(facts)}


def _customers(log: EventLog) -> Iterable[Row]:
    """Return the facts of customers. Where somebody has opted out, who has said nothing of it has not.

    Then all who bought are listed, because a customer who is not on the list counts as one who has not agreed.
    """
    facts = _newest(log, "customer", "customer_id")
    if any("opt_out" in row for row in facts.values()):
        for name in log.customers("order"):
            facts.setdefault(name, {"customer_id": name})
        for row in facts.values():
            row.setdefault("opt_out", False)
    return [facts[name] for name in sorted(facts)]


def _written(name: SourceName, rows: Iterable[Row], folder: Path, digits: int) -> Source | None:
    """Write rows as one Parquet file with the columns that some row has; None without rows."""
    columns = _columns(CONTRACTS[name], digits)
    written_columns = set[str]()
    path = folder / f"source-{name}.parquet"
    attributes = _Attributes(set(columns)) if name == "customers" else None
    with TemporaryDirectory(dir=folder) as place:
        parts = []
        for number, batch in enumerate(_batches(rows)):
            written_columns |= {column for row in batch for column in row}
            frame = _frame(batch, columns, digits)
            if attributes is not None:
                frame = frame.with_columns(attributes.of(batch))
            parts.append(Path(place) / f"{number:06}.parquet")
            frame.write_parquet(parts[-1])
        if not parts:
            return None
        mapped = [ours for ours, (theirs, _) in columns.items() if theirs in written_columns]
        more = [] if attributes is None else sorted(attributes.names)
        scans = [pl.scan_parquet(part, glob=False) for part in parts]
        pl.concat(scans, how="diagonal_relaxed").select(*mapped, *more).sink_parquet(path)
    source = Source(path=path, columns={one: one for one in mapped}, attributes=tuple(more))
    return source.model_copy(update={"table": name})  # by which messages call it


def _columns(contract: Contract, digits: int) -> Mapping[str, tuple[str, Any]]:
    """Return for each column of a source the field of the events, and the type of its values."""
    columns = dict[str, tuple[str, Any]]()
    for ours in (*contract.required, *contract.optional):
        if ours in contract.money:
            columns[ours] = (f"{ours}_minor", pl.Decimal(PRECISION, digits))
        elif ours in TIME_COLUMNS:
            columns[ours] = (ours, pl.Datetime("us", "UTC"))
        else:
            columns[ours] = (ours, pl.Float64 if ours in contract.numbers else pl.String)
    return columns


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _frame(batch: Sequence[Row], columns: Mapping[str, tuple[str, Any]], digits: int) -> pl.DataFrame:
    return pl.DataFrame(
        [
            pl.Series(ours, [_value(row.get(theirs), kind, digits) for row in batch], dtype=kind)
            for ours, (theirs, kind) in columns.items()
        ]
    )


def _value(value: Any, kind: Any, digits: int) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a value of an event in the type of its column."""
    if value is None:
        return None
    if isinstance(kind, pl.Datetime):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(kind, pl.Decimal):
        return _exact(value, digits)
    if kind == pl.Float64:
        return float(value)
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _exact(minor: int, digits: int) -> Decimal:
    return Decimal(minor).scaleb(-digits)


@dataclass
class _Attributes:
    """The attributes that customers have, beside our own columns."""

    ours: set[str]

    def __post_init__(self) -> None:
        self.names: set[str] = set()

    def of(self, batch: Sequence[Row]) -> list[pl.Series]:
        """Return a column for each attribute: numbers where all values are, else texts."""
        names = sorted({name for row in batch for name in row} - self.ours)
        self.names.update(names)
        return [pl.Series(name, _of_one_kind([row.get(name) for row in batch])) for name in names]


def _of_one_kind(values: Sequence[Any]) -> list[Any]:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {int, float}:
        return [value if value is None else float(value) if float in kinds else value for value in values]
    return list(values) if len(kinds) == 1 else [value if value is None else str(value) for value in values]
