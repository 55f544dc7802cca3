"""The log on standard error, a JSON object in each line.

Lines gather for a moment, because a write for each takes longer than a decision.
"""

from __future__ import annotations

import atexit
import json
import logging
import sys
import time
from collections import deque
from contextlib import suppress
from threading import Thread

from offerloop.errors import places_of

WRITE_SECONDS = 0.2
"""How long a line waits at most."""


class JsonLine(logging.Formatter):
    """What the program says in one line, with the places of a fault in it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = {"at": round(record.created, 3), "event": "message", "level": record.levelname.lower()}
        said |= {"logger": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            said["traceback"] = places_of(record.exc_info[1])
        return json.dumps(said)


class GatheredLines(logging.Handler):
    """Writes lines together; a warning at once, with all that stands before it."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[str] = deque()
        atexit.register(self.flush)
        Thread(target=self._run, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Take what the program says."""
        self.add(self.format(record))
        if record.levelno >= logging.WARNING:
            self.flush()

    def add(self, line: str) -> None:
        """Take a line."""
        self._waiting.append(line)

    def flush(self) -> None:
        """Write what waits; a disk that is full loses lines and stops nothing else."""
        lines: list[str] = []
        with suppress(IndexError):  # threads may flush at once, and each line is one's
            while True:
                lines.append(self._waiting.popleft())
        if lines:
            with suppress(OSError):
                sys.stderr.write("\n".join([*lines, ""]))
                sys.stderr.flush()

    def _run(self) -> None:
        while True:
            time.sleep(WRITE_SECONDS)
            self.flush()


def log_to_stderr() -> GatheredLines:
    """Write what the service and its server say to standard error, one line each."""
    root = logging.getLogger("offerloop")
    for handler in root.handlers:
        if isinstance(handler, GatheredLines):
            return handler
    lines = GatheredLines()
    lines.setFormatter(JsonLine())
    for logger, level in ((root, logging.INFO), (logging.getLogger("uvicorn"), logging.WARNING)):
        logger.handlers[:] = [lines]
        logger.setLevel(level)
    return lines


def flush_log() -> None:
    """Write what waits: a process that a signal ends does nothing more."""
    for handler in logging.getLogger("offerloop").handlers:
        handler.flush()
