"""Prices of baskets: the customer's own offer counts, and nobody else's."""

from dataclasses import replace
from threading import get_ident

from served_shop import with_role

from offerloop.offers import CouponTerms, Issue, ListedCode, Lock, Redeem, RefusalReason, Release, Revoke, price
from offerloop.store import import_codes
from offerloop.web.api import baskets, typed_codes
from offerloop.web.limits import Guesses

BASKET = {
    "currency": "EUR",
    "lines": [{"product_id": "7", "quantity": 3, "unit_price_minor": 950, "categories": ["kind 1"]}],
    "shipping_minor": 490,
}


def test_a_basket_has_the_offer_of_its_customer(shared_service, role):
    def total(**more):
        answer = shared_service.post("/v1/baskets/price", json={**BASKET, **more}, headers=role("service"))
        assert answer.status_code == 200, answer.text
        return answer.json()["total_minor"], [one["offer_id"] for one in answer.json()["applied"]]

    assert total() == (3340, [])
    assert total(customer_id="c000") == (3140, ["spend-and-save"])
    assert total(customer_id="somebody new") == (3340, [])


def test_the_offer_that_a_decision_shows_a_newcomer_is_in_the_price_of_the_basket_that_presents_it(service):
    worker, headers = service.app.state.worker, with_role(service, "service")
    policy = worker.served.policy
    offer = next(one for one in policy.offers if one.offer_id == "spend-and-save")
    rule = replace(policy.newcomers, holdout=0.0, usual=0.0, offer=offer)
    worker.served = replace(worker.served, policy=replace(policy, newcomers=rule))
    worker.ledger.add_template(offer.campaign_id, CouponTerms())
    worker.ledger.carry_out(Issue("issue", offer.campaign_id, ("SAVE-1",)))
    body = {"customer_id": "somebody new", "basket": BASKET}
    (shown,) = service.post("/v1/decisions", json=body, headers=headers).json()["offers"]
    assert (shown["offer_id"], shown["basket"]["total_minor"]) == ("spend-and-save", 3140)

    for n, (codes, total) in enumerate([((), 3340), (("spend-and-save",), 3140), (("SAVE-1",), 3140)]):
        basket = {**BASKET, "customer_id": "somebody new", "codes": codes}
        priced = service.post("/v1/baskets/price", json=basket, headers=headers).json()
        assert (priced["total_minor"], priced["codes"]["unknown"]) == (total, [])
        assert service.put(f"/v1/orders/order-{n}", json=basket, headers=headers).json()["total_minor"] == total


def test_a_large_basket_is_priced_beside_other_requests(shared_service, role, monkeypatch):
    threads = []
    monkeypatch.setattr(baskets, "price", lambda *given: threads.append(get_ident()) or price(*given))
    for quantity in (1, 30, 999):
        basket = {**BASKET, "lines": [{**BASKET["lines"][0], "quantity": quantity}]}
        answer = shared_service.post("/v1/baskets/price", json=basket, headers=role("service"))
        assert answer.json()["total_minor"] == 950 * quantity + 490
    assert threads[0] == threads[1] != threads[2]


def test_a_basket_says_how_it_is_paid_where_it_goes_and_what_else_is_known_of_it(service):
    worker = service.app.state.worker
    (worker.settings.shop / "offers.toml").write_text(
        'currency = "EUR"\n[[offers]]\nkind = "coupon"\namount = "1"\npaid_with = "paypal"\nregions = "DE"\n'
        'loyalty_tiers = "gold"\nmin_lifetime_spend = "500"\nbasket_attributes = {boxes = {at_least = 2}}\n'
        "attributes = {organic = true}\n"
    )
    worker.follow()
    full = {
        "payment": "paypal", "region": "DE-BY", "loyalty_tier": "gold", "lifetime_spend_minor": 50_000,
        "attributes": {"boxes": 2}, "lines": [{**BASKET["lines"][0], "attributes": {"organic": True}}],
    }  # fmt: skip
    for missing in (None, *full):
        body = {**BASKET, **{name: value for name, value in full.items() if name != missing}}
        answer = service.post("/v1/baskets/price", json=body, headers=with_role(service, "service")).json()
        assert answer["total_minor"] == 3340 - (100 if missing is None else 0), missing


def test_no_price_promises_what_the_ledger_would_refuse(service):
    """A coupon of 10.00 with a budget of 25.00: two hold it, and the third gets it when a lock is let go."""
    worker = service.app.state.worker
    (worker.settings.shop / "offers.toml").write_text(
        'currency = "EUR"\n[[offers]]\nid = "ten"\nkind = "coupon"\namount = "10"\ncode_needed = true\n'
    )
    (worker.settings.shop / "codes.csv").write_text("code,offer_id,customer_id\nTENNER,ten,\nMINE10,ten,anna\n")
    headers = with_role(service, "service")
    worker.ledger.add_template("ten", CouponTerms(limit_per_customer=1, limit_per_code=None, budget_minor=2_500))
    worker.ledger.carry_out(Issue("issue", "ten", ("TENNER",)))
    worker.follow()

    def priced(customer, codes=("tenner",), **more):
        body = {**BASKET, "customer_id": customer, "codes": codes, **more}
        answer = service.post("/v1/baskets/price", json=body, headers=headers).json()
        return answer["total_minor"] == 2340, {one["offer_id"]: one["why"] for one in answer["rejected"]}

    def lock(customer):
        return worker.ledger.carry_out(Lock(f"lock {customer}", "TENNER", customer, f"cart {customer}", 1_000)).reason

    assert priced("anna") == (True, {})
    assert lock("anna") is None
    assert priced("anna") == (False, {"ten": "limit_of_customer_reached"})
    assert priced("anna", lock_key="cart anna") == (True, {})
    assert lock("bob") is None
    assert priced("carl") == (False, {"ten": "budget_used_up"})
    assert lock("carl") is RefusalReason.BUDGET
    worker.ledger.carry_out(Release("release", "TENNER", "cart bob"))
    assert priced("carl") == (True, {})
    body = {"currency": "EUR", "products": BASKET["lines"], "customer_id": "carl"}
    answer = service.post("/v1/prices", json=body, headers=headers).json()["products"][0]
    assert answer["price_minor"] == 2850


def test_codes_are_read_from_the_list_of_the_shop(service):
    worker = service.app.state.worker
    (worker.settings.shop / "offers.toml").write_text(
        'currency = "EUR"\n[[offers]]\nid = "ten"\nkind = "coupon"\namount = "10"\ncode_needed = true\n'
    )
    (worker.settings.shop / "codes.csv").write_text("code,offer_id,customer_id\nTENNER10,ten,\nMINE10,ten,anna\n")
    worker.follow()
    headers = with_role(service, "service")

    def codes(*typed):
        body = {**BASKET, "customer_id": "bob", "codes": typed}
        answer = service.post("/v1/baskets/price", json=body, headers=headers).json()
        return answer["total_minor"], answer["codes"]

    none = {"corrected": {}, "unknown": [], "of_others": [], "refused": {}}
    assert codes("tenner-10") == (2340, none)
    assert codes("tennerIO") == (2340, {**none, "corrected": {"tennerIO": "TENNER10"}})
    assert codes("ten") == (3340, none)
    assert codes("spring") == (3340, {**none, "unknown": ["spring"]})
    assert codes("mine10") == (3340, {**none, "of_others": ["mine10"]})
    order = {**BASKET, "codes": ["tennerIO"]}
    assert service.put("/v1/orders/one", json=order, headers=headers).json()["total_minor"] == 2340
    (worker.settings.shop / "codes.csv").unlink()
    worker.follow()
    back = {"rule": "repriced", "returned": [{"line": 0, "quantity": 1}]}
    answer = service.post("/v1/orders/one/refunds", json=back, headers={**headers, "idempotency-key": "one"})
    assert answer.json()["refund_minor"] == 950


def test_codes_of_the_ledger_are_known_in_a_basket(service):
    """Imported codes, which nobody listed in codes.csv: of an offer for everybody, and of the customer's own."""
    worker, headers = service.app.state.worker, with_role(service, "service")
    (worker.settings.shop / "offers.toml").write_text(
        'currency = "EUR"\n[[offers]]\nid = "ten"\nkind = "coupon"\namount = "10"\ncode_needed = true\n'
    )
    for name in ("ten", "other"):
        worker.ledger.add_template(name, CouponTerms())
    rows = [ListedCode("TENNER10"), ListedCode("MINE10", customer_id="anna"), ListedCode("GONE10")]
    import_codes(worker.ledger, "ten", rows)
    import_codes(worker.ledger, "other", [ListedCode("NOOFFER")])
    worker.ledger.carry_out(Revoke("revoke", "GONE10"))
    worker.follow()

    def codes(*typed, customer="bob", **more):
        body = {**BASKET, "customer_id": customer, "codes": typed, **more}
        answer = service.post("/v1/baskets/price", json=body, headers=headers).json()
        return answer["total_minor"], {name: one for name, one in answer["codes"].items() if one}

    assert codes("tenner-10") == (2340, {})
    assert codes("MINE10") == (3340, {"of_others": ["MINE10"]})
    assert codes("MINE10", customer="anna") == (2340, {})
    assert codes("gone10", "NOOFFER", "guess") == (
        3340, {"unknown": ["NOOFFER", "guess"], "refused": {"gone10": "revoked"}},
    )  # fmt: skip
    worker.ledger.carry_out(Lock("lock", "TENNER10", "anna", "cart", 1_000))
    assert codes("TENNER10") == (3340, {"refused": {"TENNER10": "locked"}})
    assert codes("TENNER10", customer="anna", lock_key="cart") == (2340, {})
    worker.ledger.carry_out(Redeem("redeem", "TENNER10", "anna", 1_000, lock_key="cart"))
    assert codes("TENNER10", customer="anna") == (3340, {"refused": {"TENNER10": "quantity_exceeded_for_code"}})

    def ordered(name, *typed, **more):
        body = {**BASKET, "customer_id": "anna", "codes": typed, **more}
        return service.put(f"/v1/orders/{name}", json=body, headers=headers).json()["total_minor"]

    assert ordered("two", "tenner10", redemptions=["redeem"]) == 2340
    assert ordered("two", "tenner10") == 2340
    assert [ordered("again", "tenner10"), ordered("revoked", "GONE10")] == [3340, 3340]
    assert ordered("of another", "tenner10", redemptions=["redeem"], customer_id="eve") == 3340


def test_who_guesses_codes_in_baskets_learns_nothing(service):
    worker, headers = service.app.state.worker, with_role(service, "service")
    (worker.settings.shop / "offers.toml").write_text(
        'currency = "EUR"\n[[offers]]\nid = "ten"\nkind = "coupon"\namount = "10"\ncode_needed = true\n'
    )
    worker.ledger.add_template("ten", CouponTerms())
    import_codes(worker.ledger, "ten", [ListedCode("TENNER10")])
    worker.follow()
    body = {**BASKET, "customer_id": "eve", "codes": [f"guess{n}" for n in range(60)]}
    service.post("/v1/baskets/price", json=body, headers=headers)
    answer = service.post("/v1/baskets/price", json={**body, "codes": ["TENNER10"]}, headers=headers)
    assert (answer.status_code, answer.json()["total_minor"]) == (200, 3340)


def test_where_all_customers_guess_too_much_public_codes_still_count_in_baskets(service, monkeypatch):
    monkeypatch.setattr(typed_codes, "_GUESSES", Guesses(size_of_all=1))
    worker, headers = service.app.state.worker, with_role(service, "service")
    (worker.settings.shop / "offers.toml").write_text(
        'currency = "EUR"\n[[offers]]\nid = "ten"\nkind = "coupon"\namount = "10"\ncode_needed = true\n'
    )
    worker.ledger.add_template("ten", CouponTerms(limit_per_code=None))
    import_codes(worker.ledger, "ten", [ListedCode("TENNER10"), ListedCode("MINE10", customer_id="anna")])
    worker.follow()

    def total(customer, *codes):
        body = {**BASKET, "customer_id": customer, "codes": codes}
        return service.post("/v1/baskets/price", json=body, headers=headers).json()["total_minor"]

    assert total("eve", "guess") == 3340
    refused, before = ("offerloop_refused_total", ()), dict(worker.metrics.counters)
    assert [total("bob", "tenner-10"), total("anna", "MINE10"), total("bob", "MINE10")] == [2340, 2340, 3340]
    assert worker.metrics.counters[refused] == before.get(refused, 0) + 1


def test_what_cannot_be_names_its_field(shared_service, role):
    for field, value in (("quantity", 0), ("unit_price_minor", -1), ("unit_price_minor", 9.5), ("product_id", "")):
        line = {**BASKET["lines"][0], field: value}
        answer = shared_service.post(
            "/v1/baskets/price", json={**BASKET, "lines": [line]}, headers=role("service")
        )  # fmt: skip
        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid"
        assert answer.json()["field"] == f"lines.0.{field}"
    answer = shared_service.post("/v1/baskets/price", json={**BASKET, "currency": "XXQ"}, headers=role("service"))
    assert answer.status_code == 422
    assert "currency" in answer.json()["detail"]
