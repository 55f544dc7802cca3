"""The lifecycle on SQLite and PostgreSQL: durable, once, and by the database's clock."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from offerloop.errors import InputError, StoreError
from offerloop.offers import (
    Balance,
    Claim,
    CouponTerms,
    Expire,
    Issue,
    Lock,
    Redeem,
    RefusalReason,
    Release,
    Revoke,
    RollBack,
)
from offerloop.store import Ledger, audit
from offerloop.store.connect import StaleError, open_engine, writing
from offerloop.store.writing import write

TERMS = CouponTerms(limit_total=5, limit_per_customer=3, limit_per_code=4, limit_issued=4, budget_minor=1000)


@pytest.fixture
def shop(ledger):
    ledger.add_template("t", TERMS)
    assert ledger.carry_out(Issue("issue", "t", ("A", "B"))).reason is None
    return ledger


def test_each_limit_holds_with_its_reason(shop):
    shop.carry_out_all([Redeem(f"a{number}", "A", "anna", 10) for number in range(3)])
    asked = {
        RefusalReason.CUSTOMER_LIMIT: Redeem("1", "B", "anna", 10),
        RefusalReason.BUDGET: Redeem("2", "B", "bob", 971),
        RefusalReason.ISSUE_LIMIT: Issue("3", "t", ("C", "D", "E")),
    }
    assert {shop.carry_out(command).reason: command for command in asked.values()} == asked
    assert shop.carry_out(Lock("4", "A", "bob", "cart")).reason is None
    assert shop.carry_out(Redeem("5", "A", "eve")).reason == RefusalReason.LOCKED
    assert shop.carry_out(Redeem("6", "B", "eve")).reason is None
    assert shop.carry_out(Redeem("7", "B", "eve")).reason == RefusalReason.TOTAL_LIMIT
    assert audit(shop.engine) == []


def test_what_was_done_is_there_when_the_database_is_opened_anew(shop, store_url):
    lock = Lock("lock", "A", "anna", "cart", 700)
    answer = shop.carry_out(lock)
    again = Ledger.open(store_url)
    assert again.carry_out(lock) == answer
    assert again.template("t").balance == Balance(n_issued=2, n_locked=1, reserved_minor=700)
    assert again.carry_out(replace(lock, amount_minor=1)).reason == RefusalReason.KEY_CONFLICT
    assert again.customer("t", "anna") == Balance(n_locked=1, reserved_minor=700)
    again.engine.dispose()


def test_many_commands_in_one_transaction_are_answered_each(shop):
    twice = Redeem("once", "A", "anna", 100)
    commands = [twice, Redeem("too much", "A", "bob", 901), twice, RollBack("back", "once"), replace(twice, code="B")]
    answers = shop.carry_out_all(commands)
    assert [one.reason for one in answers] == [None, RefusalReason.BUDGET, None, None, RefusalReason.KEY_CONFLICT]
    assert [one.reason for one in shop.carry_out_all(commands)] == [one.reason for one in answers]
    assert shop.template("t").balance == Balance(n_issued=2, n_rolled_back=1, released_minor=100)
    assert audit(shop.engine) == []


def test_a_lock_runs_out_by_the_clock_of_the_database(shop, watch):
    assert shop.carry_out(Lock("lock", "A", "anna", "cart", 700, seconds=60)).expires_at == 1_060
    watch.now = 1_059
    assert shop.carry_out(Redeem("1", "B", "bob", 400)).reason == RefusalReason.BUDGET
    assert shop.status("A") == "locked"
    watch.now = 1_060
    assert shop.status("A") == "issued"
    assert shop.carry_out(Redeem("2", "B", "bob", 400)).reason is None
    assert shop.status("A") == "issued"
    assert shop.template("t").balance == Balance(n_issued=2, n_used=1, spent_minor=400, released_minor=700)
    assert audit(shop.engine) == []


def test_the_clock_is_not_the_callers(store_url, monkeypatch):
    ledger = Ledger.open(store_url)
    ledger.add_template("t", TERMS)
    right = ledger.carry_out(Issue("1", "t", ("A",))).at
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 0 <= ledger.carry_out(Issue("2", "t", ("B",))).at - right < 60
    ledger.engine.dispose()


def test_a_coupon_is_claimed_and_revoked_once(shop):
    assert shop.carry_out(Claim("1", "A", "anna")).reason is None
    assert shop.carry_out(Claim("2", "A", "bob")).reason == RefusalReason.OF_ANOTHER_CUSTOMER
    shop.carry_out(Lock("3", "A", "anna", "cart", 10))
    shop.carry_out(Lock("4", "A", "anna", "other", 20))
    assert shop.carry_out(Release("5", "A", "other")).reason is None
    assert shop.carry_out(Revoke("6", "A")).reason is None
    assert shop.carry_out(Revoke("7", "A")).reason == RefusalReason.REVOKED
    assert shop.status("A") == "revoked"
    assert shop.coupon("A").balance == Balance(n_issued=1, n_claimed=1, released_minor=30)
    assert shop.coupon("C") is shop.status("C") is shop.template("x") is None
    assert audit(shop.engine) == []


def test_the_history_of_a_coupon_is_told(shop, watch):
    shop.carry_out(Lock("1", "A", "anna", "cart", 50))
    watch.now += 5
    shop.carry_out_all([Redeem("2", "A", "anna", 40, "cart"), RollBack("3", "2", 15), Redeem("4", "B", "bob")])
    told = shop.history("A")
    assert [(at, entry.event) for at, entry in told] == [
        (1_000, "issued"), (1_000, "locked"), (1_005, "redeemed"), (1_005, "rolled_back")
    ]  # fmt: skip
    assert sum((entry.change for _, entry in told), Balance()) == shop.coupon("A").balance
    assert told[2][1].redemption_id == "2"


def test_ten_thousand_codes_are_issued_at_once(ledger):
    ledger.add_template("t", CouponTerms())
    codes = tuple(f"C{number}" for number in range(10_000))
    assert ledger.carry_out(Issue("1", "t", codes)).reason is None
    assert ledger.carry_out(Issue("2", "t", ("X", "C9999"))).reason == RefusalReason.CODE_TAKEN
    assert ledger.template("t").balance == Balance(n_issued=10_000)


def test_a_template_has_one_set_of_terms(shop):
    shop.add_template("t", TERMS)
    with pytest.raises(InputError, match="'t' is there with other terms"):
        shop.add_template("t", replace(TERMS, limit_total=6))


@pytest.mark.parametrize("attempt", range(3))
def test_the_same_request_on_many_connections_is_carried_out_once(shop, store_url, watch, attempt):
    command, answers = Redeem(f"order {attempt}", "A", "anna", 10), []
    ledgers = [Ledger(open_engine(store_url), clock=watch) for _ in range(5)]
    in_threads([lambda one=one: answers.append(one.carry_out(command)) for one in ledgers])
    for one in ledgers:
        one.engine.dispose()
    assert len(answers) == 5
    assert len(set(answers)) == 1
    assert shop.template("t").balance.n_used == 1


def in_threads(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_commands_of_many_threads_share_transactions_and_have_an_answer_each(ledger, monkeypatch):
    ledger.add_template("t", CouponTerms(limit_total=100, limit_per_code=None))
    ledger.carry_out(Issue("issue", "t", ("A",)))
    sizes, answers = [], []

    def counted(connection, change):
        sizes.append(len(change.answers))
        write(connection, change)

    def visit(number):
        answers.extend(ledger.carry_out(Redeem(f"{number}-{one}", "A", f"c{number}")) for one in range(10))

    monkeypatch.setattr("offerloop.store.ledger.write", counted)
    in_threads([lambda number=number: visit(number) for number in range(16)])
    assert len({one.key for one in answers}) == 160
    assert sum(one.reason is None for one in answers) == 100
    assert sum(one.reason == RefusalReason.TOTAL_LIMIT for one in answers) == 60
    assert sum(sizes) == 160
    assert max(sizes) > 1
    assert audit(ledger.engine) == []


def test_whoever_read_before_another_wrote_decides_anew(shop, monkeypatch):
    """The guard of the update, not the rules, sees the other one here."""
    tries = []

    def late(connection, change):
        tries.append(change)
        if len(tries) == 1:
            with monkeypatch.context() as plain:
                plain.setattr("offerloop.store.ledger.write", write)
                connection.rollback()
                others = [Redeem(f"other {number}", "AB"[number % 2], f"c{number}") for number in range(5)]
                assert [one.reason for one in shop.carry_out_all(others)] == [None] * 5
            with writing(shop.engine) as fresh:
                write(fresh, change)
        write(connection, change)

    monkeypatch.setattr("offerloop.store.ledger.write", late)
    assert shop.carry_out(Redeem("late", "A", "late")).reason == RefusalReason.TOTAL_LIMIT
    assert len(tries) == 2
    assert shop.template("t").balance.n_used == 5


STALE = {
    "in total": (Redeem("mine", "B", "zoe"), [Redeem(f"{n}", "AB"[n % 2], f"c{n}") for n in range(5)]),
    "of the customer": (Redeem("mine", "B", "anna"), [Redeem(f"{n}", "A", "anna") for n in range(3)]),
    "of the code": (Redeem("mine", "A", "zoe"), [Redeem(f"{n}", "A", f"c{n}") for n in range(4)]),
    "in money": (Lock("mine", "B", "zoe", "cart", 500), [Redeem("1", "A", "anna", 501)]),
    "of codes issued": (Issue("mine", "t", ("C",)), [Issue("1", "t", ("D", "E"))]),
    "of claims": (Claim("mine", "A", "anna"), [Issue("1", "t", ("D", "E"), "anna"), Claim("2", "B", "anna")]),
    "claimed": (Redeem("mine", "A", "zoe"), [Claim("1", "A", "anna")]),
    "revoked": (Redeem("mine", "A", "zoe"), [Revoke("1", "A")]),
    "same code": (Issue("mine", "t", ("C",)), [Issue("1", "t", ("C",))]),
    "same lock": (Lock("mine", "A", "zoe", "held", 9), [Release("1", "A", "held")]),
    "lock used": (Redeem("mine", "A", "zoe", 9, "held"), [Redeem("1", "A", "zoe", 9, "held")]),
    "rolled back": (RollBack("mine", "done", 6), [RollBack("1", "done", 5)]),
    "same key": (Redeem("mine", "B", "zoe"), [Redeem("mine", "B", "zoe", 1)]),
}
"""A command that was decided on what held before the others were carried out."""


@pytest.mark.parametrize("case", STALE)
def test_every_guard_sees_what_was_not_read(ledger, case, monkeypatch):
    ledger.add_template("t", replace(TERMS, limit_total=7 if case != "in total" else 5))
    first = [Issue("issue", "t", ("A", "B"))]
    first += {
        "same lock": [Lock("l", "A", "zoe", "held", 9)], "lock used": [Lock("l", "A", "zoe", "held", 9)],
        "rolled back": [Redeem("done", "A", "zoe", 10)],
    }.get(case, [])  # fmt: skip
    ledger.carry_out_all(first)
    mine, others = STALE[case]
    decided = []
    with monkeypatch.context() as patched:
        patched.setattr("offerloop.store.ledger.write", lambda _, change: decided.append(change))
        assert ledger.carry_out(mine).reason is None
    assert [one.reason for one in ledger.carry_out_all(others)] == [None] * len(others)
    with pytest.raises(StaleError), writing(ledger.engine) as connection:
        write(connection, decided[0])
    assert audit(ledger.engine) == []


def test_an_error_in_the_middle_leaves_nothing(shop, monkeypatch):
    before = shop.template("t").balance
    monkeypatch.setattr("offerloop.store.writing._template", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        shop.carry_out(Redeem("order", "A", "anna", 10))
    monkeypatch.undo()
    assert shop.template("t").balance == before
    assert shop.carry_out(Redeem("order", "A", "anna", 10)).reason is None
    assert audit(shop.engine) == []


def test_a_database_that_stays_busy_is_said_and_the_request_can_be_sent_again(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger.open(url, patience_seconds=0.2)
    ledger.add_template("t", TERMS)
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 10")
    again = "try again, and send requests with the same key"
    other = open_engine(url)
    with writing(other), pytest.raises(StoreError, match=again):
        ledger.carry_out(Issue("issue", "t", ("A",)))
    other.dispose()
    assert ledger.carry_out(Issue("issue", "t", ("A",))).reason is None
    ledger.engine.dispose()


def test_a_lost_connection_is_made_anew(postgres_schema):
    ledger = Ledger.open(postgres_schema)
    ledger.add_template("t", TERMS)
    other = sa.create_engine(postgres_schema)
    with other.begin() as connection:
        connection.execute(
            sa.text("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and "
                    "query like '%templates%'")
        )  # fmt: skip
    assert ledger.carry_out(Issue("issue", "t", ("A",))).reason is None
    ledger.engine.dispose()
    other.dispose()


def test_commits_are_durable_whatever_the_server_says(store_url):
    engine = open_engine(store_url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            assert connection.execute(sa.text("show synchronous_commit")).scalar_one() == "on"
        else:
            assert connection.execute(sa.text("pragma synchronous")).scalar_one() == 2
            assert connection.execute(sa.text("pragma journal_mode")).scalar_one() == "wal"
    engine.dispose()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://host/shop", "duckdb:///x.db", "sqlite+pysqlcipher://x", "sqlite:///no/x.db"]
)
def test_another_database_is_refused(url):
    with pytest.raises(InputError, match=r"SQLite or PostgreSQL|a store's URL is like|folder '.*/no' is not there"):
        Ledger.open(url)


def test_locks_of_a_template_are_let_go_when_somebody_asks(shop, watch):
    shop.carry_out_all([Lock(f"{n}", "A", f"c{n}", f"cart {n}", 100) for n in range(4)])
    watch.now += TERMS.lock_seconds
    assert shop.carry_out(Expire("sweep", "t")).reason is None
    assert shop.template("t").balance == Balance(n_issued=2, released_minor=400)
    assert shop.carry_out(Expire("none", "x")).reason == RefusalReason.UNKNOWN_TEMPLATE
