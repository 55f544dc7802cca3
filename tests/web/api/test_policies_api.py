"""Promote, roll back, and the switch that turns personalised offers off."""

import shutil

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
    assert service.post("/v1/policies/20200101-000000/promote", headers=approver).status_code == 404


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
    actions = [one["action"] for one in service.get("/v1/audit", headers=admin).json()["entries"]]
    assert actions == ["switch turned", "switch turned"]
