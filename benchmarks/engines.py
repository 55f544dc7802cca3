# peers: pyspark>=4.0,<5
"""Do the profile features, written once with narwhals, give the same table on DuckDB and on Spark, and how fast?

The decision for narwhals rests on this (docs/decisions/engine.md). Needs pyspark and Java 17 beside the package:
`make bench NAME=engines` sets both up in an environment of its own. Prints a table; `--json FILE` writes it too.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from pyspark.sql import SparkSession

from offerloop.commands.init.sample import write_sample
from offerloop.config import load_config
from offerloop.engine import ENGINES, collect
from offerloop.events import prepare
from offerloop.profiles import PastEvents
from offerloop.profiles.features import relational_features

TABLES = ("order_lines", "products", "audiences", "redemptions", "browsing", "exposures")


def clean_tables(folder: Path) -> tuple[dict[str, Path], int]:
    """The sample's clean tables as Parquet, for both engines to read, and the day of the profiles."""
    config_path = write_sample("complete-journey", folder / "shop")
    events = prepare(load_config(config_path), ENGINES.load("duckdb")())
    paths = {}
    for name in TABLES:
        paths[name] = folder / f"{name}.parquet"
        collect(getattr(events, name)).write_parquet(paths[name])
    return paths, events.as_of_day


def on_duckdb(paths: dict[str, Path], as_of_day: int) -> pl.DataFrame:
    """The features on a fresh DuckDB engine."""
    engine = ENGINES.load("duckdb")()
    past = PastEvents(*(engine.read(paths[name]) for name in TABLES))
    return collect(relational_features(past, as_of_day), "customer_id")


def on_spark(session: SparkSession, paths: dict[str, Path], as_of_day: int) -> pl.DataFrame:
    """The same expressions on a local Spark session."""
    past = PastEvents(*(nw.from_native(session.read.parquet(str(paths[name]))).lazy() for name in TABLES))
    features = relational_features(past, as_of_day)
    found = features.collect(backend="pyarrow").to_native()
    table = pl.from_arrow(found)
    assert isinstance(table, pl.DataFrame)
    return table.sort("customer_id")


def differences(left: pl.DataFrame, right: pl.DataFrame) -> list[str]:
    """Columns whose values differ at all; floats may differ in the last bit of the division only (1e-12)."""
    found = []
    for name in left.columns:
        one, other = left[name], right[name]
        if one.dtype.is_float():
            gap = (one - other.cast(pl.Float64)).abs().max() or 0.0
            same = float(str(gap)) <= 1e-12 and one.is_null().equals(other.is_null())
        else:
            same = one.equals(other.cast(one.dtype))
        if not same:
            found.append(name)
    return found


def timed(work: Any, *arguments: Any) -> tuple[pl.DataFrame, float]:  # noqa: ANN401
    """The second of two runs, so that Spark's start is not counted."""
    work(*arguments)
    begin = time.perf_counter()
    return work(*arguments), time.perf_counter() - begin


def main() -> None:
    """Run both engines on the sample and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        paths, as_of_day = clean_tables(Path(folder))
        duck, duck_seconds = timed(on_duckdb, paths, as_of_day)
        spark, spark_seconds = timed(on_spark, session, paths, as_of_day)
    different = differences(duck, spark)
    results = [
        {
            "system": "duckdb",
            "case": "profile features",
            "metric": "wall",
            "value": duck_seconds,
            "unit": "s",
        },
        {
            "system": "spark",
            "case": "profile features",
            "metric": "wall",
            "value": spark_seconds,
            "unit": "s",
        },
    ]
    claim = {"claim": "equal on both engines", "value": len(different), "target": 0, "met": not different}
    print(
        f"{duck.height} customers x {duck.width - 1} features; DuckDB {duck_seconds:.2f} s, Spark {spark_seconds:.2f} s"
    )
    print("equal" if not different else f"different: {', '.join(different)}")
    if arguments.json:
        machine = {"processor": platform.processor(), "python": platform.python_version()}
        arguments.json.write_text(json.dumps({"machine": machine, "results": results, "claims": [claim]}, indent=1))


if __name__ == "__main__":
    main()
