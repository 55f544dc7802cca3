"""What only looks like the id of an erased customer stays: goods, numbers, and the names of other customers."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy import insert

from offerloop.offers import CouponTerms, Issue, Redeem, RollBack
from offerloop.store import (
    EVENT,
    DecisionRecord,
    EventLog,
    Ledger,
    add_decisions,
    add_job,
    add_purchase,
    answered_once,
    claim_job,
    erase_from_store,
    erase_traces,
    find_job,
    find_purchase,
    list_jobs,
    traces_of,
)
from offerloop.store.reported.renaming import Renaming
from offerloop.store.schema import jobs, notices
from offerloop.store.served.purchases import Purchase


@pytest.fixture
def ledger(database):
    ledger = Ledger(database.engine)
    ledger.add_template("t", CouponTerms(limit_per_code=5))
    return ledger


def erase(database, customer):
    """As the service does: at once, and then by a job."""
    erased = database.change(lambda one: erase_from_store(one, customer))
    columns = database.read(lambda one: traces_of(one, customer))
    database.change(lambda one: erase_traces(one, customer, erased.key, columns))
    assert database.read(lambda one: traces_of(one, customer)) == []


def everything(database):
    """All rows, but for what an erasure itself notes."""
    with database.engine.connect() as connection:
        tables = set(sa.inspect(connection).get_table_names()) - {"erased", "secrets"}
        return {one: connection.execute(sa.text(f"select * from {one}")).all() for one in sorted(tables)}


def report(database, customer, order_id, product, paid):
    line = {"product_id": product, "quantity": 1, "paid_minor": paid}
    body = {"event_id": f"event-{order_id}", "kind": "order", "customer_id": customer, "at": "2024-06-03T12:00:00Z"}
    EventLog(database).take([EVENT.validate_python({**body, "order_id": order_id, "lines": [line]})])


def decision(name, customer, arm, answer):
    return DecisionRecord(
        name, 1, customer, "v1", arm, None, "none", 1.0, 0, None, "{}", "9123456f", json.dumps(answer)
    )


def purchase(order_id, codes):
    basket = json.dumps({"codes": codes, "lines": [{"product_id": "123456"}, {"product_id": "gold"}]})
    return Purchase(order_id, 1, None, None, None, "f123456a", basket, 500)


def fill(database, ledger):
    """What other customers did, with names that contain ids, and goods that are called so."""
    report(database, "900001", "1234567", "123456", 12345678)
    codes = ("GOLD-2024", "SPRING-20")
    ledger.carry_out_all([Issue("issue", "t", codes), Issue("issue12", "t", ("HI-cust-12",), "cust-12")])
    ledger.carry_out_all([Redeem("1234567", "GOLD-2024", "900001", 10), Redeem("use-max-17", "GOLD-2024", "ann", 10)])

    def write(connection):
        add_decisions(connection, [decision("d123456e", "900001", "plan", {"arm": "plan", "gold": 123456})])
        add_purchase(connection, purchase("order-1234567", ["GOLD-2024"]), "", "900001")
        failure = json.dumps([{"message": "its worker was gone", "plural": None, "values": {}}])
        failed = {"kind": "run", "state": "failed", "made_at": 1, "progress": "{}", "attempts": 1, "cancel": False}
        connection.execute(insert(jobs).values(job_id="job_1", request="{}", failure=failure, **failed))
        add_job(connection, "readout", {"customer_id": "cust-12", "customer": "gmail@x.fr"})
        answered_once(connection, "token", "for-max-17", "print", 600, lambda: (200, '{"run":3,"name":"GOLDEN"}'))
        body = json.dumps({"customer_id": "cust-12", "note": "no runs\nanna"})
        notice = {"notice_id": "n", "topic": "order", "place": "p", "customer_id": "cust-12", "made_at": 1}
        connection.execute(insert(notices).values(**notice, attempts=0, body=body))

    database.change(write)


@pytest.mark.parametrize(
    "customer",
    ["123456", "cust-1", "mail@x.fr", "gold", "max", "spring", "nanna", "worker", "plan", "run", "customer", "note"],
)
def test_nothing_of_others_is_changed(database, ledger, customer):
    fill(database, ledger)
    before = everything(database)
    erase(database, customer)
    assert everything(database) == before
    again = Redeem("use-max-17", "GOLD-2024", "ann", 10)
    assert ledger.carry_out_all([again, RollBack("back", "1234567")])[1].reason is None
    assert ledger.template("t").balance.n_used == 1


def test_a_public_code_stays_whoever_is_called_so_and_used_it(database, ledger):
    ledger.carry_out_all([Issue("a", "t", ("GOLD-2024",)), Issue("b", "t", ("HI-gold",), "gold")])
    ledger.carry_out_all([Redeem("use-gold", "GOLD-2024", "gold", 10)])
    database.change(lambda one: add_purchase(one, purchase("o", ["GOLD-2024", "HI-gold"]), "", "gold"))
    erase(database, "gold")
    assert ledger.carry_out(Redeem("use", "GOLD-2024", "ann", 10)).reason is None
    assert ledger.coupon("HI-gold") is None
    basket = json.loads(database.read(lambda one: find_purchase(one, "o")).basket)
    assert basket["codes"][0] == "GOLD-2024"
    assert "gold" not in basket["codes"][1]
    assert basket["lines"][1] == {"product_id": "gold"}


def test_names_in_any_mixture_of_capitals_are_found_and_stay_apart(database, ledger):
    codes = ("HI-ÄNNA-4711", "HI-änna-4711", "Hi-Änna-4711", "HI-änNa-4711")
    ledger.carry_out_all([Issue("issue", "t", codes)])
    erase(database, "änna-4711")
    with database.engine.connect() as connection:
        left = connection.execute(sa.text("select code from coupons")).scalars().all()
    assert len(set(left)) == 4
    assert not [one for one in left if "nna" in one.lower()]


def test_an_answer_or_a_failure_that_is_written_in_other_capitals_stays(database):
    def write(connection):
        answered_once(connection, "token", "key", "print", 600, lambda: (200, '{"product_id":"anna-4711"}'))
        failed = {"kind": "run", "state": "failed", "made_at": 1, "progress": "{}", "attempts": 1, "cancel": False}
        failure = json.dumps([{"message": "{what}", "values": {"what": "anna-47112"}}])
        connection.execute(insert(jobs).values(job_id="job_1", request="{}", failure=failure, **failed))

    database.change(write)
    before = everything(database)
    erase(database, "4711")
    erase(database, "nna-4711")
    assert everything(database) == before


def test_an_erasure_that_is_given_up_forgets_whom_it_was_about(database):
    made = database.change(lambda one: add_job(one, "erase", {"customer_id": "anna-4711", "key": "k"}))
    for worker in "abcd":
        database.change(lambda one, worker=worker: claim_job(one, worker))
        database.change(lambda one: one.execute(sa.update(jobs).values(lease_until=0)))
    given_up = database.read(lambda one: find_job(one, made.job_id))
    assert (given_up.state, given_up.request) == ("failed", {})


def test_an_erasure_that_is_over_is_looked_through_and_one_that_waits_is_not(database):
    database.change(lambda one: add_job(one, "erase", {"customer_id": "anna-4711"}))
    assert database.read(lambda one: traces_of(one, "anna-4711")) == []
    database.change(lambda one: one.execute(sa.update(jobs).values(state="failed")))
    assert database.read(lambda one: traces_of(one, "anna-4711")) == ["jobs.request"]
    erase(database, "anna-4711")
    assert len(database.read(lambda one: list_jobs(one, 10))) == 1


def test_json_stays_as_it_was_written_but_for_the_id():
    written = '{"anna-1": 1.50, "a":["x\\nanna-1", "\\u0430 anna-1", "а anna-1"],"kind": "anna-1"}'
    other = Renaming("anna-1", "k").of_json(written)
    assert other == '{"anna-1": 1.50, "a":["x\\nk", "\\u0430 k", "а k"],"kind": "anna-1"}'
