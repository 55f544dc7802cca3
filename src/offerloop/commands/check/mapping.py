"""The notes of `offerloop init` on a configuration that stands: whether its columns are what their contents say."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.config import Config, Source, SourceName
from offerloop.engine import collect
from offerloop.errors import InputError, SourceError
from offerloop.events import CONTRACTS, TIME_COLUMNS, Events, columns_in
from offerloop.mapping import (
    ColumnMatch,
    columns_of,
    currency_evidence,
    customer_notes,
    decided_form,
    encoding_notes,
    forms_of,
    language_of,
    mapping_notes,
    note_on_two_readings,
    unfit_columns,
    unfit_notes,
    unmapped_answers,
)
from offerloop.message import Message
from offerloop.workspace import SampleRows, SourcePlace, fill_rows, join_rows, sample_rows

CONFIGURED = Message("named in the configuration")


def configured_notes(config: Config, events: Events) -> list[Message]:
    """Return what a reader should compare with the data, for each source that a file or a table holds."""
    notes: list[Message] = []
    matches: dict[SourceName, ColumnMatch] = {}
    for name, match, sample in _looked_at(config):
        contract, matches[name] = CONTRACTS[name], match
        notes += mapping_notes(match, sample) if name == "order_lines" else []
        if name == "customers":
            notes += unmapped_answers(ColumnMatch(columns_of(sample), match.guesses).unused(), match.guesses)
        notes += unfit_columns(match, name, (*contract.required, *contract.optional))
        notes += unfit_notes(name, match, sample, [one for one in contract.optional if one in TIME_COLUMNS])
        notes += encoding_notes(sample)
        notes += _time_notes(match, sample, config.sources[name])
    if "order_lines" in matches:
        notes += _currency_notes(config, list(matches.values()), matches["order_lines"])
    return [*notes, *customer_notes(_orders(events))]


def _looked_at(config: Config) -> Iterator[tuple[SourceName, ColumnMatch, SampleRows]]:
    with tempfile.TemporaryDirectory(prefix="offerloop-") as folder:
        for name, source in config.sources.items():
            place = SourcePlace(source.path, source.part, source.url, source.table, source.query)
            # the reader of the whole source has read it, and knows more of how it is written
            with suppress(InputError, SourceError):
                sample = _with_joined(sample_rows(place, Path(folder), encoding=source.encoding), source, Path(folder))
                yield name, _mapped(source, sample), sample


def _with_joined(sample: SampleRows, source: Source, folder: Path) -> SampleRows:
    for joined in source.join:
        beside = sample_rows(SourcePlace(joined.path, joined.part), folder, encoding=joined.encoding or source.encoding)
        sample = join_rows(sample, beside, joined.on, joined.key or joined.on, folder) or sample
    return sample if source.fill is None else fill_rows(sample, source.fill.by, source.fill.columns)


def _mapped(source: Source, sample: SampleRows) -> ColumnMatch:
    """The mapping of a configuration, as if it had been guessed."""
    match = ColumnMatch(columns_of(sample))
    schema = nw.from_native(sample.head.lazy()).collect_schema()
    for ours, written in source.columns.items():
        match.take(ours, written, columns_in(written, schema), CONFIGURED)
    for name in source.attributes:
        match.columns.pop(name, None)
    return match


def _time_notes(match: ColumnMatch, sample: SampleRows, source: Source) -> list[Message]:
    if source.time_format is None or "at" not in match.guesses:
        return []
    forms = forms_of(match, "at", sample)
    others = [form for form in forms if form != source.time_format]
    if source.time_format not in forms or not others:
        return []
    better = decided_form(match, "at", forms, sample)
    if better is not None and better.form == source.time_format:
        return []
    return [note] if (note := note_on_two_readings(match, "at", sample, source.time_format, others[0])) else []


def _currency_notes(config: Config, matches: list[ColumnMatch], orders: ColumnMatch) -> list[Message]:
    said, currency = currency_evidence(language_of(matches), orders, matches), config.shop.currency
    if said is None or said.value == currency or (said.value == "USD" and said.is_of_a_sign):
        return []
    return [
        Message(
            "shop.currency = {configured}, and the data look like {recognised} ({evidence}); correct it if amounts "
            "are in that",
            configured=currency,
            recognised=said.value,
            evidence=said.evidence or "",
        )
    ]


def _orders(events: Events) -> pl.DataFrame:
    counts = events.order_lines.group_by("customer_id").agg(nw.col("order_id").n_unique().alias("n_orders"))
    return collect(counts, "customer_id").with_columns(pl.col("customer_id").cast(pl.String))
