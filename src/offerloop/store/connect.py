"""Connections to SQLite and PostgreSQL whose commits are on disk, the database's clock, and what may be tried again."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from offerloop.errors import InputError, StoreError
from offerloop.message import Message

Answered = TypeVar("Answered")
SQLITE_WAIT_MS = 10_000
"""How long SQLite itself waits for another writer; then we try again."""
LONGEST_PAUSE = 0.5
"""Seconds between two tries at most."""
NOTICED = {
    "connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}  # fmt: skip
"""Parameters by which a server of PostgreSQL that says nothing any more is noticed within 20 seconds."""
_REFUSED_SQLITE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_DAMAGED_SQLITE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REFUSED_POSTGRESQL = ("53100", "25006")
"""A full disk, and a server that only reads: https://www.postgresql.org/docs/current/errcodes-appendix.html."""
_CLOCK = {
    "sqlite": text("select cast(strftime('%s', 'now') as integer)"),
    "postgresql": text("select cast(floor(extract(epoch from clock_timestamp())) as bigint)"),
}


class StaleError(Exception):
    """Somebody else was faster: what was read does not hold any more. The transaction is undone and made anew."""


def open_engine(url: str) -> Engine:
    """An engine whose every commit is durable. Raises InputError when the URL is not one of SQLite or PostgreSQL."""
    try:
        engine = create_engine(url, hide_parameters=True)  # errors are logged, and values name customers
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError):
        raise InputError(
            Message("a store's URL is like sqlite:///ledger.db or postgresql+psycopg://user@host/shop")
        ) from None
    if engine.dialect.name not in _CLOCK:
        raise InputError(
            Message("a store is a database of SQLite or PostgreSQL, not of {database}", database=engine.dialect.name)
        )
    _check_folder(engine)
    event.listen(engine, "connect", _durable_sqlite if engine.dialect.name == "sqlite" else _durable_postgresql)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "do_connect", _notice_silence)
    _close_late(engine)
    return engine


def _close_late(engine: Engine) -> None:
    """Close a connection that is given back after its pool was disposed of: otherwise it stays open at the server.

    Its pool is noted before it is made, as the pool may be disposed of meanwhile.
    """

    def connecting(_: Dialect, entry: ConnectionPoolEntry, *__: object) -> None:
        entry.info["pool"] = engine.pool

    def given_back(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        if entry.info.get("pool") is not engine.pool:
            entry.close()

    event.listen(engine, "do_connect", connecting)
    event.listen(engine, "checkin", given_back)


def _check_folder(engine: Engine) -> None:
    """Raise InputError where the file of SQLite would stand in a folder that is not there."""
    file = file_of(engine)
    if file is not None and not file.parent.is_dir():
        folder = str(file.parent)
        raise InputError(
            Message("the store's folder '{folder}' is not there; make it, or correct the URL", folder=folder)
        )


def file_of(engine: Engine) -> Path | None:
    """The file of a database of SQLite; None of one in memory, and of PostgreSQL."""
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    return Path(file).absolute() if file and not file.startswith((":", "file:")) else None


def place_of(engine: Engine) -> str:
    """The database's file, or its URL without the password: for messages."""
    url = engine.url
    return url.database or "memory" if engine.dialect.name == "sqlite" else url.render_as_string(hide_password=True)


def _durable_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    with _closed_on_error(connection), closing(connection.cursor()) as cursor:
        for setting in (f"busy_timeout = {SQLITE_WAIT_MS}", "synchronous = full", "secure_delete = on"):
            cursor.execute(f"pragma {setting}")
        if cursor.execute("pragma journal_mode").fetchone() != ("wal",):  # the file remembers it
            cursor.execute("pragma journal_mode = wal")


def _durable_postgresql(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Whatever the server's default is: an answer is given when the commit is on disk."""
    with _closed_on_error(connection), closing(connection.cursor()) as cursor:
        cursor.execute("set synchronous_commit to on")
        connection.commit()


@contextmanager
def _closed_on_error(connection: DBAPIConnection) -> Iterator[None]:
    """Close a new connection that cannot be set up: SQLAlchemy would leave it open."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _notice_silence(_: Dialect, __: ConnectionPoolEntry, ___: object, parameters: dict[str, Any]) -> None:
    """Leave what the URL says as it is."""
    for name, value in NOTICED.items():
        parameters.setdefault(name, value)


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("offerloop_writes", False)
    connection.exec_driver_sql("begin immediate" if immediate else "begin")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads; on SQLite it holds nobody up."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def at_one_moment(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, and sees the same state in all its questions."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # SQLite's transactions are like that
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is committed at the end, or undone by an error."""
    with engine.connect().execution_options(offerloop_writes=True) as connection, connection.begin():
        yield connection


def inserting(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - the two have no common type
    """Return an INSERT that knows ON CONFLICT."""
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)


def one_at_a_time(connection: Connection, name: str) -> None:
    """Wait until no other transaction that asked for this name is open; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"select pg_advisory_xact_lock({int.from_bytes(name.encode(), 'big')})"))


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the columns of rows, which may say more; those that are there stay as they are.

    The driver gets them as they are: SQLAlchemy would take longer to prepare each than the database to write it.
    """
    if rows:
        connection.exec_driver_sql(_insertion(table, connection.dialect.name), list(rows))


@cache
def _insertion(table: Table, dialect: str) -> str:
    names = [column.name for column in table.columns]
    values = ", ".join(f"%({name})s" if dialect == "postgresql" else f":{name}" for name in names)
    return f"insert into {table.name} ({', '.join(names)}) values ({values}) on conflict do nothing"


def clock(connection: Connection) -> int:
    """The database's time in epoch seconds, so that callers' clocks do not matter."""
    return int(connection.execute(_CLOCK[connection.dialect.name]).scalar_one())


SEND_AGAIN = Message("try again, and send requests with the same key")
"""What to do about a database that was served and is away."""
CHECK_ADDRESS = Message("check that it runs, that the database is there, and its address, user and password")
"""What to do about one that cannot be opened."""


def persevere(
    action: Callable[[], Answered], engine: Engine, patience_seconds: float, remedy: Message = SEND_AGAIN
) -> Answered:
    """The result of an action on a database; made anew while others were faster or the database was away.

    Raises StoreError after `patience_seconds`, which says the `remedy`, and at once where the disk is full or cannot be
    written, or where SQLite's file is damaged. The action must be safe to repeat.
    """
    deadline = time.monotonic() + patience_seconds
    pause = 0.001
    while True:
        try:
            return action()
        except (StaleError, DBAPIError, sqlite3.OperationalError) as error:
            if is_refused(error):
                raise _refused(error, engine) from error
            if _is_damaged(error):
                raise _damaged(error, engine) from error
            if not passing(error):
                raise
            if time.monotonic() > deadline:
                raise _late(error, engine, patience_seconds, remedy) from error
        time.sleep(pause * random.random())
        pause = min(LONGEST_PAUSE, 2 * pause)


def _refused(error: Exception, engine: Engine) -> StoreError:
    return StoreError(
        Message(
            "the store '{place}' cannot be read or written ({reason}); try again once it can, and send requests "
            "with the same key",
            place=place_of(engine),
            reason=_first_line(error),
        )
    )


def _damaged(error: Exception, engine: Engine) -> StoreError:
    return StoreError(
        Message(
            "the store '{place}' is damaged ({reason}); stop what uses it, and restore it from a complete backup",
            place=place_of(engine),
            reason=_first_line(error),
        )
    )


def _late(error: Exception, engine: Engine, patience_seconds: float, remedy: Message) -> StoreError:
    return StoreError(
        Message(
            "the store '{place}' did not answer within {seconds} s ({reason}); {remedy}",
            place=place_of(engine),
            seconds=f"{patience_seconds:g}",
            reason=_first_line(error),
            remedy=remedy,
        )
    )


def is_refused(error: Exception) -> bool:
    """Whether the disk is full or cannot be read or written, which passes, but not within a moment."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return _sqlite_code(cause) in _REFUSED_SQLITE
    return getattr(cause, "sqlstate", None) in _REFUSED_POSTGRESQL


def _is_damaged(error: Exception) -> bool:
    cause = _cause(error)
    return isinstance(cause, sqlite3.Error) and _sqlite_code(cause) in _DAMAGED_SQLITE


def passing(error: Exception) -> bool:
    """Whether trying again may help: somebody was faster, a lost connection, a deadlock, a busy file."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return _sqlite_code(cause) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(error, StaleError | OperationalError | InterfaceError)


def _cause(error: Exception) -> BaseException | None:
    """Return what the driver raised."""
    return error.orig if isinstance(error, DBAPIError) else error


def _sqlite_code(error: sqlite3.Error) -> int:
    """Return the primary result code: https://www.sqlite.org/rescode.html. Errors of the driver itself have none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _first_line(error: Exception) -> str:
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else "others were faster each time"
