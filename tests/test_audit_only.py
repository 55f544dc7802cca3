"""Columns under `audit_only` reach no recommender, no estimator and no rule: changing them changes nothing."""

from pathlib import Path

import polars as pl
import pytest

from offerloop import flow
from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import ConfigError
from offerloop.recommenders import RECOMMENDERS
from small_shop import write_small_shop

CUSTOMERS = """
[sources.customers]
path = "customers.csv"
columns = { customer_id = "who" }
attributes = ["age", "income", "club"]
[profiles]
audit_only = ["age", "income"]
"""


def planned(config, customers, candidates):
    """Every table of the flow but the audited one, with a customer list of three columns."""
    folder = config.parent
    who = pl.read_csv(folder / "lines.csv")["who"].unique().sort()
    columns = {name: [make(n) for n in range(len(who))] for name, make in customers.items()}
    pl.DataFrame({"who": who, **columns}).write_csv(folder / "customers.csv")
    read = load_config(config)
    read = read.model_copy(update={"recommend": read.recommend.model_copy(update={"candidates": candidates})})
    found = flow.plan(read, DuckDBEngine(), lambda _name, work, *inputs: work(*inputs))
    return {name: table for name, table in found.tables.items() if name not in ("customers", "quality")}, found.gaps


ONE = {"age": lambda n: 20 + n, "income": lambda n: "high" if n % 2 else "low", "club": lambda n: n % 3}
OTHER = {**ONE, "age": lambda n: 99 - n, "income": lambda n: None if n % 5 else "none"}
USED = {**ONE, "club": lambda n: (n + 1) % 3}


def same(left, right):
    return [name for name in left if not left[name].equals(right[name])] == []


@pytest.mark.parametrize("recommender", RECOMMENDERS.names())
def test_no_recommender_sees_them(tmp_path, recommender):
    config = write_small_shop(tmp_path)
    config.write_text(config.read_text() + CUSTOMERS)
    (one, _), (other, _) = (planned(config, columns, (recommender,)) for columns in (ONE, OTHER))
    serving = set(RECOMMENDERS.names()) if recommender == "hybrid" else {recommender}
    assert set(one["affinities"]["source"]) <= serving
    assert same(one, other)


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    """A shop whose prices vary, so that the response is estimated, and whose rules use an attribute."""
    from test_flow import CONFIG, write_shop

    folder: Path = tmp_path_factory.mktemp("studied")
    write_shop(folder, customers=400, weeks=30)
    path = folder / "offerloop.toml"
    text = CONFIG.format(currency="EUR", limit='max_discount = "5.00"') + CUSTOMERS
    rule = '[audiences.club]\nfield = "club"\nequals = 1\n'
    path.write_text(text.replace('budget = "100.00"', 'budget = "100.00"\naudience = "club"') + rule)
    return path


def test_no_estimator_and_no_allocation_sees_them(studied):
    (one, gaps), (other, _) = (planned(studied, columns, ("popularity", "repeat")) for columns in (ONE, OTHER))
    assert gaps == []
    assert set(one["effects"]["basis"]) == {"transferred"}
    assert same(one, other)


def test_an_attribute_that_is_not_audited_does_count(studied):
    """So the tests above can fail."""
    (one, _), (other, _) = (planned(studied, columns, ("popularity", "repeat")) for columns in (ONE, USED))
    assert not one["assignments"].equals(other["assignments"])


def test_no_rule_may_ask_for_them(studied):
    path = studied.with_name("asks.toml")
    path.write_text(studied.read_text().replace('field = "club"', 'field = "age"'))
    with pytest.raises(ConfigError, match=r"audiences.club asks for 'age', which profiles.audit_only keeps from rules"):
        load_config(path)
