"""The arms of a trial table: which row got what, which arm is no offer, and what each arm's terms are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.arrays import Ints
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.response import NO_OFFER_TERMS, OfferTerms
from offerloop.workspace import check_arm_cells, control_among

FEWEST_ROWS = 100
"""An arm with fewer rows is left out."""


@dataclass(frozen=True)
class Arms:
    """Rows of arms that are large enough."""

    kept: pl.Series
    """Boolean, of the table's rows."""
    action: Ints
    """(kept rows,)."""
    names: tuple[str, ...]
    """As the table has them, no offer first."""
    offers: tuple[OfferTerms, ...]
    small: tuple[str, ...]
    """Arms that were left out."""


def read_arms(table: pl.DataFrame, request: UpliftRequest, path: Path) -> Arms:
    """Raises InputError for a column that is no treatment, EvidenceError for a trial without two arms."""
    check_arm_cells(table, request.treatment, path)
    text = _text(table[request.treatment])
    counts = dict(text.alias("arm").value_counts().sort("count", descending=True).iter_rows())
    control = control_among(list(counts), request.control, request.treatment, path)
    small = tuple(sorted(name for name, n in counts.items() if n < FEWEST_ROWS))
    names = (control, *sorted((name for name in counts if name != control and name not in small), key=_order))
    if control in small or len(names) < 2:
        sizes = ", ".join(f"'{name}' {n:,}" for name, n in sorted(counts.items()))
        raise EvidenceError(
            Message(
                "'{path}': a trial needs rows without an offer and rows with one, {least} each at "
                "least, and '{treatment}' has {sizes}; give more rows",
                path=str(path),
                least=FEWEST_ROWS,
                treatment=request.treatment,
                sizes=sizes,
            )
        )
    return Arms(*_actions(text, names), names, (NO_OFFER_TERMS, *_terms(names[1:], counts)), small)


def left_out_sizes(table: pl.DataFrame, arms: Arms, treatment: str, cluster: str | None) -> dict[str, int]:
    """Return how many rows, or clusters of rows, the table has of each arm that was left out."""
    rows = table.filter(~arms.kept)
    units = pl.DataFrame({"arm": _text(rows[treatment]), "unit": rows[cluster or "_row"]})
    return dict(units.group_by("arm").agg(pl.col("unit").n_unique()).iter_rows())


def same_arms(arms: Arms, treatment: pl.Series) -> Arms:
    """Return the rows of other customers of the same trial, by their column of arms."""
    kept, action = _actions(_text(treatment), arms.names)
    return replace(arms, kept=kept, action=action)


def _actions(text: pl.Series, names: tuple[str, ...]) -> tuple[pl.Series, Ints]:
    kept, place = text.is_in(names), {name: k for k, name in enumerate(names)}
    return kept, text.filter(kept).replace_strict(place, return_dtype=pl.Int64).to_numpy()


def arm_names(treatment: pl.Series) -> list[str]:
    """Return the name of each row's arm, as `Arms` has it."""
    return _text(treatment).to_list()


def _text(column: pl.Series) -> pl.Series:
    """Numbers as they are written: 0 and 0.0 are one arm."""
    if column.dtype.is_float():
        return pl.Series(column.name, [f"{one:g}" for one in column])
    return column.cast(pl.String).str.strip_chars()


def _order(name: str) -> tuple[bool, float, str]:
    depth = _depth(name)
    return depth is None, depth or 0.0, name


def _depth(name: str) -> float | None:
    """Return the depth of an arm that is a number or a percentage, else None."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%)?(?:\s*off)?", name, re.I)
    if match is None:
        return None
    return float(match[1]) / (100 if match[2] else 1)


def _terms(names: tuple[str, ...], every: Iterable[str]) -> list[OfferTerms]:
    """Numbers are depths of one kind, unless they just count the arms; other names are kinds of their own.

    `every` name of the column counts, also those of the control arm and of arms that are left out.
    """
    depths = [_depth(name) for name in names]
    numbers = {int(name) for name in every if re.fullmatch("[0-9]+", name)} | {0}
    are_codes = numbers == set(range(len(numbers))) and all(name.isdecimal() for name in names)
    if len(names) > 1 and not are_codes and all(depth is not None and depth > 0 for depth in depths):
        return [OfferTerms(name, "depth", float(depth or 0)) for name, depth in zip(names, depths, strict=True)]
    return [OfferTerms(name if name != NO_OFFER else f"{name} (treated)", name, 1.0) for name in names]


def evenly(sizes: Ints) -> bool:
    """Whether the arms (K,) are so nearly of one size that they were meant to be."""
    share = sizes / sizes.sum()
    return bool((np.abs(share * len(sizes) - 1) < 0.1).all())
