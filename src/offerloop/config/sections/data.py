"""`[data]`: where the tables of a shop come from."""

from __future__ import annotations

import os
from typing import Literal

from offerloop.config.sections.section import ConfigSection

STORE_VARIABLE = "OFFERLOOP_STORE"


class Data(ConfigSection):
    """`[data]`: where the tables of a shop come from that `[sources]` does not name."""

    source: Literal["files", "store"] = "files"
    """`files`: from nowhere, so that `[sources.order_lines]` is required; `store`: from the events that the shop
    reported to `offerloop serve`."""
    store: str = "sqlite:///offerloop.db"
    """Database of the events and of everything else that `offerloop serve` keeps: SQLite, relative to the configuration
    file, or PostgreSQL; `${NAME}` is an environment variable. The variable OFFERLOOP_STORE stands in its place."""

    @property
    def url(self) -> str:
        """The database that counts."""
        return os.environ.get(STORE_VARIABLE) or self.store
