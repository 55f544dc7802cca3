"""How connections to a database are made."""

import postgres_server

from offerloop.store import Database


def test_a_server_that_is_silent_is_noticed_unless_the_url_says_when():
    with postgres_server.server() as folder:
        for more, seconds in (("", "5"), ("&connect_timeout=3", "3")):
            database = Database.open(postgres_server.url_of(folder) + more)
            with database.engine.connect() as connection:
                given = connection.connection.driver_connection.info.get_parameters()
            database.close()
            assert (given["connect_timeout"], given["tcp_user_timeout"]) == (seconds, "20000")
