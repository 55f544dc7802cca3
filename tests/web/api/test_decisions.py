"""Decisions over HTTP: what the plan says, for those whom it knows and those whom it does not."""

import polars as pl
import pytest


@pytest.fixture(scope="module")
def plan(small_run):
    table = pl.read_parquet(small_run / "assignments.parquet")
    return {row["customer_id"]: row for row in table.iter_rows(named=True)}


def test_every_customer_gets_what_the_plan_says(shared_service, role, plan, small_run):
    for customer, row in plan.items():
        answer = shared_service.post("/v1/decisions", json={"customer_id": customer}, headers=role("service"))
        assert answer.status_code == 200
        said = answer.json()
        assert said["policy_version"] == small_run.name
        assert (said["arm"], said["propensity"]) == (row["arm"], row["propensity"])
        offers = [] if row["offer_id"] == "none" else [row["offer_id"]]
        assert [one["offer_id"] for one in said["offers"]] == offers
        assert said["reasons"] == row["reasons"].split(",")
