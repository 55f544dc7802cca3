"""A database of the service: the one place where its transactions are committed, or made anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Engine

from offerloop.store.connect import CHECK_ADDRESS, file_of, open_engine, persevere, place_of, reading, writing
from offerloop.store.migrations import migrate

Answered = TypeVar("Answered")
PATIENCE_SECONDS = 10.0
STORE_NAME = "offerloop.db"
"""Name of the SQLite file in a shop's folder that the service uses unless another database is named."""


@dataclass(frozen=True)
class Database:
    """SQLite or PostgreSQL with today's tables. Safe to use from many threads; each process opens its own."""

    engine: Engine
    patience_seconds: float = PATIENCE_SECONDS
    inode: int | None = None
    """The file of SQLite that was opened, which may have got another name since."""

    @classmethod
    def open(cls, url: str, patience_seconds: float = PATIENCE_SECONDS) -> Database:
        """Open a database and bring its tables up to date.

        Raises InputError for a URL of another database, and StoreError where it is away.
        """
        engine = open_engine(url)
        try:
            persevere(lambda: migrate(engine), engine, patience_seconds, CHECK_ADDRESS)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, patience_seconds, _inode(engine))

    @property
    def is_replaced(self) -> bool:
        """Whether another file stands in the place of the one that was opened, as after a restore without a stop.

        What is written goes to the former file, and is lost with it.
        """
        return _inode(self.engine) != self.inode

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return place_of(self.engine)

    def read(self, action: Callable[[Connection], Answered], patience_seconds: float | None = None) -> Answered:
        """Return what the action reads. Raises StoreError when the database is away for too long."""

        def once() -> Answered:
            with reading(self.engine) as connection:
                return action(connection)

        return persevere(once, self.engine, self.patience_seconds if patience_seconds is None else patience_seconds)

    def change(self, action: Callable[[Connection], Answered], patience_seconds: float | None = None) -> Answered:
        """Commit what the action changes, all of it or nothing, and return its answer.

        The action may be called several times. Raises StoreError when the database is away for too long.
        """

        def once() -> Answered:
            with writing(self.engine) as connection:
                return action(connection)

        return persevere(once, self.engine, self.patience_seconds if patience_seconds is None else patience_seconds)

    def close(self) -> None:
        """Let all connections go."""
        self.engine.dispose()


def _inode(engine: Engine) -> int | None:
    file = file_of(engine)
    try:
        return None if file is None else file.stat().st_ino
    except OSError:
        return None
