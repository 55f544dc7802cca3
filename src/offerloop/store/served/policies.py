"""Which policy is served, and the switch that turns personalised offers off."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from offerloop.store.connect import clock, inserting
from offerloop.store.schema import promotions, switches

PERSONALISED = "personalised"
"""The switch of all personalised offers."""
SIMULATED = "simulated"
"""The switch that says that the store holds simulated traffic."""


def promote(connection: Connection, version: str | None, actor: str) -> None:
    """Serve this version from now on; with None whatever run is the newest."""
    connection.execute(insert(promotions).values(at=clock(connection), actor=actor, version=version))


def promoted(connection: Connection) -> str | None:
    """Return the version that was chosen last; None where the newest run is served."""
    last = select(promotions.c.version).order_by(promotions.c.promotion_id.desc()).limit(1)
    return connection.execute(last).scalar_one_or_none()


def promotion_number(connection: Connection) -> int:
    """Return the number of the last choice; 0 before the first."""
    return connection.execute(select(func.max(promotions.c.promotion_id))).scalar_one() or 0


def set_switch(connection: Connection, name: str, is_on: bool, actor: str) -> None:
    """Turn something on or off."""
    row = {"name": name, "is_on": is_on, "at": clock(connection), "actor": actor}
    changed = inserting(connection, switches).values(row)
    connection.execute(changed.on_conflict_do_update(index_elements=["name"], set_=row))


def is_on(connection: Connection, name: str) -> bool:
    """Whether a switch is on, as it is until somebody turns it off."""
    value = connection.execute(select(switches.c.is_on).where(switches.c.name == name)).scalar_one_or_none()
    return value is None or bool(value)


def holds_simulated(connection: Connection) -> bool:
    """Whether some of the traffic in the store is simulated, which nothing is until it is said."""
    value = connection.execute(select(switches.c.is_on).where(switches.c.name == SIMULATED)).scalar_one_or_none()
    return bool(value)


def switch_version(connection: Connection, name: str) -> str:
    """Return what changes when a switch is turned."""
    row = connection.execute(select(switches.c.at, switches.c.is_on).where(switches.c.name == name)).one_or_none()
    return "0" if row is None else f"{row.at}-{int(row.is_on)}"
