import os
import subprocess
import sys

SETTING = """
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
