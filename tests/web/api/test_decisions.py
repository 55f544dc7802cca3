"""Decisions over HTTP: what the plan says, for those whom it knows and those whom it does not."""

import threading
import time
from contextlib import contextmanager

import polars as pl
import pytest
import sqlalchemy as sa
from served_shop import served, shop_of, with_role

from offerloop.serving import answering, records
from offerloop.web import deciding
from offerloop.web import worker as module
from offerloop.web.api.typed_codes import read_typed_codes
from offerloop.web.deciding import AWAY_DURABLE_SECONDS


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


def ask(client, headers, **body):
    return client.post("/v1/decisions", json=body, headers=headers)


def test_an_excluded_offer_is_not_shown_and_has_no_propensity(shared_service, role):
    said = ask(shared_service, role("service"), customer_id="c000", exclude=["spend-and-save"]).json()
    assert said["offers"] == []
    assert said["propensity"] is None
    assert said["reasons"] == ["best_profit", "excluded"]


def basket(*prices):
    lines = [{"product_id": f"{n}", "quantity": 1, "unit_price_minor": minor} for n, minor in enumerate(prices)]
    return {"currency": "EUR", "lines": lines}


def test_a_decision_says_what_its_offer_takes_off_the_basket(shared_service, role):
    said = ask(shared_service, role("service"), customer_id="c000", basket=basket(1500, 900)).json()
    assert said["offers"][0]["basket"] == {"off_minor": 200, "total_minor": 2200, "missing": None}
    assert said["fields_used"] == ["customer_id", "basket"]


def test_an_offer_that_the_basket_cannot_have_is_shown_with_what_is_missing(shared_service, role):
    said = ask(shared_service, role("service"), customer_id="c000", basket=basket(1500)).json()
    shown = said["offers"][0]["basket"]
    assert (said["offers"][0]["offer_id"], shown["off_minor"], shown["total_minor"]) == ("spend-and-save", 0, 1500)
    assert (shown["missing"]["why"], shown["missing"]["spend_minor"]) == ("spend_more", 500)


def test_a_decision_with_a_basket_replays_under_the_offers_of_its_time(service):
    worker, headers = service.app.state.worker, with_role(service, "admin")
    answer = ask(service, headers, customer_id="c000", basket=basket(4000), durable=True)
    assert answer.json()["offers"][0]["basket"]["total_minor"] == 3800
    text = 'currency = "EUR"\n[[offers]]\nid = "all"\nkind = "coupon"\npercent = 50\nmax_discount = "90.00"\n'
    (worker.settings.shop / "offers.toml").write_text(text)
    worker.follow()
    assert (
        ask(service, headers, customer_id="c000", basket=basket(4000)).json()["offers"][0]["basket"]["total_minor"]
        < 3800
    )
    replay = service.get(f"/v1/decisions/{answer.json()['decision_id']}/replay", headers=headers)
    assert replay.content == answer.content


def test_a_decision_promises_no_more_than_the_ledger_has_and_knows_its_codes(service):
    worker, headers = service.app.state.worker, with_role(service, "admin")
    keyed = headers | {"idempotency-key": "typed"}
    service.put("/v1/coupon-templates/spend-and-save", json={"budget_minor": 250}, headers=headers)
    codes = {"codes": ["TYPED", "OTHER"]}
    service.post("/v1/coupon-templates/spend-and-save/coupons", json=codes, headers=keyed)
    worker.follow()
    typed = basket(4000) | {"codes": ["TYPED"]}
    before = ask(service, headers, customer_id="c000", basket=typed, durable=True)
    assert before.json()["offers"][0]["basket"]["off_minor"] == 200
    used = {"customer_id": "c001", "amount_minor": 100}
    assert service.post("/v1/coupons/OTHER/redeem", json=used, headers=headers | {"idempotency-key": "used"}).is_success
    after = ask(service, headers, customer_id="c000", basket=typed, durable=True)
    shown = after.json()["offers"][0]["basket"]
    assert (shown["off_minor"], shown["total_minor"], shown["missing"]["why"]) == (0, 4000, "budget_used_up")
    for answer in (before, after):
        place = f"/v1/decisions/{answer.json()['decision_id']}"
        assert service.get(place, headers=headers).json()["request"]["basket"]["codes"] == ["spend-and-save"]
        assert service.get(f"{place}/replay", headers=headers).content == answer.content


def test_a_basket_that_cannot_be_priced_is_named(shared_service, role):
    answer = ask(shared_service, role("service"), customer_id="c000", basket=basket(10) | {"currency": "XYZ"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_labels_are_in_the_language_of_the_request(shared_service, role):
    said = ask(shared_service, role("service") | {"accept-language": "zh-CN"}, customer_id="c000").json()
    assert said["offers"][0]["label"] == "满 20.00 EUR 减 2.00"


def test_a_newcomer_is_drawn_as_the_plan_draws(shared_service, role):
    arms = [ask(shared_service, role("service"), customer_id=f"new {n}").json()["arm"] for n in range(100)]
    assert 8 < arms.count("holdout") < 35
    assert set(arms) == {"holdout", "plan"}


def test_a_decision_replays_bit_for_bit(shared_service, role, plan):
    for customer in [*list(plan)[:5], "somebody new"]:
        body = {"customer_id": customer, "exclude": ["x", "a"], "context": {"channel": "应用"}, "durable": True}
        answer = ask(shared_service, role("service") | {"accept-language": "zh"}, **body)
        decision = answer.json()["decision_id"]
        again = shared_service.get(f"/v1/decisions/{decision}/replay", headers=role("viewer"))
        assert again.content == answer.content
        shown = shared_service.get(f"/v1/decisions/{decision}", headers=role("viewer")).json()
        assert shown["request"] == {
            "context": {"channel": "应用"},
            "exclude": ["a", "x"],
            "language": "zh",
            "opted_out": False,
            "test_arm": None,
        }
        assert customer not in str(shown)


def test_an_offer_that_is_over_is_not_given_and_decisions_replay_as_they_were(small_run, tmp_path, monkeypatch):
    end, path = 1_700_000_000, (shop := shop_of(small_run, tmp_path)) / "runs" / small_run.name / "offers.parquet"
    pl.read_parquet(path).with_columns(ends_at=pl.lit(end)).write_parquet(path)
    with served(shop) as client:
        headers, answers = with_role(client, "admin"), []
        for at_ms in (1000 * end - 1, 1000 * end):
            monkeypatch.setattr(deciding, "_now_ms", lambda at_ms=at_ms: at_ms)
            answers.append(ask(client, headers, customer_id="c000", durable=True))
        before, after = (one.json() for one in answers)
        assert (len(before["offers"]), before["expires_at"]) == (1, "2023-11-14T22:13:20.000Z")
        assert (after["offers"], after["propensity"], after["reasons"]) == ([], None, ["best_profit", "offer_over"])
        assert client.app.state.worker.offers_given("c000").own == ()
        for answer in answers:
            place = f"/v1/decisions/{answer.json()['decision_id']}"
            assert client.get(f"{place}/replay", headers=headers).content == answer.content
        explained = client.get(f"{place}/explanation?audience=support", headers=headers).json()["text"]
        assert explained.startswith("The planned offer had ended.")


def test_a_batch_answers_each(shared_service, role):
    requests = [{"customer_id": "c000"}, {"customer_id": "new"}]
    said = shared_service.post("/v1/decisions/batch", json={"requests": requests}, headers=role("service")).json()
    assert [len(one["offers"]) for one in said["decisions"]] == [1, 0]


def test_a_dry_run_is_not_recorded_and_takes_nothing_of_a_budget(service):
    """What was asked before a durable decision is on record when that is."""
    headers, worker = with_role(service, "admin"), service.app.state.worker
    for customer in (tested := [f"c{number:03}" for number in range(10)]):
        service.put(f"/v1/customers/{customer}/test-arm", json={"test_arm": "explore"}, headers=headers)
    worker.follow()

    def spent():
        return sum(block.used_minor for held in worker.served.leases._blocks.values() for block in held)

    said = [ask(service, headers, customer_id=customer, dry_run=True).json() for customer in tested]
    assert any(one["offers"] for one in said)
    assert spent() == 0
    real = [ask(service, headers, customer_id=customer, durable=True).json() for customer in tested]
    assert any(one["offers"] for one in real)
    assert (once := spent()) > 0
    paid = {customer: one["offers"] for customer, one in zip(tested, real, strict=True) if one["offers"]}
    again = {customer: ask(service, headers, customer_id=customer, durable=True) for customer in paid}
    assert {customer: one.json()["offers"] for customer, one in again.items()} == paid
    assert spent() == once
    for one in again.values():
        place = f"/v1/decisions/{one.json()['decision_id']}/replay"
        assert service.get(place, headers=headers).content == one.content
    for is_recorded, decisions in ((False, said), (True, real)):
        statuses = {
            service.get(f"/v1/decisions/{one['decision_id']}", headers=headers).status_code for one in decisions
        }
        assert statuses == {200 if is_recorded else 404}


@pytest.mark.parametrize("customer", ["c000", "somebody new"])
def test_every_reader_gets_an_explanation(shared_service, role, customer):
    decision = ask(shared_service, role("service"), customer_id=customer, durable=True).json()["decision_id"]
    for audience in ("customer", "support", "marketer"):
        answer = shared_service.get(
            f"/v1/decisions/{decision}/explanation?audience={audience}", headers=role("marketer")
        )
        assert answer.status_code == 200
        assert len(answer.json()["text"]) > 20
        of_checkout = shared_service.get(
            f"/v1/decisions/{decision}/explanation?audience={audience}", headers=role("service")
        )
        assert of_checkout.status_code == (200 if audience == "customer" else 403)


def test_an_explanation_says_why_a_decision_is_not_the_plans(service):
    headers = with_role(service, "admin")

    def explained(audience, **body):
        decision = ask(service, headers, customer_id="c000", durable=True, **body).json()["decision_id"]
        place = f"/v1/decisions/{decision}/explanation?audience={audience}"
        return service.get(place, headers=headers).json()["text"]

    as_planned = explained("support")
    excluded = explained("support", exclude=["spend-and-save"])
    assert excluded == f"The request excluded the planned offer.\n\n{as_planned}"
    assert explained("customer", exclude=["spend-and-save"]) == "There was no personal offer for you at that moment."
    service.put("/v1/switch", json={"is_on": False}, headers=headers)
    assert explained("marketer") == "Personal offers were switched off."
    assert explained("customer") == "We are not sending personal offers at the moment."


def test_without_a_policy_there_is_no_offer_and_an_alarm(tmp_path):
    with served(tmp_path) as client:
        answer = ask(client, with_role(client, "service"), customer_id="c000")
        assert (answer.status_code, answer.json()["reasons"]) == (200, ["no_policy"])
        assert 'offerloop_failures_total{reason="no_policy"} 1' in client.get("/metrics").text


@contextmanager
def full_disk(engine):
    """A database that takes what fits in its pages, and no page more."""

    def limit(connection, _):
        connection.execute("pragma max_page_count = 1")  # SQLite takes the number of pages that there are

    sa.event.listen(engine, "connect", limit)
    engine.dispose()
    yield
    sa.event.remove(engine, "connect", limit)
    engine.dispose()


def test_a_batch_waits_for_a_full_disk_once(service):
    headers, worker = with_role(service, "service"), service.app.state.worker
    requests = [{"customer_id": f"c{number:03}", "durable": True} for number in range(60)]
    with full_disk(worker.database.engine):
        while not worker.records.is_refused:
            ask(service, headers, customer_id="c000", durable=True)
        begun = time.monotonic()
        said = service.post("/v1/decisions/batch", json={"requests": requests}, headers=headers).json()["decisions"]
        assert time.monotonic() - begun < len(requests) * AWAY_DURABLE_SECONDS / 2
    assert {one["reasons"][0] for one in said} == {"not_recorded"}


def test_no_basket_of_a_batch_is_late_for_the_others(service, monkeypatch):
    monkeypatch.setattr(deciding, "PRICING_SECONDS", 0.2)
    monkeypatch.setattr(deciding, "read_typed_codes", lambda *given: time.sleep(0.03) or read_typed_codes(*given))
    requests = [{"customer_id": "c000", "basket": basket(1500, 900), "dry_run": True}] * 40
    said = service.post("/v1/decisions/batch", json={"requests": requests}, headers=with_role(service, "service"))
    assert {one["offers"][0]["basket"]["off_minor"] for one in said.json()["decisions"]} == {200}


def test_while_the_disk_is_full_decisions_wait_and_then_nothing_is_shown(service, monkeypatch):
    headers, worker, shown = with_role(service, "service"), service.app.state.worker, []
    monkeypatch.setattr(records, "MOST_WAITING", 5)
    monkeypatch.setattr(records, "AGAIN_SECONDS", 0.05)
    viewed = {"kind": "view", "customer_id": "c000", "product_id": "7", "at": "2024-06-03T12:00:00Z"}
    batch = [{**viewed, "event_id": f"{number:0200}"} for number in range(500)]
    with full_disk(worker.database.engine):
        for _ in range(500):
            said = ask(service, headers, customer_id="c000", durable=len(shown) % 5 == 4).json()
            if said["offers"]:
                shown.append(said["decision_id"])
            elif worker.records.is_refused and worker.records.waiting == 5:
                break
            else:
                time.sleep(0.02)  # more came at once than are written at once
        assert said["reasons"] == ["not_recorded"]
        assert worker.records.is_refused
        assert (ready := service.get("/ready")).status_code == 503, ready.text
        answer = service.post("/v1/events", json={"events": batch}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_away")
        assert service.post("/v1/decisions", json={"customer_id": "c000"}, headers=headers).json()["offers"] == []
    while worker.records.waiting:
        time.sleep(0.02)
    assert service.get("/ready").status_code == 200
    with worker.database.engine.connect() as connection:
        written = set(connection.execute(sa.text("select decision_id from decisions")).scalars())
    assert len(shown) > 5
    assert set(shown) <= written
    assert service.post("/v1/events", json={"events": batch}, headers=headers).json()["accepted"] == 500


def test_a_basket_that_takes_long_to_price_is_not_waited_for(service, monkeypatch):
    headers, end = with_role(service, "service"), threading.Event()
    monkeypatch.setattr(deciding, "PRICING_SECONDS", 0.01)
    monkeypatch.setattr(answering, "basket_effects", lambda *_: end.wait(20) and ())
    late = ask(service, headers, customer_id="c000", basket=basket(4000))
    assert (late.status_code, late.json()["offers"], late.json()["reasons"]) == (200, [], ["too_late"])
    assert not end.is_set()
    assert ask(service, headers, customer_id="c000").json()["offers"]
    end.set()
    assert 'offerloop_failures_total{reason="too_late"} 1' in service.get("/metrics").text


def test_a_caller_whom_nobody_can_look_up_gets_no_offer_at_once(service, monkeypatch):
    end, headers, worker = threading.Event(), with_role(service, "service"), service.app.state.worker
    monkeypatch.setattr(worker.credentials, "look_up", lambda *_: end.wait(20) and ())
    monkeypatch.setattr(module, "AWAY_SECONDS", -1)
    single = ask(service, headers, customer_id="c000").json()
    batch = service.post("/v1/decisions/batch", json={"requests": [{"customer_id": "c000"}]}, headers=headers).json()
    for said in (single, *batch["decisions"]):
        assert (said["offers"], said["reasons"], said["policy_version"]) == ([], ["caller_unknown"], None)
    assert not end.is_set()
    assert 'offerloop_failures_total{reason="caller_unknown"} 2' in service.get("/metrics").text
    end.set()
    monkeypatch.undo()
    assert ask(service, headers, customer_id="c000").json()["offers"]


def test_a_fault_is_an_answer_without_an_offer(service, monkeypatch):
    def fail(*_):
        raise ValueError("a broken page of the table")

    monkeypatch.setattr("offerloop.web.deciding.decide", fail)
    answer = ask(service, with_role(service, "service"), customer_id="c000")
    assert (answer.status_code, answer.json()["reasons"]) == (200, ["failed"])
