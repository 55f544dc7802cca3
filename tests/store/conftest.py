"""A database of its own for each test, on SQLite and on PostgreSQL."""

from uuid import uuid4

import pytest
import sqlalchemy as sa

from offerloop.store import Ledger


@pytest.fixture
def postgres_schema(postgres_url):
    """URL of an empty schema of the server that tests share."""
    name = f"s{uuid4().hex}"
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"create schema {name}"))
    yield f"{postgres_url}&options=-csearch_path%3D{name}"
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop schema {name} cascade"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_schema")
    return f"sqlite:///{tmp_path / 'ledger.db'}"


class Watch:
    """A clock that the test sets."""

    now = 1_000

    def __call__(self, _):
        return self.now


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def ledger(store_url, watch):
    """A ledger whose time the test sets."""
    found = Ledger.open(store_url)
    found = Ledger(found.engine, clock=watch)
    yield found
    found.engine.dispose()
