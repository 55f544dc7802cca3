"""Carry out the next job of a shop: `python -m offerloop.background SHOP`, with the store in OFFERLOOP_STORE."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from pathlib import Path

from offerloop.background.job_execution import carry_out_next, stop_job
from offerloop.config import STORE_VARIABLE
from offerloop.errors import places_of
from offerloop.store import Database


class _Lines(logging.Formatter):
    """Writes each message as a line of JSON, as the service does."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = {"at": round(record.created, 3), "event": "job", "from": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            said["traceback"] = places_of(record.exc_info[1])
        return json.dumps(said)


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setLevel(logging.INFO)  # the loggers of stages say more, for the progress of a job
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def main() -> None:
    """SIGTERM and SIGINT stop the job."""
    signal.signal(signal.SIGTERM, stop_job)
    signal.signal(signal.SIGINT, stop_job)
    _log_to_stderr()
    database = Database.open(os.environ[STORE_VARIABLE])
    try:
        carry_out_next(Path(sys.argv[1]), database)
    finally:
        database.close()


if __name__ == "__main__":
    main()
