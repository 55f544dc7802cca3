"""What a process builds before it says that it is ready, and for each policy after, so that no request waits for it."""

from __future__ import annotations

import gc
import logging
from pathlib import Path
from threading import Event, Thread

from fastapi import FastAPI
from starlette.types import Scope

from offerloop.locale import languages, translations
from offerloop.web.console.recipients.view import prepare_recipients
from offerloop.web.console.rendering import compile_templates
from offerloop.web.worker import Worker

_LOG = logging.getLogger(__name__)


def start_warming(app: FastAPI, worker: Worker) -> Event:
    """Warm up in a thread, and return what is set when that is done."""
    done = Event()

    def work() -> None:
        try:
            warm_up(app, worker)
        except Exception:
            _LOG.exception("first requests will be slower than later ones")
        finally:
            gc.collect()
            gc.freeze()  # what was built stays: looking through it again and again would delay decisions
            done.set()

    Thread(target=work, name="warming", daemon=True).start()
    return done


def warm_up(app: FastAPI, worker: Worker) -> None:
    """Build the routes, the pages' templates and texts, and the lists of who gets what by the plan that is served."""
    _build_routes(app)
    compile_templates()
    for language in languages():
        translations(language)
    worker.prepare = prepare_run
    if worker.served is not None:
        prepare_recipients(worker.served.policy.run_folder)


def prepare_run(run_folder: Path) -> None:
    """Put who gets what in order by a policy that has just begun to be served."""
    try:
        prepare_recipients(run_folder)
    except Exception:
        _LOG.exception("first requests will be slower than later ones")


def _build_routes(app: FastAPI) -> None:
    """Compare an address that no route has with all of them: FastAPI builds a router with the first comparison."""
    for route in app.routes:
        scope: Scope = {"type": "http", "method": "GET", "path": "/no-route", "root_path": "", "headers": []}
        route.matches(scope)
