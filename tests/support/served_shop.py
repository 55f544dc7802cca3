"""A service in the test's own process, and its clients."""

import shutil
from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from argon2 import PasswordHasher

from offerloop.store import add_token
from offerloop.web import deciding, passwords, worker
from offerloop.web.app import build_app
from offerloop.web.settings import Settings

NO_COLLECTOR = SimpleNamespace(collect=int, freeze=int, unfreeze=int)
"""In place of the garbage collector: a process of tests has far more objects than a service to look through."""
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Each hash of the service's own cost takes a tenth of a second; `tests/web/test_auth.py` holds what that costs."""


def shop_of(small_run, folder):
    """A shop's folder with a copy of the run."""
    shop = folder / "shop"
    shop.mkdir()
    shutil.copy(small_run.parent.parent / "offerloop.toml", shop)
    made_of_the_run = shutil.ignore_patterns("served")  # another test may have served the run that all share
    shutil.copytree(small_run, shop / "runs" / small_run.name, ignore=made_of_the_run)
    return shop


class Client:
    """Requests to an application without a socket, one after another or from many threads."""

    def __init__(self, app, portal, address):
        self.app, self._portal = app, portal
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
        self._client = httpx.AsyncClient(transport=transport, base_url="https://shop.test")

    def request(self, method, url, **more):
        return self._portal.call(lambda: self._client.request(method, url, **more))

    def forget_cookies(self):
        self._client.cookies.clear()

    def get(self, url, **more):
        return self.request("GET", url, **more)

    def post(self, url, **more):
        return self.request("POST", url, **more)

    def put(self, url, **more):
        return self.request("PUT", url, **more)

    def delete(self, url, **more):
        return self.request("DELETE", url, **more)


@contextmanager
def served(shop, store=None, address="203.0.113.7", **settings):
    """A client without a token; `client.app.state.worker` is what answers, however busy the machine is."""
    app = build_app(Settings.of(shop, store, **settings))
    with pytest.MonkeyPatch.context() as patched, start_blocking_portal() as portal:
        patched.setattr(deciding, "PRICING_SECONDS", 10.0)
        patched.setattr(worker, "gc", NO_COLLECTOR)
        patched.setattr(passwords, "_HASHER", QUICK_HASHER)
        with portal.wrap_async_context_manager(app.router.lifespan_context(app)):
            yield Client(app, portal, address)


def with_role(client, *roles, ends_at=None, made_by="test"):
    """Headers of a new token with these roles, of somebody's."""
    database = client.app.state.worker.database
    _, secret = database.change(lambda one: add_token(one, "test", roles, made_by, ends_at))
    return {"authorization": f"Bearer {secret}"}
