from dataclasses import fields, is_dataclass

import narwhals as nw
import polars as pl
import pytest

from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import load_config
from offerloop.engine import ENGINES, InMemoryEngine, collect
from offerloop.errors import SourceError
from offerloop.events import prepare
from offerloop.market import Market, load_preset


def test_a_simulated_shop_is_prepared_alike_on_both_engines(tmp_path):
    market = Market(load_preset("fashion"), 30, 40, 5, 6)
    config = load_config(write_shop(market, tmp_path))
    small, large = (prepare(config, engine) for engine in (InMemoryEngine(), ENGINES.load("duckdb")()))
    for one in fields(small):
        assert_alike(getattr(small, one.name), getattr(large, one.name), one.name)


def assert_alike(left, right, name):
    """Tables by their rows in any order, and whatever holds tables by what it holds."""
    if isinstance(left, nw.LazyFrame):
        left, right = collect(left), collect(right)
    if isinstance(left, pl.DataFrame):
        assert left.sort(pl.all()).equals(right.select(left.columns).sort(pl.all())), name
    elif is_dataclass(left):
        for one in fields(left):
            assert_alike(getattr(left, one.name), getattr(right, one.name), f"{name}.{one.name}")
    elif isinstance(left, tuple):
        for part, other in zip(left, right, strict=True):
            assert_alike(part, other, name)
    else:
        assert left == right, name


def test_a_kept_table_does_not_see_later_changes_of_its_file(tmp_path):
    path, engine = tmp_path / "a.parquet", InMemoryEngine()
    engine.write(engine.table(pl.DataFrame({"id": [1]})), path)
    kept = engine.keep(engine.read(path))
    pl.DataFrame({"id": [2]}).write_parquet(path)
    assert collect(kept)["id"].to_list() == [1]
    assert list(engine.map(str, [1, 2])) == ["1", "2"]


def test_customers_are_in_the_shards_of_every_other_engine():
    rows = pl.DataFrame({"customer_id": [f"c{n}" for n in range(50)]})
    shards = [
        [
            set(pl.read_parquet(folder / "*.parquet", hive_partitioning=False)["customer_id"])
            for folder in engine.partition(engine.table(rows), engine.new_folder(), 3)
        ]
        for engine in (InMemoryEngine(), ENGINES.load("duckdb")())
    ]
    assert shards[0] == shards[1]


def test_an_unreadable_file_is_named(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"this is not Parquet")
    with pytest.raises(SourceError, match=r"broken.parquet' cannot be read as Parquet"):
        InMemoryEngine().read(tmp_path / "broken.parquet")
