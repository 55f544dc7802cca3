"""Small files with customers in them that stand beside the sources: exposures, redemptions, business as usual."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.config import Privacy
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import SourceError
from offerloop.events.columns.cells import as_text
from offerloop.events.columns.ids import as_integers
from offerloop.events.privacy.pseudonyms import pseudonym, read_key
from offerloop.events.sources.open import file_source, open_source
from offerloop.events.sources.raw import Raw
from offerloop.events.sources.unpack import split_part
from offerloop.message import Message

Change = Callable[[Frame, Raw], Frame]


@contextmanager
def open_side_file(
    path: Path, columns: tuple[str, ...], what: Message, engine: Engine, change: Change = lambda frame, _: frame
) -> Iterator[Frame]:
    """Open the columns of a CSV file, however it is written, or of Parquet, as text; rows have a customer_id.

    Raises SourceError when the file or a column is missing.
    """
    if not split_part(path)[0].is_file():
        raise SourceError(Message("there is no file of {what} '{path}'", what=what, path=str(path)))
    with open_source(file_source(path), engine) as raw:
        schema = raw.frame.collect_schema()
        for name in columns:
            if name not in schema:
                raise SourceError(
                    Message(
                        "the file of {what} '{path}' has no column '{name}' (needed: {columns})",
                        what=what,
                        path=str(path),
                        name=name,
                        columns=columns,
                    )
                )
        texts = [as_text(nw.col(name), schema[name]).str.strip_chars().alias(name) for name in columns]
        rows = as_integers(change(raw.frame.select(*texts), raw), ["customer_id"])
        yield rows.filter(~nw.col("customer_id").is_null())


def read_side_file(path: Path, columns: tuple[str, ...], what: Message, engine: Engine) -> pl.DataFrame:
    """Return the rows of `open_side_file` in memory."""
    with open_side_file(path, columns, what, engine) as rows:
        return collect(rows)


def under_known_ids(rows: pl.DataFrame, known_ids: Iterable[object], privacy: Privacy) -> pl.DataFrame:
    """Return the rows with customer ids as the tables of a run hold them, as text: raw ids become pseudonyms."""
    there, key = set(map(str, known_ids)), read_key(privacy) if privacy.pseudonymise else None
    ids = rows["customer_id"].unique()
    names = {one: one if one in there else _stored(one, privacy, key) for one in ids}
    return rows.with_columns(pl.col("customer_id").replace_strict(names, return_dtype=pl.String))


def under_ids_of(rows: Frame, known_ids: Frame, privacy: Privacy, engine: Engine) -> Frame:
    """Return the same of a table on an engine; `known_ids` has the column customer_id, as text.

    Where ids are stored otherwise than they are written, rows of ids that are not known come to the program for that.
    """
    if not (privacy.pseudonymise or privacy.ignore_case):
        return rows
    others = under_known_ids(collect(rows.join(known_ids, on="customer_id", how="anti")), (), privacy)
    return nw.concat([rows.join(known_ids, on="customer_id", how="semi"), engine.table(others)])


def _stored(customer_id: str, privacy: Privacy, key: bytes | None) -> str:
    text = privacy.in_its_case(customer_id)
    return text if key is None else pseudonym(text, key)
