"""Columns that tell the outcome so well that they were hardly known before the offer.

A sum over the outcome's own period, or a count of visits after the offer, makes effects vanish or appear: what is
compared are then customers who did the same. Nothing in a table says when a column was measured, so such columns are
named and nothing is recommended until somebody says that they were known before, or leaves them out.

What was known before is the same in all arms but for chance. So a column is named, too, which differs between arms in
the direction in which the offers moved the outcome, as its consequence would: from each column the outcome f(x) that it
predicts, and from the differences d of the arms in f and t in the rest of the outcome, which are independent if chance
decided who got what,

    z = g' d / se(g' d),   g = cov(d)^-1 t

is standard normal. P-values are corrected for the number of columns by the share of the outcome that each one explains
(weighted Bonferroni: Genovese, Roeder and Wasserman 2006), since what predicts nothing moves no effect either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from scipy.stats import norm, rankdata

from offerloop.arrays import Floats, Ints
from offerloop.commands.uplift.findings import Suspect
from offerloop.evaluation import se_of
from offerloop.response import Evidence, is_text_column, mean_estimate, plain_differences

EXPLAINED = 0.5
"""Share of the outcome's spread that no single column known before explains in a shop."""
TOLD_APART = 0.95
"""How often a column is higher (or lower) for a customer with an outcome than for one without; .5 is by chance."""
EXPECTED = 20
"""An outcome that should have happened so often among customers with the usual value of a column, and never did."""
MOVED = 0.01
"""Corrected p-value below which a column is said to have been moved by the offers."""
MATTERS = 0.01
"""Share of the outcome's spread below which a column moves no effect by half of its standard error."""
GROUPS = 20


def suspect_columns(table: pl.DataFrame, names: Sequence[str], outcome: Floats) -> Iterator[Suspect]:
    """Yield columns of features that predict the outcome (n,) implausibly well."""
    some = outcome != 0
    for name in names:
        codes, ordered = _groups(table[name])
        usual = int(np.bincount(codes).argmax())
        rows = codes == usual
        explained = explained_share(codes, outcome)
        if ordered is not None and 0 < some.sum() < len(some):
            explained = max(explained, 2 * TOLD_APART - 1 if told_apart(ordered, some) >= TOLD_APART else 0.0)
        if explained >= EXPLAINED:
            yield Suspect(name, "explains", explained)
        elif not some[rows].any() and some.mean() * rows.sum() >= EXPECTED:
            yield Suspect(name, "never_without", float(rows.mean()), _in_words(table[name].filter(pl.Series(rows))))


def moved_columns(table: pl.DataFrame, names: Sequence[str], outcome: Floats, arms: Evidence) -> Iterator[Suspect]:
    """Yield columns of features that differ between `arms` as if the offers had changed them with the outcome (n,)."""
    means = np.array([outcome[arms.action == k].mean() for k in range(len(arms.offers))])
    rest = outcome - means[arms.action]
    effects = plain_differences(outcome, arms.action, arms.propensity).mean(axis=0)
    predicted, shares = {}, {}
    for name in names:
        codes, _ = _groups(table[name])
        shares[name] = explained_share(codes, rest)
        if shares[name] >= MATTERS:
            predicted[name] = (np.bincount(codes, rest) / np.maximum(np.bincount(codes), 1))[codes]
    level = {name: MOVED * shares[name] / sum(shares.values()) for name in predicted}
    for name, values in predicted.items():
        if _moved_p(values, effects, arms) < level[name]:
            yield Suspect(name, "moved", shares[name])


def _moved_p(predicted: Floats, effects: Floats, arms: Evidence) -> float:
    """Return the p-value of arms that differ in a predicted outcome (n,) as in the outcome itself: `effects` (K,)."""
    rows = plain_differences(predicted, arms.action, arms.propensity)
    towards = np.linalg.pinv(np.cov(rows.T), hermitian=True) @ (effects - rows.mean(axis=0))
    along = mean_estimate(rows @ towards, arms.customer)
    return float(norm.sf(along.value / se_of(along))) if se_of(along) > 0 else 1.0


def explained_share(codes: Ints, outcome: Floats) -> float:
    """Return the share of an outcome's variance that lies between groups (the correlation ratio), less their number."""
    sizes = np.bincount(codes)
    means = np.bincount(codes, outcome) / np.maximum(sizes, 1)
    whole = float(((outcome - outcome.mean()) ** 2).sum())
    inside = float(((outcome - means[codes]) ** 2).sum())
    free = len(outcome) - int((sizes > 0).sum())
    if whole == 0 or free < 1:
        return 0.0
    return max(1 - inside / free / (whole / (len(outcome) - 1)), 0.0)


def told_apart(column: Floats, some: np.ndarray) -> float:
    """Return the area under the ROC curve of a column, whichever way it points."""
    ranks, n = rankdata(column), int(some.sum())
    area = (float(ranks[some].sum()) - n * (n + 1) / 2) / (n * (len(some) - n))
    return max(area, 1 - area)


def _in_words(group: pl.Series) -> str:
    """Return the value of a group, or the range of its numbers."""
    first, numbers = str(group[0]), group.n_unique() > 1 and not is_text_column(group)
    return f"{group.min()!s}–{group.max()!s}" if numbers else first


def _groups(column: pl.Series) -> tuple[Ints, Floats | None]:
    """Groups (n,) of a column, its numbers in at most GROUPS and one for those that are missing; and the numbers."""
    if is_text_column(column):
        return column.cast(pl.String).fill_null("").rank("dense").cast(pl.Int64).to_numpy() - 1, None
    values = column.cast(pl.Float64).fill_nan(None)
    numbers = values.fill_null(values.min() or 0.0).to_numpy()
    distinct = np.unique(numbers)
    cuts = distinct[1:] if len(distinct) <= GROUPS else np.unique(np.quantile(numbers, np.linspace(0, 1, GROUPS + 1)))
    codes = np.searchsorted(cuts, numbers, side="right")
    return np.where(values.is_null().to_numpy(), codes.max() + 1, codes), numbers
