"""Columns under `audit_only` reach no recommender, no estimator and no rule: changing them changes nothing."""

from pathlib import Path

import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop import flow
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import ConfigError
from offerloop.recommenders import RECOMMENDERS, Deep
from offerloop.tables import AFFINITIES

CUSTOMERS = """
[sources.customers]
path = "customers.csv"
columns = { customer_id = "who" }
attributes = ["age", "income", "club"]
[profiles]
audit_only = ["age", "income"]
"""


OF_RECOMMENDERS = ("recommenders", "suggestions", "coming test")
"""Stages that depend on which recommender serves."""


class Shop:
    """A shop with a customer list of three columns; stages before any recommender are computed once."""

    def __init__(self, config, customers):
        self.config, self.engine, self.results = config, DuckDBEngine(), {}
        who = pl.read_csv(config.parent / "lines.csv")["who"].unique().sort()
        columns = {name: [make(n) for n in range(len(who))] for name, make in customers.items()}
        pl.DataFrame({"who": who, **columns}).write_csv(config.parent / "customers.csv")

    def stage(self, name, work, *inputs, **named):
        if name in OF_RECOMMENDERS:
            return work(*inputs, **named)
        if name not in self.results:
            self.results[name] = work(*inputs, **named)
        return self.results[name]

    def planned(self, *candidates):
        """Every table of the flow but the audited one, and what the data could not show."""
        read = load_config(self.config)
        read = read.model_copy(update={"recommend": read.recommend.model_copy(update={"candidates": candidates})})
        found = flow.plan(read, self.engine, self.stage)
        tables = {**found.tables, "affinities": collect(found.affinities, *AFFINITIES.key)}
        return {name: table for name, table in tables.items() if name not in ("customers", "quality")}, found.gaps


ONE = {"age": lambda n: 20 + n, "income": lambda n: "high" if n % 2 else "low", "club": lambda n: n % 3}
OTHER = {**ONE, "age": lambda n: 99 - n, "income": lambda n: None if n % 5 else "none"}
USED = {**ONE, "club": lambda n: (n + 1) % 3}


def same(left, right):
    return [name for name in left if not left[name].equals(right[name])] == []


@pytest.fixture(scope="module")
def shops(tmp_path_factory):
    """Two shops that differ in the audited columns alone."""
    configs = [write_small_shop(tmp_path_factory.mktemp("small"), customers=30, weeks=16) for _ in range(2)]
    for config in configs:
        config.write_text(config.read_text() + CUSTOMERS)
    return [Shop(config, columns) for config, columns in zip(configs, (ONE, OTHER), strict=True)]


SMALL_NETWORK = {"embedding_size": 8, "hidden_size": 4, "epochs": 1}


@pytest.mark.parametrize(
    "recommender",
    [pytest.param(name, marks=pytest.mark.slow) if name == "deep" else name for name in RECOMMENDERS.names()],
)
def test_no_recommender_sees_them(shops, recommender, monkeypatch):
    for name, size in SMALL_NETWORK.items():
        monkeypatch.setitem(Deep.__init__.__kwdefaults__, name, size)
    (one, _), (other, _) = (shop.planned(recommender) for shop in shops)
    serving = set(RECOMMENDERS.names()) if recommender == "hybrid" else {recommender}
    assert set(one["affinities"]["source"]) <= serving
    assert same(one, other)


def planned(config, customers):
    return Shop(config, customers).planned("popularity", "repeat")


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


@pytest.fixture(scope="module")
def plan_of_one(studied):
    return planned(studied, ONE)


@pytest.mark.slow
def test_no_estimator_and_no_allocation_sees_them(studied, plan_of_one):
    (one, gaps), (other, _) = plan_of_one, planned(studied, OTHER)
    assert gaps == []
    assert set(one["effects"]["basis"]) == {"transferred"}
    assert same(one, other)


@pytest.mark.slow
def test_an_attribute_that_is_not_audited_does_count(studied, plan_of_one):
    """So the tests above can fail."""
    (one, _), (other, _) = plan_of_one, planned(studied, USED)
    assert not one["assignments"].equals(other["assignments"])


def test_no_rule_may_ask_for_them(studied):
    path = studied.with_name("asks.toml")
    path.write_text(studied.read_text().replace('field = "club"', 'field = "age"'))
    with pytest.raises(ConfigError, match=r"audiences.club asks for 'age', which profiles.audit_only keeps from rules"):
        load_config(path)
