"""How connections to a database are made."""

import postgres_server
import pytest
import sqlalchemy as sa

from offerloop.errors import StoreError
from offerloop.store import Database

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
