"""Prices of baskets: the customer's own offer counts, and nobody else's."""

from served_shop import with_role

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
