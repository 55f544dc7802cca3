"""The journal of a loop: what each step of each period came to, written once and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from offerloop.store.connect import clock, open_engine, persevere, place_of, reading, writing
from offerloop.store.migrations import migrate
from offerloop.store.schema import steps

PATIENCE_SECONDS = 30.0


class Journal:
    """The steps of one loop in a database.

    Every method waits up to `patience_seconds` for a database that is busy or away, and then raises StoreError.
    """

    def __init__(self, engine: Engine, name: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.engine, self.name, self._patience = engine, name, patience_seconds
        persevere(lambda: migrate(engine), engine, patience_seconds)

    @classmethod
    def open(cls, url: str, name: str) -> Journal:
        """Open the journal of the loop with that name. Raises InputError for a URL of another database."""
        return cls(open_engine(url), name)

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return place_of(self.engine)

    def names(self) -> list[str]:
        """Return the names of all loops in the database, the one that took the newest step first."""
        newest = func.max(steps.c.at)
        query = select(steps.c.name).group_by(steps.c.name).order_by(newest.desc(), steps.c.name)

        def read() -> list[str]:
            with reading(self.engine) as connection:
                return list(connection.execute(query).scalars())

        return persevere(read, self.engine, self._patience)

    def once(self, period: int, step: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever JSON holds
        """What the step came to: as it was recorded, or, where it was not, as `make` gives it, which is then recorded.

        Whoever asks gets the same, also when two ask at one time or one crashes: what is not recorded is made anew.
        """
        if self._read(period, step) is None:
            made = json.dumps(make(), allow_nan=False)
            persevere(lambda: self._write(period, step, made), self.engine, self._patience)
        return self.result_of(period, step)

    def result_of(self, period: int, step: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        """What a step came to; None where it is not recorded."""
        return json.loads(self._read(period, step) or "null")

    def recorded(self, seconds_ago: int = 0) -> list[tuple[int, str, Any]]:
        """(period, step, what it came to) of all steps that were written so long ago, by period, in the order of their
        writing."""
        kind = func.rtrim(steps.c.step, "0123456789")  # a step with a number that is longer was written later
        order = (steps.c.period, steps.c.at, kind, func.length(steps.c.step), steps.c.step)
        with reading(self.engine) as connection:
            is_written = steps.c.at <= clock(connection) - seconds_ago
            query = select(steps).where(steps.c.name == self.name, is_written).order_by(*order)
            return [(row.period, row.step, json.loads(row.body)) for row in connection.execute(query)]

    def _read(self, period: int, step: str) -> str | None:
        place = (steps.c.name == self.name) & (steps.c.period == period) & (steps.c.step == step)

        def read() -> str | None:
            with reading(self.engine) as connection:
                return connection.execute(select(steps.c.body).where(place)).scalar_one_or_none()

        return persevere(read, self.engine, self._patience)

    def _write(self, period: int, step: str, body: str) -> None:
        try:
            with writing(self.engine) as connection:
                row = {"name": self.name, "period": period, "step": step, "at": clock(connection), "body": body}
                connection.execute(insert(steps).values(row))
        except IntegrityError:
            return  # somebody else was first, and what they recorded holds
