"""Many processes under one limit, each request sent twice by two at once: killed, cut off, and yet nothing is lost.

The short versions run with the tests, the full ones with ``pytest -m soak``.
"""

import json
import logging
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import postgres_server
import pytest
import sqlalchemy as sa
from storm import CODES, LOCK_SECONDS

from offerloop.offers import CouponTerms, Expire, Issue, Redeem
from offerloop.store import Ledger, audit

STORM = Path(__file__).with_name("storm.py")


def begin(url, folder, *, processes, terms, requests=0, seconds=0, kill=0.0):
    """Start a storm. `kill` is the mean time between two kills, seconds."""
    ledger = Ledger.open(url)
    ledger.add_template("sale", terms)
    assert ledger.carry_out(Issue("issue", "sale", CODES)).reason is None
    ledger.engine.dispose()
    asked = {
        "url": url, "folder": str(folder), "processes": processes, "requests": requests, "seconds": seconds,
        "kill": kill,
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, str(STORM), json.dumps(asked)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def end(running):
    """How many processes were killed."""
    out, err = running.communicate(timeout=900)
    assert running.returncode == 0, err[-2000:]
    return int(out)


def told(folder):
    """Reasons of every answer that a process was given, by key."""
    found = defaultdict(list)
    for path in folder.glob("*.jsonl"):
        for line in path.read_text().splitlines():
            if line.endswith("}"):  # whoever was killed may have written half a line
                answer = json.loads(line)
                found[answer["key"]].append(answer["reason"])
    return found


def redeemed(ledger):
    with ledger.engine.connect() as connection:
        return {row[0] for row in connection.execute(sa.text("select redemption_id from redemptions"))}


def check(url, folder, terms):
    """Nothing over-issued, no reservation kept for ever, one answer for each key, and a history that explains all."""
    ledger = Ledger.open(url)
    answers = told(folder)
    assert answers
    assert {key: set(reasons) for key, reasons in answers.items() if len(set(reasons)) > 1} == {}
    done = {key for key, reasons in answers.items() if reasons[0] is None and key.endswith("-use")}
    assert done == redeemed(ledger) & answers.keys()
    assert {key.rpartition("-")[2] for key in redeemed(ledger)} == {"use"}
    assert audit(ledger.engine) == []
    time.sleep(LOCK_SECONDS + 1)
    ledger.carry_out(Expire("expire", "sale"))
    balance = ledger.template("sale").balance
    assert (balance.n_locked, balance.reserved_minor) == (0, 0)
    filled = fill(ledger, 0 if terms.limit_total is None else terms.limit_total - balance.n_used)
    assert audit(ledger.engine) == []
    ledger.engine.dispose()
    return answers, filled


def fill(ledger, room):
    """Use what is left, and one more: that one is refused."""
    uses = [Redeem(f"fill-{number}-use", CODES[0], f"new-{number}", 1) for number in range(room + 1)]
    reasons = Counter(answer.reason for answer in ledger.carry_out_all(uses))
    return reasons.pop(None, 0), reasons


def test_many_processes_use_up_a_limit_and_no_more(store_url, tmp_path):
    terms = CouponTerms(limit_total=25, limit_per_customer=20, limit_per_code=None, budget_minor=10**6)
    end(begin(store_url, tmp_path, processes=6, requests=15, terms=terms))
    answers, filled = check(store_url, tmp_path, terms)
    assert all(len(reasons) == 4 for reasons in answers.values())
    assert ["quantity_exceeded"] * 4 in answers.values()
    assert filled[1] == {"quantity_exceeded": 1}


def test_many_processes_use_up_a_budget_and_no_more(store_url, tmp_path):
    terms = CouponTerms(limit_per_customer=4, limit_per_code=None, budget_minor=1_500)
    end(begin(store_url, tmp_path, processes=6, requests=12, terms=terms))
    answers, _ = check(store_url, tmp_path, terms)
    assert ["budget_exceeded"] * 4 in answers.values()


def test_processes_that_are_killed_lose_nothing(store_url, tmp_path):
    terms = CouponTerms(limit_total=40, limit_per_code=40, budget_minor=10**6)
    killed = end(begin(store_url, tmp_path, processes=4, seconds=3, kill=0.25, terms=terms))
    _, filled = check(store_url, tmp_path, terms)
    assert killed >= 3
    assert filled[1].total() == 1


@pytest.mark.parametrize("cuts", [1])
def test_a_server_that_restarts_in_the_middle_loses_nothing(tmp_path, cuts):
    restarted(tmp_path, processes=4, seconds=4, cuts=cuts)


def restarted(folder, *, processes, seconds, cuts):
    terms = CouponTerms(limit_total=500, limit_per_code=None, budget_minor=10**6)
    with postgres_server.server(max_connections=str(processes + 10)) as place:
        url = postgres_server.url_of(place)
        running = begin(url, folder, processes=processes, seconds=seconds, terms=terms)
        for _ in range(cuts):
            time.sleep(seconds / (cuts + 1))
            postgres_server.restart(place)
        end(running)
        check(url, folder, terms)


@pytest.fixture(params=["sqlite", "postgresql"])
def large_store(request, tmp_path):
    """With room for the connections of a hundred processes, and durable as a server in use."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    with postgres_server.server(max_connections="120", fsync="on", full_page_writes="on") as place:
        yield postgres_server.url_of(place)


@pytest.mark.soak
def test_64_processes_on_a_limit_of_500(large_store, tmp_path):
    terms = CouponTerms(limit_total=500, limit_per_customer=40, limit_per_code=None, budget_minor=10**6)
    end(begin(large_store, tmp_path, processes=64, requests=45, terms=terms))
    answers, filled = check(large_store, tmp_path, terms)
    assert all(len(reasons) == 4 for reasons in answers.values())
    assert ["quantity_exceeded"] * 4 in answers.values()
    assert filled[1] == {"quantity_exceeded": 1}


@pytest.mark.soak
def test_64_processes_killed_at_random_for_a_minute(large_store, tmp_path):
    terms = CouponTerms(limit_total=500, limit_per_code=None, budget_minor=10**6)
    killed = end(begin(large_store, tmp_path, processes=64, seconds=60, kill=0.2, terms=terms))
    _, filled = check(large_store, tmp_path, terms)
    logging.getLogger(__name__).info("%d processes were killed", killed)
    assert killed > 30
    assert filled[1].total() == 1


@pytest.mark.soak
def test_a_server_that_restarts_under_64_processes(tmp_path):
    restarted(tmp_path, processes=64, seconds=60, cuts=4)
