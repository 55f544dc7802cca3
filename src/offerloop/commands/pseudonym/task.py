"""`offerloop pseudonym`: under which pseudonyms customers stand in the tables of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from offerloop.config import StrPath, load_config
from offerloop.events import pseudonyms
from offerloop.report import Result


@dataclass(frozen=True)
class Pseudonyms(Result):
    """Pseudonyms by raw id."""

    by_id: Mapping[str, str]

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`pseudonyms`: customer_id and pseudonym."""
        columns = {"customer_id": list(self.by_id), "pseudonym": list(self.by_id.values())}
        return {"pseudonyms": pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))}


def pseudonym(config: StrPath, ids: Sequence[str]) -> Pseudonyms:
    """Hide raw ids as the configuration says. Raises ConfigError where it does not."""
    return Pseudonyms(pseudonyms(ids, load_config(config).privacy))
