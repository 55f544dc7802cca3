"""The log of a command, for cron jobs: when it began, what each stage took, what was written, and how it ended."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from offerloop.errors import InputError, OfferloopError
from offerloop.message import Message

VARIABLE = "OFFERLOOP_LOG"
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TIME = "%Y-%m-%dT%H:%M:%S%z"
_ROOT = logging.getLogger("offerloop")


def start_log(verbose: int) -> None:
    """Send the log where `-v` and OFFERLOOP_LOG say: a level for standard error, or a file that is added to.

    Raises InputError for a file that cannot be opened.
    """
    for old in _ROOT.handlers:
        old.close()
    handlers = list(_handlers(verbose, os.environ.get(VARIABLE, "").strip()))
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT, _TIME))
    _ROOT.handlers[:] = handlers or [logging.NullHandler()]
    _ROOT.setLevel(min((handler.level for handler in handlers), default=logging.WARNING))


def _handlers(verbose: int, written: str) -> Iterator[logging.Handler]:
    level = {0: None, 1: logging.INFO}.get(verbose, logging.DEBUG)
    if written and written.lower() not in _LEVELS:
        yield _at(_file(written), level or logging.INFO)
    elif written:
        level = min(_LEVELS[written.lower()], level or logging.ERROR)
    if level is not None:
        yield _at(logging.StreamHandler(sys.stderr), level)


def _at(handler: logging.Handler, level: int) -> logging.Handler:
    handler.setLevel(level)
    return handler


def _file(written: str) -> logging.Handler:
    try:
        return logging.FileHandler(Path(written).expanduser(), encoding="utf-8")
    except OSError as error:
        levels = ", ".join(_LEVELS)
        raise InputError(
            Message(
                "the log '{written}' cannot be opened ({reason}); set {variable} to a file in a folder that "
                "is there, or to a level ({levels})",
                written=written,
                reason=error.strerror or str(error),
                variable=VARIABLE,
                levels=levels,
            )
        ) from None


def logs_to_terminal() -> bool:
    """Return whether the log goes to standard error, where progress would come between its lines."""
    return any(type(handler) is logging.StreamHandler for handler in _ROOT.handlers)


@contextmanager
def logged(command: str) -> Iterator[None]:
    """Log when a command begins and how it ends; errors with their sentence, or with a traceback."""
    log, begin = logging.getLogger(f"offerloop.{command}"), time.monotonic()
    log.info("begins")
    code = 0
    try:
        yield
    except typer.Exit as ended:
        code = ended.exit_code
        raise
    except SystemExit as ended:  # as of a server that cannot listen
        code = ended.code if isinstance(ended.code, int) else 1
        raise
    except OfferloopError as error:
        code = error.exit_code
        log.error("%s", error)
        raise
    except Exception:
        code = 1
        log.exception("failed")
        raise
    finally:
        log.info("ended with exit code %d after %.1f s", code, time.monotonic() - begin)
