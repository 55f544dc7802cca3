"""A database of its own for each test, and a ledger in one."""

import pytest

from offerloop.store import Database, Ledger


class Watch:
    """A clock that the test sets."""

    now = 1_000

    def __call__(self, _):
        return self.now


@pytest.fixture
def database(store_url):
    opened = Database.open(store_url)
    yield opened
    opened.close()


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
