"""Prices of products before there is a basket."""


def test_a_product_shows_the_price_with_the_customers_own_offer(shared_service, role):
    products = [
        {"product_id": "7", "quantity": 1, "unit_price_minor": 2900, "list_price_minor": 3500},
        {"product_id": "8", "quantity": 1, "unit_price_minor": 900},
    ]
    body = {"currency": "EUR", "products": products}

    def prices(**more):
        answer = shared_service.post("/v1/prices", json=body | more, headers=role("service"))
        return [
            (one["list_price_minor"], one["price_minor"], one["offer_ids"], one["not_applied"])
            for one in answer.json()["products"]
        ]

    assert prices() == [(3500, 2900, [], {}), (900, 900, [], {})]
    assert prices(customer_id="c000") == [
        (3500, 2700, ["spend-and-save"], {}),
        (900, 900, [], {"spend-and-save": "spend_more"}),
    ]
