"""Refunds by both rules, once for each key, and never more than was paid."""

import pytest
import sqlalchemy as sa
from served_shop import with_role

from offerloop.offers import CouponTerms, Issue, Redeem, price
from offerloop.store import find_purchase
from offerloop.web.api import orders as api

BASKET = {
    "currency": "EUR",
    "lines": [{"product_id": "7", "quantity": 3, "unit_price_minor": 950, "categories": ["kind 1"]}],
    "shipping_minor": 490,
    "customer_id": "c000",
}


@pytest.fixture
def orders(service):
    headers, count = with_role(service, "service"), iter(range(1000))

    def ask(order, rule, quantity, key=None):
        body = {"rule": rule, "returned": [{"line": 0, "quantity": quantity}]}
        named = headers | {"idempotency-key": key or f"key-{next(count)}"}
        return service.post(f"/v1/orders/{order}/refunds", json=body, headers=named)

    ask.enter = lambda order, basket=BASKET: service.put(f"/v1/orders/{order}", json=basket, headers=headers)
    ask.get = lambda order: service.get(f"/v1/orders/{order}", headers=headers).json()
    return ask


def test_discounts_are_kept_or_what_stays_is_priced_again(orders):
    for order in ("kept", "repriced"):
        assert orders.enter(order).json()["total_minor"] == 2850 - 200 + 490
    assert [orders("kept", "kept", 1).json()["refund_minor"] for _ in range(3)] == [883, 883, 884 + 490]
    assert orders("repriced", "repriced", 1).json()["refund_minor"] == 750
    assert orders("repriced", "repriced", 2).json()["refund_minor"] == 3140 - 750
    assert orders.get("kept")["given_back_minor"] == orders.get("repriced")["given_back_minor"] == 3140


def test_an_order_has_one_rule_and_no_more_units_than_were_bought(orders):
    orders.enter("one")
    assert orders("one", "kept", 4).json()["field"] == "returned"
    assert orders("one", "kept", 2).status_code == 201
    assert orders("one", "repriced", 1).json()["code"] == "conflict"
    assert orders("one", "kept", 2).status_code == 422
    assert orders("other", "kept", 1).status_code == 404


def test_no_more_comes_back_than_was_paid_where_a_newer_program_prices_otherwise(orders, service):
    for rule in ("kept", "repriced"):
        orders.enter(rule)
        with service.app.state.worker.database.engine.begin() as connection:
            connection.execute(sa.text("update purchases set total_minor = 1000"))
        assert sum(orders(rule, rule, quantity).json()["refund_minor"] for quantity in (1, 2)) == 1_000


def test_a_refund_is_counted_once_for_a_key(orders):
    orders.enter("one")
    assert orders("one", "kept", 1, "again").content == orders("one", "kept", 1, "again").content
    assert orders.get("one")["given_back_minor"] == 883
    assert orders("one", "kept", 2, "again").json()["code"] == "key_conflict"


def test_the_same_basket_again_changes_nothing_and_another_is_a_conflict(orders):
    assert orders.enter("one").json() == orders.enter("one").json()
    assert orders.enter("one", {**BASKET, "shipping_minor": 0}).status_code == 409


def test_an_order_names_the_policy_under_which_it_was_priced(orders, service, monkeypatch):
    worker = service.app.state.worker
    version = worker.version
    monkeypatch.setattr(api, "price", lambda *given: setattr(worker, "served", None) or price(*given))
    orders.enter("one")
    assert worker.database.read(lambda one: find_purchase(one, "one")).version == version


def test_no_order_is_entered_for_an_erased_customer(orders, service):
    assert service.delete("/v1/customers/c000", headers=with_role(service, "admin")).status_code == 202
    answer = orders.enter("order-of-c000")
    assert (answer.status_code, answer.json()["code"]) == (410, "erased")
    assert orders.enter("of nobody", {**BASKET, "customer_id": None}).status_code == 200


def test_an_order_gives_what_the_ledger_has_left_and_no_more(orders, service):
    ledger = service.app.state.worker.ledger
    ledger.add_template("spend-and-save", CouponTerms(limit_per_code=None, limit_total=2, budget_minor=400))
    ledger.carry_out_all([Issue("issue", "spend-and-save", ("SAVE",)), Redeem("mine", "SAVE", "c000", 200)])
    service.app.state.worker.follow()
    assert orders.enter("first").json()["total_minor"] == 3140
    ledger.carry_out(Redeem("of another", "SAVE", "bob", 200))
    priced = service.post("/v1/baskets/price", json=BASKET, headers=with_role(service, "service")).json()
    assert priced["total_minor"] == 3340
    assert orders.enter("late").json()["total_minor"] == 3340
    assert orders("late", "kept", 1).json()["refund_minor"] == 950
    used = {**BASKET, "redemptions": ["mine"]}
    assert [orders.enter("used", one).json()["total_minor"] for one in (used, BASKET)] == [3140, 3140]
    assert orders("used", "repriced", 1).json()["refund_minor"] == 750
    assert orders.enter("stolen", {**used, "redemptions": ["of another", "nobody"]}).json()["total_minor"] == 3340


def test_what_stays_is_priced_under_the_offers_of_that_day(orders, service):
    shop = service.app.state.worker.settings.shop
    path = shop / "offers.toml"
    path.write_text(
        'currency = "EUR"\n[[offers]]\nid = "week"\nkind = "coupon"\npercent = 50\nmax_discount = "99.00"\n'
    )
    service.app.state.worker.follow()
    total = orders.enter("one", {**BASKET, "customer_id": "nobody"}).json()["total_minor"]
    path.unlink()
    service.app.state.worker.follow()
    assert total == 1425 + 490
    assert orders("one", "repriced", 1).json()["refund_minor"] == 475
    assert orders.enter("two", {**BASKET, "customer_id": "nobody"}).json()["total_minor"] == 2850 + 490
