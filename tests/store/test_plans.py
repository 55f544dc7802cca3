"""No question of the ledger reads more than it has to, as the databases themselves explain it."""

import re
import tracemalloc

import pytest
import sqlalchemy as sa
from filled_ledger import fill

from offerloop.offers import Lock, Redeem, Release, Revoke, RollBack
from offerloop.store import (
    Ledger,
    audit,
    begin_pacing,
    customer_records,
    erase_from_store,
    exhausted_budgets,
    late_minor,
    shown_of,
    take_lease,
)
from offerloop.store.connect import open_engine
from offerloop.store.reported.traces import lifted
from offerloop.store.schema import history

N = 3_000


@pytest.fixture(scope="module")
def filled(tmp_path_factory, postgres_url):
    """Both databases with the same redemptions, by name."""
    schema = "filled_ledger"
    server = sa.create_engine(postgres_url)
    with server.begin() as connection:
        connection.execute(sa.text(f"create schema {schema}"))
    server.dispose()
    file = tmp_path_factory.mktemp("filled") / "ledger.db"
    urls = {"sqlite": f"sqlite:///{file}", "postgresql": f"{postgres_url}&options=-csearch_path%3D{schema}"}
    engines = {name: open_engine(url) for name, url in urls.items()}
    for engine in engines.values():
        fill(engine, N)
    yield engines
    with engines["postgresql"].begin() as connection:
        connection.execute(sa.text(f"drop schema {schema} cascade"))
    for engine in engines.values():
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, filled):
    return filled[request.param]


class Watched:
    """Statements that an engine was asked, with how the database carries them out, and how many rows came back."""

    def __init__(self, engine):
        self.engine, self.plans, self.rows = engine, {}, 0
        sa.event.listen(engine, "before_cursor_execute", self._explain)
        sa.event.listen(engine, "after_cursor_execute", self._count)

    def _explain(self, _connection, cursor, statement, parameters, *_):
        if statement.lower().startswith(("select", "delete", "update")) and "clock_timestamp" not in statement:
            query = "explain query plan" if self.engine.dialect.name == "sqlite" else "explain"
            cursor.execute(f"{query} {statement}", parameters)
            self.plans[statement] = "\n".join(str(row[-1]) for row in cursor.fetchall())

    def _count(self, _connection, cursor, *_):
        self.rows += max(cursor.rowcount, 0)

    def stop(self):
        sa.event.remove(self.engine, "before_cursor_execute", self._explain)
        sa.event.remove(self.engine, "after_cursor_execute", self._count)


@pytest.fixture
def watched(engine):
    found = Watched(engine)
    yield found
    found.stop()


def test_the_audit_of_many_redemptions_has_no_quadratic_plan(engine, watched):
    assert audit(engine) == []
    assert len(watched.plans) >= 9
    for statement, plan in watched.plans.items():
        assert "Nested Loop" not in plan, statement
        assert "SubPlan" not in plan, statement
        inner = plan.partition("CORRELATED")[2]
        assert "SCAN" not in inner, statement


def test_the_audit_of_many_redemptions_reads_hardly_a_row(engine, watched):
    assert audit(engine) == []  # what a first audit loads and compiles stays in memory
    watched.rows = 0
    tracemalloc.start()
    assert audit(engine) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert watched.rows <= 20
    assert peak < 200 * N  # bytes; a row as Python's objects takes about twice that


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update templates set n_used = n_used + 1", "templates t: n_used"),
        ("update coupons set spent_minor = spent_minor + 1 where code = 'code77'", "coupons code77: spent_minor 201"),
        ("delete from customers where customer_id = 'customer7'", "customers t customer7: n_used 0, not 5"),
        ("delete from locks where lock_key = 'lock51'", "lock lock51 of code25: (0, 0), not (1, 100)"),
        ("update redemptions set whole = (1 = 1) where redemption_id = 'use9'", "redemption use9: (1, 100, 1), not"),
        ("update customers set limit_uses = 4 where customer_id = 'customer7'", "5 is beyond its limit_uses of 4"),
        ("update coupons set released_minor = -1 where code = 'code77'", "coupons code77: released_minor is -1"),
        ("delete from requests where key = 'use77'", "the unknown request use77"),
    ],
)
def test_one_fault_among_many_redemptions_is_found(engine, statement, said):
    with engine.connect() as connection:
        transaction = connection.begin()
        connection.execute(sa.text(statement))
        faults = audit(Borrowed(connection))
        transaction.rollback()
    assert any(said in fault for fault in faults), faults


class Borrowed:
    """One open transaction in place of an engine, so that a fault can be undone."""

    def __init__(self, connection):
        self.connection, self.dialect = connection, connection.dialect

    def connect(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execution_options(self, **_):
        return self

    def execute(self, *asked):
        return self.connection.execute(*asked)


def test_commands_find_their_rows_by_an_index(engine, watched):
    ledger = Ledger(engine)
    ledger.carry_out_all(
        [
            Lock("plan-1", "code8", "anna", "cart", 5), Lock("plan-2", "code8", "anna", "cart", 6),
            Release("plan-3", "code8", "cart"), Redeem("plan-4", "code9", "anna", 5), RollBack("plan-5", "use3", 1),
            Revoke("plan-6", "code1400"),
        ]
    )  # fmt: skip
    ledger.history("code8")
    tables = {table: [] for table in ("coupons", "customers", "redemptions", "requests", "history")}
    for statement, plan in watched.plans.items():
        for table, plans in tables.items():
            if statement.startswith((f"SELECT {table}.", f"DELETE FROM {table}")) and "LIMIT" not in statement:
                plans.append(plan)
                assert not re.search(rf"(Seq Scan on|SCAN) {table}", plan), (statement, plan)
    assert all(tables.values())


NAMED = (
    "update requests set key = key || '-customer7' where key in (select request_key from history where {theirs})",
    """update history set request_key = request_key || '-customer7', lock_key = lock_key || '-customer7',
  redemption_id = redemption_id || '-customer7' where {theirs}""",
    "update redemptions set redemption_id = redemption_id || '-customer7' where {theirs}",
)
"""Names that the shop may have made of the id of a customer."""


def test_a_customer_is_exported_and_erased_by_indexes_while_others_wait(engine, watched):
    with engine.connect() as connection:
        transaction = connection.begin()
        with lifted(connection, history):
            for statement in NAMED:
                connection.execute(sa.text(statement.format(theirs="customer_id = 'customer7'")))
        watched.plans.clear()
        records = customer_records(connection, ["customer7"])
        erased = erase_from_store(connection, "customer7")
        transaction.rollback()
    assert {"customers", "history", "redemptions"} <= set(records)
    assert erased.kept >= len(records["history"]) + len(records["redemptions"])
    check_no_scan(watched.plans, ("customers", "redemptions", "requests", "history"))


def test_pacing_and_leases_read_the_rows_of_their_policy(engine, watched):
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # which goes through a table that is empty
            connection.execute(sa.text("set local enable_seqscan = off"))
        begin_pacing(connection, "run-7", {"spring": 0})
        late_minor(connection, "run-7")
        shown_of(connection, "run-7", ("newcomer",))
        take_lease(connection, "run-7", "spring", 100, 10, 60)
        exhausted_budgets(connection)
    check_no_scan(watched.plans, ("decisions", "leases", "history", "customer_keys"))


OPEN = "USING INDEX leases_by_end"
"""Which holds no block that was given back."""


def check_no_scan(plans, tables):
    """No statement goes through all rows of one of the tables, of which each is looked at."""
    found = {name for name in tables for statement in plans if re.search(rf"\b{name}\b", statement)}
    assert found == set(tables)
    for statement, plan in plans.items():
        for table in tables:
            assert not re.search(rf"(Seq Scan on|SCAN) {table}\b(?! {OPEN})", plan), (statement, plan)
