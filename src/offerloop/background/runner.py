"""The threads that work beside requests: one begins jobs, each in a process of its own, one sends notices, and one
moves campaigns by their times and budgets."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from offerloop.background.campaigns import follow_campaigns
from offerloop.background.notifying import send_due
from offerloop.background.schedule import due_job
from offerloop.config import STORE_VARIABLE, Config, config_file, load_config
from offerloop.errors import OfferloopError
from offerloop.store import Database, add_job, job_named, jobs_wait
from offerloop.workspace import find_run

EVERY = 1.0
"""Seconds between two looks at the queue."""
PATIENCE_SECONDS = 20.0
"""How long a job and notices may take to stop."""
_LOG = logging.getLogger(__name__)


class Runner:
    """Carries out the jobs of a shop and sends its notices, from `start` to `stop`.

    Several services of one shop may each have a runner: the store lets one job run at a time.
    """

    def __init__(self, shop: Path, store_url: str) -> None:
        self.shop, self.store_url = shop, store_url
        self._database = Database.open(store_url)
        self._over = threading.Event()
        self._read: tuple[int, Config] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._threads = [
            threading.Thread(target=self._again, args=(action,), daemon=True)
            for action in (self._jobs, self._notices, self._campaigns)
        ]

    def start(self) -> None:
        """Begin, and return at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop a job that runs, which is queued again, and end the threads.

        A notice that is still being sent is left: as it was not taken, it is sent again under its id.
        """
        self._over.set()
        self._threads[0].join()  # it begins no other job from now on
        until = time.monotonic() + PATIENCE_SECONDS
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(PATIENCE_SECONDS)
            self._child.kill()
            self._child.wait()
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._database.close()

    def _again(self, action: Callable[[], None]) -> None:
        """Do something every second; what goes wrong is logged once, and tried again. A shop that is not set up yet
        has nothing to do."""
        logged = ""
        while not self._over.wait(EVERY):
            try:
                if config_file(self.shop).is_file():
                    action()
                logged = ""
            except OfferloopError as error:
                if str(error) != logged:
                    _LOG.warning("%s", error)
                logged = str(error)
            except Exception:
                _LOG.exception("work beside requests failed and is tried again")

    def _config(self) -> Config:
        """Return the configuration, read again when the file has changed."""
        changed = config_file(self.shop).stat().st_mtime_ns
        if self._read is None or self._read[0] != changed:
            self._read = changed, load_config(self.shop)
        return self._read[1]

    def _jobs(self) -> None:
        """Queue what the schedule wants, and begin a process where a job waits."""
        config = self._config()
        if config.schedule is not None:
            name = due_job(config.schedule, config.shop.timezone, datetime.now(UTC))
            if name is not None and not self._database.read(partial(job_named, name=name)):
                kind = config.schedule.job
                self._database.change(lambda connection: add_job(connection, kind, {}, name))
        if (self._child is None or self._child.poll() is not None) and self._database.read(jobs_wait):
            environment = {**os.environ, STORE_VARIABLE: self.store_url}
            command = [sys.executable, "-m", "offerloop.background", str(self.shop)]
            self._child = subprocess.Popen(command, env=environment)

    def _notices(self) -> None:
        send_due(self._database, self._config(), self._over.is_set)

    def _campaigns(self) -> None:
        try:
            newest = find_run(self.shop).name
        except OfferloopError:  # a shop without a run has campaigns all the same
            newest = None
        follow_campaigns(self._database, self._config(), newest)
