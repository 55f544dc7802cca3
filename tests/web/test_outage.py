"""A database that is really away: who is known gets offers, who is not gets none at once, and `/ready` says so."""

import threading
import time
from statistics import median

import postgres_server
from served_shop import served, shop_of, with_role

from offerloop.web import auth

MOST_SECONDS = 0.5
"""What half of the answers, each within 50 ms, may take on a busy machine; waiting for the database takes a second."""


def ask(client, headers):
    """The reasons of a decision, and how many seconds it took."""
    begun = time.perf_counter()
    answer = client.post("/v1/decisions", json={"customer_id": "c000", "durable": True}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["reasons"], time.perf_counter() - begun


def wait_for_look_ups():
    """Wait until no thread looks for a caller any more: they would outlive the server."""
    n_threads = auth._LOOKING_UP._max_workers
    all_free = threading.Barrier(n_threads + 1)
    for _ in range(n_threads):
        auth._LOOKING_UP.submit(all_free.wait, 10)
    all_free.wait(10)


def test_while_the_database_is_away_decisions_are_answered_at_once(small_run, tmp_path):
    with (
        postgres_server.server() as folder,
        served(shop_of(small_run, tmp_path), postgres_server.url_of(folder)) as client,
    ):
        known, unknown = with_role(client, "service"), with_role(client, "service")
        assert ask(client, known)[0] == ["best_profit"]
        assert client.get("/ready").status_code == 200
        postgres_server.stop(folder)
        assert ask(client, unknown)[0] == ["caller_unknown"]  # it may take a second to notice
        answers = [ask(client, unknown) for _ in range(30)]  # more than may be looked up at other times
        assert {reason for (reason,), _ in answers} == {"caller_unknown"}
        assert median(seconds for _, seconds in answers) < MOST_SECONDS
        answers = [ask(client, known) for _ in range(5)]
        assert {reason for (reason,), _ in answers} == {"not_recorded"}
        assert median(seconds for _, seconds in answers) < MOST_SECONDS
        said = client.post("/v1/decisions", json={"customer_id": "c000"}, headers=known).json()
        assert said["reasons"] == ["best_profit"]
        begun = time.perf_counter()
        answers = [client.get("/ready") for _ in range(5)]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "store_away")}
        assert (time.perf_counter() - begun) / 5 < MOST_SECONDS
        assert 'offerloop_failures_total{reason="caller_unknown"} 31' in client.get("/metrics").text
        postgres_server.restart(folder)
        while client.get("/ready").status_code != 200:
            time.sleep(0.05)
        assert ask(client, unknown)[0] == ["best_profit"]
        wait_for_look_ups()
