"""A customer with offers of several campaigns: decided, priced, bought, given back and shown by the service."""

import polars as pl
import pytest
from console_pages import signed_in
from served_shop import served, shop_of, with_role
from two_campaigns import write_two_campaigns

from offerloop import run
from offerloop.store import shown_by_campaign

BASKET = {
    "currency": "EUR",
    "lines": [{"product_id": "7", "quantity": 3, "unit_price_minor": 950, "categories": ["kind 1"]}],
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return run(write_two_campaigns(tmp_path_factory.mktemp("two"), "offers_per_customer = 2"))


@pytest.fixture(scope="module")
def service(written, tmp_path_factory):
    with served(shop_of(written.folder, tmp_path_factory.mktemp("served"))) as client:
        yield client


@pytest.fixture(scope="module")
def headers(service):
    return with_role(service, "admin")


@pytest.fixture(scope="module")
def customer(written):
    """Who gets spend-and-save of the first campaign and a coupon of the second."""
    further = pl.read_parquet(written.folder / "further_offers.parquet")
    first = pl.read_parquet(written.folder / "assignments.parquet")
    both = further.join(first, on="customer_id", suffix="_first")
    kinds = pl.concat_list("offer_id", "offer_id_first").list.contains("spend-and-save")
    return both.filter(kinds)["customer_id"][0]


@pytest.fixture(scope="module")
def decide(service, headers, customer):
    def ask(**more):
        return service.post("/v1/decisions", json={"customer_id": customer, **more}, headers=headers)

    return ask


def test_a_decision_has_both_offers_and_their_effects_on_the_basket(decide, service, headers):
    answer = decide(basket=BASKET, durable=True)
    found = answer.json()
    assert {one["campaign_id"] for one in found["offers"]} == {"first", "second"}
    off = [one["basket"]["off_minor"] for one in found["offers"]]
    assert all(off)
    assert {one["basket"]["total_minor"] for one in found["offers"]} == {2850 - sum(off)}
    assert found["propensity"] < 1
    replay = service.get(f"/v1/decisions/{found['decision_id']}/replay", headers=headers)
    assert replay.content == answer.content


def test_what_is_left_of_the_plan_is_given_alone_and_is_not_the_plans_own_choice(decide):
    both = [one["offer_id"] for one in decide().json()["offers"]]
    for excluded in both:
        found = decide(exclude=[excluded]).json()
        assert [one["offer_id"] for one in found["offers"]] == [one for one in both if one != excluded]
        assert (found["propensity"], found["reasons"]) == (None, ["best_profit", "excluded"])
    assert decide(exclude=both).json()["offers"] == []


def test_products_are_those_of_all_offers_that_are_given(decide, customer, written):
    tables = [pl.read_parquet(written.folder / f"{name}.parquet") for name in ("assignments", "further_offers")]
    rows = pl.concat([one.filter(customer_id=customer) for one in tables])
    coupon = rows.filter(pl.col("product_ids") != "").row(0, named=True)
    products = coupon["product_ids"].split()
    assert decide().json()["products"] == products
    assert decide(exclude=["spend-and-save"]).json()["products"] == products
    assert decide(exclude=[coupon["offer_id"]]).json()["products"] == []
    assert decide(exclude=products[:1]).json()["products"] == products[1:]


def test_a_customer_is_not_told_that_there_was_no_offer_where_one_of_two_was_given(decide, service, headers):
    both = [one["offer_id"] for one in decide().json()["offers"]]
    not_all = "Not all of the personal offers"
    for excluded, said in ((both[:1], not_all), (both[1:], not_all), (both, "There was no personal offer")):
        made = decide(exclude=excluded, durable=True).json()
        place = f"/v1/decisions/{made['decision_id']}/explanation?audience=customer"
        assert said in service.get(place, headers=headers).json()["text"]


def test_an_order_is_priced_and_given_back_under_both(decide, service, headers, customer):
    total = decide(basket=BASKET).json()["offers"][0]["basket"]["total_minor"]
    codes = [one["offer_id"] for one in decide().json()["offers"]]
    bought = {**BASKET, "customer_id": customer, "codes": codes}
    assert service.put("/v1/orders/one", json=bought, headers=headers).json()["total_minor"] == total
    back = {"rule": "repriced", "returned": [{"line": 0, "quantity": 3}]}
    keyed = headers | {"idempotency-key": "one"}
    assert service.post("/v1/orders/one/refunds", json=back, headers=keyed).json()["refund_minor"] == total


def test_all_offers_are_shown(service, headers, customer):
    shown = service.get(f"/v1/customers/{customer}", headers=headers).json()
    campaigns = [shown["assignment"]["campaign_id"], *(one["campaign_id"] for one in shown["further_offers"])]
    assert sorted(campaigns) == ["first", "second"]
    assert "Also gets" in service.get(f"/v1/customers/{customer}/explanation", headers=headers).json()["text"]


def test_the_console_shows_all_offers(service, customer, written):
    further = pl.read_parquet(written.folder / "further_offers.parquet")
    first = pl.read_parquet(written.folder / "assignments.parquet").head(50)
    admin = signed_in(service, "admin", name="Ada")
    listed = service.get("/console/customers.json", headers=admin).json()["customers"]
    assert len(listed) == 50 + further.filter(pl.col("customer_id").is_in(first["customer_id"].implode())).height
    assert len([one for one in listed if one["customer"] == customer]) == 2
    offered = pl.read_parquet(written.folder / "assignments.parquet").filter(
        (pl.col("arm") == "plan") & (pl.col("offer_id") != "none")
    )
    overview = service.get("/console/overview.json", headers=admin).json()
    assert overview["stats"]["customers"] == offered.height
    assert service.get("/console/policies.json", headers=admin).json()["runs"][0]["customers"] == offered.height
    assert "further offers" in service.get(f"/console/customer?id={customer}", headers=admin).text


def test_customers_are_counted_for_each_campaign_that_they_were_shown(decide, service):
    decide(durable=True)
    shown = service.app.state.worker.database.read(lambda one: shown_by_campaign(one, ["first", "second"]))
    assert [one.n_customers for one in shown.values()] == [1, 1]
