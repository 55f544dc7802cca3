import os
import subprocess
import sys
from pathlib import Path

import narwhals as nw
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError

SETTING = """
import pytest

from offerloop.engine.duckdb import DuckDBEngine
engine = DuckDBEngine()
print(engine._connection.execute("SELECT current_setting('enable_progress_bar')").fetchone()[0])
"""


def test_no_progress_bar_writes_between_our_lines_on_a_terminal(tmp_path):
    """There DuckDB shows one by default; Jupyter is tested with the notebook of the case."""
    (tmp_path / "setting.py").write_text(SETTING)
    leader, terminal = os.openpty()
    subprocess.run(
        [sys.executable, tmp_path / "setting.py"], stdin=terminal, stdout=terminal, stderr=terminal, check=True
    )
    os.close(terminal)
    assert os.read(leader, 100).decode().strip() == "False"
    os.close(leader)


def test_memory_is_a_share_of_the_machines_within_bounds_or_as_it_is_set(monkeypatch):
    def limit(engine):
        size, unit = engine._connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0].split()
        return float(size) * {"MiB": 2**20, "GiB": 2**30}[unit] / 1e9

    assert 0.9 < limit(DuckDBEngine()) < 4.1
    monkeypatch.setenv("OFFERLOOP_MEMORY", "500MB")
    assert limit(DuckDBEngine()) == pytest.approx(0.5, rel=0.01)
    monkeypatch.setenv("OFFERLOOP_MEMORY", "much")
    with pytest.raises(InputError, match=r"'OFFERLOOP_MEMORY' is 'much', which is no amount of memory"):
        DuckDBEngine()


def test_what_does_not_fit_into_memory_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("OFFERLOOP_MEMORY", "20MB")
    engine = DuckDBEngine(threads=1)
    engine._connection.execute("SET max_temp_directory_size = '1MB'")
    rows = nw.from_native(engine._connection.sql("SELECT md5(range::VARCHAR) AS m FROM range(1000000)")).lazy()
    for work in (lambda: engine.keep(rows), lambda: engine.write(rows.sort("m"), tmp_path / "rows.parquet")):
        with pytest.raises(InputError, match=r"as a step needs \(.*; set the environment variable OFFERLOOP_MEMORY"):
            work()


def test_each_engine_spills_to_a_folder_of_its_own_that_nobody_else_reads():
    """In one folder DuckDB's instances write files of the same names, and delete those of others when they end."""
    engines = [DuckDBEngine(), DuckDBEngine()]
    setting = "SELECT current_setting('temp_directory')"
    places = [Path(engine._connection.execute(setting).fetchall()[0][0]) for engine in engines]
    assert places[0].parent != places[1].parent
    assert [place.parent.stat().st_mode & 0o777 for place in places] == [0o700, 0o700]
