"""Of files too large to be read whole, `init` looks at whole rows only, from the first to the last."""

import sqlite3

import polars as pl
import pytest

from offerloop.workspace import SAMPLE_ROWS, place_of, sample_rows

N_ROWS = 30_000


@pytest.mark.parametrize("odd_bytes", range(8))
def test_the_last_row_is_seen_whole(tmp_path, odd_bytes):
    row = "c1,off-5,2025-03-17 08:00:00\n"
    first = f"{'c' * (odd_bytes + 1)},off-5,2025-03-17 08:00:00\n"
    path = tmp_path / "exposures.csv"
    path.write_text("customer_id,offer_id,at\n" + first + (N_ROWS - 2) * row + "last,off-5,2025-03-18 09:00:00\n")
    found = sample_rows(place_of(str(path)), tmp_path)
    times = {*found.head["at"], *found.spread["at"]}
    assert times == {"2025-03-17 08:00:00", "2025-03-18 09:00:00"}
    assert "last" in found.spread["customer_id"]


def test_many_short_rows_in_few_bytes_are_seen(tmp_path):
    path = tmp_path / "consent.csv"
    path.write_text("id\n" + 24_999 * "1\n" + "2\n")
    found = sample_rows(place_of(str(path)), tmp_path)
    assert {*found.head["id"], *found.spread["id"]} == {"1", "2"}
    assert found.spread.height <= 25_000


def written_as_csv(rows, folder):
    rows.write_csv(folder / "orders.csv")
    return folder / "orders.csv"


def written_as_parquet(rows, folder):
    rows.write_parquet(folder / "orders.parquet")
    return folder / "orders.parquet"


def written_to_a_database(rows, folder):
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.execute("create table orders (order_id text, customer_id text)")
        shop.executemany("insert into orders values (?, ?)", rows.rows())
    shop.close()
    return f"sqlite:///{folder / 'shop.db'}#orders"


@pytest.mark.parametrize("written", [written_as_csv, written_as_parquet, written_to_a_database])
@pytest.mark.parametrize("n_rows", [SAMPLE_ROWS, SAMPLE_ROWS + 1, 26_000, 44_000, 150_000])
def test_no_row_is_seen_twice(tmp_path, written, n_rows):
    ids = [f"order {number:06}" for number in range(n_rows)]
    rows = pl.DataFrame({"order_id": ids, "customer_id": [f"customer {number % 997:03}" for number in range(n_rows)]})
    sample = sample_rows(place_of(str(written(rows, tmp_path))), tmp_path)
    assert sample.sampled["order_id"].n_unique() == sample.sampled.height
    assert set(sample.sampled["order_id"]) <= set(ids)
    assert n_rows < 26_000 or sample.spread.height >= 5_000
