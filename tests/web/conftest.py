"""One service for the tests that leave it as it is, and one of its own for each of the others."""

import pytest
from served_shop import served, shop_of, with_role

from offerloop.web import limits


@pytest.fixture(scope="session")
def shared_service(small_run, tmp_path_factory):
    with served(shop_of(small_run, tmp_path_factory.mktemp("served"))) as client:
        yield client


@pytest.fixture(scope="session")
def role(shared_service):
    """Headers of a token by role."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = with_role(shared_service, name)
        return made[name]

    return of


@pytest.fixture
def service(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        yield client


@pytest.fixture
def stopped_clock(monkeypatch):
    """No limit of requests refills while a slow machine asks."""
    now = limits.monotonic()
    monkeypatch.setattr(limits, "monotonic", lambda: now)
