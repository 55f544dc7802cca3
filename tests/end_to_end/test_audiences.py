"""Campaigns with audiences of their own: nobody is told of offers of a campaign whose audience they are not in."""

import polars as pl
import pytest
from two_campaigns import write_two_campaigns

from offerloop import run
from offerloop.commands.explain.task import explain

AUDIENCES = """
[audiences.rest.not]
field = "n_orders"
at_least = 8
[audiences.many]
field = "n_orders"
at_least = 8
"""
LOSING = "incremental = 0.7"
"""What the second campaign assumes."""


@pytest.fixture(scope="module", params=[LOSING, "incremental = 0.0"], ids=["sent", "unsent"])
def folder(request, tmp_path_factory):
    path = write_two_campaigns(tmp_path_factory.mktemp("shop"), "offers_per_customer = 1", AUDIENCES)
    text = path.read_text().replace(LOSING, request.param)
    text = text.replace('id = "first"\n', 'id = "first"\naudience = "many"\n')
    path.write_text(text.replace('id = "second"\n', 'id = "second"\naudience = "rest"\n'))
    return run(path).folder


def table(folder, name):
    return pl.read_parquet(folder / f"{name}.parquet")


def test_effects_are_those_of_the_audience(folder):
    members = table(folder, "audience_members")
    assert members["audience"].n_unique() == 2
    of_campaign = table(folder, "effects").with_columns(
        audience=pl.col("campaign_id").replace({"first": "many", "second": "rest"})
    )
    assert of_campaign["campaign_id"].n_unique() == 2
    assert of_campaign.join(members, on=["customer_id", "audience"], how="anti").is_empty()


def test_no_other_offer_is_named_as_an_alternative_and_no_plan_is_called_unexplained(folder):
    rest = table(folder, "audience_members").filter(audience="rest")["customer_id"]
    assigned = table(folder, "assignments").filter(pl.col("customer_id").is_in(rest.implode()), arm="plan")
    assert assigned.height
    assert not assigned["best_alternative"].str.contains("kind 0|spend").any()
    facts = [explain(folder, customer).facts for customer in assigned["customer_id"]]
    assert {one["plan"]["agreement"] for one in facts} <= {"exact", "rounding"}


def test_a_customer_in_audiences_of_unsent_campaigns_alone_reads_so(folder):
    rest = table(folder, "audience_members").filter(audience="rest")["customer_id"]
    assigned = table(folder, "assignments").filter(pl.col("customer_id").is_in(rest.implode()), arm="plan")
    is_sent = (assigned["offer_id"] != "none").any()
    assert set(assigned["reasons"]) == ({"best_profit"} if is_sent else {"no_sent_campaign"})
    changes = [explain(folder, customer).facts["changes"] for customer in assigned["customer_id"]]
    if not is_sent:
        assert {tuple(one["campaign_ids"]) for one in changes} == {("second",)}
