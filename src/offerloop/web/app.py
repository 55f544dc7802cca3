"""The application: everything that is mounted, on one screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from offerloop import __version__
from offerloop.web import problems
from offerloop.web.api import (
    audit,
    baskets,
    campaign_figures,
    campaigns,
    coupons,
    customers,
    decisions,
    events,
    experiments,
    health,
    jobs,
    oidc,
    orders,
    people,
    policies,
    prices,
    tokens,
)
from offerloop.web.console import routes as console
from offerloop.web.direct import Direct
from offerloop.web.headers import Surroundings
from offerloop.web.limits import Bounds
from offerloop.web.settings import Settings
from offerloop.web.telemetry.log import log_to_stderr
from offerloop.web.worker import Worker

RESOURCES = (  # what is asked most is looked for first

    decisions, prices, baskets, events, coupons, orders, health, customers, jobs, policies, campaign_figures, campaigns,
    experiments, tokens, people, oidc, audit,
)  # fmt: skip


def build_app(settings: Settings, log: Callable[[str], None] | None = None) -> FastAPI:
    """Return the service of one shop; `log` takes a line for each request.

    Raises InputError or StoreError where its database cannot be opened.
    """
    worker = Worker.of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(worker.start)
        yield
        await run_in_threadpool(worker.stop)

    app = FastAPI(
        title="Offerloop",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # these two load scripts from other hosts
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the Host header
    )
    app.state.worker = worker
    problems.install(app)
    for one in RESOURCES:
        app.include_router(one.router)
    app.include_router(console.router)
    app.add_middleware(Direct, endpoints={"/v1/decisions": decisions.make_decision})
    app.add_middleware(Bounds)
    app.add_middleware(Surroundings, metrics=worker.metrics, log=log)
    return app


def app_of_worker() -> FastAPI:
    """Return the application of a process that `offerloop serve` started."""
    return build_app(Settings.from_environment(), log_to_stderr().add)
