"""The client of the service: typed answers, retries under one key, and decisions that never fail."""

import dataclasses
import json
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from served_client import client_of
from served_shop import shop_of

import offerloop.client as module
from offerloop.client import AwayError, Client, ProblemError
from offerloop.client import client as client_module
from offerloop.client import connection as sending

LINE = {"product_id": "7", "quantity": 2, "unit_price_minor": 950, "categories": ["kind 1"]}
BASKET = {"currency": "EUR", "lines": [LINE], "customer_id": "c000"}


@pytest.fixture(scope="module")
def service(small_run, tmp_path_factory):
    with client_of(shop_of(small_run, tmp_path_factory.mktemp("client"))) as found:
        yield found


@pytest.fixture
def client(service):
    return service[0]


class Answers(httpx.BaseTransport):
    """Answers from a list: a status with a body, or an error."""

    def __init__(self, *answers):
        self.answers, self.requests = list(answers), []

    def handle_request(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body, *headers = answer
        return httpx.Response(status, headers=dict(*headers), json=body)


def with_answers(monkeypatch, *answers):
    monkeypatch.setattr(sending.time, "sleep", lambda _: None)
    transport = Answers(*answers)
    return Client("http://shop.test", "offer_x", transport=transport), transport


def test_a_decision_has_an_offer_or_a_reason(client):
    found = [client.decide(f"c{one:03}", context={"channel": "app"}, dry_run=True) for one in range(60)]
    assert {len(one.offers) for one in found} == {0, 1}
    assert all(one.offers or one.reasons for one in found)
    given = next(one for one in found if one.offers)
    assert given.offer_id == given.offers[0].offer_id != "none"
    assert 0 < given.propensity <= 1
    assert client.decide(given.offers[0].offer_id).reasons == ("unknown_customer",)
    many = client.decide_many({"customer_id": f"c{one:03}", "durable": True} for one in range(3))
    assert [one.offers for one in many] == [one.offers for one in found[:3]]
    assert client.replay(many[0].decision_id) == many[0]
    assert client.explain(many[0].decision_id, "support").text


def test_people_and_wallets_are_managed(client):
    bea = client.people.invite("Bea", ["viewer"], key="bea")
    assert bea.invitation
    assert bea.person_id in [one.person_id for one in client.people]
    assert client.people.invite_again(bea.person_id).invitation != bea.invitation
    assert client.people.change_roles(bea.person_id, ["viewer", "approver"]).roles == ("approver", "viewer")
    client.people.revoke(bea.person_id)
    assert client.people.show(bea.person_id).revoked_at is not None
    client.add_template("wallet", limit_per_customer=3)
    client.issue("wallet", ["ONE", "TWO"], customer_id="bea")
    assert [(one.code, one.template_id) for one in client.wallet("bea")] == [("ONE", "wallet"), ("TWO", "wallet")]


def test_tokens_are_made_and_revoked(client, caplog):
    made = client.tokens.make(
        "checkout", ["service"], ends_at=datetime(2033, 5, 18, 3, 33, 20, tzinfo=UTC), key="checkout"
    )
    assert made.secret
    with Client("http://shop.test", made.secret, transport=client._http._transport, decision_timeout=10) as checkout:
        assert checkout.decide("c000", dry_run=True).arm
        assert client.tokens.revoke(made.token_id).revoked_at is not None
        assert checkout.decide("c000", dry_run=True).reasons == ("service_refused",)
    assert "401 not_signed_in" in caplog.text
    assert {one.token_id: one.ends_at for one in client.tokens}[made.token_id] == made.ends_at == "2033-05-18T03:33:20Z"


def test_prices_baskets_and_refunds(client):
    (price,) = client.prices("EUR", [LINE], "c000")
    assert (price.product_id, price.list_price_minor) == ("7", 1_900)
    basket = client.price_basket(BASKET)
    many = client.decide_many([{"customer_id": "c000", "basket": BASKET}])
    for decided in (client.decide("c000", basket=BASKET), *many):
        assert decided.offers[0].basket["total_minor"] > 0
    assert basket.total_minor == sum(one.paid_minor for one in basket.lines) + basket.shipping_minor
    assert client.enter_order("order-1", BASKET) == basket.total_minor
    refund = client.refund("order-1", "kept", {0: 1})
    assert refund.given_back_minor == refund.refund_minor > 0


def test_the_life_of_a_coupon(client):
    client.add_template("spring", limit_per_customer=1, budget_minor=1_000)
    (code,) = client.issue("spring", count=1)
    client.claim(code, "c001")
    lock = client.lock(code, "c001", "cart", 300, seconds=60)
    begins, ends = (datetime.fromisoformat(str(one)) for one in (lock.at, lock.expires_at))
    assert ends - begins == timedelta(minutes=1)
    redeemed = client.redeem(code, "c001", 300, lock_key="cart")
    assert client.roll_back(redeemed.key, 100).key != redeemed.key
    with pytest.raises(ProblemError, match="refused") as error:
        client.redeem(code, "c002", 300)
    assert (error.value.status, error.value.code) == (409, "refused")
    assert f"409 refused: {error.value.reason}: the rules of the coupon refuse it" in str(error.value)


def test_a_basket_says_what_came_of_typed_codes(client):
    client.add_template("autumn")
    client.issue("autumn", ["AUTUMN"], customer_id="c009")
    typed = client.price_basket({**BASKET, "codes": ["autumn", "NONE"]}).codes
    assert (typed.of_others, typed.unknown, typed.refused) == (("autumn",), ("NONE",), {})


def test_which_plan_is_served(client):
    (listed,) = client.policies.list()
    assert (listed.is_served, listed.is_promoted) == (True, False)
    assert client.policies.promote(listed.version, key="once").is_promoted
    compared = client.policies.compare(listed.version)
    assert (compared.before, compared.customers.n_other) == (listed.version, 0)
    assert compared.customers.n_same > 0
    assert not client.policies.promote().is_promoted
    client.policies.give_personal_offers(False)
    assert client.decide("c000", dry_run=True).reasons == ("switched_off",)
    client.policies.give_personal_offers(True)


def test_events_of_any_number_are_reported(client):
    events = [
        {"event_id": f"v{one}", "kind": "view", "customer_id": "c000", "product_id": "7", "at": "2024-06-03T12:00:00Z"}
        for one in range(1_500)
    ]
    events[1_200] = {**events[1_200], "product_id": ""}
    found = client.report(events)
    assert (found.accepted, [one.index for one in found.rejected]) == (1_499, [1_200])
    assert client.report(events).duplicates == 1_499


def test_a_batch_that_is_too_large_is_halved(client):
    text = "x" * 1_999
    events = [
        {"event_id": f"p{one}", "kind": "product", "product_id": f"p{one}", "text": text, "at": "2024-06-03T12:00:00Z"}
        for one in range(800)
    ]
    events[799] = {**events[799], "product_id": ""}
    found = client.report(events)
    assert (found.accepted, [one.index for one in found.rejected]) == (799, [799])


def test_customers_choices_jobs_and_erasure(client):
    client.choose("c005", opt_out=True)
    assert client.customer("c005").opt_out
    assert client.customer("c006").profile["n_orders"] > 0
    job = client.queue_job("readout", key="one")
    assert client.queue_job("readout", key="one") == job
    assert client.job(job.job_id).state == "queued"
    erased = client.erase("c007")
    assert client.job(erased.job_id).kind == "erase"
    with pytest.raises(ProblemError, match="erased"):
        client.customer("c007")
    with pytest.raises(TimeoutError, match="is queued after"):
        client.wait_for(job.job_id, seconds=0, every=0)


def test_ids_with_odd_signs_stay_one_part_of_a_path(client):
    for odd in ("a b", "ä?#%", "..", "c000;x=1", "crm/7", "%2F"):
        client.choose(odd, opt_out=True)
        assert client.customer(odd).customer_id == odd


def test_a_decision_never_fails(monkeypatch):
    for answer in (
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        (503, {}),
        (401, {"code": "x"}),
        (200, []),
    ):
        client, _ = with_answers(monkeypatch, answer)
        found = client.decide("anna")
        assert (found.offers, found.offer_id, found.decision_id) == ((), "none", None)
        assert found.reasons[0].startswith("service_")


def test_a_decision_is_there_in_time_though_the_answer_drips():
    def drip(listener):
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            for sign in "HTTP/1.1 200 OK\r\n" + "x" * 30:
                connection.sendall(sign.encode())
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", "offer_x", decision_timeout=0.3)
        begun = time.monotonic()
        assert client.decide("anna").reasons == ("service_away",)
        assert time.monotonic() - begun < 2  # its answer takes five seconds


def test_decisions_that_hang_start_no_more_threads_than_there_are_connections(monkeypatch):
    """And those whose body comes in small pieces end after their time."""

    def drip(connection):
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
            while not over.wait(0.1):
                connection.sendall(b" ")

    def accept(listener):
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(listener.accept()[0],), daemon=True).start()

    def deciding():
        return sum(one.name == "decision" for one in threading.enumerate())

    over = threading.Event()
    monkeypatch.setattr(client_module, "MOST_DECISIONS", 3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", "offer_x", decision_timeout=0.4)
        asking = [threading.Thread(target=client.decide, args=("anna",)) for _ in range(12)]
        for one in asking:
            one.start()
        most = 0
        while any(one.is_alive() for one in asking):
            most = max(most, deciding())
            time.sleep(0.01)
        assert 0 < most < 7  # of twelve: one that ends may be there beside the next
        until = time.monotonic() + 10
        while deciding() and time.monotonic() < until:
            time.sleep(0.05)
        assert deciding() == 0
        over.set()


def test_there_is_no_offer_where_no_thread_can_be_started(monkeypatch):
    def refuse(_):
        raise RuntimeError("can't start new thread")

    client, _ = with_answers(monkeypatch, (200, {}))
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert client.decide("anna").reasons == ("service_away",)


def test_a_change_is_tried_again_under_the_same_key(monkeypatch):
    done = (200, {"key": "k", "at": "2024-06-03T00:00:00Z", "expires_at": None})
    client, sent = with_answers(monkeypatch, (504, None), (502, None), (429, {}), done)
    assert client.redeem("A", "anna", 5).at == "2024-06-03T00:00:00Z"
    assert len({one.headers["idempotency-key"] for one in sent.requests}) == 1
    for answer, why in ((httpx.ConnectError("gone"), "gone"), ((502, None), "502 Bad Gateway")):
        client, sent = with_answers(monkeypatch, *[answer] * 9)
        with pytest.raises(AwayError, match=why):
            client.redeem("A", "anna", 5)
        assert len(sent.requests) == 4


def test_a_request_is_not_sent_again_before_the_service_asks_for_it(monkeypatch):
    done = (200, {"key": "k", "at": "2024-06-03T00:00:00Z", "expires_at": None})
    client, _ = with_answers(monkeypatch, (429, {}, {"retry-after": "5"}), (503, {}, {"retry-after": "999"}), done)
    waits = []
    monkeypatch.setattr(sending.time, "sleep", waits.append)
    client.redeem("A", "anna", 5)
    assert waits == [5, sending.LONGEST_WAIT]


def test_what_a_newer_service_says_beyond_is_left_out(monkeypatch):
    client, _ = with_answers(
        monkeypatch, (200, {"key": "k", "at": "2024-06-03T00:00:00Z", "expires_at": None, "more": 2})
    )
    assert client.claim("A", "anna").key == "k"
    client, _ = with_answers(monkeypatch, (400, None))
    with pytest.raises(ProblemError, match="400 unknown"):
        client.claim("A", "anna")


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("Decision", "Decision"), ("OfferGiven", "OfferGiven"), ("ProductPrice", "ProductPrice"), ("Job", "JobAnswer"),
        ("PricedBasket", "PricedBasket"), ("PricedLine", "PricedLine"), ("Refund", "RefundShown"),
        ("CouponDone", "Done"), ("EventsTaken", "EventsTaken"), ("RejectedEvent", "RejectedEvent"),
        ("Customer", "Customer"), ("ErasureBegun", "ErasureBegun"), ("TypedCodes", "PresentedCodes"),
        ("ListedPolicy", "PolicyListed"), ("PolicyComparison", "PolicyComparison"),
        ("CustomersCompared", "CustomersCompared"), ("ProgramToken", "TokenMade"), ("Person", "PersonInvited"),
    ],
)  # fmt: skip
def test_the_types_are_those_of_the_document(service, kind, schema):
    document = json.loads(service[0]._http.get("/openapi.json").text)
    known = document["components"]["schemas"][schema]["properties"]
    assert {one.name for one in dataclasses.fields(getattr(module, kind))} <= set(known)
