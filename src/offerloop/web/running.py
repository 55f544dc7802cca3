"""Starting the service: its settings, the first token, and uvicorn with its workers."""

from __future__ import annotations

import errno
import multiprocessing
import multiprocessing.process
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from offerloop.background import Runner, webhook_faults
from offerloop.config import STORE_VARIABLE, config_file, load_config
from offerloop.errors import InputError
from offerloop.events import with_variables
from offerloop.message import Message
from offerloop.serving import open_shop_offers
from offerloop.store import Database, add_entry, add_first_token, add_token, note_currency
from offerloop.web.auth import LOOPBACK
from offerloop.web.demo import add_demo_people, play_traffic
from offerloop.web.limits import allow_many_files
from offerloop.web.settings import Settings
from offerloop.web.telemetry.log import log_to_stderr
from offerloop.web.telemetry.metrics import COUNTERS, forget_counters

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.types import ASGIApp

NEW_SHOP = Path("shop")
"""Where a shop is set up in the browser."""
STOP_SECONDS = 10
"""How long requests may go on after the service was told to stop."""
SILENT_SECONDS = 30
"""How long one of several processes may say nothing, as while it starts on a busy machine, before it is replaced."""


def ready_to_serve(
    shop: Path | None, store: str | None, workers: int, trusted_proxies: tuple[str, ...], **more: bool
) -> Settings:
    """Return the settings; `more` are those that are on or off.

    Raises InputError where there is no shop or the extra is not installed.
    """
    try:
        import fastapi  # noqa: F401 - whether it is there
        import uvicorn  # noqa: F401
    except ModuleNotFoundError:
        raise InputError(
            Message("the service needs FastAPI and uvicorn; install them with: pip install 'offerloop[serve]'")
        ) from None
    config = config_file(shop or NEW_SHOP)
    if shop is None and not config.is_file():
        NEW_SHOP.mkdir(exist_ok=True)
        return Settings.of(NEW_SHOP, store, workers, trusted_proxies=trusted_proxies, **more)
    if not config.is_file():
        raise InputError(
            Message("there is no shop at '{place}'; name the folder of its offerloop.toml", place=str(config))
        )
    url = store or with_variables(load_config(config).data.url, "data.store")
    return Settings.of(config.parent, url, workers, trusted_proxies=trusted_proxies, **more)


_OTHER_CURRENCY = Message(
    "The database was served with amounts in {before} before, and the shop now counts in {currency}: nothing is "
    "converted. If it is the database of another shop, stop the service and put the one of this shop in its place."
)
_NEW_DATABASE = Message(
    "The database is new and has no tokens. If the shop was served before, stop the service and put its database back."
)


def first_token(database: Database, *, another: bool = False) -> str | None:
    """Make a token of an admin where there is no token at all, or another one, and return its secret; else None."""

    def make(connection: Connection) -> str | None:
        made = (
            add_token(connection, "recovered", ["admin"], "start")
            if another
            else add_first_token(connection, "first", ["admin"], "start")
        )
        if made is None:
            return None
        token, secret = made
        add_entry(connection, "start", "token made", token.token_id, roles=["admin"])
        return secret

    return database.change(make)


def _fill(
    settings: Settings, *, demo_traffic: bool, new_admin_token: bool, remark: Callable[[Message], None]
) -> str | None:
    """Bring what a demo needs into the database, and return the secret of a new token where there is one."""
    database = Database.open(settings.store)
    if config_file(settings.shop).is_file():
        currency = load_config(settings.shop).shop.currency
        before = database.change(lambda connection: note_currency(connection, currency))
        if before is not None:
            remark(_OTHER_CURRENCY.with_values(before=before, currency=currency))
    if settings.demo_people:
        database.change(add_demo_people)
    if demo_traffic:
        database.change(play_traffic)
    secret = first_token(database, another=new_admin_token)
    database.close()
    return secret


def run(
    settings: Settings,
    host: str,
    port: int,
    *,
    new_admin_token: bool,
    demo_traffic: bool,
    remark: Callable[[Message], None],
) -> None:
    """Serve until the process is told to stop."""
    if settings.demo_people and host not in LOOPBACK:
        raise InputError(Message("people of a demo sign in without a password; listen on 127.0.0.1 for that"))
    _check_port(host, port)
    secret = _fill(settings, demo_traffic=demo_traffic, new_admin_token=new_admin_token, remark=remark)
    if secret is not None:
        _show_token(secret, remark)
        if not new_admin_token:
            remark(_NEW_DATABASE)
    remark(Message("The console is at {address}", context="message", address=f"http://{host}:{port}/"))
    if config_file(settings.shop).is_file():
        for fault in webhook_faults(load_config(settings.shop)):
            remark(fault)
    open_shop_offers(settings.shop, None)  # what is wrong in them is said before processes start
    forget_counters(settings.shop / COUNTERS)
    allow_many_files()
    settings.to_environment()
    os.environ[STORE_VARIABLE] = settings.store
    log_to_stderr()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # uvicorn raises it anew when it has stopped
    runner = Runner(settings.shop, settings.store)
    runner.start()
    try:
        _serve(settings, host, port)
    finally:
        runner.stop()


def _check_port(host: str, port: int) -> None:
    """Raise InputError where the service cannot listen, before a token is made and processes start."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            text = Message("port {port} is in use by another program; stop it, or choose another port with --port")
            raise InputError(text.with_values(port=str(port))) from error
        raise InputError(
            Message(
                "the service cannot listen on port {port} of {host} ({reason}); choose another port or address with "
                "--port and --host",
                port=str(port),
                host=host,
                reason=error.strerror or str(error),
            )
        ) from error


def _serve(settings: Settings, host: str, port: int) -> None:
    import uvicorn

    uvicorn.run(
        "offerloop.web.running:app_of_worker", factory=True, host=host, port=port, workers=settings.workers,
        http="offerloop.web.limits:PromptProtocol",
        access_log=False, log_config=None, server_header=False, proxy_headers=False,
        timeout_keep_alive=5, timeout_graceful_shutdown=STOP_SECONDS, limit_concurrency=1_000,
        timeout_worker_healthcheck=SILENT_SECONDS,
    )  # fmt: skip


def _show_token(secret: str, remark: Callable[[Message], None]) -> None:
    sys.stdout.write(f"{secret}\n")
    sys.stdout.flush()
    remark(Message("This is a token of an admin. It is shown once: keep it where secrets are kept."))


def app_of_worker() -> ASGIApp:
    """Return the application of a process that `run` started.

    One of several processes has answered nobody while it is being made, so it ends at once when it is told to stop. A
    service of one process stops as `run` says. None of several stays without the process that started it: it would hold
    the port, and nobody would begin jobs.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return _application()
    threading.Thread(target=_end_after, args=(parent,), daemon=True).start()
    with _ended_at_once():
        return _application()


def _end_after(parent: multiprocessing.process.BaseProcess) -> None:
    """Stop in good order once the process that started this one is gone."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _application() -> ASGIApp:
    from offerloop.web.app import app_from_environment

    return app_from_environment()


@contextmanager
def _ended_at_once() -> Iterator[None]:
    usual = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)
