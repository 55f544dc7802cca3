"""A run goes on from the last finished stage, and computes anew what its inputs no longer are."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.commands.run.task import run
from offerloop.errors import InputError
from offerloop.flow import STAGES
from offerloop.workspace import filling
from offerloop.workspace.stage_store import lock_stages

MAIN = "from offerloop.cli import main; main()"


@pytest.fixture
def shop(tmp_path):
    return write_small_shop(tmp_path)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A shop that ran once, and a copy of its folder."""
    config = write_small_shop(tmp_path_factory.mktemp("ran"))
    run(config, "duckdb", None)
    return config, shutil.copytree(config.parent, tmp_path_factory.mktemp("copy") / "shop")


@pytest.fixture
def shop_that_ran(ran):
    """The shop as it was after its run, at its place, which stages depend on."""
    config, copy = ran
    shutil.rmtree(config.parent)
    shutil.copytree(copy, config.parent)
    return config


def kept(config, begin=None):
    """Names of the stages that a run takes from before."""
    import json

    folder = run(config, "duckdb", None, begin).folder
    stages = json.loads((folder / "manifest.json").read_text())["stages"]
    return [stage["stage"] for stage in stages if stage["kept"]], folder


def edit(config, old, new):
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


def test_a_second_run_takes_everything_and_gives_the_same(shop_that_ran):
    (folder,) = (shop_that_ran.parent / "runs").glob("2*")
    again, other = kept(shop_that_ran)
    assert again == list(STAGES)
    assert (folder / "assignments.csv").read_bytes() == (other / "assignments.csv").read_bytes()
    for path in folder.glob("*.parquet"):
        assert pl.read_parquet(path).equals(pl.read_parquet(other / path.name)), path.name


def test_a_changed_budget_is_allocated_anew_and_nothing_before(shop_that_ran):
    shop = shop_that_ran
    edit(shop, 'budget = "100.00"', 'budget = "60.00"')
    again, folder = kept(shop)
    assert again == [one for one in STAGES[: STAGES.index("effects")] if one != "audiences"]
    assigned = pl.read_parquet(folder / "assignments.parquet").filter(pl.col("arm") == "plan")
    assert 0 < assigned["cost_liability_minor"].sum() <= 6_000


@pytest.mark.parametrize(
    ("old", "new", "first_new"),
    [("top_k = 5", "top_k = 6", "recommenders"), ("holdout = 0.2", "holdout = 0.15", "assignments")],
)
def test_each_setting_belongs_to_its_stages(shop_that_ran, old, new, first_new):
    edit(shop_that_ran, old, new)
    again, _ = kept(shop_that_ran)
    assert first_new not in again
    assert "events" in again
    assert "response" in again


def test_a_changed_file_changes_everything(shop_that_ran):
    lines = shop_that_ran.parent / "lines.csv"
    lines.write_text(lines.read_text().replace("c001", "c999"))
    assert kept(shop_that_ran)[0] == []


def test_from_a_stage_on_everything_is_computed(shop_that_ran):
    again, _ = kept(shop_that_ran, "effects")
    assert again == list(STAGES[: STAGES.index("effects")])


def test_an_unknown_stage_is_answered_with_the_nearest_name(shop):
    with pytest.raises(InputError, match="there is no stage 'respons', did you mean 'response'"):
        kept(shop, "respons")


def test_results_that_nobody_needs_any_more_are_removed(shop_that_ran):
    edit(shop_that_ran, 'budget = "100.00"', 'budget = "60.00"')
    kept(shop_that_ran)
    entries = [path.name for path in (shop_that_ran.parent / "runs" / ".stages" / "offerloop").glob("[!.]*")]
    assert len(entries) == len(STAGES)


@pytest.mark.slow
def test_a_killed_run_goes_on(shop):
    process = subprocess.Popen([sys.executable, "-c", MAIN, "run", str(shop)], stdout=subprocess.DEVNULL)
    stages = shop.parent / "runs" / ".stages" / "offerloop"
    deadline = time.monotonic() + 120
    while not list(stages.glob("effects-*")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not list((shop.parent / "runs").glob("2*"))
    again, folder = kept(shop)
    assert set(again) >= set(STAGES[: STAGES.index("effects") + 1])
    assert sorted(path.name for path in (shop.parent / "runs").iterdir()) == [".stages", folder.name]
    assert not list(stages.glob(".*.partial"))


@pytest.mark.slow
def test_a_run_that_is_interrupted_says_so_in_one_line_and_goes_on(shop):
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "run", str(shop)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    stages = shop.parent / "runs" / ".stages" / "offerloop"
    while not list(stages.glob("events-*")):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate()
    assert (process.returncode, printed) == (130, "")
    assert said == "interrupted; the same command goes on from the last finished stage\n"
    assert "events" in kept(shop)[0]
    assert sorted(path.name for path in shop.parent.rglob("*.partial")) == []


def test_what_a_killed_writer_left_is_removed(shop_that_ran):
    runs = shop_that_ran.parent / "runs"
    newest = next(runs.glob("2*"))
    gone = [runs / ".20260101-000000.999999999.partial", newest / f".readout-a-b.{os.getpid()}.partial"]
    for left in gone:
        left.mkdir()
    with filling(runs / "20260101-000001") as alive:
        kept(shop_that_ran)
        assert ([left.exists() for left in gone], alive.exists()) == ([False, False], True)


def test_two_runs_of_one_configuration_do_not_mix(shop_that_ran):
    store = shop_that_ran.parent / "runs" / ".stages" / shop_that_ran.stem
    with lock_stages(store), pytest.raises(InputError, match="another run of this configuration is under way"):
        run(shop_that_ran, "duckdb", None)
    assert run(shop_that_ran, "duckdb", None).report.is_file()


@pytest.mark.slow
@pytest.mark.parametrize("most", [pytest.param(2_000, marks=pytest.mark.soak), 60_000])
def test_a_disk_that_is_full_is_said_in_one_sentence_and_costs_no_finished_stage(shop, most):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    done = subprocess.run(
        [sys.executable, "-c", MAIN, "run", str(shop)], preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "cannot be written" in done.stderr
    assert "run again" in done.stderr
    assert not list((shop.parent / "runs").glob("2*"))
    assert kept(shop)[1].is_dir()


def test_another_key_of_pseudonyms_is_another_run(shop, monkeypatch):
    edit(shop, "[recommend]", '[privacy]\npseudonymise = true\nkey_env = "SHOP_KEY"\n[recommend]')
    monkeypatch.setenv("SHOP_KEY", "a key of more than 16 bytes")
    kept(shop)
    monkeypatch.setenv("SHOP_KEY", "another key of more than 16 bytes")
    assert kept(shop)[0] == []
