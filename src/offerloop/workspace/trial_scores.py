"""Scores of customers by a model fitted to a trial: from a study in memory, or from a file that a study left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from offerloop.arrays import Floats, Ints
from offerloop.errors import InputError
from offerloop.evaluation import Z95
from offerloop.message import Message
from offerloop.response import ColumnEncoding, LearnedEffects, from_plain, to_plain
from offerloop.workspace.folders import draft
from offerloop.workspace.trial_table import check_unique

LEARNED = "learned.json"
FORMAT = 2
BY_ESTIMATE = "offer_by_estimate"
"""The column of what the policy with the best estimate gives, whether or not its gain is shown."""
STRANGE = 0.5
"""A column of names that the trial never had in so large a share of the rows is written in another way."""


@dataclass(frozen=True)
class TrialScorer:
    """The model fitted to a trial, and how its table was written."""

    encoding: ColumnEncoding
    learned: LearnedEffects
    arms: tuple[str, ...]
    """As the trial had them, no offer first."""
    key: str | None
    """The column with the ids of customers."""
    is_sound: bool
    """Whether the trial does not contradict itself, so that its estimates can be acted on."""
    seed: int

    def check(self, parts: Iterable[pl.DataFrame]) -> CheckedRows:
        """See `check_rows`."""
        return check_rows(parts, self.encoding, self.key)

    def scores(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a table: see `each`."""
        return pl.concat(self.each([table]))

    def each(self, parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """One row per customer, part by part: the id (or row), the recommended offer, and profit.

        Beside it BY_ESTIMATE, unless the trial contradicts itself. For every offer `profit_<offer>` against giving
        nothing with rough `_low` and `_high`; value where no cost is known. Raises InputError for a table that lacks a
        column. Parts are gone through twice where all customers share a limit: then effects of all are in memory.
        """
        rng, done = np.random.default_rng(self.seed), 0
        shared = self._policies(*self._effects_of_all(parts)) if self.learned.is_shared else None
        for table in parts:
            features, uniform = self.encoding.matrix(table), rng.random(table.height)
            effects = self.learned.effects(features)
            rows = slice(done, done + table.height)
            policies = self._policies(*effects) if shared is None else {name: one[rows] for name, one in shared.items()}
            yield self._scored(table, features, effects, {name: drawn(one, uniform) for name, one in policies.items()})
            done += table.height

    def _effects_of_all(self, parts: Iterable[pl.DataFrame]) -> tuple[Floats, Floats | None]:
        value, cost = zip(*(self.learned.effects(self.encoding.matrix(table)) for table in parts), strict=True)
        return np.concatenate(value), None if self.learned.cost is None else np.concatenate(cost)

    def _policies(self, value: Floats, cost: Floats | None) -> dict[str, Floats]:
        """Return the probability of each offer (n, K) by the column that names the offers."""
        policies = {"offer": self.learned.verdict}
        if self.is_sound:
            policies[BY_ESTIMATE] = self.learned.decision.policy
        each = {policy: self.learned.probabilities(policy, value, cost) for policy in set(policies.values())}
        return {column: each[policy] for column, policy in policies.items()}

    def _scored(
        self, table: pl.DataFrame, features: Floats, effects: tuple[Floats, Floats | None], offers: Mapping[str, Ints]
    ) -> pl.DataFrame:
        value, cost = effects
        profit = value if cost is None else value - cost
        half = Z95 * self.learned.se(features)
        key = key_column(table, self.key)
        columns = {key: table[key], **{name: self._named(one) for name, one in offers.items()}}
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
        """Return it as the text of LEARNED."""
        plain = {
            "format": FORMAT, "arms": self.arms, "key": self.key, "is_sound": self.is_sound, "seed": self.seed,
            "encoding": to_plain(self.encoding), "learned": to_plain(self.learned),
        }  # fmt: skip
        return json.dumps(plain, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, place: Path) -> TrialScorer:
        """Build it from a study's folder, or the file in it. Raises InputError where there is none that can be read."""
        path = place / LEARNED if place.is_dir() else place
        if not path.is_file():
            raise InputError(
                Message("there is no '{path}'; make the study with --save, which writes it", path=str(path))
            )
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            scorer = cls._of(plain) if plain["format"] == FORMAT else None
        except (ValueError, LookupError, TypeError, AttributeError, InputError):
            scorer = None
        if scorer is None:
            raise InputError(
                Message(
                    "'{path}' is no {name} of this version of Offerloop; make the study again with --save",
                    path=str(path),
                    name=LEARNED,
                )
            ) from None
        check_score_columns(scorer.arms, scorer.key, path)
        return scorer

    @classmethod
    def _of(cls, plain: Mapping[str, Any]) -> TrialScorer:
        """Build it from what `to_json` wrote. Raises ValueError, LookupError, TypeError or InputError."""
        encoding, learned = from_plain(plain["encoding"]), from_plain(plain["learned"])
        if not (isinstance(encoding, ColumnEncoding) and isinstance(learned, LearnedEffects)):
            raise TypeError("no encoding, or nothing learned")
        return cls(encoding, learned, tuple(plain["arms"]), plain["key"], plain["is_sound"], plain["seed"])


def check_score_columns(arms: Sequence[str], key: str | None, path: Path) -> None:
    """Raise InputError where two columns of the scores would have one name, such as the low end of the arm "sms" and
    the profit of an arm "sms_low"; no offer is the first of `arms`.
    """
    ends = [f"profit_{name}{end}" for name in arms[1:] for end in ("", "_low", "_high")]
    columns = Counter([key or "row", "offer", BY_ESTIMATE, *ends])
    column, times = columns.most_common(1)[0]
    if times > 1:
        raise InputError(
            Message(
                "'{path}': the scores would have two columns '{column}', by the names of the arms and of the column "
                "with the ids; give an arm, or that column, another name",
                path=str(path),
                column=column,
            )
        )


def drawn(policy: Floats, uniform: Floats) -> Ints:
    """Return the offer (n,) of each customer, by the probabilities (n, K) of a policy and uniform numbers (n,)."""
    choices: Ints = (policy.cumsum(axis=1) < uniform[:, None]).sum(axis=1).clip(max=policy.shape[1] - 1)
    return choices


@dataclass(frozen=True)
class CheckedRows:
    """The rows of a table that can be scored."""

    number: int
    unseen: Mapping[str, int]
    """Rows in which a column holds what the trial never had, by column."""


def check_rows(parts: Iterable[pl.DataFrame], encoding: ColumnEncoding, key: str | None) -> CheckedRows:
    """Count the rows of a table, and those in which a column holds what the trial never had.

    Raises InputError for a table that lacks a column, or writes it in another way, and for ids that are empty or stand
    twice.
    """
    number, unseen, ids = 0, Counter[str](), list[pl.Series]()
    for table in parts:
        name = key_column(table, key)
        if key is not None:
            ids.append(table[name])
            _refuse_empty_id(table, ids[-1])
        number += table.height
        unseen.update(encoding.unseen(table))
    if ids:
        fault = Message("rows {row} and {other}: both are '{id}' {customer}; give each customer one row")
        check_unique(pl.concat(ids), pl.int_range(1, number + 1, eager=True), fault)
    for name, rows in unseen.items():
        if rows > STRANGE * number and name in encoding.texts:
            raise InputError(
                Message(
                    "the column '{name}' holds values that the trial never had in {rows} of {height} "
                    "rows; write them as the trial did",
                    name=name,
                    rows=rows,
                    height=number,
                )
            )
    return CheckedRows(number, unseen)


def _refuse_empty_id(table: pl.DataFrame, ids: pl.Series) -> None:
    if ids.null_count():
        row = str(table.filter(ids.is_null())["_row"][0])
        raise InputError(
            Message("row {row}: '{name}' is empty; fill in the id or leave the row out", row=row, name=ids.name)
        )


def write_parts(parts: Iterable[pl.DataFrame], *paths: Path) -> None:
    """Write tables with the same columns one after another to files, Parquet or else CSV by their names.

    The files appear when all parts are in them, so that `parts` may be read from one of them. An error leaves the files
    as they were.
    """
    with ExitStack() as stack:
        _write_parts(parts, [stack.enter_context(draft(path)) for path in paths])


def _write_parts(parts: Iterable[pl.DataFrame], paths: Sequence[Path]) -> None:
    with ExitStack() as stack:
        writers: list[pq.ParquetWriter] = []
        texts = [stack.enter_context(path.open("wb")) for path in paths if path.suffix != ".parquet"]
        for place, part in enumerate(parts):
            arrow = part.to_arrow()
            if not place:
                files = (path for path in paths if path.suffix == ".parquet")
                writers = [
                    stack.enter_context(pq.ParquetWriter(path, arrow.schema, compression="zstd")) for path in files
                ]
            for writer in writers:
                writer.write_table(arrow)
            for text in texts:
                part.write_csv(text, include_header=not place)


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
