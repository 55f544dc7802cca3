"""What `offerloop recommend` found: a tidy table, and which recommender serves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.errors import unwritable
from offerloop.message import Message
from offerloop.recommenders import Task
from offerloop.report import Localizer, Result
from offerloop.workspace import draft


@dataclass(frozen=True)
class Recommendations(Result):
    """customer_id, product_id, task, rank, affinity, source, reason; sorted by customer, task and rank.

    Where products have texts, also text, and about_text of the product that the reason names.
    """

    table: pl.DataFrame
    serving: dict[Task, str]
    """The recommender of each task."""
    gap: Message | None
    """Why recommenders could not be compared; then the fallback serves."""
    language: str = "en"
    """The language of the sentence."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """The tables of the result: `recommendations`."""
        return {"recommendations": self.table}

    def write(self, path: Path) -> None:
        """Write CSV or Parquet by the ending of the file. Raises InputError where it cannot be written."""
        try:
            with draft(path) as partial, partial.open("wb") as file:
                self.table.write_parquet(file) if path.suffix == ".parquet" else self.table.write_csv(file)
        except OSError as error:
            raise unwritable(path, error) from error

    @property
    def sentence(self) -> str:
        """Who serves what, for a person."""
        _ = Localizer(self.language)
        served = _(
            "The next basket is by {repeat}, new products are by {new}.",
            repeat=self.serving["repeat"],
            new=self.serving["new"],
        )
        if self.gap is None:
            return served
        return _.sentences([_("Recommenders could not be compared: {gap}.", gap=self.gap), served])

    @property
    def chosen(self) -> dict[str, Any]:
        """Who serves what, for machines."""
        return {"serving": self.serving, "gap": None if self.gap is None else str(self.gap)}

    @property
    def facts(self) -> dict[str, Any]:
        """Return everything for programs."""
        return self.chosen | {"recommendations": self.table.to_dicts()}
