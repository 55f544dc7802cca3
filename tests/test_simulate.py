"""`offerloop simulate`, as it is typed."""

import json
import subprocess
import sys

import polars as pl
import pytest

PROGRAM = "from offerloop.cli.main import main; main()"
SMALL = ("--customers", "300", "--products", "200", "--periods", "2", "--before", "6", "--worlds", "2")


def offerloop(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "shop"
    code, printed, said = offerloop("simulate", "--out", folder, "--json", *SMALL)
    assert (code, said) == (0, "")
    return folder, json.loads(printed)


def test_it_writes_a_shop_and_what_was_gained(shop):
    folder, summary = shop
    assert {path.name for path in folder.iterdir()} == {
        "order_lines.parquet", "products.parquet", "customers.parquet", "events.parquet", "exposures.parquet",
        "offerloop.toml", "periods.parquet", "simulation.json", "report.html",
    }  # fmt: skip
    table = pl.read_parquet(folder / "periods.parquet")
    assert table.height == 4
    gained = (table["profit_minor"] - table["plain_profit_minor"]).sum() / 2
    assert summary["totals_minor"]["profit"]["value"] == pytest.approx(gained, abs=0.01)
    assert summary["synthetic"] is True
    assert "(mean over 2 worlds)" in summary["sentence"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("Synthetic") >= 2
    assert "http" not in page.replace("http://www.w3.org", "")


def test_a_run_reads_the_shop_unchanged_and_says_that_it_is_synthetic(shop):
    code, printed, said = offerloop("run", shop[0])
    assert code == 0, said
    page = (shop[0].parent / printed.splitlines()[-1]).read_text(encoding="utf-8")
    assert "Synthetic: a simulated shop" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("--preset", "grocer"), "did you mean 'grocery'"),
        (("--policy", "randm"), "there is no policy 'randm', did you mean 'random'"),
        (("--periods", "0"), "--periods must be 1 or more, not 0"),
    ],
)
def test_wrong_names_and_sizes_are_one_sentence(tmp_path, wrong, says):
    code, printed, said = offerloop("simulate", "--out", tmp_path / "shop", *wrong)
    assert (code, printed) == (2, "")
    assert says in said
    assert not (tmp_path / "shop").exists()


def test_a_folder_with_something_in_it_is_kept(shop):
    code, _, said = offerloop("simulate", "--out", shop[0], *SMALL)
    assert code == 2
    assert "exists already" in said
