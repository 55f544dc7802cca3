"""The shape of the database: made once, by whoever comes first, and never from half a step."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from offerloop.errors import InputError
from offerloop.offers import Claim, CouponTerms, Issue, Redeem
from offerloop.store import Ledger, begin_pacing, late_minor
from offerloop.store.connect import open_engine, persevere
from offerloop.store.migrations import _statements, migrate
from offerloop.store.schema import metadata


@pytest.fixture
def engine(store_url):
    found = open_engine(store_url)
    yield found
    found.dispose()


def test_the_tables_are_as_the_program_knows_them(engine):
    migrate(engine)
    there = sa.inspect(engine)
    assert {*metadata.tables, "migrations"} == set(there.get_table_names())
    for table in metadata.tables.values():
        columns = {one["name"]: one for one in there.get_columns(table.name)}
        assert list(columns) == [column.name for column in table.columns]
        for column in table.columns:
            kind = columns[column.name]["type"]
            assert isinstance(kind, column.type.dialect_impl(engine.dialect).__class__.__mro__[1] | type(column.type))
            assert column.primary_key or columns[column.name]["nullable"] == column.nullable, column
        keys = there.get_pk_constraint(table.name)["constrained_columns"]
        assert keys == [column.name for column in table.primary_key]


def test_steps_are_carried_out_once_in_their_order(engine):
    steps = [["create table a (x integer)"], ["alter table a add column y integer", "insert into a (y) values (1)"]]
    assert migrate(engine, steps[:1]) == 1
    assert migrate(engine, steps) == 2
    assert migrate(engine, steps) == 2
    with engine.connect() as connection:
        assert connection.execute(sa.text("select x, y from a")).all() == [(None, 1)]


def test_a_step_that_fails_leaves_nothing(engine):
    migrate(engine, [["create table a (x integer)"]])
    broken = [["create table a (x integer)"], ["create table b (x integer)", "insert into nowhere values (1)"]]
    with pytest.raises(DBAPIError):
        migrate(engine, broken)
    assert not sa.inspect(engine).has_table("b")
    assert migrate(engine, [broken[0], ["create table b (x integer)"]]) == 2


def test_a_database_of_a_newer_program_is_refused(engine, store_url):
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("insert into migrations (number) values (99)"))
    with pytest.raises(InputError, match=r"is of shape 99 and this program knows \d"):
        Ledger.open(store_url)


def test_a_database_of_the_first_shape_becomes_one_of_today(engine, store_url):
    first = _statements(engine.dialect.name)[:1]
    assert migrate(engine, first) == 1
    ledger = Ledger.open(store_url)
    ledger.add_template("spring", CouponTerms(limit_total=2))
    answers = ledger.carry_out_all([Issue("issue", "spring", ("A", "B")), Claim("claim", "A", "c1"),
                                    Redeem("use", "A", "c1", 100)])  # fmt: skip
    assert [one.reason for one in answers] == [None] * 3
    assert migrate(engine) == len(_statements(engine.dialect.name))
    ledger.engine.dispose()


def test_what_a_policy_had_spent_before_late_redemptions_were_told_apart_stays_so(engine):
    steps = _statements(engine.dialect.name)
    migrate(engine, [one for one in steps if not any("late_minor" in statement for statement in one)])
    with engine.begin() as connection:
        connection.execute(sa.text("insert into pacing values ('run', 'spring', 0.5, 100, 40, 1000)"))
    migrate(engine)
    with engine.begin() as connection:
        assert begin_pacing(connection, "run", {"spring": 900}) == {"spring": 100}
        assert late_minor(connection, "run") == {"spring": 0}
        assert connection.execute(sa.text("select price, spent_minor, entry_id from pacing")).one() == (0.5, 40, 0)


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing that a database would begin with " * 9)
    with pytest.raises(InputError, match=r"notes\.txt' is no database of SQLite"):
        Ledger.open(f"sqlite:///{tmp_path / 'notes.txt'}")


def test_many_open_a_new_database_at_once(store_url):
    numbers, engines = [], [open_engine(store_url) for _ in range(6)]
    threads = [
        threading.Thread(target=lambda one=one: numbers.append(persevere(lambda: migrate(one), one, 30)))
        for one in engines
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in engines:
        one.dispose()
    assert numbers == [len(_statements("sqlite"))] * 6
