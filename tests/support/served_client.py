"""The client of a service in the test's own process."""

from contextlib import contextmanager

import httpx
from served_shop import served, with_role

from offerloop.client import Client


class InProcess(httpx.BaseTransport):
    """Hands requests to an application, without a socket."""

    def __init__(self, app, portal):
        self._inner, self._portal = httpx.ASGITransport(app, raise_app_exceptions=False), portal

    def handle_request(self, request):
        async def answer():
            found = await self._inner.handle_async_request(request)
            return httpx.Response(found.status_code, headers=found.headers, content=await found.aread())

        return self._portal.call(answer)


@contextmanager
def client_of(shop, store=None, role="admin", **more):
    """A client with a token of this role, and the worker that answers it, however busy the machine is."""
    with served(shop, store) as raw:
        token = with_role(raw, role)["authorization"].removeprefix("Bearer ")
        transport = InProcess(raw.app, raw._portal)
        with Client("http://shop.test", token, transport=transport, **{"decision_timeout": 10, **more}) as client:
            yield client, raw.app.state.worker
