"""A run under spark-submit on a cluster, of which a part fails."""

import subprocess
import time

import polars as pl
import polars.testing
import pytest
from small_shop import write_small_shop

from offerloop import run
from offerloop.engine.spark import WORK_VARIABLE
from spark_cluster import cluster, environment, kill, submit

SECONDS = 600


@pytest.mark.soak
def test_a_run_survives_the_loss_of_a_worker(tmp_path):
    for name in ("cluster", "work", "spark", "duckdb"):
        (tmp_path / name).mkdir()
    expected = run(write_small_shop(tmp_path / "duckdb")).folder
    shop = write_small_shop(tmp_path / "spark")
    job = tmp_path / "job.py"
    job.write_text("from offerloop.cli import main; main()\n")
    with cluster(tmp_path / "cluster") as (address, workers):
        process = subprocess.Popen(
            submit(address, job, "run", str(shop), "--engine", "spark"),
            env={**environment(), WORK_VARIABLE: str(tmp_path / "work")},
        )
        try:
            _wait_until(lambda: len(list((tmp_path / "work").glob("*/*.parquet"))) >= 8, process)
            kill(workers[0])
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()
        assert workers[1].poll() is None
    (folder,) = (tmp_path / "spark" / "runs").glob("2*")
    for table in sorted(expected.glob("*.parquet")):
        pl.testing.assert_frame_equal(
            pl.read_parquet(folder / table.name), pl.read_parquet(table), abs_tol=1e-9, rel_tol=1e-9
        )


def _wait_until(is_so, process):
    end = time.monotonic() + SECONDS
    while not is_so():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
