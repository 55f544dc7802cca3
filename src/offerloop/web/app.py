"""The application: everything that is mounted, on one screen."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from offerloop import __version__
from offerloop.web import problems
from offerloop.web.addresses import keep_escaped_slashes
from offerloop.web.api import (
    audit,
    baskets,
    customers,
    decisions,
    events,
    experiments,
    health,
    jobs,
    mcp,
    oidc,
    orders,
    people,
    policies,
    prices,
    tokens,
)
from offerloop.web.api.campaigns import figures, lifecycle
from offerloop.web.api.coupons import routes as coupons
from offerloop.web.console import routes as console
from offerloop.web.console.warming import start_warming
from offerloop.web.direct import Direct, for_deciders
from offerloop.web.limits import Bounds
from offerloop.web.settings import Settings
from offerloop.web.telemetry.log import flush_log, log_to_stderr
from offerloop.web.telemetry.surroundings import Surroundings
from offerloop.web.worker import Worker

RESOURCES = (  # what is asked most is looked for first

    decisions, prices, baskets, events, coupons, orders, health, customers, jobs, policies, figures, lifecycle,
    experiments, tokens, people, oidc, audit, mcp,
)  # fmt: skip
DIRECT = {
    "/v1/decisions": decisions.make_decision,
    "/v1/baskets/price": for_deciders(baskets.PriceRequest, baskets.price_basket),
    "/v1/prices": for_deciders(prices.PricesRequest, prices.show_prices),
}
"""What a checkout waits for, answered without finding a route and making its arguments."""

SWITCH_SECONDS = 0.0005
"""For how long a thread that writes records may hold up a request: Python's own interval, 5 ms, is half of what the
slowest hundredth of decisions may take."""
GARBAGE_EVERY = 10_000
"""New objects after which Python looks for cycles among them; by its own number, 700, after every ten decisions."""


class Service(FastAPI):
    """FastAPI behind layers of our own, so that a request which they answer does not pass through it."""

    layers: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the outermost layer."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        keep_escaped_slashes(scope)
        await self.layers(scope, receive, send)


def build_app(settings: Settings, log: Callable[[str], None] | None = None, *, is_warmed: bool = False) -> Service:
    """Return the service of one shop; `log` takes a line for each request.

    Where it `is_warmed`, what first requests need is built before it says that it is ready.

    Raises InputError or StoreError where its database cannot be opened.
    """
    worker = Worker.of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(worker.start)
        if is_warmed:
            app.state.warm = start_warming(app, worker)
        yield
        await run_in_threadpool(worker.stop)
        flush_log()

    app = Service(
        title="Offerloop",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # these two load scripts from other hosts
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the Host header
    )
    app.state.worker, app.state.warm = worker, None
    problems.install(app)
    for resource in RESOURCES:
        app.include_router(resource.router)
    app.include_router(console.router)
    app.layers = Surroundings(Bounds(Direct(super(Service, app).__call__, DIRECT)), worker.metrics, log)
    return app


def app_from_environment() -> Service:
    """Return the service of the settings that `offerloop serve` gave its processes, which are tuned for it."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(GARBAGE_EVERY)
    return build_app(Settings.from_environment(), log_to_stderr().add, is_warmed=True)
