"""The command line: quick help, one sentence and exit code 2 for bad input, JSON on demand."""

import json
import subprocess
import sys

import pytest
from typed_command import offerloop
from typer.testing import CliRunner

from offerloop.cli import app

HEAVY = ("numpy", "polars", "duckdb", "scipy", "lightgbm", "implicit", "altair", "pydantic", "narwhals")


def test_help_imports_nothing_heavy():
    code = f"import sys; import offerloop.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
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
    code, printed, said = offerloop(*arguments, cwd=tmp_path)
    assert (code, printed) == (2, "")
    assert len(said.strip().splitlines()) == 1
    assert all(word in said for word in words)
    assert list(tmp_path.iterdir()) == []


def test_the_program_ends_as_the_command_does(tmp_path):
    program = "from offerloop.cli import main; main()"
    typed = [sys.executable, "-c", program, "explain", "nowhere", "7"]
    done = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "'nowhere' is no run" in done.stderr


@pytest.mark.sample
def test_init_says_what_to_do_next_and_keeps_an_edited_configuration(tmp_path):
    code, printed, _ = offerloop("init", "shop", "--sample", "complete-journey", cwd=tmp_path)
    assert code == 0
    assert "offerloop run" in printed
    config = tmp_path / "shop" / "offerloop.toml"
    config.write_text("# mine\n")
    _, again, _ = offerloop("init", "shop", "--sample", "complete-journey", "--json", cwd=tmp_path)
    assert json.loads(again)["config"].endswith("offerloop.toml")
    assert config.read_text() == "# mine\n"


@pytest.mark.sample
def test_a_failed_run_leaves_nothing_half_written(tmp_path):
    offerloop("init", "shop", "--sample", "complete-journey", cwd=tmp_path)
    (tmp_path / "shop" / "data" / "products.parquet").write_bytes(b"not parquet")
    code, _, said = offerloop("run", "shop/offerloop.toml", cwd=tmp_path)
    assert code == 2
    assert "products.parquet" in said
    assert not list((tmp_path / "shop").glob("runs/2*"))
