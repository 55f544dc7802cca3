"""Put another name in place of a customer's in every table of runs and of the loop."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.tables import with_other_names
from offerloop.workspace.folders import draft, remove_drafts, remove_unfinished
from offerloop.workspace.run_folders import UPLOADS
from offerloop.workspace.session import is_disk_full

ERASED = "erased.json"
"""Name of the file of a run that lists what stands in place of its erased customers."""
_ASSIGNED = ("assignments", "further_offers")


def erase_from_folder(folder: Path, names: Mapping[str, str]) -> int:
    """Replace names of customers in the tables below a folder, and return how many files that changed.

    Rows that cleaning rejected are kept as text: where they hold a name they are taken out. Drafts of files, and
    folders that a killed process filled, are removed: they may hold a name, and half of a table cannot be read.
    Uploaded files are no tables of ours and stay.

    Raises InputError for a file that cannot be read; those before it are done.
    """
    remove_drafts(folder)
    remove_unfinished(folder)
    changed = 0
    for path in _files(folder, "*.parquet"):
        with _naming(path):
            without = _without_names(path, names)
        if without is not None:
            with draft(path, replace_read_only=True) as partial:
                partial.touch()  # a folder that refuses files says nothing of the table
                with _naming(path):
                    without.sink_parquet(partial)
                if path.stem in _ASSIGNED:
                    _note_erased(path.parent, names.values())
            changed += 1
    for path in _files(folder, "*.csv"):
        with _naming(path):
            table = pl.read_csv(path, infer_schema=False, raise_if_empty=False)
        other = with_other_names(table, names)
        if other is not table:
            with draft(path, replace_read_only=True) as partial:
                other.write_csv(partial)
            changed += 1
    return changed


def erased_names(run_folder: Path) -> frozenset[str]:
    """Return what stands in place of the customers of a run who were erased: nobody to whom anything can be sent."""
    path = run_folder / ERASED
    return frozenset(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else frozenset()


def _note_erased(run_folder: Path, names: Collection[str]) -> None:
    with draft(run_folder / ERASED, replace_read_only=True) as partial:
        partial.write_text(json.dumps(sorted(erased_names(run_folder).union(names))), encoding="utf-8")


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(one for one in folder.rglob(pattern) if one.is_file() and one.parent != folder / UPLOADS)


def _without_names(path: Path, names: Mapping[str, str]) -> pl.LazyFrame | None:
    """Return a table with other names; None where it holds none of them. Of a large one only the ids are read."""
    table = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    if path.stem == "rejected":
        rejected = table.collect()
        others = without_rejected(rejected, names)
        return others.lazy() if others.height < rejected.height else None
    kind = table.collect_schema().get("customer_id")
    if kind is None:
        return None
    ids = pl.col("customer_id").cast(pl.String)
    if not table.select(ids.is_in(list(names)).any()).collect(engine="streaming").item():
        return None
    return table.with_columns(ids.replace(dict(names)).cast(kind))


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Raise InputError with the path of a table that cannot be read: whoever put it there can repair or remove it.

    That a disk is full says nothing of the table, and is raised as it is.
    """
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        if is_disk_full(error):
            raise
        raise InputError(
            Message(
                "'{path}' cannot be read and may name the customer; repair or remove it, then erase the customer again",
                path=str(path),
            )
        ) from None


def without_rejected(table: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Return the rejected rows that hold no name as a whole word."""
    words = "|".join(rf"(^|[^\w-]){re.escape(one)}($|[^\w-])" for one in names)
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    return table.filter(~pl.any_horizontal(pl.col(name).fill_null("").str.contains(words) for name in texts))
