"""Customers over HTTP: profile, choices, export, and an erasure that reaches everything the service writes."""

import json
from functools import partial

import polars as pl
import pytest
from served_shop import served, shop_of, with_role

from offerloop.background import carry_out_next
from offerloop.store import customers_being_erased, traces_of
from offerloop.web import worker as module

# An id that no random id or hash, which are hexadecimal, can hold by chance.
NAMED = "wang_fang"
BOUGHT = {
    "event_id": f"order of {NAMED}", "kind": "order", "customer_id": NAMED, "order_id": f"{NAMED}-9",
    "at": "2024-06-03T14:05:00+02:00", "lines": [{"product_id": "7", "quantity": 1, "paid_minor": 100}],
}  # fmt: skip


def decide(client, headers, customer="c001", **more):
    body = {"customer_id": customer, "durable": True, **more}
    return client.post("/v1/decisions", headers=headers, json=body).json()


def test_a_profile_and_the_reasons_of_a_plan(shared_service, role, small_run):
    planned = pl.read_parquet(small_run / "assignments.parquet").row(0, named=True)
    found = shared_service.get(f"/v1/customers/{planned['customer_id']}", headers=role("viewer")).json()
    assert found["assignment"]["arm"] == planned["arm"]
    assert found["assignment"]["offer_id"] == planned["offer_id"]
    assert found["profile"]["n_orders"] > 0
    assert (found["run"], found["opt_out"]) == (small_run.name, False)
    assert shared_service.get("/v1/customers/nobody", headers=role("viewer")).status_code == 404


def test_an_explanation_is_worded_for_its_reader(shared_service, role):
    place = "/v1/customers/c002/explanation?audience="
    headers = {**role("viewer"), "accept-language": "zh"}
    texts = [shared_service.get(place + one, headers=headers).json()["text"] for one in ("customer", "marketer")]
    assert texts[0] != texts[1]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in one) for one in texts)
    assert shared_service.get("/v1/customers/nobody/explanation", headers=role("viewer")).status_code == 404


def test_an_id_with_a_slash_is_one_id(shared_service, role):
    """Also where what stands behind the slash is what a route ends with."""
    for customer in ("crm/7", "crm/7/export", "c000/choices"):
        place = f"/v1/customers/{customer.replace('/', '%2F')}"
        kept = shared_service.put(f"{place}/choices", headers=role("admin"), json={"opt_out": True}).json()
        assert kept == {"customer_id": customer, "opt_out": True, "test_arm": None}
        assert shared_service.get(place.replace("%2F", "%2f"), headers=role("viewer")).json()["customer_id"] == customer
        assert shared_service.delete(place, headers=role("admin")).status_code == 202
        assert shared_service.get(place, headers=role("viewer")).status_code == 410
    assert not shared_service.get("/v1/customers/c000", headers=role("viewer")).json()["opt_out"]
    assert shared_service.get("/v1/jobs/a%2Fb", headers=role("viewer")).status_code == 404


def test_who_opts_out_gets_no_offer_from_then_on(service):
    worker, headers = service.app.state.worker, with_role(service, "admin")
    kept = service.put("/v1/customers/c003/choices", headers=headers, json={"opt_out": True})
    assert kept.json() == {"customer_id": "c003", "opt_out": True, "test_arm": None}
    worker.follow()
    found = decide(service, headers, "c003")
    assert (found["offers"], found["reasons"]) == ([], ["opted_out"])
    service.put("/v1/customers/c003/choices", headers=headers, json={"opt_out": False})
    service.put("/v1/customers/c004/test-arm", headers=headers, json={"test_arm": "holdout"})
    worker.follow()
    assert decide(service, headers, "c003")["reasons"] != ["opted_out"]
    assert decide(service, headers, "c004")["reasons"] == ["test_customer"]


@pytest.mark.parametrize("arm", ["plan", "explore", "holdback", "holdout", "usual"])
def test_a_test_customer_always_gets_the_arm_that_an_admin_names(service, arm):
    worker, headers = service.app.state.worker, with_role(service, "admin")
    body, place = {"test_arm": arm}, "/v1/customers/c000/test-arm"
    assert service.put(place, headers=with_role(service, "marketer"), json=body).status_code == 403
    assert service.put(place, headers=headers, json=body).json()["test_arm"] == arm
    worker.follow()
    found = decide(service, headers, "c000")
    assert (found["arm"], found["propensity"], found["reasons"]) == (arm, None, ["test_customer"])
    assert len(found["offers"]) == (arm in ("plan", "explore"))


def test_the_audit_trail_says_who_but_a_checkout_changed_a_choice(service):
    admin, checkout = with_role(service, "admin"), with_role(service, "service")
    for headers, opt_out in ((checkout, True), (admin, False)):
        assert service.put("/v1/customers/c003/choices", headers=headers, json={"opt_out": opt_out}).status_code == 200
    (entry,) = service.get("/v1/audit", headers=admin).json()["items"]
    assert (entry["action"], entry["body"]) == ("choice kept", {"personal_offers": True})
    assert "c003" not in str(entry)


def test_who_is_erased_gets_nothing_of_the_plan_until_the_job_has_erased_it_there(service):
    worker, headers = service.app.state.worker, with_role(service, "admin")
    assert decide(service, headers, "c003")["offers"]
    assert service.delete("/v1/customers/c003", headers=headers).status_code == 202
    for _ in range(2):
        assert decide(service, headers, "c003")["reasons"] == ["opted_out"]
        worker.follow()
    assert carry_out_next(worker.settings.shop, worker.database).state == "done"
    worker.follow()
    assert decide(service, headers, "c003")["reasons"] == ["unknown_customer"]
    assert worker.leaving == set()


def test_who_is_erased_while_the_worker_looks_for_erasures_gets_nothing_either(service, monkeypatch):
    worker, headers = service.app.state.worker, with_role(service, "admin")
    find = module.customers_being_erased

    def erased_meanwhile(connection):
        before = find(connection)
        worker.leave_out("c005")
        return before

    monkeypatch.setattr(module, "customers_being_erased", erased_meanwhile)
    worker.follow()
    assert decide(service, headers, "c005")["reasons"] == ["opted_out"]


@pytest.fixture
def service_in_small_letters(small_run, tmp_path):
    """The service of a plan for which upper and lower case are the same."""
    shop = shop_of(small_run, tmp_path)
    manifest = shop / "runs" / small_run.name / "manifest.json"
    written = json.loads(manifest.read_text())
    written["config"]["text"] += "\n[privacy]\nignore_case = true\n"
    manifest.write_text(json.dumps(written))
    with served(shop) as client:
        yield client


def test_who_opted_out_gets_no_offer_under_an_id_in_another_case(service_in_small_letters):
    service, headers = service_in_small_letters, with_role(service_in_small_letters, "admin")
    assert decide(service, headers, "C003")["offers"]
    service.put("/v1/customers/c003/choices", headers=headers, json={"opt_out": True})
    service.app.state.worker.follow()
    assert decide(service, headers, "C003")["reasons"] == ["opted_out"]


def test_who_is_erased_gets_no_offer_under_an_id_in_another_case(service_in_small_letters):
    service, headers = service_in_small_letters, with_role(service_in_small_letters, "admin")
    assert service.delete("/v1/customers/C004", headers=headers).status_code == 202
    for name in ("C004", "c004"):
        assert decide(service, headers, name)["reasons"] == ["opted_out"]


def test_all_spellings_of_an_id_are_one_customer_where_case_is_ignored(service):
    worker, headers = service.app.state.worker, with_role(service, "admin")
    config = worker.settings.shop / "offerloop.toml"
    config.write_text(config.read_text() + '\n[data]\nsource = "store"\n[privacy]\nignore_case = true\n')
    worker.follow()
    views = [
        {"event_id": f"{name}-{n}", "kind": "view", "customer_id": name, "product_id": "7", "at": BOUGHT["at"]}
        for n in "12"
        for name in ("Änne-X", "änne-x", "ÄNNE-X")
    ]  # fmt: skip
    assert service.post("/v1/events", headers=headers, json={"events": views[:2]}).json()["accepted"] == 2
    service.put("/v1/customers/Änne-X/choices", headers=headers, json={"opt_out": True})
    customer = service.get("/v1/customers/änne-x", headers=headers).json()
    assert (customer["customer_id"], customer["opt_out"], customer["events"]) == ("änne-x", True, 3)
    assert len(service.get("/v1/customers/änne-x/export", headers=headers).json()["events"]) == 3
    assert service.delete("/v1/customers/änne-x", headers=headers).status_code == 202
    assert worker.database.read(customers_being_erased) == {"änne-x", "Änne-X"}
    assert service.get("/v1/customers/ÄNNE-X", headers=headers).status_code == 410
    assert service.post("/v1/events", headers=headers, json={"events": views}).json()["dropped"] == len(views)
    assert carry_out_next(worker.settings.shop, worker.database).result["traces"] == []
    for name in ("änne-x", "Änne-X", "ÄNNE-X"):
        assert worker.database.read(partial(traces_of, customer_id=name)) == []


def test_a_test_customer_is_an_ordinary_one_again_under_each_spelling_where_case_is_ignored(service):
    worker, headers = service.app.state.worker, with_role(service, "admin")
    config = worker.settings.shop / "offerloop.toml"
    config.write_text(config.read_text() + "\n[privacy]\nignore_case = true\n")
    worker.follow()
    service.put("/v1/customers/Anna/choices", headers=headers, json={"opt_out": True})
    for name, arm in (("Anna", "plan"), ("anna", None)):
        kept = service.put(f"/v1/customers/{name}/test-arm", headers=headers, json={"test_arm": arm}).json()
        assert (kept["test_arm"], kept["opt_out"]) == (arm, True)
    for name in ("anna", "Anna"):
        assert service.get(f"/v1/customers/{name}", headers=headers).json()["test_arm"] is None


def test_ids_in_another_case_are_other_customers_otherwise(service):
    headers = with_role(service, "admin")
    for name in ("anna", "Anna"):
        service.put(f"/v1/customers/{name}/choices", headers=headers, json={"opt_out": True})
    service.delete("/v1/customers/anna", headers=headers)
    assert service.get("/v1/customers/anna", headers=headers).status_code == 410
    assert service.get("/v1/customers/Anna", headers=headers).json()["events"] == 1


def test_a_visitor_whom_only_decisions_know_can_have_their_data_and_be_erased(service):
    headers = with_role(service, "admin")
    decide(service, headers, "visitor-77")
    records = service.get("/v1/customers/visitor-77/export", headers=headers).json()["records"]
    assert [len(records[name]) for name in records] == [1]
    page = service.get("/console/customer?id=visitor-77", headers=headers)
    assert (page.status_code, "/console/do/erase" in page.text) == (200, True)


@pytest.fixture
def service_of_a_name(small_run, tmp_path):
    """The service of a plan in which one customer has the id NAMED."""
    shop = shop_of(small_run, tmp_path)
    for path in (shop / "runs" / small_run.name).glob("*.parquet"):
        table = pl.read_parquet(path)
        if "customer_id" in table.columns:
            named = pl.col("customer_id").replace({"c001": NAMED})
            table.with_columns(named).sort("customer_id", maintain_order=True).write_parquet(path)
    path = shop / "runs" / small_run.name / "assignments.csv"
    path.write_text(path.read_text().replace("c001", NAMED))
    with served(shop) as client:
        yield client


def test_an_erased_customer_is_nowhere(service_of_a_name):
    service, headers = service_of_a_name, with_role(service_of_a_name, "admin")
    worker = service.app.state.worker
    shop = worker.settings.shop
    config = shop / "offerloop.toml"
    config.write_text(config.read_text() + '\n[data]\nsource = "store"\n')
    assert service.post("/v1/events", headers=headers, json={"events": [BOUGHT]}).json()["accepted"] == 1
    decision = decide(service, headers, NAMED)
    assert decision["reasons"] != ["unknown_customer"]
    exported = service.get(f"/v1/customers/{NAMED}/export", headers=headers).json()
    assert [one["event_id"] for one in exported["events"]] == [BOUGHT["event_id"]]
    kept = exported["records"]["decisions"][0]
    assert (kept["decision_id"], kept["at"]) == (decision["decision_id"], decision["decided_at"])
    assert exported["events"][0]["at"].endswith("Z")
    done = service.delete(f"/v1/customers/{NAMED}", headers=headers)
    assert (done.status_code, done.json()["kept"]) == (202, 1)
    for place in (NAMED, f"{NAMED}/export", f"{NAMED}/explanation"):
        answer = service.get(f"/v1/customers/{place}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (410, "erased")
    assert service.post("/v1/events", headers=headers, json={"events": [BOUGHT]}).json()["dropped"] == 1
    assert service.put(f"/v1/customers/{NAMED}/choices", headers=headers, json={"opt_out": True}).status_code == 410
    ended = carry_out_next(shop, worker.database)
    assert (ended.state, ended.result["traces"]) == ("done", [])
    assert worker.database.read(lambda one: traces_of(one, NAMED)) == []
    worker.follow()
    assert decide(service, headers, NAMED, dry_run=True)["reasons"] == ["unknown_customer"]
    for path in [one for one in shop.rglob("*") if one.is_file() and one.suffix != ".parquet"]:
        assert NAMED.encode() not in path.read_bytes(), path
    for path in shop.rglob("*.parquet"):
        assert NAMED not in json.dumps(pl.read_parquet(path).to_dicts(), default=str), path
