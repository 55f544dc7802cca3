"""An erased customer is in no table and no byte, and every sum stays as it was."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from threading import Timer

import pytest
import sqlalchemy as sa

from offerloop.errors import StoreError
from offerloop.offers import Claim, CouponTerms, Issue, Lock, Redeem, RefusalReason, RollBack
from offerloop.store import (
    EVENT,
    Database,
    EventLog,
    Journal,
    Ledger,
    audit,
    change_steps,
    clean_up,
    erase_from_store,
    keys_of_customers,
    traces_of,
)
from offerloop.store.connect import writing
from offerloop.store.reported import erasing

ANNA, BOB = "anna-4711", "bob"
NOW = datetime.now(UTC).isoformat()


def event(name, kind, customer=ANNA, **more):
    body = {"event_id": f"{customer}-{name}", "kind": kind, "customer_id": customer, "at": NOW, **more}
    return EVENT.validate_python(body)


def order(name, customer=ANNA, **more):
    line = {"product_id": "tea", "quantity": 1, "paid_minor": 500, "coupon_id": f"CODE-{customer}"}
    return event(name, "order", customer, order_id=f"{customer}/{name}", lines=[line], **more)


@pytest.fixture
def filled(database):
    """A store that knows Anna everywhere, and Bob."""
    log, ledger = EventLog(database), Ledger(database.engine)
    facts = [event("facts", "customer", one, opt_out=True, attributes={"name": one}) for one in (ANNA, BOB)]
    seen = [event("view", "view", one, product_id="tea") for one in (ANNA, BOB)]
    log.take([*facts, *seen, *(order(k, one) for k in "12" for one in (ANNA, BOB))])
    ledger.add_template("t", CouponTerms(limit_per_code=5, budget_minor=1_000))
    ledger.carry_out_all(
        [
            Issue("issue", "t", ("A", f"FOR-{ANNA}", "B")), Claim(f"claim of {ANNA}", f"FOR-{ANNA}", ANNA),
            Lock("lock", "A", ANNA, f"cart of {ANNA}", 50), Redeem(f"order of {ANNA}", "B", ANNA, 30),
            Redeem("order", f"FOR-{ANNA}", ANNA, 20), RollBack(f"return of {ANNA}", f"order of {ANNA}", 10),
            Redeem("other", "A", BOB, 70),
        ]
    )  # fmt: skip
    database.change(lambda one: keys_of_customers(one, [ANNA, BOB]))
    return database


def erase(database, customer=ANNA):
    erased = database.change(lambda one: erase_from_store(one, customer))
    clean_up(database)
    return erased


def rows(database, statement):
    with database.engine.connect() as connection:
        return connection.execute(sa.text(statement)).all()


def test_nothing_names_an_erased_customer(filled, tmp_path):
    assert filled.read(lambda one: traces_of(one, ANNA))
    erase(filled)
    assert filled.read(lambda one: traces_of(one, ANNA)) == []
    for path in tmp_path.glob("store.db*"):
        assert ANNA.encode() not in path.read_bytes(), path.name
    assert filled.read(lambda one: traces_of(one, BOB)) != []


def test_sums_stay_and_the_ledger_explains_them(filled):
    before = Ledger(filled.engine).template("t").balance
    erased = erase(filled)
    ledger = Ledger(filled.engine)
    assert ledger.template("t").balance == before
    assert audit(filled.engine) == []
    assert ledger.customer("t", ANNA) != ledger.customer("t", erased.key)
    assert ledger.customer("t", erased.key).spent_minor == 40
    paid = [one.body["lines"][0]["paid_minor"] for one in EventLog(filled).read("order")]
    assert paid == [500] * 4
    assert {one.customer_id for one in EventLog(filled).read("order")} == {erased.key, BOB}
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), filled.engine.begin() as connection:
        connection.execute(sa.text("delete from history"))


def test_a_redemption_can_still_be_rolled_back(filled):
    erase(filled)
    assert Ledger(filled.engine).carry_out(RollBack("late return", "order")).reason is None
    assert audit(filled.engine) == []


def test_no_fingerprint_of_a_refused_command_is_left(filled):
    ledger = Ledger(filled.engine)
    refused = [Redeem("too much", "A", ANNA, 5_000), Redeem("unknown", "NONE", BOB, 1)]
    conflict = Redeem("other", "A", ANNA, 70)  # a key of Bob's, whose command was carried out
    answers = ledger.carry_out_all([*refused, conflict])
    assert [one.reason for one in answers] == ["budget_exceeded", "unknown_code", "key_conflict"]
    by_key = sa.text("select key, fingerprint from requests")
    before = dict(filled.read(lambda one: one.execute(by_key).all()))
    erase(filled)
    after = dict(filled.read(lambda one: one.execute(by_key).all()))
    assert (before["too much"], after["too much"]) == (refused[0].fingerprint(), "erased")
    assert [after[one] for one in ("unknown", "other")] == [before[one] for one in ("unknown", "other")]
    assert filled.read(lambda one: traces_of(one, ANNA)) == []


def test_late_events_of_an_erased_customer_are_dropped(filled):
    erase(filled)
    found = EventLog(filled).take([order("1"), order("late"), order("late", BOB)])
    assert (found.accepted, found.dropped, found.refused) == (1, 2, {})
    assert filled.read(lambda one: traces_of(one, ANNA)) == []
    erase(filled)


def test_late_commands_about_coupons_write_nothing_of_an_erased_customer(filled):
    erase(filled)
    late = [Issue("late 1", "t", ("C",), ANNA), Redeem(f"order of {ANNA}", "A", ANNA, 1), Redeem("late 2", "A", BOB, 1)]
    reasons = [one.reason for one in Ledger(filled.engine).carry_out_all(late)]
    assert reasons == [RefusalReason.ERASED, RefusalReason.ERASED, None]
    assert filled.read(lambda one: traces_of(one, ANNA)) == []
    assert audit(filled.engine) == []


def test_an_erasure_between_reading_and_writing_has_commands_decided_anew(filled, monkeypatch):
    def late(engine):
        monkeypatch.undo()
        erase(filled)
        return writing(engine)

    monkeypatch.setattr("offerloop.store.ledger.writing", late)
    commands = [Issue("late 1", "t", ("C",), ANNA), RollBack("late 2", "order", 1)]
    reasons = [one.reason for one in Ledger(filled.engine).carry_out_all(commands)]
    assert reasons == [RefusalReason.ERASED, None]
    assert filled.read(lambda one: traces_of(one, ANNA)) == []
    assert audit(filled.engine) == []


def test_an_id_that_is_a_number_becomes_a_number_and_other_numbers_stay(database):
    log, ledger = EventLog(database), Ledger(database.engine)
    line = {"product_id": "7", "quantity": 7, "paid_minor": 7, "coupon_id": "17"}
    log.take([event("1", "order", "7", order_id="77", lines=[line])])
    ledger.add_template("t", CouponTerms())
    ledger.carry_out_all([Issue("7-17", "t", ("17",)), Redeem("order 7", "17", "7", 7)])
    erased = erase(database, "7")
    assert erased.key.isdecimal()
    (stored,) = log.read("order")
    assert (stored.customer_id, stored.body["lines"]) == (erased.key, [line])
    assert ledger.coupon("17").balance.spent_minor == 7
    assert database.read(lambda one: traces_of(one, "7")) == []
    assert audit(database.engine) == []


def test_steps_of_a_loop_are_changed_and_then_stay(database):
    journal = Journal(database.engine, "loop")
    journal.once(0, "decide", lambda: {"who": ANNA})
    journal.once(0, "give", lambda: 1)
    changed = database.change(
        lambda one: change_steps(one, lambda body: json.loads(json.dumps(body).replace(ANNA, "x")))
    )
    assert (changed, journal.result_of(0, "decide")) == (1, {"who": "x"})
    with suppress(sa.exc.DBAPIError):
        database.change(lambda one: one.execute(sa.text("delete from steps")))
    assert journal.result_of(0, "give") == 1


def test_an_erasure_that_fails_leaves_everything_as_it_was(filled):
    def fail(connection):
        erase_from_store(connection, ANNA)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        filled.change(fail)
    assert len(EventLog(filled).of_customer(ANNA)) == 4
    assert EventLog(filled).take([order("3")]).accepted == 1


def test_an_overwriting_that_others_hold_up_is_tried_again_and_then_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("offerloop.store.connect.SQLITE_WAIT_MS", 20)
    database = Database.open(f"sqlite:///{tmp_path / 'store.db'}")
    other = database.engine.raw_connection()
    other.cursor().execute("begin immediate")
    Timer(0.3, lambda: other.cursor().execute("rollback")).start()
    clean_up(database)
    other.cursor().execute("begin immediate")
    monkeypatch.setattr(erasing, "_CLEAN_SECONDS", 0.1)
    with pytest.raises(StoreError, match=r"did not answer within 0\.1 s \(database is locked\)"):
        clean_up(database)
    other.close()
    database.close()
