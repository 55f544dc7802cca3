"""Scores of customers by what a trial taught: from a study in memory, or from a file that a study left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.errors import InputError
from offerloop.evaluation import Z95
from offerloop.message import Message
from offerloop.response import ColumnEncoding, LearnedEffects, from_plain, to_plain

LEARNED = "learned.json"
FORMAT = 1
STRANGE = 0.5
"""A column of names that the trial never had in so large a share of the rows is written in another way."""


@dataclass(frozen=True)
class TrialScorer:
    """What a trial taught, and how its table was written."""

    encoding: ColumnEncoding
    learned: LearnedEffects
    arms: tuple[str, ...]
    """As the trial had them, no offer first."""
    key: str | None
    """The column with the ids of customers."""
    tries: bool
    """Whether what was decided may pay, so that it is to be tried."""
    seed: int

    def check(self, table: pl.DataFrame) -> dict[str, int]:
        """See `check_rows`."""
        return check_rows(table, self.encoding, self.key)

    def scores(self, table: pl.DataFrame) -> pl.DataFrame:
        """One row per customer: the id (or row), the offer that the policy gives, and profit.

        Where something may pay, `to_try` holds the offers of a trial. For every offer `profit_<offer>` against giving
        nothing with rough `_low` and `_high`; value where no cost is known. Raises InputError for a table that lacks a
        column.
        """
        features = self.encoding.matrix(table)
        value, cost = self.learned.effects(features)
        profit = value if cost is None else value - cost
        half = Z95 * self.learned.se(features)
        uniform = np.random.default_rng(self.seed).random(len(table))
        key = key_column(table, self.key)
        columns = {key: table[key], "offer": self._named(drawn(self.learned.policy(features), uniform))}
        if self.tries:
            columns["to_try"] = self._named(drawn(self.learned.tried(features), uniform))
        for k, name in enumerate(self.arms[1:], start=1):
            columns[f"profit_{name}"] = pl.Series(profit[:, k])
            columns[f"profit_{name}_low"] = pl.Series(profit[:, k] - half[:, k])
            columns[f"profit_{name}_high"] = pl.Series(profit[:, k] + half[:, k])
        return pl.DataFrame(columns).rename({"_row": "row"} if key == "_row" else {})

    def budget(self, customers: int) -> float | None:
        """Return what may be spent on so many customers: as much for each as in the trial; None without a budget."""
        each = self.learned.spending.per_customer
        return None if each is None else each * customers

    def _named(self, choices: Ints) -> pl.Series:
        return pl.Series([self.arms[k] for k in choices], dtype=pl.String)

    def to_json(self) -> str:
        """As the text of LEARNED."""
        plain = {
            "format": FORMAT, "arms": self.arms, "key": self.key, "tries": self.tries, "seed": self.seed,
            "encoding": to_plain(self.encoding), "learned": to_plain(self.learned),
        }  # fmt: skip
        return json.dumps(plain, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, place: Path) -> TrialScorer:
        """From a study's folder, or the file in it. Raises InputError where there is none that can be read."""
        path = place / LEARNED if place.is_dir() else place
        if not path.is_file():
            raise InputError(
                Message("there is no '{path}'; make the study with --save, which writes it", path=str(path))
            )
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            is_study = plain["format"] == FORMAT
        except (ValueError, KeyError, TypeError):
            is_study = False
        if not is_study:
            raise InputError(
                Message(
                    "'{path}' is no {name} of this version of Offerloop; make the study again with --save",
                    path=str(path),
                    name=LEARNED,
                )
            )
        encoding, learned = from_plain(plain["encoding"]), from_plain(plain["learned"])
        return cls(encoding, learned, tuple(plain["arms"]), plain["key"], plain["tries"], plain["seed"])


def drawn(policy: Floats, uniform: Floats) -> Ints:
    """Return the offer (n,) of each customer, by the probabilities (n, K) of a policy and uniform numbers (n,)."""
    choices: Ints = (policy.cumsum(axis=1) < uniform[:, None]).sum(axis=1).clip(max=policy.shape[1] - 1)
    return choices


def check_rows(table: pl.DataFrame, encoding: ColumnEncoding, key: str | None) -> dict[str, int]:
    """Return in how many rows a column holds what the trial never had, by column.

    Raises InputError for a table that lacks a column, or writes it in another way.
    """
    key_column(table, key)
    unseen = encoding.unseen(table)
    for name, rows in unseen.items():
        if rows > STRANGE * table.height and name in encoding.texts:
            raise InputError(
                Message(
                    "the column '{name}' holds values that the trial never had in {rows} of {height} "
                    "rows; write them as the trial did",
                    name=name,
                    rows=rows,
                    height=table.height,
                )
            )
    return unseen


def key_column(table: pl.DataFrame, key: str | None) -> str:
    """Return the column that names customers. Raises InputError where it is missing."""
    if key is None:
        return "_row"
    if key not in table.columns:
        raise InputError(
            Message(
                "the table to score has no column '{key}', which names the customers of the trial "
                "(customer_id in Python, --id on the command line); give it",
                key=key,
            )
        )
    return key
