"""The examples run as their README says, and their plans keep within seats and contacts."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from offerloop.commands.run.task import run

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("name", "unit", "value", "budget", "explore"),
    [("online_courses", "seats", "lessons", 60, 10), ("content_feed", "contacts", "minutes", 80, 15)],
)
def test_an_example_runs_and_keeps_within_its_budget(tmp_path, name, unit, value, budget, explore):
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("*.csv", "runs"))
    subprocess.run([sys.executable, str(folder / "make_data.py")], check=True)
    written = run(folder / "offerloop.toml", "duckdb", None)
    given = pl.read_parquet(written.folder / "assignments.parquet").filter(pl.col("offer_id") != "none")
    by_arm = dict(given.group_by("arm").agg(pl.col("cost_liability_minor").sum() / 100).iter_rows())
    assert budget / 2 < by_arm["plan"] <= budget
    assert 0 < by_arm["explore"] <= explore
    assert (given["profit_minor"] == given["value_minor"]).all()
    page = written.report.read_text()
    assert "Simulated" in page
    for words in (value, unit):
        assert words in json.dumps(written.summary)
        assert words in page
    assert not [sign for sign in ("$", "€", "¥") if sign in written.summary["decision"]]


def test_every_example_is_in_the_readme():
    said = (EXAMPLES / "README.md").read_text()
    for folder in EXAMPLES.iterdir():
        if folder.is_dir():
            assert f"]({folder.name})" in said
