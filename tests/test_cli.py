"""The command line: quick help, one sentence and exit code 2 for bad input, JSON on demand."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from offerloop.cli.main import app

HEAVY = ("numpy", "polars", "duckdb", "scipy", "lightgbm", "implicit", "altair", "pydantic", "narwhals")


def offerloop(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-c", "from offerloop.cli.main import main; main()", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_imports_nothing_heavy():
    code = f"import sys; import offerloop.cli.main; print([m for m in {HEAVY!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_help_names_every_command():
    shown = CliRunner().invoke(app, ["--help"]).output
    for command in app.registered_commands:
        assert command.callback.__name__.replace("_", "-") in shown


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("run", "nowhere.toml"), ["nowhere.toml", "offerloop init"]),
        (("explain", "nowhere", "7"), ["'nowhere' is no run"]),
        (("init", "shop", "--sample", "complete-jorney"), ["complete-jorney", "did you mean 'complete-journey'"]),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path, arguments, words):
    done = offerloop(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert all(word in done.stderr for word in words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sample
def test_init_says_what_to_do_next_and_keeps_an_edited_configuration(tmp_path):
    first = offerloop("init", "shop", "--sample", "complete-journey", cwd=tmp_path)
    assert first.returncode == 0
    assert "offerloop run" in first.stdout
    config = tmp_path / "shop" / "offerloop.toml"
    config.write_text("# mine\n")
    again = offerloop("init", "shop", "--sample", "complete-journey", "--json", cwd=tmp_path)
    assert json.loads(again.stdout)["config"].endswith("offerloop.toml")
    assert config.read_text() == "# mine\n"


@pytest.mark.sample
def test_a_failed_run_leaves_nothing_half_written(tmp_path):
    offerloop("init", "shop", "--sample", "complete-journey", cwd=tmp_path)
    (tmp_path / "shop" / "data" / "products.parquet").write_bytes(b"not parquet")
    done = offerloop("run", "shop/offerloop.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "products.parquet" in done.stderr
    assert not list((tmp_path / "shop").glob("runs/2*"))
