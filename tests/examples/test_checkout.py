"""The example of a checkout: a customer's way from prices to a return, and what the service knows afterwards."""

import importlib.util
import json
import re
import sys
import time
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from served_client import InProcess, client_of
from served_shop import shop_of

from offerloop.background import SIGNATURE, signature_of
from offerloop.client import Client
from offerloop.store import EventLog

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "checkout" / "shop.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("example_checkout", EXAMPLE)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(example, small_run, tmp_path):
    """Requests to the shop, the client that sets it up, and the events that it reported."""
    with client_of(shop_of(small_run, tmp_path)) as (client, worker), start_blocking_portal() as portal:
        app = example.make_app(client, "secret")
        with httpx.Client(transport=InProcess(app, portal), base_url="http://shop.test") as browser:
            yield browser, client, EventLog(worker.database)


def test_a_customers_way_through_the_shop(checkout):
    browser, client, log = checkout
    client.add_template("welcome", limit_per_customer=1, budget_minor=10_000)
    client.issue("welcome", ["WELCOME-X"])
    shown = browser.get("/", params={"customer_id": "c000"}).json()
    assert len(shown["prices"]) == 10
    assert browser.get("/products/3", params={"customer_id": "c000"}).status_code == 200
    assert browser.post("/coupons/WELCOME-X/claim", params={"customer_id": "c000"}).status_code == 200
    assert browser.post("/coupons/WELCOME-X/claim", params={"customer_id": "c001"}).status_code == 409
    basket = {"customer_id": "c000", "units": {"3": 2, "4": 1}, "code": "WELCOME-X"}
    cart = browser.post("/checkout", json=basket).json()
    placed = [browser.post(f"/orders/{cart['cart']}", json=basket).json() for _ in range(2)]
    assert placed[0] == placed[1] == {"order_id": cart["cart"], "total_minor": cart["to_pay_minor"]}
    back = browser.post(f"/orders/{cart['cart']}/return").json()
    assert back["refund_minor"] == cart["to_pay_minor"]
    kinds = [one.kind for one in log.of_customer("c000")]
    assert sorted(kinds) == ["exposure", "order", "return", "view"]
    (exposure,) = log.read("exposure")
    assert exposure.body["propensity"] > 0
    line = next(iter(log.read("order"))).body["lines"][0]
    assert line["paid_minor"] == line["list_value_minor"] - line["coupon_minor"]


def test_a_coupon_that_cannot_be_used_takes_nothing_off(checkout):
    browser, _, _ = checkout
    basket = {"customer_id": "c002", "units": {"3": 1}}
    without = browser.post("/checkout", json=basket).json()
    unknown = browser.post("/checkout", json={**basket, "code": "NOTHING"}).json()
    assert unknown["to_pay_minor"] == without["to_pay_minor"]
    assert browser.post("/checkout", json={**basket, "units": {"x": 1}}).status_code == 422


def test_webhooks_are_taken_when_they_are_signed(checkout):
    browser, _, _ = checkout
    body = json.dumps({"topic": "alarm"}).encode()
    signed = {SIGNATURE: signature_of("secret", body, int(time.time()))}
    forged = {SIGNATURE: signature_of("other", body, int(time.time()))}
    place = "/webhooks/offerloop"
    assert browser.post(place, content=body, headers=signed).status_code == 204
    assert browser.post(place, content=body, headers=forged).status_code == 401
    assert browser.post(place, content=body).status_code == 401


def test_the_shop_goes_on_without_the_service(example):
    nobody = Client("http://127.0.0.1:9", "offer_x", decision_timeout=0.05)
    assert nobody.decide("c000").reasons == ("service_away",)
    basket = example.Basket(customer_id="c000", units={"3": 1})
    assert example.Shop(nobody, "secret").lines(basket)[0]["unit_price_minor"] == 550
    nobody.close()


def test_the_steps_of_the_guide_run(small_run, tmp_path, monkeypatch):
    """The code of `docs/how-to/checkout.md`, in its order, against a service."""
    text = (EXAMPLE.parent.parent.parent / "docs" / "how-to" / "checkout.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```py\n(.*?)```", text, re.DOTALL)
    assert len(blocks) > 5
    with client_of(shop_of(small_run, tmp_path)) as (client, worker):
        monkeypatch.setattr("offerloop.client.Client", lambda *_: client)
        page = {}
        for block in blocks:
            exec(compile(block, "checkout.md", "exec"), page)
        assert page["refund"].refund_minor > 0
        assert [one.kind for one in EventLog(worker.database).of_customer("c000")] == ["exposure", "order"]
        assert callable(page["place"])
