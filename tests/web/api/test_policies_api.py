"""Promote, roll back, and the switch that turns personalised offers off."""

import json
import shutil

import polars as pl
from served_shop import with_role


def offers(client, headers):
    said = client.post("/v1/decisions", json={"customer_id": "c000"}, headers=headers).json()
    return said["policy_version"], len(said["offers"])


def test_a_newer_run_is_served_unless_another_was_promoted(service, small_run):
    worker = service.app.state.worker
    service_headers, approver = with_role(service, "service"), with_role(service, "approver")
    old, new = small_run.name, "20990101-000000"
    shutil.copytree(small_run, worker.settings.shop / "runs" / new)
    worker.follow()
    assert offers(service, service_headers) == (new, 1)
    answer = service.post(f"/v1/policies/{old}/promote", headers=approver)
    assert answer.json() == {"version": old, "is_served": True, "is_promoted": True}
    worker.follow()
    assert offers(service, service_headers)[0] == old
    listed = service.get("/v1/policies", headers=approver).json()["items"]
    assert [(one["version"], one["is_served"]) for one in listed] == [(new, False), (old, True)]
    assert service.post("/v1/policies/newest/promote", headers=approver).json()["version"] == new
    assert offers(service, service_headers)[0] == new
    shown = service.get(f"/v1/policies/{new}", headers=approver).json()
    assert shown["campaigns"][0]["campaign_id"] == "first"
    assert shown["headline"].startswith("Send “First offers”")
    in_chinese = service.get(f"/v1/policies/{new}", headers=approver | {"accept-language": "zh"}).json()
    assert in_chinese["headline"].startswith("可以发放“First offers”")
    summary = worker.settings.shop / "runs" / new / "summary.json"
    older = {name: one for name, one in json.loads(summary.read_text()).items() if name != "translations"}
    summary.write_text(json.dumps(older))
    in_chinese = service.get(f"/v1/policies/{new}", headers=approver | {"accept-language": "zh"}).json()
    assert in_chinese["headline"] == shown["headline"]
    assert service.post("/v1/policies/20200101-000000/promote", headers=approver).status_code == 404


def test_a_policy_says_what_it_would_change(service, small_run):
    """A copy of the run in which one customer lost the offer, one got another one, and one is new."""
    headers, new = with_role(service, "viewer"), service.app.state.worker.settings.shop / "runs" / "20990101-000000"
    shutil.copytree(small_run, new)
    shutil.rmtree(new / "served", ignore_errors=True)
    table = pl.read_parquet(new / "assignments.parquet")
    lost, other = table.filter(pl.col("offer_id") == "spend-and-save")["customer_id"][:2]
    who, offers = pl.col("customer_id"), pl.read_parquet(new / "offers.parquet")["offer_id"]
    another = offers.filter(offers != "spend-and-save")[0]
    changed = table.with_columns(
        pl.when(who == lost).then(pl.lit("none")).when(who == other).then(pl.lit(another)).otherwise("offer_id")
        .alias("offer_id"),
        pl.when(who != lost).then("campaign_id").alias("campaign_id"),
    )  # fmt: skip
    added = changed.head(1).with_columns(customer_id=pl.lit("brand-new"))
    pl.concat([changed, added]).write_parquet(new / "assignments.parquet")
    place = f"/v1/policies/{new.name}/compare?other={small_run.name}"
    said = service.get(place, headers=headers).json()
    assert (said["before"], said["after"]) == (small_run.name, new.name)
    assert said["customers"] == {
        "n_same": table.height - 2, "n_other": 1, "n_gained": 0, "n_lost": 1, "n_new": 1, "n_gone": 0,
    }  # fmt: skip
    (campaign,) = said["campaigns"]
    assert campaign["before"] == campaign["after"]
    back = service.get(f"/v1/policies/{small_run.name}/compare?other={new.name}", headers=headers).json()["customers"]
    assert (back["n_gained"], back["n_lost"], back["n_gone"]) == (1, 0, 1)
    page = f"/console/compare-policies.json?before={small_run.name}&after={new.name}"
    stats = service.get(page, headers=headers).json()["stats"]
    assert {f"n_{name}": value for name, value in stats.items()} == said["customers"]


def test_one_switch_turns_personalised_offers_off(service):
    headers, approver = with_role(service, "service"), with_role(service, "approver")
    assert offers(service, headers)[1] == 1
    service.put("/v1/switch", json={"is_on": False}, headers=approver)
    said = service.post("/v1/decisions", json={"customer_id": "c000"}, headers=headers).json()
    assert (said["offers"], said["reasons"]) == ([], ["switched_off"])
    assert service.get("/v1/switch", headers=headers).json() == {"is_on": False}
    service.put("/v1/switch", json={"is_on": True}, headers=approver)
    assert offers(service, headers)[1] == 1
    admin = with_role(service, "admin")
    actions = [one["action"] for one in service.get("/v1/audit", headers=admin).json()["items"]]
    assert actions == ["switch turned", "switch turned"]
