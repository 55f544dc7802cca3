"""A shop whose order lines are a folder that gains files: the same tables as if everything was read."""

import json
import shutil
from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from same_events import assert_same_events
from small_shop import write_small_shop

from offerloop import run
from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import RereadError
from offerloop.events import extend_events, prepare, quality_notes

DAYS = [date(2024, 5, 6), date(2024, 5, 13)]
"""The folder gains files of the lines from each of these days on."""
ONLY_NEW = ["events", "profiles", "interactions"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The small shop with texts, stores, and lines that are there twice; it ran before the first of the days."""
    config = write_small_shop(tmp_path_factory.mktemp("days"))
    lines = pl.read_csv(config.parent / "lines.csv", try_parse_dates=True)
    lines = lines.with_columns(store=pl.col("what") % 3, text=pl.format("thing {}", pl.col("what")))
    lines = pl.concat([lines, lines.head(5), lines.tail(5)])
    (config.parent / "lines").mkdir()
    ends = [date(2023, 1, 1), *DAYS, date(2025, 1, 1)]
    for number, (first, end) in enumerate(pairwise(ends)):
        place = config.parent / f"{number}.parquet" if number else config.parent / "lines" / "0.parquet"
        lines.filter(pl.col("when").is_between(first, end, closed="left")).write_parquet(place)
    text = config.read_text().replace('"lines.csv"', '"lines"')
    config.write_text(text.replace('paid = "paid" }', 'paid = "paid", store_id = "store", text = "text" }', 1))
    run(config)
    return config.parent


@pytest.fixture
def folder(shop):
    """The shop as it was after its run, at its place, which stages depend on."""
    copy = shutil.copytree(shop, shop.with_name("copy"))
    yield shop
    shutil.rmtree(shop)
    copy.rename(shop)


def remarks(result):
    stages = json.loads((result.folder / "manifest.json").read_text())["stages"]
    return {stage["stage"]: stage["remark"] for stage in stages if "remark" in stage}


def assert_same_tables(result, other):
    names = sorted(path.name for path in result.folder.glob("*.parquet"))
    assert len(names) > 20
    tables = {name: [pl.read_parquet(one.folder / name) for one in (result, other)] for name in names}
    assert [name for name, (one, two) in tables.items() if not one.equals(two)] == []


def test_new_files_alone_are_read_and_give_the_same(folder):
    results = []
    for number, shards in ((1, 1), (2, 4)):
        shutil.copy(folder / f"{number}.parquet", folder / "lines")
        results.append(run(folder, shards=shards))
    assert [remarks(one) for one in results] == [dict.fromkeys(ONLY_NEW, "only what is new")] * 2
    assert remarks(run(folder)) == {}
    shutil.rmtree(folder / "runs" / ".stages")
    assert_same_tables(results[-1], run(folder))


def test_where_new_files_are_not_enough_everything_is_read_and_it_is_said(folder):
    late = pl.read_parquet(folder / "1.parquet").with_columns(pl.col("when") - pl.duration(days=1))
    late.write_parquet(folder / "lines" / "late.parquet")
    assert remarks(run(folder)) == {
        "events": "everything is read again: the new files hold orders of days that earlier files hold too"
    }


def test_notes_beside_the_files_and_columns_in_another_order_change_nothing(folder):
    (folder / "lines" / "README.txt").write_text("written every night")
    assert remarks(run(folder)) == {}
    new = pl.read_parquet(folder / "1.parquet")
    new.select(sorted(new.columns)).write_parquet(folder / "lines" / "1.parquet")
    assert remarks(run(folder)) == dict.fromkeys(ONLY_NEW, "only what is new")


def test_what_else_changed_is_said(folder):
    (folder / "lines" / "0.parquet").rename(folder / "lines" / "zero.parquet")
    assert remarks(run(folder)) == {
        "events": "everything is read again: files of order lines that were read before are changed, renamed or gone"
    }
    products = pl.read_csv(folder / "products.csv")
    products[1:].write_csv(folder / "products.csv")
    why = "everything is read again: another source, a setting or the program has changed"
    assert remarks(run(folder)) == {"events": why}


@pytest.fixture(scope="module")
def before(shop):
    """The shop's configuration, an engine, and its events before the new files."""
    config, engine = load_config(shop / "offerloop.toml"), DuckDBEngine(threads=1)
    return config, engine, prepare(config, engine)


CASES = {
    "returns": [{"n": -pl.col("n")}],
    "orders that": [{"order": pl.lit("0-1")}],
    "other types": [{"n": pl.col("n").cast(pl.Float64)}],
    "no goods": [{"order": pl.format("{}-{}", pl.lit(one), "order"), "text": pl.lit("postage")} for one in range(20)],
}
"""Columns of the new lines, which are there once for each."""


@pytest.mark.parametrize("why", CASES)
def test_what_new_files_change_in_old_ones_is_noticed(shop, before, why):
    config, engine, earlier = before
    assert "0-1" in pl.read_parquet(shop / "lines" / "0.parquet")["order"]
    place = shop / "lines" / "new.parquet"
    new = pl.read_parquet(shop / "1.parquet")
    pl.concat([new.with_columns(**columns) for columns in CASES[why]]).write_parquet(place)
    try:
        with pytest.raises(RereadError, match=why):
            extend_events(earlier, [place], config, engine)
    finally:
        place.unlink()


def test_large_quantities_of_new_files_are_said_of_all_files(shop, before):
    config, engine, earlier = before
    place = shop / "lines" / "new.parquet"
    new = pl.read_parquet(shop / "1.parquet")
    new.with_columns(n=pl.lit(200, new.schema["n"]), paid=pl.col("paid") * 200).write_parquet(place)
    try:
        extended = extend_events(earlier, [place], config, engine)
        assert any("of more than 100 units" in str(one) for one in quality_notes(extended.quality))
        assert quality_notes(earlier.quality) == []
        assert_same_events(extended, prepare(config, engine))
    finally:
        place.unlink()


@pytest.fixture(scope="module")
def of_texts(tmp_path_factory):
    """A shop whose order lines are CSV: its configuration, an engine, its events, and the lines of a new day.

    The form of the new day's dates does not show in themselves. Some cells of the days before cannot be read.
    """
    config = write_small_shop(tmp_path_factory.mktemp("texts"), customers=20)
    lines = pl.read_csv(config.parent / "lines.csv", try_parse_dates=True)
    (config.parent / "lines").mkdir()
    new = lines.filter(pl.col("when").is_between(*DAYS, closed="left")).with_columns(_written)
    old = lines.filter(pl.col("when") < DAYS[0]).with_columns(_written, pl.col("paid").cast(pl.String))
    pl.concat([old, old.head(3).with_columns(paid=pl.lit("?"))]).write_csv(config.parent / "lines" / "0.csv")
    text = config.read_text().replace('"lines.csv"', '"lines"')
    config.write_text(f"{text}\n[clean]\nmax_unreadable = 0.5\n")
    loaded, engine = load_config(config), DuckDBEngine(threads=1)
    return loaded, engine, prepare(loaded, engine), new


_written = pl.col("when").dt.strftime("%d/%m/%Y")


def test_new_csv_files_alone_are_read_and_give_the_same(of_texts):
    config, engine, earlier, new = of_texts
    place = config.sources["order_lines"].file / "1.csv"
    new.write_csv(place)
    extended = extend_events(earlier, [place], config, engine)
    assert_same_events(extended, prepare(config, engine))
    assert extended.read_so_far.columns == earlier.read_so_far.columns


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("paid", "?", "cells that cannot be read"),
        ("paid", "2.50 €", "depends on the rows of other files"),
        ("what", "3.0", "depends on the rows of other files"),
        ("n", "0.5", "other types"),
    ],
)
def test_texts_that_are_read_in_the_light_of_other_rows_are_noticed(of_texts, column, cell, why):
    config, engine, earlier, new = of_texts
    changed = pl.concat([new.cast(pl.String).head(1).with_columns(pl.lit(cell).alias(column)), new.cast(pl.String)[1:]])
    place = config.sources["order_lines"].file / "2.csv"
    changed.write_csv(place)
    try:
        with pytest.raises(RereadError, match=why):
            extend_events(earlier, [place], config, engine)
    finally:
        place.unlink()
