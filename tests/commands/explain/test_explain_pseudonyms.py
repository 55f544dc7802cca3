"""A customer of a run with pseudonyms is found by the raw id too, with the key and not without."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from explained_run import build_run
from small_shop import write_small_shop
from typer.testing import CliRunner

import offerloop
from offerloop.cli import app
from offerloop.commands.explain.task import explain
from offerloop.errors import InputError
from offerloop.events import pseudonym

KEY = "a key of more than 16 bytes"
HIDDEN = pseudonym("c2", KEY.encode())
PAGE = Path(__file__).parents[3] / "docs" / "concepts" / "privacy.md"


@pytest.fixture
def run(tmp_path):
    """A run in `runs/` of a shop whose key is in the file beside its configuration."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "key.txt").write_text(KEY + "\n")
    folder = build_run(tmp_path / "runs" / "one", text=True)
    for path in folder.glob("*.parquet"):
        frame = pl.read_parquet(path)
        if "customer_id" in frame.columns:
            hidden = [pseudonym(one, KEY.encode()) for one in frame["customer_id"]]
            frame.with_columns(customer_id=pl.Series(hidden, dtype=pl.String)).write_parquet(path)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["config"]["text"] += '\n[privacy]\npseudonymise = true\nkey_file = "key.txt"\n'
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize("customer", [HIDDEN, "c2", " c2 "])
def test_a_raw_id_and_its_pseudonym_give_the_same_explanation(run, customer):
    assert explain(run, customer).facts["customer_id"] == HIDDEN


def test_without_the_key_a_raw_id_cannot_be_looked_up(run):
    (run.parent.parent / "key.txt").unlink()
    assert explain(run, HIDDEN).facts["customer_id"] == HIDDEN
    said = r"knows no customer 'c2', and as a raw id it cannot be looked up: .*key.txt' must hold a key of 16 bytes"
    with pytest.raises(InputError, match=said):
        explain(run, "c2")


def test_an_id_that_is_nobody_is_one_sentence(run):
    with pytest.raises(InputError, match="knows no customer 'c99', neither as a pseudonym nor as a raw id"):
        explain(run, "c99")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", KEY)
    path = write_small_shop(tmp_path, weeks=1)
    path.write_text(path.read_text() + '\n[privacy]\npseudonymise = true\nkey_env = "SHOP_KEY"\n')
    return path


def test_pseudonyms_are_printed_one_in_a_line(shop):
    done = CliRunner().invoke(app, ["pseudonym", str(shop), "c2", "c3"])
    assert done.output == f"c2\t{HIDDEN}\nc3\t{pseudonym('c3', KEY.encode())}\n"
    done = CliRunner().invoke(app, ["pseudonym", str(shop.parent), "c2", "--json"])
    assert json.loads(done.output) == {"pseudonyms": {"c2": HIDDEN}}
    assert offerloop.pseudonym(shop, "c2").by_id == {"c2": HIDDEN}


def test_a_shop_without_pseudonyms_prints_none(shop):
    shop.write_text(shop.read_text().replace("pseudonymise = true", "pseudonymise = false"))
    done = CliRunner().invoke(app, ["pseudonym", str(shop), "c2"])
    assert isinstance(done.exception, InputError)
    assert "privacy.pseudonymise is off" in str(done.exception)


def test_the_page_says_how_to_compute_one_elsewhere(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out.strip() == pseudonym("c001", KEY.encode())
