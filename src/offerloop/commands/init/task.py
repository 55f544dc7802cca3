"""`offerloop init DIR --orders F`: look at a shop's files and write an offerloop.toml that runs as it is."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from offerloop.commands.init.campaign import basis_note, campaign_lines, first_budget, plan_size
from offerloop.commands.init.clean import clean_lines, no_goods, no_goods_note
from offerloop.commands.init.configuration import SECTIONS, ShopText, SourceText, named, shop_text
from offerloop.commands.init.draft import draft_message
from offerloop.commands.init.figures import NOT_SEEN, Figures, figures
from offerloop.commands.init.findings import ADDS, InitResult, is_draft
from offerloop.commands.init.given_columns import Given, guesses
from offerloop.commands.init.large_quantities import large_quantities
from offerloop.config import Evaluate, SourceName, load_config, report_language
from offerloop.errors import InputError
from offerloop.mapping import (
    ColumnMatch,
    GuessedValue,
    OpenColumn,
    carried_terms,
    check_validity,
    column_values,
    customer_attributes,
    days_between_rounds,
    encoding_notes,
    guess_currency,
    guess_zone,
    infer_mapping,
    language_of,
    notes_with_misfits,
    only_sales,
    open_columns,
    row_filters,
    sample_sources,
    time_format,
)
from offerloop.message import Message
from offerloop.money import read_margin
from offerloop.workspace import SampleRows, Samples, known_encoding

FILE = "offerloop.toml"
_LOG = logging.getLogger(__name__)
_MARGIN = GuessedValue("0.30", Message("share of the list price left before any offer's cost"))


_MOST_PERIOD_DAYS = 35
"""Longest interval between rounds of offers that is taken for the plan's period."""


@dataclass(frozen=True)
class _Mapped:
    """Rows of each file, and which column of it is which of ours."""

    samples: Samples
    matches: Mapping[SourceName, ColumnMatch]
    opened: Mapping[SourceName, Sequence[OpenColumn]]


def write_shop(
    folder: Path, files: Mapping[SourceName, str], budget: str | None, currency: str | None,
    encoding: str | None = None, columns: Given | None = None, margin: str | None = None,
    language: str | None = None, join: Sequence[str] = (), title: str | None = None,
) -> InitResult:  # fmt: skip
    """Write `folder/offerloop.toml`. `files` are as `place_of` reads them; order_lines must be among them.

    Files in `join` are joined to the order lines. `encoding` is that of all CSV files; else it is guessed for each.
    Raises InputError when a file cannot be read, when there is a finished configuration already, and when a required
    column cannot be identified: then what is written is a draft, which takes the place of an earlier draft.
    """
    target = _writable(folder)
    if "order_lines" not in files:
        raise InputError(Message("order lines are missing; name their file with --orders"))
    encoding = known_encoding(encoding) if encoding is not None else None
    share = _MARGIN if margin is None else GuessedValue(read_margin(margin), is_given=True)
    with TemporaryDirectory(prefix="offerloop-") as place:
        mapped = _mapped(sample_sources(files, Path(place), encoding, join), columns or {})
        shop = _shop(title or folder.resolve().name or "My shop", mapped, budget, currency, share)
    missing = [column for opened in mapped.opened.values() for column in opened]
    _write(folder, target, shop_text(shop, folder), is_finished=not missing)
    if missing:
        raise InputError(draft_message(target, missing))
    columns_seen = [name for sample in mapped.samples.values() for name in sample.head.columns]
    return InitResult(target, shop, report_language(language, shop.currency.value, columns_seen))


def _writable(folder: Path) -> Path:
    """Return where the configuration goes. Raises InputError where something else stands there already."""
    target = folder / FILE
    if folder.exists() and not folder.is_dir():
        raise InputError(
            Message("'{folder}' is a file; name a folder to write {file} to", folder=str(folder), file=FILE)
        )
    if target.exists() and not is_draft(target):
        raise InputError(
            Message(
                "there is a configuration '{target}' already; delete or rename it to have one written anew",
                target=str(target),
            )
        )
    return target


def _mapped(samples: Samples, columns: Given) -> _Mapped:
    """Match the columns of each file with ours, those that were given as they were given."""

    def sample_of(name: SourceName) -> SampleRows:
        return samples.get(name, samples["order_lines"])

    matches = infer_mapping(samples, {name: guesses(one, sample_of(name)) for name, one in columns.items()})
    for name, sample in samples.items():
        matches[name].notes = notes_with_misfits(name, matches[name], sample)
    return _Mapped(
        samples, matches, {name: open_columns(name, match, sample_of(name)) for name, match in matches.items()}
    )


def _shop(title: str, mapped: _Mapped, budget: str | None, currency: str | None, margin: GuessedValue) -> ShopText:
    samples, matches = mapped.samples, mapped.matches
    language, orders = language_of(matches.values()), matches["order_lines"]
    money = guess_currency(currency, language, orders, matches.values())
    texts = _source_texts(mapped, language, money.value)
    described = matches["products"] if "products" in samples and "text" in matches["products"].guesses else orders
    others = no_goods(described, samples["products" if described is not orders else "order_lines"])
    large = None if mapped.opened["order_lines"] else large_quantities(orders, samples["order_lines"])
    orders.notes += [*no_goods_note(others), *([] if large is None else [large.note()])]
    period = _period_days(texts)
    sales = NOT_SEEN if mapped.opened["order_lines"] else _figures(samples, matches, texts[0], period)
    plan = first_budget(budget, sales, money.value)
    offers = next((one for one in texts if one.name == "offers"), None)
    shown = "exposures" in matches and "propensity" in matches["exposures"].guesses
    size = plan_size(plan, sales, float(margin.value), money.value, offers, is_given=budget is not None)
    campaign = campaign_lines(plan.of(size, money.value), sales, money.value, offers, shown=shown)
    customers = customer_attributes(matches.get("customers", ColumnMatch({})))
    zone = guess_zone(language, money.value, orders)
    return ShopText(
        title, money, zone, margin, texts, customers, campaign, size, _missing(matches),
        clean_lines(others, orders, large), period, basis_note(money.value, offers),
    )  # fmt: skip


def _source_texts(mapped: _Mapped, language: str, currency: str) -> list[SourceText]:
    """Return what is written of each source, and note what is doubtful in its mapping."""
    texts: list[SourceText] = []
    for name, match in mapped.matches.items():
        sample = mapped.samples.get(name, mapped.samples["order_lines"])
        form = time_format(match, sample, language, currency)
        match.notes += [form.doubt] if form is not None and form.doubt else []
        if name == "offers":
            check_validity(match, sample, None if form is None else form.form)
        match.notes += encoding_notes(sample)
        text = SourceText(name, sample, match, form, opened=mapped.opened[name])
        texts.append(_with_rest(text, mapped.samples, mapped.matches))
    return texts


def _missing(matches: Mapping[SourceName, ColumnMatch]) -> list[Message]:
    """Return a comment on the sources that were not given."""
    absent = [name for name in SECTIONS if name not in matches]
    added = [Message("[sources.{source}]: {adds}", context="init", source=name, adds=ADDS[name]) for name in absent]
    return [Message("Not given, and what each would add:"), *added] if absent else []


def _period_days(texts: Sequence[SourceText]) -> int | None:
    """Days from one round of offers to the next, where they are others than a plan is for by default."""
    shown = next((one for one in texts if one.name == "exposures" and not one.opened), None)
    days = None if shown is None else days_between_rounds(shown.match, shown.sample, shown.time_format)
    usual = Evaluate().window_days
    if shown is None or days is None or days == usual:
        return None
    if days > _MOST_PERIOD_DAYS:
        shown.match.notes.append(
            Message(
                "offers were shown every {days} days, and what is bought in the first {n} counts; set "
                "evaluate.window_days if an offer holds longer",
                days=days,
                n=usual,
            )
        )
        return None
    return days


def _with_rest(text: SourceText, samples: Samples, matches: Mapping[SourceName, ColumnMatch]) -> SourceText:
    """Add what becomes of the columns that are none of ours."""
    rest = [column.name for column in text.match.unused()]
    personal: list[str] = []
    if text.name == "customers":
        columns = customer_attributes(text.match)
        kept, personal = columns.kept, columns.personal
        left = Message("Names, addresses and dates of birth are not carried along: {columns}.", columns=named(personal))
        notes = [left] if personal else []
        text = replace(text, attributes=kept, notes=notes)
    if text.name == "offers":
        text = replace(text, attributes=carried_terms(text.match))
    taken = {*text.attributes, *personal}
    if text.name == "order_lines" and not text.opened:
        text = replace(text, filters=row_filters(text.match, text.sample))
        taken |= {name for one in text.filters for name in one.theirs}
    if "products" in matches and "products" not in samples:  # read from the order lines, which say what is not used
        taken |= {name for one in matches["products"].guesses.values() for name in one.theirs}
        rest = [] if text.name == "products" else rest
    return replace(text, unused=[name for name in rest if name not in taken])


def _figures(
    samples: Samples, matches: Mapping[SourceName, ColumnMatch], orders: SourceText, period_days: int | None
) -> Figures:
    products, categories = matches.get("products"), None
    if products is not None and {"product_id", "category"} <= set(products.guesses):
        sample = samples.get("products", samples["order_lines"])
        texts = {
            ours: column_values(sample.head, products.guesses[ours].written, sample.decimal)
            .cast(pl.String)
            .str.strip_chars()
            for ours in ("product_id", "category")
        }
        categories = pl.DataFrame(texts).filter(pl.col("category") != "").unique("product_id", maintain_order=True)
    form = orders.time_format.form if orders.time_format else None
    sales = only_sales(orders.sample, orders.filters)
    return figures(orders.match, sales, categories, form, period_days or Evaluate().window_days)


def _write(folder: Path, target: Path, text: str, *, is_finished: bool) -> None:
    """The file appears under its name only when it loads, or when it is a draft; an earlier draft is kept beside it."""
    fresh = not folder.exists()
    partial = folder / f".{FILE}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        if is_finished:
            load_config(partial)
        if target.exists():
            target.replace(target.with_name(f"{FILE}.old"))
        partial.rename(target)
        _LOG.info("wrote %s", target)
    except OSError as error:
        raise InputError(
            Message(
                "'{folder}' cannot be written to: {reason}", folder=str(folder), reason=error.strerror or str(error)
            )
        ) from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
            if fresh and not target.exists():
                folder.rmdir()
