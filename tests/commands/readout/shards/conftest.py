"""Read-outs of all customers together, with which those in shards are compared."""

import polars as pl
import pytest
from sharded_readouts import MADE, read


@pytest.fixture(scope="module", params=MADE)
def together(request, tmp_path_factory):
    """(run, its orders, files beside them, the read-out of all customers together)."""
    folder = tmp_path_factory.mktemp(request.param)
    run, files = MADE[request.param](folder)
    pl.read_csv(folder / "orders.csv", try_parse_dates=True).write_parquet(folder / "orders.parquet")
    return run, folder / "orders.parquet", files, read(run, folder / "orders.parquet", files)
