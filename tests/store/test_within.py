"""The ledger within a transaction of the shop: an order row and a redemption are committed together or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from offerloop.errors import StoreError
from offerloop.offers import CouponTerms, Issue, Redeem, RefusalReason
from offerloop.store import Ledger, audit
from offerloop.store import ledger as ledger_module


@pytest.fixture
def shop(store_url):
    """A ledger in the database of a shop, which has a table of orders and an engine of its own."""
    ledger = Ledger.open(store_url)
    ledger.add_template("t", CouponTerms(limit_per_code=None, budget_minor=1_000))
    ledger.carry_out(Issue("issue", "t", ("A",)))
    engine = sa.create_engine(store_url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda one, _: setattr(one, "isolation_level", None))
        sa.event.listen(engine, "begin", lambda one: one.exec_driver_sql("begin immediate"))
    with engine.begin() as connection:
        connection.execute(sa.text("create table orders (number integer primary key)"))
    yield ledger, engine
    engine.dispose()
    ledger.engine.dispose()


def orders(engine):
    with engine.begin() as connection:
        return connection.execute(sa.text("select count(*) from orders")).scalar_one()


def place(ledger, engine, number, amount=10):
    """Write an order and redeem its coupon."""
    with engine.begin() as connection:
        connection.execute(sa.text("insert into orders values (:number)"), {"number": number})
        (answer,) = ledger.carry_out_within(connection, [Redeem(f"order {number}", "A", f"c{number}", amount)])
        return answer


def test_both_are_committed_together(shop):
    ledger, engine = shop
    assert place(ledger, engine, 1).reason is None
    assert (orders(engine), ledger.template("t").balance.spent_minor) == (1, 10)
    assert audit(ledger.engine) == []


def test_neither_is_there_when_the_shop_undoes_its_transaction(shop):
    ledger, engine = shop
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(sa.text("insert into orders values (1)"))
        assert ledger.carry_out_within(connection, [Redeem("order 1", "A", "c1", 10)])[0].reason is None
        transaction.rollback()
    assert (orders(engine), ledger.template("t").balance.spent_minor) == (0, 0)
    assert place(ledger, engine, 1).reason is None, "the key was not used"
    assert audit(ledger.engine) == []


def test_a_refusal_leaves_the_transaction_usable(shop):
    ledger, engine = shop
    assert place(ledger, engine, 1, 1_001).reason == RefusalReason.BUDGET
    assert orders(engine) == 1


def test_no_budget_is_overspent_by_many_transactions_at_once(shop):
    ledger, engine = shop
    with ThreadPoolExecutor(6) as pool:
        reasons = list(pool.map(lambda number: place(ledger, engine, number, 90).reason, range(1, 19)))
    assert reasons.count(None) == 11
    assert ledger.template("t").balance.spent_minor == 990
    assert orders(engine) == 18
    assert audit(ledger.engine) == []


def test_others_who_are_faster_each_time_end_it(shop, monkeypatch):
    ledger, engine = shop
    monkeypatch.setattr(ledger_module, "write", lambda *_: (_ for _ in ()).throw(ledger_module.StaleError))
    with pytest.raises(StoreError, match="make it anew"):
        place(ledger, engine, 1)
    assert orders(engine) == 0
