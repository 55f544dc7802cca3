"""Rows of each file of a shop, and the mapping of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from offerloop.config import SourceName
from offerloop.errors import InputError
from offerloop.events import CONTRACTS, SeveralPartsError
from offerloop.mapping.consent_columns import answers_in_orders
from offerloop.mapping.first_lines import with_first_lines
from offerloop.mapping.identity.lines import with_lines_only
from offerloop.mapping.joining import joined
from offerloop.mapping.matching import ColumnMatch, Guess, columns_of, match
from offerloop.mapping.orders import guess_orders
from offerloop.mapping.other_sources import KEYS, guess_source
from offerloop.mapping.products import products_in_orders
from offerloop.mapping.shown import check_exposures
from offerloop.message import Message
from offerloop.workspace import SAMPLE_ROWS, SampleRows, Samples, place_of, sample_rows

SOURCES: tuple[SourceName, ...] = (
    "order_lines", "products", "customers", "prices", "events", "offers", "exposures", "redemptions",
)  # fmt: skip
"""Sources whose columns can be recognised, in the order in which configurations have them."""
_LIST_ROWS = 200_000
"""Rows of a list of products or customers to look at, at most."""


def sample_sources(
    files: Mapping[SourceName, str], folder: Path, encoding: str | None = None, join: Sequence[str] = ()
) -> dict[SourceName, SampleRows]:
    """Return rows of each file; those of order lines with the columns of the files in `join`.

    Copies that reading needs go to `folder`, and must stay as long as the result. Raises InputError for a file that
    cannot be read, or cannot be joined.
    """
    rows = {name: _LIST_ROWS if name in KEYS else SAMPLE_ROWS for name in files}
    samples = {name: _best_part(name, files[name], folder, rows[name], encoding) for name in SOURCES if name in files}
    for written in join:
        place, lines = place_of(written), samples["order_lines"]
        if place.path is None or lines.place.path is None:
            raise InputError(
                Message(
                    "'{place}' cannot be joined: files are joined to files; of a database name a query, such as "
                    "--orders 'sqlite:///shop.db#select * from items join orders using (order_id)'",
                    place=str(place),
                )
            )
        samples["order_lines"] = joined(lines, sample_rows(place, folder, encoding=encoding), folder)
    if "order_lines" in samples:
        samples["order_lines"] = with_lines_only(with_first_lines(samples["order_lines"]))
    if "products" in samples:
        samples["products"] = with_first_lines(samples["products"])
    return samples


def _best_part(name: SourceName, written: str, folder: Path, rows: int, encoding: str | None) -> SampleRows:
    """The file, or of several sheets or files in it the one in which the most columns of the source are found."""
    place = place_of(written)
    try:
        return sample_rows(place, folder, rows, encoding)
    except SeveralPartsError as several:
        contract, scored = CONTRACTS[name], list[tuple[tuple[int, int], SampleRows]]()
        for part in several.parts:
            with suppress(InputError):
                sample = sample_rows(replace(place, part=part), folder, rows, encoding)
                likely = match(columns_of(sample), name, (*contract.required, *contract.optional)).guesses
                scored.append(((sum(ours in contract.required for ours in likely), len(likely)), sample))
        most = max((n for n, _ in scored), default=(0, 0))
        best = [sample for n, sample in scored if n == most]
        if len(best) != 1 or not most[0]:
            raise
        return best[0]


def infer_mapping(
    samples: Samples, given_guesses: Mapping[SourceName, Mapping[str, Guess]] | None = None
) -> dict[SourceName, ColumnMatch]:
    """Return the mapping of every source; products also from the order lines when nobody gives a list of them.

    `given_guesses` are columns as the user said. Required columns may be missing: `open_columns` tells which.
    """
    given_guesses = given_guesses or {}
    orders = guess_orders(samples["order_lines"], given_guesses.get("order_lines"))
    known_values = {ours: column.values for ours in KEYS.values() if (column := orders.column(ours)) is not None}
    matches: dict[SourceName, ColumnMatch] = {"order_lines": orders}
    if "products" not in samples:
        listed = products_in_orders(orders, samples["order_lines"], given_guesses.get("products"))
        matches |= {} if listed is None else {"products": listed}
    for name, sample in samples.items():
        if name != "order_lines":
            matches[name] = guess_source(name, sample, known_values, given_guesses.get(name))
    if "customers" not in samples:
        orders.notes += answers_in_orders(orders.unused())
    if "exposures" in matches:
        check_exposures(matches.get("offers"), matches["exposures"], samples["exposures"])
    return {name: matches[name] for name in SOURCES if name in matches}
