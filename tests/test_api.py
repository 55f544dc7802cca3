"""The public functions take paths as text or `Path` and tables of any library, and need no more than their defaults."""

import inspect
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pandas as pd
import polars as pl
import pytest
from evaluate_shop import write_log_shop
from hatchling.builders.wheel import WheelBuilder
from small_shop import write_small_shop
from typer.main import get_command

import offerloop
from offerloop.cli import app
from offerloop.commands.terminal.help import SHARED
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.errors import ConfigError, SourceError
from offerloop.workspace import table_rows

ROOT = Path(__file__).parent.parent
FUNCTIONS = [name for name in offerloop.__all__ if inspect.isfunction(getattr(offerloop, name))]
DIFFERENT = {
    "allocate": {"out", "language"},
    "codes": {"count", "existing", "template", "store", "language"},  # one command makes codes and takes them over
    "import_codes": {"count", "prefix", "length", "out", "existing", "language"},  # it is returned, not told
    "experiment": {"out", "language"},
    "price": {"language"},
    "pseudonym": {"language"},  # results without a report are told in English, and hold messages to translate
    "publish": {"language"},
    "run_loop": {"language"},
    "similar": {"language"},
    "recommend": {"out"},
    "refund": {"basket", "order", "shop", "store"},  # the command takes an order instead of a basket too
    "score": {"out", "language"},
    "uplift": {"save", "out", "language"},
}
"""Options of commands that their functions lack or need in another way."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    write_small_shop(folder)
    return folder


def made_trial(n=400):
    rng = np.random.default_rng(1)
    coupon = rng.random(n) < 0.5
    bought = rng.random(n) < 0.3 + 0.4 * coupon
    return pl.DataFrame({"recency": rng.integers(1, 13, n), "arm": coupon.astype(int), "bought": bought.astype(int)})


def in_every_form(table, folder):
    """The same table as text, path, and frames of three libraries; pandas with a named index."""
    path = folder / "table.csv"
    table.write_csv(path)
    table.write_parquet(folder / "table.parquet")
    frame = pd.DataFrame(table.to_dict(as_series=False))
    return {
        "text": str(path), "path": path, "parquet": folder / "table.parquet", "polars": table, "lazy": table.lazy(),
        "pandas": frame, "indexed": frame.set_index(table.columns[0]), "pyarrow": table.to_arrow(),
    }  # fmt: skip


def test_a_shop_is_found_however_its_path_is_written(shop, monkeypatch):
    monkeypatch.setenv("HOME", str(shop.parent))
    monkeypatch.chdir(shop.parent)
    name = shop.name
    forms = [shop, str(shop), f"{shop}/", shop / "offerloop.toml", name, f"./{name}/offerloop.toml",
             f"~/{name}", f"{name}\\offerloop.toml", f"{shop.parent}\\{name}"]  # fmt: skip
    files = {offerloop.load_config(one).sources["order_lines"].file.resolve() for one in forms}
    assert files == {(shop / "lines.csv").resolve()}


def test_paths_in_a_configuration_may_begin_at_home(shop, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(shop))
    text = (shop / "offerloop.toml").read_text().replace('"lines.csv"', '"~/lines.csv"')
    (tmp_path / "offerloop.toml").write_text(text)
    assert offerloop.load_config(tmp_path).sources["order_lines"].file == shop / "lines.csv"


@pytest.mark.parametrize("written", [r"C:\shops\mine\offerloop.toml", "~nobody-here/offerloop.toml", "nowhere.toml"])
def test_a_configuration_that_is_not_there_is_one_sentence(written):
    with pytest.raises(ConfigError) as raised:
        offerloop.load_config(written)
    assert str(raised.value) == f"there is no configuration '{written}'; write one with 'offerloop init'"


def test_functions_of_a_shop_need_its_path_only(shop, monkeypatch):
    monkeypatch.chdir(shop)
    done = offerloop.run("offerloop.toml")
    assert done.report.is_file()
    assert done.summary["campaigns"]
    everybody = offerloop.recommend(str(shop)).table
    assert everybody["customer_id"].n_unique() == 60
    some = offerloop.recommend(shop, customer=pd.Series(["c001", "c002"]), top=2).table
    assert some["customer_id"].unique().sort().to_list() == ["c001", "c002"]
    assert offerloop.recommend(shop, customer="c001", task="new", top=1).table.height == 1
    like = offerloop.similar(str(shop), np.int64(3)).table
    assert like.equals(offerloop.similar(shop / "offerloop.toml", "3").table)


@pytest.mark.slow
def test_evaluate_takes_a_policy_in_every_form(tmp_path):
    orders = [(one, day, 10.0, 0.0, 0.0, 0.0) for one in range(1, 41) for day in (0, 22, 60)]
    shown = [(one, ("coupon", "none")[one % 2], 20, 0.5) for one in range(1, 41)]
    write_log_shop(tmp_path / "shop", orders, shown)
    policy = pl.DataFrame({"customer_id": range(1, 41), "offer_id": ["coupon"] * 40})
    assert len(offerloop.evaluate(str(tmp_path / "shop")).summary["policies"]) == 3
    told = {}
    forms = in_every_form(policy.with_columns(pl.col("customer_id").cast(pl.Int64)), tmp_path)
    for form in ("text", "polars", "pandas"):
        summary = offerloop.evaluate(tmp_path / "shop", policy=forms[form]).summary
        told[form] = summary["policies"][-1] | {"policy": ""}
    assert told["text"] == told["polars"] == told["pandas"]


def test_every_form_of_a_table_has_the_same_rows(tmp_path):
    table = made_trial(5).with_columns(town=pl.Series(["a", "b", None, "a", "b"]))
    found = [table_rows(one)[0] for one in in_every_form(table, tmp_path).values()]
    assert all(one.equals(found[0]) for one in found)
    kinds = table.with_columns(pl.col("town").cast(pl.Categorical))
    assert table_rows(kinds)[0].equals(found[0])
    floats = pd.DataFrame({"id": [17.0, 18.0]})
    assert table_rows(floats, ids=["id"])[0]["id"].to_list() == [17, 18]
    assert table_rows(floats.set_index("id", drop=False), ids=["id"])[0]["id"].to_list() == [17, 18]


@pytest.mark.parametrize(
    "wrong, words",
    [
        ([1, 2], "not a list"),
        (None, "not a NoneType"),
        (made_trial(5).clear(), "'table' has no rows"),
        (pd.DataFrame({"arm": pd.arrays.SparseArray([0, 1])}), "cannot be read as a table"),
        (pd.DataFrame({"a": [1, "x", object()]}), "one type"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a' 2 times"),
        ("nowhere.csv", "there is no table 'nowhere.csv'"),
    ],
)
def test_what_is_no_table_is_one_sentence(wrong, words):
    with pytest.raises(SourceError) as raised:
        offerloop.experiment(wrong, "arm", "bought")
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_single_values_come_from_numpy_and_pandas_too():
    truth = made_trial().with_columns(pl.col("arm").cast(pl.Boolean)).to_pandas()
    shares = {np.False_: np.float64(0.5), True: 0.5}
    found = offerloop.experiment(truth, "arm", "bought", shares=shares, control=truth["arm"].min())
    assert found.sizes.keys() == {"false", "true"}
    rows = pd.DataFrame({"customer_id": [1, 2], "offer_id": [7.0, 7.0], "value": [3.0, 5.0], "cost": [1.0, 1.0]})
    assert offerloop.allocate(rows, np.int64(2), cap={7.0: np.float64(1.0)}).summary["given"] == 1
    line = {"product_id": "tea", "quantity": np.int64(6), "unit_price": np.float64(9.99)}
    offers = {"currency": "USD", "offers": [{"kind": "spend_and_save", "id": "ten", "spend": "50", "save": "10"}]}
    basket = {"currency": "USD", "lines": [line]}
    assert offerloop.price(basket, offers).total_minor == 4994
    assert offerloop.refund(basket, {"tea": np.int64(1)}, offers).refund_minor == {"kept": 832, "repriced": 0}
    with pytest.raises(offerloop.InputError, match=r"whole numbers, not 1\.5 of 'tea'"):
        offerloop.refund(basket, {"tea": 1.5}, offers)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: offerloop.price({}, [1]), "a path must be text or a Path, not a list"),
        (lambda: offerloop.replay(pl.DataFrame(), {}), "a path must be text or a Path, not a DataFrame"),
        (
            lambda: offerloop.price({}, {}, 1_794_420_000),
            "now must be like 2026-11-11T20:00:00+08:00",
        ),
        (lambda: offerloop.replay("orders.csv", {}, codes="some"), "there is no value of codes 'some'"),
        (lambda: offerloop.experiment(made_trial(), 0, "bought"), "has no column '0' (arm)"),
        (lambda: offerloop.uplift(made_trial(), "arm", "bought", seed=-1), "seed must be 0 or more, not -1"),
        (lambda: offerloop.recommend("shop", customer=[]), "customer names nobody"),
    ],
)
def test_arguments_that_cannot_be_are_one_sentence_without_options(call, words):
    with pytest.raises(offerloop.InputError) as raised:
        call()
    assert str(raised.value).startswith(words) or words in str(raised.value)
    assert "--" not in str(raised.value)


def test_columns_that_only_pandas_has_are_texts():
    trial = made_trial().to_pandas()
    trial["year"] = pd.PeriodIndex(np.where(trial.index % 2, "2026", "2027"), freq="Y")
    trial["group"] = pd.cut(trial["recency"], [0, 4, 8])
    before = trial.copy()
    found = offerloop.experiment(trial, "arm", "bought", by=["group", "year"])
    assert set(found.frames["segments"]["segment"]) == {"(0, 4]", "(4, 8]", "2026", "2027"}
    assert trial.equals(before)


def test_tables_of_studies_come_in_every_form(tmp_path):
    trial = made_trial()
    experiments = {
        json.dumps(offerloop.experiment(one, "arm", "bought").summary | {"table": ""}).replace('"A"', '"0"')
        for one in in_every_form(trial, tmp_path).values()
    }
    assert len(experiments) == 1
    guarded = offerloop.experiment(trial, "arm", "bought", guardrail={"recency": 0.5}, shares={"0": 0.5, "1": 0.5})
    assert [one.margin for one in guarded.arms[0].metrics] == [None, 0.5]
    candidates = pl.DataFrame(
        {"customer_id": [1, 2], "offer_id": ["tea", "tea"], "value": [3.0, 5.0], "cost": [1.0, 1.0]}
    )
    plans = [offerloop.allocate(one).table for one in in_every_form(candidates, tmp_path).values()]
    assert all(one.equals(plans[0]) for one in plans)
    assert offerloop.allocate(candidates, 1).table["offer_id"].to_list() == ["none", "tea"]
    texts = candidates.with_columns(pl.col("customer_id").cast(pl.String)).to_pandas()
    assert offerloop.allocate(texts).to_pandas().merge(texts, on=["customer_id", "offer_id"]).shape[0] == 2
    assert offerloop.allocate(candidates, cap={"tea": 1}).summary["given"] == 1


def test_uplift_is_called_with_names_of_columns(tmp_path):
    forms = in_every_form(made_trial(), tmp_path)
    found = offerloop.uplift(forms["text"], "arm", "bought")
    again = offerloop.uplift(
        forms["pandas"], treatment="arm", outcome="bought", cost={1: 0.2}, audit=None, shares={"0": 0.5, "1": 0.5}
    )
    assert again.request == UpliftRequest("arm", "bought", cost="1=0.2", shares=(("0", 0.5), ("1", 0.5)))
    new = pd.DataFrame({"recency": [2, 11]})
    assert found.scores(new).height == 2
    unknown = found.scores(new.assign(recency=None))
    assert unknown.equals(found.scores(new.assign(recency=np.nan)))
    new.to_csv(tmp_path / "new.csv", index=False)
    assert found.scores(str(tmp_path / "new.csv")).equals(found.scores(pl.from_pandas(new)))


def test_price_takes_files_and_what_they_hold(tmp_path):
    basket = {"currency": "USD", "lines": [{"product_id": "tea", "quantity": 6, "unit_price": "9.99"}]}
    offers = {"currency": "USD", "offers": [{"kind": "spend_and_save", "id": "ten", "spend": "50", "save": "10"}]}
    (tmp_path / "basket.json").write_text(json.dumps(basket))
    (tmp_path / "offers.json").write_text(json.dumps(offers))
    found = {
        offerloop.price(tmp_path / "basket.json", str(tmp_path / "offers.json")).total_minor,
        offerloop.price(basket, offers).total_minor,
        offerloop.price(basket, offers, "2026-11-11T20:00:00+08:00").total_minor,
    }
    assert found == {4994}


def test_simulate_needs_a_folder_only(tmp_path):
    few = {"customers": 30, "products": 20, "periods": 2, "before": 4, "worlds": 1}
    done = offerloop.simulate(str(tmp_path / "one"), **few)
    assert done.report.is_file()
    named = offerloop.simulate(tmp_path / "two", policy="same", budget=0.5, **few)
    assert list(named.summary["policies"]) == ["same"]


@pytest.mark.parametrize("name", [one for one in FUNCTIONS if one != "load_config"])
def test_a_function_takes_what_its_command_takes(name):
    """The same names and the same defaults, whether empty is None or (), and paths are text."""
    command = get_command(app).commands[{"run_loop": "loop", "import_codes": "codes"}.get(name, name.replace("_", "-"))]
    mine = inspect.signature(getattr(offerloop, name)).parameters
    theirs = {one.name: one for one in command.params if one.name not in ("as_json", *SHARED)}
    assert set(theirs) - set(mine) <= DIFFERENT.get(name, set())
    assert set(mine) - set(theirs) <= {"console", "spark"}
    for key in set(mine) & set(theirs) - DIFFERENT.get(name, set()):
        default = mine[key].default
        needed = default is inspect.Parameter.empty
        assert needed == theirs[key].required, key
        assert needed or str(default or None) == str(theirs[key].default or None), key


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_functions_are_typed_and_described(name):
    function = getattr(offerloop, name)
    hints = get_type_hints(function)
    assert set(hints) == {*inspect.signature(function).parameters, "return"}
    assert function.__doc__


@pytest.mark.parametrize("name", [one for one in FUNCTIONS if one != "load_config"])
def test_the_type_of_every_result_is_public(name):
    kind = get_type_hints(getattr(offerloop, name))["return"]
    assert issubclass(kind, offerloop.Result)
    assert getattr(offerloop, kind.__name__) is kind


def test_a_function_loads_what_it_needs_only():
    code = (
        "import sys, offerloop; offerloop.codes(3); "
        "print([one for one in ('scipy', 'duckdb', 'offerloop.flow', 'offerloop.market') if one in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_the_wheel_has_its_version_and_says_that_it_is_typed(tmp_path):
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    assert Path(wheel).name.startswith(f"offerloop-{offerloop.__version__}-")
    with zipfile.ZipFile(wheel) as packed:
        assert "offerloop/py.typed" in packed.namelist()


def test_the_version_is_told(command):
    assert command("--version") == (0, f"offerloop {offerloop.__version__}\n", "")


HELP = "import sys; sys.argv[1:] = ['--help']; from offerloop.cli import main; main()"
SPENT = "import atexit, resource, sys; atexit.register(lambda: sys.stderr.write(str(sum(resource.getrusage(0)[:2]))))"


@pytest.mark.parametrize("code", ["import offerloop; dir(offerloop)", HELP])
def test_import_and_help_are_quick(code):
    """CPU seconds of the quickest of three, so that a busy machine does not count."""
    command = [sys.executable, "-c", f"{SPENT}\n{code}"]
    done = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]
    assert min(float(one.stderr) for one in done) < 0.5
