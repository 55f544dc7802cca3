"""How connections to a database are made."""

import sqlite3

import postgres_server
import pytest
import sqlalchemy as sa

from offerloop.errors import StoreError
from offerloop.store import Database
from offerloop.store.connect import open_engine

READ_ONLY = {"sqlite": "pragma query_only = on", "postgresql": "set default_transaction_read_only to on"}
FULL = {
    "sqlite": "pragma max_page_count = 1",
    "postgresql": """
        create function pg_temp.fill() returns trigger language plpgsql as
        $$ begin raise exception using errcode = 'disk_full'; end $$;
        create trigger full_disk before insert on switches execute function pg_temp.fill()
    """,
}


def test_a_server_that_is_silent_is_noticed_unless_the_url_says_when():
    with postgres_server.server() as folder:
        for more, seconds in (("", "5"), ("&connect_timeout=3", "3")):
            database = Database.open(postgres_server.url_of(folder) + more)
            with database.engine.connect() as connection:
                given = connection.connection.driver_connection.info.get_parameters()
            database.close()
            assert (given["connect_timeout"], given["tcp_user_timeout"]) == (seconds, "20000")


@pytest.mark.parametrize("broken", [READ_ONLY, FULL], ids=["read-only", "full"])
def test_a_store_that_cannot_be_written_says_so_at_once(store_url, broken):
    database, tries = Database.open(store_url, patience_seconds=20), []
    dialect = database.engine.dialect.name

    def breaks(connection, _):
        connection.cursor().execute(broken[dialect])
        connection.commit()

    def insert(connection):
        tries.append(connection)
        names = [{"name": f"{number:0200}"} for number in range(500)]
        connection.execute(sa.text("insert into switches values (:name, true, 0, 'me')"), names)

    sa.event.listen(database.engine, "connect", breaks)
    database.engine.dispose()
    with pytest.raises(StoreError, match="cannot be read or written"):
        database.change(insert)
    assert len(tries) <= 1
    assert database.read(lambda one: one.execute(sa.text("select count(*) from switches")).scalar_one()) == 0
    database.close()


def test_a_file_that_cannot_be_opened_is_a_store_that_is_away(tmp_path):
    with pytest.raises(StoreError, match=f"the store '{tmp_path}' cannot be read .*unable to open database file"):
        Database.open(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("kept", [4096, 40_000, -4096])
def test_a_copy_that_is_not_complete_is_said_to_be_damaged(tmp_path, kept):
    file = tmp_path / "offerloop.db"
    Database.open(f"sqlite:///{file}").close()
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(StoreError, match=f"the store '{file}' is damaged .*restore it from a complete backup"):
        Database.open(f"sqlite:///{file}")


def test_a_page_that_is_damaged_is_named_when_it_is_read(tmp_path):
    file = tmp_path / "offerloop.db"
    database = Database.open(f"sqlite:///{file}")
    fill = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) "
    fill += "insert into counters select 'counter ' || i, i from n"
    database.change(lambda one: one.execute(sa.text(fill)))
    database.close()
    content = file.read_bytes()
    pages = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    file.write_bytes(b"".join(b"x" * 4096 if b"counter 1500" in page else page for page in pages))
    database = Database.open(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="is damaged"):
        database.read(lambda one: one.execute(sa.text("select sum(value) from counters")).scalar_one())
    database.close()


def test_a_file_that_was_replaced_is_noticed(tmp_path):
    file = tmp_path / "offerloop.db"
    database = Database.open(f"sqlite:///{file}")
    assert not database.is_replaced
    copy = tmp_path / "copy.db"
    copy.write_bytes(file.read_bytes())
    copy.replace(file)
    assert database.is_replaced
    file.unlink()
    assert database.is_replaced
    database.close()


def test_no_other_database_is_replaced(store_url):
    database = Database.open(store_url)
    assert not database.is_replaced
    database.close()


def test_a_connection_that_is_given_back_after_the_others_were_closed_is_closed_too(store_url):
    database = Database.open(store_url)
    with database.engine.connect() as connection:
        driver_connection = connection.connection.driver_connection
        database.engine.dispose()
        assert connection.execute(sa.text("select 1")).scalar() == 1
    with pytest.raises(database.engine.dialect.dbapi.Error, match="closed"):
        driver_connection.cursor().execute("select 1")
    assert database.read(lambda one: one.execute(sa.text("select 2")).scalar()) == 2
    database.close()


def test_a_connection_is_closed_too_whose_pool_was_disposed_of_while_it_was_made(store_url):
    database = Database.open(store_url)
    database.engine.dispose()
    sa.event.listen(database.engine, "connect", lambda *_: database.engine.dispose(), insert=True, once=True)
    with database.engine.connect() as connection:
        driver_connection = connection.connection.driver_connection
    with pytest.raises(database.engine.dialect.dbapi.Error, match="closed"):
        driver_connection.cursor().execute("select 1")
    database.close()


def test_a_connection_that_cannot_be_set_up_is_closed(tmp_path):
    file, opened = tmp_path / "shop.db", []
    file.write_text("no database " * 100, encoding="utf-8")
    engine = open_engine(f"sqlite:///{file}")
    sa.event.listen(engine, "connect", lambda connection, _: opened.append(connection), insert=True)
    with pytest.raises(sa.exc.DatabaseError, match="not a database"):
        engine.connect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("select 1")


def test_a_database_that_cannot_be_opened_is_to_be_checked_not_asked_again():
    with pytest.raises(StoreError, match="check that it runs, that the database is there") as refused:
        Database.open("postgresql+psycopg://x@127.0.0.1:9/nope", patience_seconds=0.1)
    assert "same key" not in str(refused.value)
