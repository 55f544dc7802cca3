"""The audit finds what the history does not explain, and nobody can change the history."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from offerloop.offers import CouponTerms, Issue, Lock, Redeem, RollBack
from offerloop.store import audit


@pytest.fixture
def used(ledger):
    ledger.add_template("t", CouponTerms(limit_total=9, limit_per_customer=5, limit_per_code=5, budget_minor=1000))
    answers = ledger.carry_out_all(
        [
            Issue("1", "t", ("A", "B")), Lock("2", "A", "anna", "cart", 50), Redeem("3", "A", "bob", 30),
            RollBack("4", "3", 10), Redeem("5", "B", "bob", 20), RollBack("6", "5"), Lock("7", "B", "eve", "x", 7),
            Redeem("8", "B", "eve", 5, "x"),
        ]
    )  # fmt: skip
    assert all(one.reason is None for one in answers)
    assert audit(ledger.engine) == []
    return ledger


def call(ledger, statement):
    with ledger.engine.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update templates set spent_minor = spent_minor + 1", "templates t: spent_minor 26, not 25"),
        ("update coupons set n_used = 0 where code = 'A'", "coupons A: n_used 0, not 1"),
        ("update customers set n_locked = 9 where customer_id = 'anna'", "customers t anna: n_locked 9, not 1"),
        ("delete from customers where customer_id = 'anna'", "customers t anna: n_locked 0, not 1"),
        ("delete from locks", "lock cart of A"),
        ("update locks set amount_minor = 1", "lock cart of A"),
        ("update redemptions set rolled_back_minor = 0 where redemption_id = '3'", "redemption 3"),
        ("delete from redemptions where redemption_id = '8'", "redemption 8"),
        ("update templates set limit_total = 2", "templates t: 3 is beyond its limit_total of 2"),
        ("update templates set budget_minor = 74", "templates t: 75 is beyond its budget_minor of 74"),
        ("update coupons set limit_uses = 1 where code = 'A'", "coupons A: 2 is beyond its limit_uses of 1"),
        ("update customers set n_used = -1 where customer_id = 'bob'", "customers t bob: n_used is -1"),
        ("delete from requests where key = '8'", "the unknown request 8"),
    ],
)
def test_what_the_history_does_not_explain_is_found(used, statement, said):
    call(used, statement)
    assert any(said in fault for fault in audit(used.engine)), audit(used.engine)


@pytest.mark.parametrize("statement", ["update history set n_used = 0", "delete from history"])
def test_the_history_is_append_only(used, statement):
    with pytest.raises(DBAPIError, match="append-only"):
        call(used, statement)
    assert audit(used.engine) == []


def test_many_faults_are_told_in_part(ledger):
    ledger.add_template("t", CouponTerms())
    ledger.carry_out(Issue("1", "t", tuple(f"C{number:03}" for number in range(100))))
    call(ledger, "update coupons set n_issued = 7")
    assert len(audit(ledger.engine)) == 20
