"""Mixed load while a worker is killed every 20 seconds and PostgreSQL restarts twice: nothing is overspent, counted
twice or lost. Forty seconds of it in the tests, ten minutes in the soak."""

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import postgres_server
import pytest
import sqlalchemy as sa
from served_process import serving, workers_of
from served_shop import shop_of

LOSS_SECONDS = 1.0
"""What the service says that a killed worker may lose."""
READ_SECONDS = 0.5
"""How long after a worker was killed its last answer may be read by a client."""
BUDGET, AMOUNT = 3_000, 100
PAID = """select sum(minor) from (select max(leased_minor) as minor from decisions
  group by customer_key, campaign_id, offer_id) as paid"""
"""What decisions took of leased budgets, if no worker paid again for an offer that another had paid for."""
KILLED_EVERY = 20.0
"""Seconds between two workers that are killed."""
TESTED = [f"c{number:03}" for number in range(0, 60, 3)]
"""Test customers who get one of the offers: what the plan did not count is taken from leased budgets."""
BASKET = {"currency": "EUR", "lines": [{"product_id": "7", "quantity": 3, "unit_price_minor": 950}]}


def view(name):
    body = {"event_id": name, "kind": "view", "customer_id": "c000", "product_id": "7"}
    return {**body, "at": "2024-06-03T12:00:00Z"}


class Storm:
    """Clients that ask until they are told to stop, and what they were answered."""

    def __init__(self, address, secret, pause):
        self.address, self.headers, self.pause = address, {"authorization": f"Bearer {secret}"}, pause
        self.decided, self.redeemed, self.failures, self.stopped = [], set(), [], threading.Event()
        self.reported = set()

    def client(self, number):
        """Ask again and again over one connection, and over a new one when its worker was killed."""
        chance = random.Random(number)
        while not self.stopped.is_set():
            with (
                suppress(httpx.TransportError),
                httpx.Client(base_url=self.address, headers=self.headers, timeout=60, verify=False) as client,
            ):
                while not self.stopped.wait(self.pause):
                    kind = chance.choice(("decide", "decide", "durable", "redeem", "price", "report"))
                    getattr(self, kind)(client, chance)

    def post(self, client, path, body, **headers):
        answer = client.post(path, json=body, headers=headers)
        if answer.status_code >= 500:
            self.failures.append((path, answer.status_code, answer.text))
        return answer

    def decide(self, client, chance, durable=False):
        basket = chance.choice([None, BASKET])
        body = {"customer_id": f"c{chance.randrange(90):03}", "durable": durable, "basket": basket}
        said = self.post(client, "/v1/decisions", body).json()
        if said["reasons"] != ["not_recorded"]:
            self.decided.append((said["decision_id"], time.time(), durable))

    def durable(self, client, chance):
        self.decide(client, chance, durable=True)

    def price(self, client, chance):
        line = {"product_id": "7", "quantity": chance.randrange(1, 5), "unit_price_minor": 950}
        assert self.post(client, "/v1/baskets/price", {"currency": "EUR", "lines": [line]}).status_code == 200

    def report(self, client, chance):
        """A batch with an event twice, one that others report too, and a malformed one, in any order; and again."""
        own = [view(f"{chance.randrange(10**12)}") for _ in range(5)]
        batch = [*own, own[0], view(f"shared-{chance.randrange(20)}"), {**view("wrong"), "product_id": ""}]
        for _ in range(2):
            chance.shuffle(batch)
            said = self.post(client, "/v1/events", {"events": batch}).json()
            assert said["accepted"] + said["duplicates"] == 7, said
            assert [one["event_id"] for one in said["rejected"]] == ["wrong"]
            self.reported |= {one["event_id"] for one in batch} - {"wrong"}

    def redeem(self, client, chance):
        """The same key is sent until it is answered, whatever happens in between."""
        key = f"use-{chance.randrange(10**12)}"
        body = {"customer_id": f"c{chance.randrange(60):03}", "amount_minor": AMOUNT}
        while True:
            try:
                answer = self.post(client, "/v1/coupons/STORM/redeem", body, **{"idempotency-key": key})
                break
            except httpx.TransportError:
                continue
        if answer.status_code == 200:
            self.redeemed.add(key)


def play(address, secret, process, seconds, restart):
    """Clients for some seconds, with a worker killed now and then; gives the storm and when workers were killed."""
    storm, killed = Storm(address, secret, pause=1.0 if seconds <= 60 else 0), []
    admin = {"headers": storm.headers}
    terms = {"limit_per_code": None, "limit_total": None, "budget_minor": BUDGET}
    assert httpx.put(f"{address}/v1/coupon-templates/storm", json=terms, **admin).status_code == 200
    for customer in TESTED:
        arm = httpx.put(f"{address}/v1/customers/{customer}/test-arm", json={"test_arm": "explore"}, **admin)
        assert arm.status_code == 200
    issued = {"headers": storm.headers | {"idempotency-key": "issue"}, "json": {"codes": ["STORM"]}}
    assert httpx.post(f"{address}/v1/coupon-templates/storm/coupons", **issued).status_code == 201
    threads = [threading.Thread(target=storm.client, args=(number,)) for number in range(3)]
    for one in threads:
        one.start()
    for number in range(int(seconds // KILLED_EVERY)):
        time.sleep(KILLED_EVERY / 2 - 2)
        os.kill(workers_of(process)[0], signal.SIGKILL)
        killed.append(time.time())
        time.sleep(2)
        if restart is not None and number < 2:
            restart()
        time.sleep(KILLED_EVERY / 2)
    storm.stopped.set()
    for one in threads:
        one.join(timeout=120)
        assert not one.is_alive()
    return storm, killed


def recovered(storm):
    """Whether the service still decides durably after all that, within a minute."""
    last = len(storm.decided)
    until = time.time() + 60
    while len(storm.decided) == last and time.time() < until:
        with (
            suppress(httpx.TransportError),
            httpx.Client(base_url=storm.address, headers=storm.headers, timeout=60, verify=False) as client,
        ):
            storm.durable(client, random.Random(0))
    return len(storm.decided) > last


def check(storm, killed, url):
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        written = set(connection.execute(sa.text("select decision_id from decisions")).scalars())
        used, spent = connection.execute(sa.text("select n_used, spent_minor from templates")).one()
        events = connection.execute(sa.text("select event_id from events")).scalars().all()
        (taken,) = connection.execute(sa.text(PAID)).one()
        leased, budget = connection.execute(sa.text("select sum(leased_minor), sum(budget_minor) from budgets")).one()
        overdrawn = connection.execute(sa.text("select 1 from budgets where leased_minor > budget_minor")).all()
    engine.dispose()
    assert storm.failures == []
    assert len(storm.decided) > 20
    for decision, at, durable in storm.decided:
        lost = not durable and any(-READ_SECONDS <= moment - at <= LOSS_SECONDS for moment in killed)
        assert decision in written or lost, (decision, at, killed)
    assert spent == used * AMOUNT <= BUDGET
    assert used == len(storm.redeemed) > 0
    assert len(events) == len(set(events)) > 0
    assert storm.reported <= set(events)
    assert "wrong" not in events
    assert overdrawn == []
    assert 0 < taken <= leased <= budget


def on_sqlite(shop, log, seconds):
    with serving(shop, log, "--workers", "2") as running:
        storm, killed = play(*running, seconds, None)
        assert recovered(storm)
    check(storm, killed, f"sqlite:///{shop / 'offerloop.db'}")


def on_postgresql(shop, log, seconds):
    """As on SQLite, and the database restarts after each of the first two kills."""
    with postgres_server.server() as folder:
        url = postgres_server.url_of(folder)
        with serving(shop, log, "--workers", "2", "--store", url) as running:
            storm, killed = play(*running, seconds, lambda: postgres_server.restart(folder))
            assert recovered(storm)
        check(storm, killed, url)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [40, pytest.param(600, marks=pytest.mark.soak)])
def test_storms_on_both_databases_side_by_side(small_run, tmp_path, seconds):
    """Load that mostly waits while each service loses a worker: both services together take about one core of it."""
    with ThreadPoolExecutor() as pool:
        storms = []
        for play_on in (on_sqlite, on_postgresql):
            folder = tmp_path / play_on.__name__
            folder.mkdir()
            storms.append(pool.submit(play_on, shop_of(small_run, folder), folder / "log", seconds))
        for one in storms:
            one.result()
