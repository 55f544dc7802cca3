"""Past order lines for a replay: read under guessed columns, cleaned, and in the order of time in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw

from offerloop.commands.replay.cells import check_cells, check_named
from offerloop.config import Clean, Config, Shop, Source, SourceName
from offerloop.engine import Engine, Frame, collect, count_rows
from offerloop.errors import InputError, NothingLeftError, SourceError
from offerloop.events import (
    CONTRACTS,
    DAY,
    RULE_NAMES,
    Cleaned,
    CleaningRule,
    alike,
    apply_rules,
    is_return,
    merge_scans,
    minor_units,
    money_columns,
    read_source,
    rules_for,
    to_utc,
    with_all_money,
    with_day,
)
from offerloop.mapping import (
    ColumnMatch,
    guess_currency,
    guess_zone,
    infer_mapping,
    language_of,
    match,
    open_column_notes,
    open_columns,
    row_filters,
    sample_sources,
    time_format,
)
from offerloop.message import Message, joined
from offerloop.workspace import SampleRows, Samples

UNIT_COST = "unit_cost_minor"
TEXTS = ("order_id", "customer_id", "product_id", "store_id", "channel", "category", "subcategory", "brand", "segment")
NUMBERS = ("at", "day", "units", "value_minor", "cost_minor")
COLUMNS = (*TEXTS, *NUMBERS)
"""Columns of the file: ids as text, the order's own time, units and the amount of the line before personal offers."""
_BESIDE: dict[SourceName, tuple[str, tuple[str, ...]]] = {
    "products": ("product_id", ("category", "subcategory", "brand", UNIT_COST)),
    "customers": ("customer_id", ("segment",)),
}
"""Key of the files beside the order lines, and what is taken from them."""
_SORTED = ("at", "order_id", "customer_id", "product_id", "value_minor", "units", "cost_minor", "category")


@dataclass(frozen=True)
class PastOrders:
    """Order lines of the past, one row each, by time and order."""

    path: Path
    zone: str
    zone_is_given: bool
    days_only: bool
    """Whether the file knows no time of day."""
    n_reused: int
    """Order numbers that stand for orders of several customers or days."""
    columns: frozenset[str]
    """Which of COLUMNS the files have."""
    n_lines: int
    n_without_cost: int
    left_out: dict[str, int]
    """Rows by the rule that said so."""
    names: tuple[str, ...] = ()
    """All columns of the order lines, as the file has them."""


def read_orders(
    files: Mapping[SourceName, str],
    currency: str,
    currency_option: str | None,
    zone: str | None,
    engine: Engine,
    folder: Path,
) -> PastOrders:
    """`currency` is that of the offers, `currency_option` the one that was named for the orders.

    Raises InputError for a file or column that cannot be used, and when the orders are in other money.
    """
    samples = sample_sources(files, folder)
    matches = _mapped_columns(samples)
    _check_currency(currency, currency_option, matches)
    known_zone = zone or guess_zone(language_of(matches.values()), currency).value
    costs = _cost_in_lines(matches["order_lines"])
    frames, left_out = _frames(matches, samples, currency, known_zone, costs, engine)
    lines = _cleaned(frames["order_lines"], currency, engine, left_out)
    places = {name: str(sample.place) for name, sample in samples.items()}
    lines, columns = _joined(lines, frames, places, costs, currency)
    lines, days_only = _dated(engine.keep(lines), known_zone, engine)
    lines, n_reused = _at_order(
        lines, ("order_id", "customer_id") if "customer_id" in columns else ("order_id",), engine
    )
    path = folder / "orders.parquet"
    shaped = engine.keep(_shaped(lines, columns))
    counts = collect(shaped.select(n=nw.len(), missing=nw.col("cost_minor").is_null().cast(nw.Int64).sum()))
    n_lines, missing = counts.row(0)
    if not n_lines:
        raise _nothing_left(str(samples["order_lines"].place), left_out)
    engine.write(shaped.sort(*_SORTED), path)
    names = tuple(samples["order_lines"].head.columns)
    return PastOrders(
        path, known_zone, zone is not None, days_only, n_reused, frozenset(columns), n_lines, missing, left_out, names
    )


def _nothing_left(place: str, left_out: Mapping[str, int]) -> NothingLeftError:
    """Return the error that says which rules left out how many rows."""
    rejected = [
        Message("{n} {rule}", context="rows that a rule rejects", n=rows, rule=RULE_NAMES.get(rule, rule))
        for rule, rows in left_out.items()
    ]
    why = rejected or Message("it has no rows", context="error")
    return NothingLeftError(Message("'{place}' has no usable order line: {why}", place=place, why=why))


def _mapped_columns(samples: Samples) -> dict[SourceName, ColumnMatch]:
    """Map the columns. Raises InputError that names the cell where a column fails by its contents only."""
    matches = infer_mapping(samples)
    opened = [
        column
        for name, match in matches.items()
        for column in open_columns(name, match, samples.get(name, samples["order_lines"]))
    ]
    if opened:
        check_named(samples["order_lines"], ("paid", "at"))
        raise InputError(joined(open_column_notes(opened), "\n"))
    orders = matches["order_lines"]
    check_named(samples["order_lines"], [one for one in ("quantity", "list_price") if not _is_read(orders, one)])
    return matches


def _is_read(orders: ColumnMatch, ours: str) -> bool:
    return ours in orders.guesses and bool(orders.guesses[ours].theirs)


def _check_currency(currency: str, currency_option: str | None, matches: Mapping[SourceName, ColumnMatch]) -> None:
    if currency_option is not None and currency_option.upper() != currency:
        raise InputError(
            Message(
                "the offers are in {currency}, and --currency says {other}; both must be the same money",
                currency=currency,
                other=currency_option,
            )
        )
    said = guess_currency(None, language_of(matches.values()), matches["order_lines"], matches.values())
    if currency_option is None and said.value != currency and not said.doubt:
        raise InputError(
            Message(
                "the offers are in {currency}, and the orders look like {recognised} ({evidence}); correct the "
                "file of offers, or say --currency {currency} if these orders are in {currency}",
                currency=currency,
                recognised=said.value,
                evidence=said.evidence or "",
            )
        )


def _cost_in_lines(orders: ColumnMatch) -> str | None:
    """The column of order lines with what one unit cost the shop."""
    rest = {column.name: column for column in orders.unused()}
    cost_column = match(rest, "products", ("unit_cost",)).column("unit_cost")
    return None if cost_column is None else cost_column.name


def _frames(
    matches: Mapping[SourceName, ColumnMatch], samples: Samples, currency: str, zone: str, costs: str | None,
    engine: Engine,
) -> tuple[dict[SourceName, Frame], dict[str, int]]:  # fmt: skip
    """Every source under our names, and what was left out so far."""
    sources = {}
    for name, source_match in matches.items():
        sample = samples.get(name, samples["order_lines"])
        form = time_format(source_match, sample, language_of(matches.values()), currency)
        sources[name] = _source(name, source_match, sample, None if form is None else form.form, costs)
    shop = Shop(name="replay", currency=currency, timezone=zone)
    config = Config.model_construct(shop=shop, sources=sources, clean=Clean(max_unreadable=1))
    read = {name: read_source(name, config, engine) for name in sources}
    for name, done in read.items():
        check_cells(name, done.frame, matches[name], samples.get(name, samples["order_lines"]))
    lost = read["order_lines"].left_out
    left_out = {f"not {sources['order_lines'].where}": lost} if lost else {}
    return alike({name: done.frame for name, done in read.items()}), left_out


def _source(name: SourceName, match: ColumnMatch, sample: SampleRows, form: str | None, costs: str | None) -> Source:
    contract, place, dialect = CONTRACTS[name], sample.place, sample.dialect
    ours = [one for one in (*contract.required, *contract.optional) if one in match.guesses]
    is_orders = name == "order_lines"
    where = [one.written for one in row_filters(match, sample) if one.active] if is_orders else []
    return Source(
        path=place.path,
        part=place.part,
        url=place.url,
        table=place.table,
        query=place.query,
        columns={one: match.guesses[one].written for one in ours},
        attributes=(costs,) if is_orders and costs else (),
        where=where[0] if where else None,
        time_format=form,
        separator=dialect.separator if dialect else None,
        decimal="," if dialect and dialect.decimal == "," else "." if dialect else None,
        encoding=dialect.encoding if dialect else None,
    )


def _cleaned(frame: Frame, currency: str, engine: Engine, left_out: dict[str, int]) -> Frame:
    """Sales only, with `value_minor`, what the line cost before personal offers, and whole `units`."""
    columns = frame.collect_schema().names()
    cleaned = Cleaned("order_lines", frame, engine.keep)
    merge_scans(cleaned, ("quantity", *money_columns(columns)), currency)
    cleaned.frame = engine.keep(cleaned.frame)
    rules = [rule for rule in rules_for("order_lines", Clean(), columns, currency) if rule.name != "incomplete"]
    apply_rules(
        cleaned,
        [
            *rules,
            _incomplete(),
            CleaningRule("return", "rejected", is_return(columns), Message("taken back", context="cleaning rule")),
        ],
    )
    lines = with_all_money(cleaned.frame)
    below = CleaningRule(
        "worth less than nothing", "rejected", nw.col("list_value_minor") < 0, Message("no price to take off from")
    )
    priced = Cleaned("order_lines", lines, quality=cleaned.quality)
    apply_rules(priced, [below])
    left_out |= {row["rule"]: row["rows"] for row in priced.quality if row["action"] == "rejected" and row["rows"]}
    quantity = nw.col("quantity")
    counted = (quantity >= 1) & (quantity == quantity.round(0))
    units = nw.when(counted).then(quantity).otherwise(nw.lit(1)).cast(nw.Int64)
    return priced.frame.with_columns(units=units, value_minor=nw.col("list_value_minor").cast(nw.Int64))


def _incomplete() -> CleaningRule:
    """A customer may be missing: offers for everybody hold for guests too."""
    needed = ("order_id", "product_id", "quantity", "at", "paid_minor")
    empty = nw.any_horizontal(*(nw.col(name).is_null() for name in needed), ignore_nulls=True)
    return CleaningRule("incomplete", "rejected", empty, Message("order, product, quantity, time or amount is missing"))


def _joined(
    lines: Frame, frames: Mapping[SourceName, Frame], places: Mapping[SourceName, str], cost: str | None, currency: str
) -> tuple[Frame, list[str]]:
    """Add categories, brand, segment and `cost_minor` of each line; return also the names of what is known."""
    costs: list[nw.Expr] = []
    if cost is not None:
        if not lines.collect_schema()[cost].is_numeric():
            raise SourceError(
                Message(
                    "'{place}', column '{column}': it must hold what a unit costs, such as 12.40, and holds "
                    "something else",
                    place=places["order_lines"],
                    column=cost,
                )
            )
        lines = lines.with_columns(minor_units(nw.col(cost), currency).alias("own_cost_minor"))
        costs.append(nw.col("own_cost_minor"))
    for name, (key, wanted) in _BESIDE.items():
        if name in frames:
            side = _single(frames[name], key, wanted, places.get(name, places["order_lines"]))
            lines = lines.join(side, on=key, how="left")
    columns = lines.collect_schema().names()
    costs += [nw.col(UNIT_COST)] if UNIT_COST in columns else []
    text_columns = [name for name in TEXTS if name in columns]
    of_line = (nw.coalesce(*costs) * nw.col("quantity")).round(0) if costs else nw.lit(None, nw.Int64)
    lines = lines.with_columns(of_line.cast(nw.Int64).alias("cost_minor"))
    return lines, [*text_columns, "cost_minor"] if costs else text_columns


def _single(frame: Frame, key: str, names: Sequence[str], place: str) -> Frame:
    """Keep one row for each key. Raises SourceError where a key has several different ones."""
    present = [name for name in names if name in frame.collect_schema()]
    rows = frame.filter(~nw.col(key).is_null()).select(key, *present).unique()
    twice = collect(rows.group_by(key).agg(nw.len().alias("n")).filter(nw.col("n") > 1).head(1))
    if twice.height:
        raise SourceError(
            Message(
                "'{place}' has several different rows for {key} '{example}'; keep one",
                place=place,
                key=key,
                example=str(twice[key][0]),
            )
        )
    return rows


def _dated(lines: Frame, zone: str, engine: Engine) -> tuple[Frame, bool]:
    """Add the `day` of every line; return also whether all are days without a clock, which begin in the zone."""
    at = nw.col("at")
    late = collect(lines.select((at - (at // DAY) * DAY).max().alias("late")))["late"][0]
    dated = with_day(lines, "at", "day", zone)
    return engine.keep(to_utc(dated, "at", zone) if late == 0 else dated), late == 0


def _at_order(lines: Frame, names: Sequence[str], engine: Engine) -> tuple[Frame, int]:
    """Give every order the time of its first line; return also how many order numbers stand for several orders.

    An order is what has the same `names` on one day: tills and shops of a chain use the same numbers again.
    """
    key = (*names, "day")
    orders = lines.select(*key).unique().group_by("order_id").agg(nw.len().alias("n"))
    n_reused = count_rows(orders.filter(nw.col("n") > 1))
    return engine.keep(lines.with_columns(nw.col("at").min().over(*key))), n_reused


def _shaped(lines: Frame, text_columns: Sequence[str]) -> Frame:
    texts = [
        nw.col(name).cast(nw.String) if name in text_columns else nw.lit(None, nw.String).alias(name) for name in TEXTS
    ]
    return lines.select(*texts, *NUMBERS)
