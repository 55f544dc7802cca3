"""A source that is a folder of Parquet files, as clusters write tables."""

from datetime import UTC, datetime

import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError
from offerloop.events import prepare
from offerloop.workspace.stage_store import config_key


@pytest.fixture
def shop(tmp_path):
    """The small shop with its order lines in two parts, one of them in a folder of its own."""
    config = write_small_shop(tmp_path)
    lines = pl.read_csv(tmp_path / "lines.csv")
    (tmp_path / "lines" / "later").mkdir(parents=True)
    lines[:500].write_parquet(tmp_path / "lines" / "part-0.parquet")
    lines[500:].write_parquet(tmp_path / "lines" / "later" / "part-1.parquet")
    config.write_text(config.read_text().replace('"lines.csv"', '"lines"'))
    return config


def test_its_files_are_one_table(shop, tmp_path):
    (tmp_path / "csv").mkdir()
    folder, file = (
        collect(prepare(load_config(path), DuckDBEngine()).order_lines, "order_id", "product_id")
        for path in (shop, write_small_shop(tmp_path / "csv"))
    )
    assert folder.equals(file.select(folder.columns))


def test_a_further_file_is_another_source(shop):
    config = load_config(shop)
    before = config_key(config)
    part = shop.parent / "lines" / "part-0.parquet"
    pl.read_parquet(part)[:1].write_parquet(part.with_name("part-2.parquet"))
    assert config_key(config) != before


def test_a_folder_without_any_is_refused(shop):
    for part in (shop.parent / "lines").rglob("*.parquet"):
        part.unlink()
    with pytest.raises(SourceError, match="lines' is a folder without Parquet or CSV files; name such a folder"):
        prepare(load_config(shop), DuckDBEngine())


def test_a_needed_column_that_a_file_lacks_is_named(shop):
    part = shop.parent / "lines" / "part-0.parquet"
    pl.read_parquet(part).drop("paid").write_parquet(part)
    with pytest.raises(SourceError, match=r"part-0.parquet' has no column 'paid', which '.*part-1.parquet' has"):
        prepare(load_config(shop), DuckDBEngine())


def test_a_needed_column_of_another_type_in_one_file_is_named(shop):
    part = shop.parent / "lines" / "part-0.parquet"
    pl.read_parquet(part).with_columns(pl.col("paid").cast(pl.String)).write_parquet(part)
    with pytest.raises(SourceError, match=r"'paid' is string in the file '.*part-0.parquet' and double in '.*part-1"):
        prepare(load_config(shop), DuckDBEngine())


def test_numbers_that_are_none_are_empty_cells(shop):
    part = shop.parent / "lines" / "part-0.parquet"
    lines = pl.read_parquet(part)
    product, none = pl.col("what").cast(pl.Float64), pl.int_range(pl.len()) == 0
    lines.with_columns(what=pl.when(none).then(float("nan")).otherwise(product)).write_parquet(part)
    other = shop.parent / "lines" / "later" / "part-1.parquet"
    pl.read_parquet(other).with_columns(pl.col("what").cast(pl.Float64)).write_parquet(other)
    quality = prepare(load_config(shop), DuckDBEngine()).quality
    assert quality.filter(table="order_lines", rule="incomplete")["rows"].to_list() == [1]


def in_first_part(shop, change):
    part = shop.parent / "lines" / "part-0.parquet"
    change(pl.read_parquet(part)).write_parquet(part)


@pytest.mark.parametrize("unneeded", ["net", "paid", "cid"])
def test_a_column_that_the_source_does_not_name_may_be_in_some_files_only(shop, unneeded):
    for part in (shop.parent / "lines").rglob("*.parquet"):
        pl.read_parquet(part).rename({"paid": "net paid"}).write_parquet(part)
    in_first_part(shop, lambda lines: lines.with_columns(pl.lit("x").alias(unneeded)))
    source = "[sources.order_lines]\nwhere = \"when != 'cid'\""
    text = shop.read_text().replace('paid = "paid"', 'paid = "net paid"').replace("[sources.order_lines]", source)
    shop.write_text(text)
    assert len(collect(prepare(load_config(shop), DuckDBEngine()).order_lines)) > 500


@pytest.mark.parametrize(
    "entry",
    [
        'where = "`paid back` > 0"',
        'attributes = ["paid back"]',
        'fill = { by = "paid back", columns = ["who"] }',
        'fill = { by = "order", columns = ["paid back"] }',
        'join = [{ path = "products.csv", on = "paid back", key = "what" }]',
    ],
)
def test_a_column_that_any_entry_of_the_source_names_must_be_in_all_files(shop, entry):
    in_first_part(shop, lambda lines: lines.with_columns(pl.lit(1).alias("paid back")))
    shop.write_text(shop.read_text().replace("[sources.order_lines]", f"[sources.order_lines]\n{entry}"))
    with pytest.raises(SourceError, match=r"part-1.parquet' has no column 'paid back', which"):
        prepare(load_config(shop), DuckDBEngine())


@pytest.mark.parametrize("column", ["who", "key"])
def test_a_column_that_is_joined_must_be_in_all_files_of_its_folder(shop, column):
    rows = pl.read_csv(shop.parent / "lines.csv").select("order", "who").with_columns(key="order").unique("order")
    write = {"orders/a.parquet": rows[:9], "orders/b.parquet": rows[9:].drop(column)}
    (shop.parent / "orders").mkdir()
    for name, table in write.items():
        table.write_parquet(shop.parent / name)
    for part in (shop.parent / "lines").rglob("*.parquet"):
        pl.read_parquet(part).drop("who").write_parquet(part)
    join = 'join = [{ path = "orders", on = "order", key = "key" }]'
    shop.write_text(shop.read_text().replace("[sources.order_lines]", f"[sources.order_lines]\n{join}"))
    with pytest.raises(SourceError, match=rf"b.parquet' has no column '{column}', which"):
        prepare(load_config(shop), DuckDBEngine())


def test_a_column_that_folders_say_may_be_missing(shop):
    lines = shop.parent / "lines"
    for part, day in (("part-0.parquet", "2024-01-01"), ("later/part-1.parquet", "2024-01-02")):
        (lines / f"when={day}").mkdir()
        (lines / part).rename(lines / f"when={day}" / "a.parquet")
    later = lines / "when=2024-01-02" / "a.parquet"
    pl.read_parquet(later).drop("when").write_parquet(later)
    times = collect(prepare(load_config(shop), DuckDBEngine()).order_lines)["at"]
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2)]
    assert times.unique().sort().to_list() == [day.timestamp() for day in days]


def test_ids_that_are_large_unsigned_numbers_are_kept(shop):
    for part in (shop.parent / "lines").rglob("*.parquet"):
        lines = pl.read_parquet(part)
        lines.with_columns(who=pl.lit(2**63 + 5, pl.UInt64)).write_parquet(part)
    lines = collect(prepare(load_config(shop), DuckDBEngine()).order_lines)
    assert lines["customer_id"].cast(pl.String).unique().to_list() == [str(2**63 + 5)]
