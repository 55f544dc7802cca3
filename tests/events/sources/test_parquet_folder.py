"""A source that is a folder of Parquet files, as clusters write tables."""

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
