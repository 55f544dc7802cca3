"""Spark's own tools beside ours on the clean events of one shop: profiles in plain SQL, and its ALS.

Both sides read the same Parquet files on all processors of one machine; CPU seconds are of this process and of Spark's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.config import load_config
from offerloop.engine import ENGINES, Engine, collect
from offerloop.events import Events, prepare
from offerloop.profiles import PastEvents
from offerloop.profiles.features import relational_features
from offerloop.recommenders import Bought, Interactions
from offerloop.recommenders.models.als import ALS
from record import Result

RANK, ROUNDS, REGULARISATION = 32, 5, 0.01
"""Of both factorisations; the confidence of a pair is one more than its purchase days in both."""
PROFILES = """
WITH lines AS (
  SELECT l.*, p.category, p.brand FROM order_lines l LEFT JOIN products p USING (product_id)
), orders AS (
  SELECT customer_id, order_id, min(order_day) AS day, sum(revenue_minor) AS money FROM lines
  GROUP BY customer_id, order_id
), of_lines AS (
  SELECT customer_id, count(*) AS n_lines, sum(quantity) AS n_units, count(DISTINCT product_id) AS n_products,
    count(DISTINCT category) AS n_categories, count_if(discount_minor > 0) AS n_below,
    count_if(coupon_minor > 0) AS n_coupon, sum(discount_minor) AS depth, sum(list_value_minor) AS worth
  FROM lines GROUP BY customer_id
), of_orders AS (
  SELECT customer_id, {day} - max(day) AS recency_days, {day} - min(day) AS tenure_days, count(*) AS n_orders,
    count(DISTINCT day) AS n_days, sum(money) AS spend_minor,
    sum(CASE WHEN day >= {day} - 91 THEN money ELSE 0 END) AS recent_minor,
    sum(CASE WHEN day < {day} - 91 AND day >= {day} - 182 THEN money ELSE 0 END) AS before_minor,
    count_if(day >= {day} - 91) AS recent_orders, count_if((day + 3) % 7 >= 5) AS weekend
  FROM orders GROUP BY customer_id
), categories AS (
  SELECT customer_id, category AS top_category, part AS top_category_minor FROM (
    SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY part DESC, category) AS place FROM (
      SELECT customer_id, category, sum(revenue_minor) AS part FROM lines GROUP BY customer_id, category
    )
  ) WHERE place = 1
), brands AS (
  SELECT customer_id, brand AS top_brand, part AS top_brand_minor FROM (
    SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY part DESC, brand) AS place FROM (
      SELECT customer_id, brand, sum(revenue_minor) AS part FROM lines GROUP BY customer_id, brand
    )
  ) WHERE place = 1
)
SELECT customer_id, recency_days, tenure_days, n_orders, n_days, spend_minor, n_products, n_categories, top_category,
  top_brand, recent_minor, recent_orders, spend_minor / n_orders AS basket_minor, n_units / n_orders AS basket_units,
  n_lines / n_orders AS basket_lines, n_below / n_lines AS discount_share, n_coupon / n_lines AS coupon_share,
  weekend / n_orders AS weekend_share,
  CASE WHEN n_days > 1 THEN (tenure_days - recency_days) / (n_days - 1) END AS interval_days,
  CASE WHEN worth > 0 THEN depth / worth ELSE 0 END AS mean_depth,
  CASE WHEN spend_minor > 0 THEN top_category_minor / spend_minor ELSE 0 END AS top_category_share,
  CASE WHEN spend_minor > 0 THEN top_brand_minor / spend_minor ELSE 0 END AS top_brand_share,
  CASE WHEN recent_minor + before_minor > 0 THEN (recent_minor - before_minor) / (recent_minor + before_minor)
    ELSE 0 END AS trend
FROM of_lines JOIN of_orders USING (customer_id) JOIN categories USING (customer_id) JOIN brands USING (customer_id)
"""


def are_there() -> bool:
    """Whether PySpark is installed."""
    return find_spec("pyspark") is not None


def beside_spark(config_path: Path, folder: Path, case: str) -> list[Result]:
    """Seconds and CPU seconds of profiles and of the factorisation, ours and Spark's, of one shop."""
    engine: Engine = ENGINES.load("duckdb")()
    events = prepare(load_config(config_path), engine)
    for name in ("order_lines", "products"):
        engine.write(getattr(events, name), folder / f"{name}.parquet")
    bought = collect(Bought.of(events.order_lines, events.as_of_day, engine).all)
    interactions = Interactions.build(bought, events.as_of_day)
    spark = _session()
    process = int(spark.sparkContext._gateway.proc.pid)
    _spark_profiles(spark, folder, events.as_of_day)  # once before it counts, as Spark compiles what it runs
    work: list[tuple[str, str, Callable[[], Any]]] = [
        ("offerloop", "profiles", lambda: _our_profiles(engine, folder, events)),
        ("Spark SQL", "profiles", lambda: _spark_profiles(spark, folder, events.as_of_day)),
        ("offerloop", "factorisation", lambda: ALS(embedding_size=RANK, epochs=ROUNDS).fit(interactions)),
        ("Spark ALS", "factorisation", lambda: _spark_als(spark, bought, folder)),
    ]
    results, tables = [], []
    for system, what, task in work:
        found, seconds, cpu = _timed(task, process)
        print(f"  {what} by {system:10} {seconds:8.1f} s {cpu:8.1f} CPU s", flush=True)
        results += [Result(system, f"{case}: {what}", *one) for one in (("wall", seconds, "s"), ("CPU", cpu, "s"))]
        tables.append(found)
    spark.stop()
    _compare(tables[0], tables[1])
    return results


def _session() -> Any:  # noqa: ANN401 - pyspark may be absent
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[*]").config("spark.driver.memory", "3g")
    for name, value in (("ui.enabled", "false"), ("ui.showConsoleProgress", "false"), ("sql.shuffle.partitions", "8")):
        builder = builder.config(f"spark.{name}", value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _timed(task: Callable[[], Any], process: int) -> tuple[Any, float, float]:
    begin, cpu = time.perf_counter(), time.process_time() + _cpu_of(process)
    found = task()
    return found, time.perf_counter() - begin, time.process_time() + _cpu_of(process) - cpu


def _cpu_of(process: int) -> float:
    """CPU seconds of another process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _our_profiles(engine: Engine, folder: Path, events: Events) -> pl.DataFrame:
    lines, products = (engine.read(folder / f"{name}.parquet") for name in ("order_lines", "products"))
    others = events.audiences, events.redemptions, events.browsing, events.exposures
    return collect(relational_features(PastEvents(lines, products, *others), events.as_of_day), "customer_id")


def _spark_profiles(spark: Any, folder: Path, as_of_day: int) -> pl.DataFrame:  # noqa: ANN401
    for name in ("order_lines", "products"):
        spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    table = pl.from_arrow(spark.sql(PROFILES.format(day=as_of_day)).toArrow())
    assert isinstance(table, pl.DataFrame)
    return table.sort("customer_id")


def _spark_als(spark: Any, bought: pl.DataFrame, folder: Path) -> Any:  # noqa: ANN401
    from pyspark.ml import recommendation

    pairs = bought.group_by("customer_id", "product_id").agg(days=pl.len().cast(pl.Float32))
    pairs.with_columns(pl.col("customer_id", "product_id").cast(pl.Int32)).write_parquet(folder / "pairs.parquet")
    als = recommendation.ALS(
        rank=RANK, maxIter=ROUNDS, regParam=REGULARISATION, alpha=1.0, implicitPrefs=True, userCol="customer_id",
        itemCol="product_id", ratingCol="days", seed=0,
    )  # fmt: skip
    model = als.fit(spark.read.parquet(str(folder / "pairs.parquet")))
    return model.itemFactors.count() + model.userFactors.count()


def _compare(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """Raise SystemExit where a profile differs: then the times are of different work."""
    assert ours["customer_id"].equals(theirs["customer_id"])
    for name in theirs.columns:
        one, other = ours[name], theirs[name]
        apart = one != other if one.dtype == pl.String else (one.cast(pl.Float64) - other.cast(pl.Float64)).abs() > 1e-9
        if apart.any() or one.null_count() != other.null_count():
            raise SystemExit(f"Spark SQL computes another {name}")
