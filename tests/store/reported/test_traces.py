"""The id of an erased customer is in no text, however it is written there, and what only looks like it stays."""

import json
import re

import pytest
import sqlalchemy as sa
from sqlalchemy import insert

from offerloop.offers import CouponTerms, Issue, Redeem
from offerloop.store import (
    EVENT,
    DecisionRecord,
    EventLog,
    Ledger,
    add_decisions,
    add_job,
    add_purchase,
    answered_once,
    audit,
    clean_up,
    erase_from_store,
    erase_traces,
    find_decision,
    find_purchase,
    traces_of,
)
from offerloop.store.schema import jobs
from offerloop.store.served.purchases import Purchase

IDS = ["anna", "анна-4711", 'o"brien-12', "back\\slash-9"]
OTHER = "savanna"


def decision(name, customer):
    request = {"context": {"mail": "someone@shop.test"}, "basket": {"codes": [f"HI-{customer}"]}, "exclude": []}
    text = json.dumps(request, ensure_ascii=False)
    return DecisionRecord(name, 1, customer, "v1", "plan", None, "none", 1.0, 0, None, text, "hash", "{}")


def purchase(order_id, customer):
    basket = json.dumps({"codes": [f"HI-{customer}"], "lines": [{"product_id": "tea"}]}, sort_keys=True)
    return Purchase(order_id, 1, None, None, None, "hash", basket, 500)


def fill(database, customer):
    """Names that a shop made of the id, in every place that takes one."""
    line = {"product_id": "tea", "quantity": 1, "paid_minor": 500}
    body = {"event_id": "1", "kind": "order", "customer_id": customer, "at": "2024-06-03T12:00:00Z", "lines": [line]}
    assert EventLog(database).take([EVENT.validate_python({**body, "order_id": f"order-{customer}-17"})]).accepted == 1
    ledger = Ledger(database.engine)
    ledger.add_template("t", CouponTerms(limit_per_code=5))
    codes = (f"HELLO-{customer}", f"HELLO-{customer.upper()}")
    ledger.carry_out_all([Issue("issue", "t", codes, customer), Redeem(f"use {customer}", codes[0], customer, 10)])

    def write(connection):
        add_decisions(connection, [decision("own", customer), decision("other", OTHER)])
        for order_id, whose in ((f"order-{customer}-17", customer), (f"order-{OTHER}-17", OTHER)):
            add_purchase(connection, purchase(order_id, whose), "", whose)
        for owner, name in (("a", f"for {customer}"), ("b", OTHER)):
            answer = json.dumps({"name": name}, ensure_ascii=owner == "a")
            answered_once(connection, owner, "key", "print", 600, lambda answer=answer: (200, answer))
        add_job(connection, "readout", {"run": customer})
        failed = {"kind": "run", "state": "failed", "made_at": 1, "progress": "{}", "attempts": 1, "cancel": False}
        failure = json.dumps(["{what}", {"what": f"no run\n{customer}"}])
        connection.execute(insert(jobs).values(job_id="job_1", request="{}", failure=failure, **failed))
        add_job(connection, "erase", {"customer_id": customer, "key": "k"})

    database.change(write)


def erase(database, customer):
    """As the service does: at once, and then by a job."""
    erased = database.change(lambda one: erase_from_store(one, customer))
    columns = database.read(lambda one: traces_of(one, customer))
    database.change(lambda one: erase_traces(one, customer, erased.key, columns))
    database.change(lambda one: one.execute(sa.delete(jobs).where(jobs.c.kind == "erase")))
    clean_up(database)


def written_forms(text):
    return text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]


def is_in(customer, text):
    forms = "|".join(re.escape(form) for one in (customer, customer.upper()) for form in written_forms(one))
    return re.search(rf"(?:(?<![^\W_])|(?<=\\n))(?:{forms})(?![^\W_])", text) is not None


@pytest.mark.parametrize("customer", IDS)
def test_no_text_holds_an_erased_id_in_any_form(database, tmp_path, customer):
    fill(database, customer)
    assert database.read(lambda one: traces_of(one, customer))
    erase(database, customer)
    assert database.read(lambda one: traces_of(one, customer)) == []
    with database.engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f"select * from {table}")):
                assert not is_in(customer, " ".join(map(str, row))), (table, row)
    for path in tmp_path.glob("store.db*"):
        assert not is_in(customer, path.read_bytes().decode(errors="replace")), path.name
    assert audit(database.engine) == []
    assert Ledger(database.engine).template("t").balance.spent_minor == 10


def test_facts_of_an_erased_customer_are_gone_and_those_of_others_stay(database):
    fill(database, "anna")
    erase(database, "anna")
    own, other = (database.read(lambda one, name=name: find_decision(one, name)) for name in ("own", "other"))
    assert (json.loads(own.request)["context"], own.input_hash) == ({}, "")
    assert other == decision("other", OTHER)
    assert database.read(lambda one: find_purchase(one, f"order-{OTHER}-17")).basket == purchase("", OTHER).basket


def test_an_id_within_another_customers_id_stays(database):
    database.change(lambda one: add_decisions(one, [decision("1", "mail@x.fr"), decision("2", "gmail@x.fr")]))
    erase(database, "mail@x.fr")
    assert database.read(lambda one: find_decision(one, "2")).customer_id == "gmail@x.fr"


def test_a_short_number_is_taken_out_of_the_customers_own_alone(database):
    fill(database, "17")
    database.change(lambda one: add_purchase(one, purchase("cart-17-b", OTHER), "", OTHER))
    erase(database, "17")
    assert database.read(lambda one: find_purchase(one, "cart-17-b")) is not None
    assert database.read(lambda one: find_purchase(one, "order-17-17")) is None
    assert database.read(lambda one: find_decision(one, "own")).customer_id is None
