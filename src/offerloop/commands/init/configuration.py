"""The text of a first offerloop.toml: every guess with its reason, every other key with its default."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap

from offerloop.commands.init.sizing import Size
from offerloop.config import WIDTH, SourceName, entry, listed, off, quoted, remark
from offerloop.events import CONTRACTS, Dialect
from offerloop.mapping import ColumnMatch, FurtherColumns, Guess, GuessedValue, OpenColumn, RowFilter, TimeForm
from offerloop.message import Message
from offerloop.workspace import SampleRows, SourcePlace

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""Signs that names and cells may have and no comment in TOML."""

SECTIONS: dict[SourceName, str] = {
    "order_lines": 'One row per product in an order. Left our column, right yours or an expression: "price * quantity"',
    "products": "One row per product: what offers can be limited to",
    "customers": "One row per customer: consent, segment and what else is known",
    "prices": "What was offered at which price, whoever bought",
    "events": "What customers looked at, put into the cart or rated",
    "offers": "The choices: one row per offer, with the terms of its kind (docs/concepts/offers.md)",
    "exposures": "Who was shown which offer in the past",
    "redemptions": "Who redeemed what in the past",
}  # fmt: skip
"""What stands above a source; also the order in which they are written."""


@dataclass(frozen=True)
class SourceText:
    """One source, ready to be written."""

    name: SourceName
    sample: SampleRows
    match: ColumnMatch
    time_format: TimeForm | None = None
    attributes: Sequence[str] = ()
    notes: Sequence[Message] = ()
    unused: Sequence[str] = ()
    """Columns of theirs that nothing is read from."""
    filters: Sequence[RowFilter] = ()
    opened: Sequence[OpenColumn] = ()
    """Columns of ours that are left for the reader to identify."""

    def mapping(self) -> list[tuple[str, Guess]]:
        """Our columns in the order of the contract, and what each is read from."""
        contract = CONTRACTS[self.name]
        return [(ours, self.match.guesses[ours]) for ours in (*contract.required, *contract.optional)
                if ours in self.match.guesses]  # fmt: skip

    def absent(self) -> list[str]:
        """Our columns that were not found, and are not carried along under their own names."""
        contract, read = CONTRACTS[self.name], {*self.match.guesses, *self.attributes}
        return [ours for ours in (*contract.required, *contract.optional) if ours not in read]


@dataclass(frozen=True)
class ShopText:
    """Everything that is written."""

    name: str
    currency: GuessedValue
    zone: GuessedValue
    margin: GuessedValue
    sources: Sequence[SourceText]
    customers: FurtherColumns
    campaign: Sequence[str]
    """Lines of the campaign."""
    size: Size
    """Its budget and the holdout, by what a read-out needs."""
    missing: Sequence[Message] = field(default_factory=list)
    """Sources that were not given, each with what it would add."""
    clean: Sequence[str] = field(default_factory=list)
    """Lines of `[clean]` and of `[privacy]` that what was seen asks for."""
    period_days: int | None = None
    """Days that a plan is for, where the log of offers says so."""
    basis_note: Message | None = None
    """That the budget counts expected costs, where it does."""


def beside(path: Path, folder: Path) -> str:
    """A path as the configuration in `folder` names it: relative when it lies below or beside it, else absolute."""
    whole, base = path.resolve(), folder.resolve()
    near = whole.is_relative_to(base.parent) and base.parent != Path(base.anchor)
    return Path(os.path.relpath(whole, base)).as_posix() if near or whole.is_relative_to(base) else str(whole)


def shop_text(shop: ShopText, folder: Path) -> str:
    """Return the text of the configuration file."""
    is_draft = any(source.opened for source in shop.sources)
    lines = [
        *(["# A draft: complete what is marked OPEN, or run 'offerloop init' again with --map."] if is_draft else []),
        "# Who gets which offer, and did it work. Written by 'offerloop init', which looked at the files below.",
        "# Comments say what was guessed and what was assumed; correct the margin, the budget and the offers first.",
        "# Next: offerloop check offerloop.toml      then: offerloop run offerloop.toml",
        "",
        entry("seed", "1", "the same seed and the same data give the same assignments"),
        "",
        "[shop]",
        entry("name", quoted(shop.name)),
        entry("currency", quoted(shop.currency.value), shop.currency.why),
        *([remark(shop.currency.doubt)] if shop.currency.doubt else []),
        entry("timezone", quoted(shop.zone.value), f"{shop.zone.why}; days and weeks begin there"),
        entry("margin", shop.margin.value, shop.margin.why),
    ]
    for source in shop.sources:
        lines += ["", *source_lines(source, folder)]
    lines += ["", *map(remark, shop.missing)] if shop.missing else []
    lines += ["", *_settings(shop.customers, shop.size, shop.clean), *_period(shop.period_days), "", *shop.campaign]
    return _CONTROL.sub("?", "\n".join(lines)) + "\n"


def source_lines(source: SourceText, folder: Path) -> list[str]:
    """Return the lines of one `[sources.NAME]` with its columns."""
    lines = [f"# {SECTIONS[source.name]}.", f"[sources.{source.name}]", *_place(source.sample.place, folder)]
    lines += [*_joined(source.sample, folder), *_filled(source), *_dialect(source.sample)]
    if source.time_format is not None:
        lines.append(entry("time_format", quoted(source.time_format.form), source.time_format.why))
    if source.attributes:
        lines.append(entry("attributes", listed(source.attributes), "carried along under their own names"))
    if source.name == "order_lines":
        lines += _filters(source.filters)
    lines += ["", f"[sources.{source.name}.columns]"]
    lines += [entry(ours, quoted(one.written), one.why) for ours, one in source.mapping()]
    lines += open_lines(source.opened)
    lines += [remark(note) for note in (*source.match.notes, *source.notes)]
    return lines + ([f"# Not used: {named(source.unused)}."] if source.unused else [])


def open_lines(opened: Sequence[OpenColumn]) -> list[str]:
    """Places to complete, each with the columns that come into question and some of their cells."""
    lines = []
    for open_column in opened:
        lines.append(f"# OPEN: {open_column.meaning}. Write the name of your column between "
                     "the quotes. Its cells, for choosing:")  # fmt: skip
        for column in open_column.candidates:
            cells = ", ".join(f"'{cell}'" for cell in column.samples) or "empty"
            but = f" - but {column.misfit}" if column.misfit and column.is_named_so else ""
            lines.append(f"#   {named([f'{column.name}: {cells}{but}'])}")
        lines.append(entry(open_column.ours, quoted("")))
    return lines


def named(columns: Sequence[str]) -> str:
    """Columns of theirs in one line."""
    return ", ".join(" ".join(name.split()) for name in columns)


def _filters(filters: Sequence[RowFilter]) -> list[str]:
    if not filters:
        return [off("where = \"status in ['paid', 'sent']\"", "only these rows; default: all")]
    return [
        entry("where", quoted(row_filter.written), row_filter.why)
        if row_filter.active
        else off(f"where = {quoted(row_filter.written)}", row_filter.why)
        for row_filter in filters
    ]


def _place(place: SourcePlace, folder: Path) -> list[str]:
    if place.path is not None:
        part = [] if place.part is None else [entry("part", quoted(place.part))]
        return [entry("path", quoted(beside(place.path, folder))), *part]
    url = place.url or ""
    file = url.removeprefix("sqlite:///")
    if file != url and file not in ("", ":memory:"):
        url = f"sqlite:///{beside(Path(file), folder)}"
    secret = bool(re.search(r"://[^:/@]*:(?!\$\{)[^@]+@", url))
    warning = "better: ${NAME} instead of the password, read from the environment" if secret else ""
    rows = entry("table", quoted(place.table or "")) if place.query is None else entry("query", quoted(place.query))
    return [entry("url", quoted(url), warning), rows]


def _joined(sample: SampleRows, folder: Path) -> list[str]:
    """Return the files that are joined to the source, each with how it was found."""
    lines = []
    for joined in sample.joined:
        place = joined.sample.place
        values = {"path": beside(place.path, folder) if place.path else "", "on": joined.on}
        values |= {"part": place.part} if place.part else {}
        values |= {"key": joined.key} if joined.key != joined.on else {}
        written = ", ".join(f"{name} = {quoted(value)}" for name, value in values.items())
        lines.append(f"  {{ {written} }},  # {joined.share:.0%} of the order lines have a row there")
    return ["join = [", *lines, "]"] if lines else []


def _filled(source: SourceText) -> list[str]:
    """Return the columns in use whose cells stand on one row of an order, or of a product with variants, only."""
    rows = source.sample.filled
    used = {name for _, guess in source.mapping() for name in guess.theirs} | set(source.attributes)
    used |= {name for one in source.filters for name in one.theirs}
    columns = [name for name in rows.columns if name in used] if rows else []
    if rows is None or not columns:
        return []
    written = f"{{ by = {quoted(rows.by)}, columns = {listed(columns)} }}"
    return [entry("fill", written, "their cells stand on one of the rows that belong together")]


def _dialect(sample: SampleRows) -> list[str]:
    dialect, why = sample.dialect or Dialect(decimal=sample.decimal), "guessed from the contents"
    encoding_why = "" if sample.encoding_given else why
    lines = [entry("separator", quoted(dialect.separator), why)] if dialect.separator != "," else []
    lines += [entry("decimal", quoted(dialect.decimal), why)] if dialect.decimal != "." else []
    if dialect.encoding != "utf-8-sig":
        lines.append(entry("encoding", quoted(dialect.encoding), encoding_why))
    return lines


def _settings(customers: FurtherColumns, size: Size, clean: Sequence[str]) -> list[str]:
    return [
        "[clean]",
        off('test_ids = ["TEST*"]', "customers or orders that are tests; default: none"),
        off("first_day = 2024-01-01", "older order lines are left out; default: none"),
        *clean,
        "",
        "[profiles]",
        off("as_of = 2024-12-31", "nothing from this day on is used; default: the day after the last order"),
        *_attributes(customers),
        "",
        "[recommend]",
        off("min_buyers = 1", "products with fewer buyers are recommended by their description only"),
        off("max_per_category = 3", "at most so many products of one category in a list"),
        off('exclude_categories = ["tobacco*"]', "patterns of categories that are never recommended"),
        off("window_days = 28", "days to choose a recommender by, and as many to report on"),
        "",
        "[response]",
        off("exclude_categories = []", 'patterns of categories that never get an offer, such as "TOBACCO*"'),
        "",
        "[experiment]",
        *_holdout(size),
        "# To compare the plan with what you do today, add [business_as_usual]: see docs/concepts/allocation.md.",
    ]


def _attributes(customers: FurtherColumns) -> Iterator[str]:
    """Yield what attributes of customers are for."""
    if customers.protected:
        yield entry("audit_only", listed(customers.protected), "look protected: they audit the plan and never make one")
    else:
        yield off("audit_only = []", "attributes that audit the plan and never make one")
    why = "do not follow from purchases, and may tell who responds"
    if customers.fixed:
        yield entry("fixed_attributes", listed(customers.fixed), why)
    else:
        others = [name for name in customers.kept if name not in customers.protected]
        yield off(f"fixed_attributes = {listed(others)}", f"those that {why}")


def _period(days: int | None) -> list[str]:
    why = f"guessed: offers were shown every {days} days; a plan is for as long, and orders in it count"
    return [] if days is None else ["", "[evaluate]", entry("window_days", str(days), why)]


def _holdout(size: Size) -> list[str]:
    why = f"never get an offer, the same customers in every run{f'; {size.holdout_why}' if size.holdout_why else ''}"
    written = str(size.note or "")
    note = written[:1].upper() + written[1:]
    said = [f"# {line}" for line in wrap(f"{note}.", WIDTH - 2)] if note else []
    return [*said, entry("holdout", f"{size.holdout:.2f}", why)]
