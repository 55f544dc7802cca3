"""`offerloop evaluate` on a log in shards of customers: the same figures, and few rows in the program's memory."""

import json
import re
from functools import partial

import polars as pl
import pytest
from collected import heights
from evaluate_shop import CUSTOMERS, WEEKS, make_run, usual_shop

import offerloop.engine.shards as shards_module
from offerloop.commands.evaluate.log import read_log
from offerloop.commands.evaluate.policies import plan_of, policy_of
from offerloop.commands.evaluate.task import evaluate
from offerloop.commands.evaluate.valuation import valued_log
from offerloop.commands.evaluate.worths import policy_worths
from offerloop.config import load_config
from offerloop.engine import engine_of
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.evaluation import se_of

POLICIES = (("nothing", "nothing"), ("everyone", "coupon"), ("run", "one"), ("file", "half"))
TAKEN = -8.0
"""What a coupon takes from the spend of the week after."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop whose coupon all customers got with the same probability, a policy that gives it to half of them, and a
    plan that gives it to the others."""
    path = usual_shop(tmp_path_factory.mktemp("shards") / "shop", lasts=TAKEN, even=True)
    rows = [(one, "coupon" if one % 2 else "none") for one in range(1, CUSTOMERS + 1)]
    half = pl.DataFrame(rows, ["customer_id", "offer_id"], orient="row")
    half.write_csv(path.parent / "half.csv")
    make_run(path.parent / "runs" / "one", [(one, "none" if one % 2 else "coupon") for one in range(1, CUSTOMERS)])
    return path


def valued(path, engine):
    """What all policies are worth by an engine, and the log that was valued."""
    config = load_config(path)
    log = read_log(config, engine, 7)
    plans = [plan_of(path.parent / "runs" / "one", log), policy_of(path.parent / "half.csv", config, log)]
    found = valued_log(log, plans)
    return policy_worths(POLICIES, found.sums, with_repeated=True), found


@pytest.fixture(scope="module")
def whole(shop):
    return valued(shop, DuckDBEngine())


def assert_equal(one, other):
    """Two values of a policy but for rounding."""
    assert one.method == other.method
    for mine, theirs in ((one.value, other.value), (one.cost, other.cost), (one.profit, other.profit)):
        assert mine.value == pytest.approx(theirs.value, rel=1e-9, abs=1e-6)
        assert se_of(mine) == pytest.approx(se_of(theirs), rel=1e-7, abs=1e-6)


def assert_near(one, other, part):
    """Profits within a part of their standard errors, and these."""
    se = se_of(other.profit)
    assert one.profit.value == pytest.approx(other.profit.value, abs=part * se)
    assert se_of(one.profit) == pytest.approx(se, rel=part / 2)


@pytest.mark.parametrize(("shards", "part"), [(4, 0.3), pytest.param(13, 0.55, marks=pytest.mark.soak)])
def test_shards_give_the_figures_of_the_whole_log(shop, whole, shards, part):
    """Predictions of 13 shards are learned of 37 customers, so that doubly robust values differ most."""
    worths, found = valued(shop, DuckDBEngine(shards=shards))
    (expected, of_all) = whole
    assert (found.facts, found.earlier) == (of_all.facts, of_all.earlier)
    assert found.facts.named == {0: CUSTOMERS - 1, 1: CUSTOMERS}
    assert (found.shards, of_all.shards, found.n_sampled) == (shards, 1, CUSTOMERS)
    for one, other in zip(worths, expected, strict=True):
        assert one.overlap == other.overlap
        for mine, theirs in zip(one.methods, other.methods, strict=True):
            (assert_equal if mine.method in ("mean", "IPS", "SNIPS") else partial(assert_near, part=part))(mine, theirs)
            assert mine.expected_size == pytest.approx(theirs.expected_size)
        assert (one.repeated.method, one.best.method) == (other.repeated.method, other.best.method)
        assert_near(one.repeated, other.repeated, part)
        for name, difference in one.against.items():
            assert_near(difference, other.against[name], part)


def test_a_large_log_is_valued_in_parts_and_says_so(shop, monkeypatch):
    monkeypatch.setattr(shards_module, "SHARD_CUSTOMERS", 100)
    monkeypatch.setattr(shards_module, "FIT_CUSTOMERS", 200)
    summary = evaluate(shop, policy=shop.parent / "half.csv").summary
    notes = "\n".join(summary["notes"])
    assert "The log was valued in 6 parts of whole customers" in notes
    assert "The first part of the log decided which weights SWITCH-DR cuts." in notes
    (sampled,) = re.findall("was tested on ([0-9]+) customers of the log", notes)
    assert 200 <= int(sampled) < CUSTOMERS
    assert summary["earlier_offers"]["customers"] == int(sampled)
    monkeypatch.undo()
    small = evaluate(shop, policy=shop.parent / "half.csv").summary
    assert not re.search("valued in|SWITCH-DR cuts|was tested on", "\n".join(small["notes"]))
    for one, other in zip(summary["policies"], small["policies"], strict=True):
        assert one["policy"] == other["policy"]
        assert one["profit_minor"]["value"] == pytest.approx(other["profit_minor"]["value"], rel=0.02)
    assert json.loads(json.dumps(summary["exposures"])) == small["exposures"]
    assert (summary["decisions"], summary["customers"]) == (CUSTOMERS * WEEKS, CUSTOMERS)


def rows_at_once(path, engine):
    """Most rows that come from the engine at once after the sources were cleaned."""
    log = read_log(load_config(path), engine, 7)
    assert log.days.height < 2 * (WEEKS + 1)
    with heights() as counted:
        valued_log(log, [])
    return max(counted, default=0)


def test_no_row_of_a_customer_comes_from_the_engine_where_there_are_shards(shop):
    assert rows_at_once(shop, DuckDBEngine()) > CUSTOMERS * WEEKS
    assert rows_at_once(shop, DuckDBEngine(shards=4)) < CUSTOMERS / 100


@pytest.mark.soak
def test_spark_gives_the_figures_of_duckdb_and_brings_no_row_of_a_customer(shop, spark_server):
    spark, found = valued(shop, engine_of(spark_server, 4))
    here, expected = valued(shop, DuckDBEngine(shards=4))
    assert (found.facts, found.earlier) == (expected.facts, expected.earlier)
    for one, other in zip(spark, here, strict=True):
        assert one.overlap == other.overlap
        for mine, theirs in zip(one.methods, other.methods, strict=True):
            assert_equal(mine, theirs)
    assert rows_at_once(shop, engine_of(spark_server, 4)) < CUSTOMERS / 100
