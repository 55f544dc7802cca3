"""A trial table made ready: evidence of value and cost, the propensities of each arm, and what makes it doubtful."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.commands.uplift.arms import Arms, evenly, left_out_sizes, read_arms
from offerloop.commands.uplift.balance import FEW_CLUSTERS, BalanceSums
from offerloop.commands.uplift.columns import amounts, choose_features
from offerloop.commands.uplift.findings import Design, Note, Suspect
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.soundness import UNLIKELY
from offerloop.commands.uplift.suspects import moved_columns, suspect_columns
from offerloop.errors import EvidenceError, InputError
from offerloop.message import Message
from offerloop.response import (
    ArmDifference,
    ColumnEncoding,
    Evidence,
    MeanSums,
    complete_propensities,
    modelled_propensities,
    observed_shares,
    plan_columns,
    plan_p,
    rows_with_overlap,
    sample_ratio_p,
    sizes_p,
)
from offerloop.workspace import check_filled, check_numbers, check_score_columns, check_unique, numeric_column

FAR, FAR_SDS = 6.0, 0.1
"""A column this many standard errors, and standard deviations, apart between random arms is no accident."""
ACCIDENT = 1e-6
"""Chance below which arms that differ on all columns together are no accident either."""
LOST = 1e-4
"""Chance below which sizes that differ from the plan are no accident."""
HEAVY = 0.5
"""Share of the weights of an arm that no single row may have."""
FEWEST_CLUSTERS = 2
"""Clusters that an arm must have."""
FEWEST_EVENTS = 100
"""With fewer rows that have an outcome, hardly anything can be told apart."""


@dataclass(frozen=True, eq=False)
class PreparedTrial:
    """Everything that the study needs; arrays are of the kept rows."""

    table: pl.DataFrame
    arms: Arms
    encoding: ColumnEncoding
    value: Evidence
    cost: Evidence | None
    outcome: Floats
    design: Design
    balance: tuple[ArmDifference, ...]
    balance_p: float
    ratio_p: float | None
    notes: tuple[Note, ...]
    suspects: tuple[Suspect, ...] = ()


def prepare(table: pl.DataFrame, request: UpliftRequest, path: Path) -> PreparedTrial:
    """Raises InputError for what is written wrongly, EvidenceError for what the table cannot show."""
    request.check(table.columns[1:], path)
    _check_ids(table, request, path)
    arms = read_arms(table, request, path)
    check_score_columns(arms.names, request.id, path)
    kept = table.filter(arms.kept)
    check_numbers(kept, request.numbers, path)
    outcome = _outcome(kept, request, path)
    chosen = choose_features(kept, request, path)
    encoding = ColumnEncoding.of(kept, chosen.names)
    features = encoding.matrix(kept)
    whose = _clusters(kept, arms, request, path)
    sums = BalanceSums.of(features - features.mean(axis=0), arms.action, len(arms.names), whose)
    left_out = left_out_sizes(table, arms, request.treatment, request.cluster if sums.has_whole_clusters else None)
    drawn = first_rows(whose) if whose is not None and sums.has_whole_clusters else np.arange(kept.height)
    kind, propensity, ratio = _propensities(kept, arms, features, whose, drawn, left_out, request, path)
    balance, p_value = sums.differences, sums.p_value
    if kind == "randomised":
        refuse_unlike(balance, p_value, encoding, arms, path)
    value = amounts(kept, request.value, outcome)
    evidence = Evidence(
        features, arms.action, outcome if value is None else value, propensity, arms.offers, customer=whose
    )
    paid = costs(kept, arms, request, path)
    if paid is not None:
        _check_cost(kept, paid, request, path)
    trial = PreparedTrial(
        table=kept,
        arms=arms,
        encoding=encoding,
        value=evidence,
        cost=None if paid is None else replace(evidence, outcome=paid),
        outcome=outcome,
        design=kind,
        balance=tuple(balance),
        balance_p=p_value,
        ratio_p=ratio,
        notes=(*chosen.notes, *_notes(arms, outcome, paid, ratio, whose)),
        suspects=_suspects(kept, chosen.names, outcome, evidence, request),
    )
    return _trimmed(trial) if kind == "observational" else trial


def _outcome(kept: pl.DataFrame, request: UpliftRequest, path: Path) -> Floats:
    """Return the outcome of each row. Raises EvidenceError where it is the same everywhere."""
    outcome = numeric_column(kept, request.outcome)
    if np.ptp(outcome) == 0:
        raise EvidenceError(
            Message(
                "'{path}': '{outcome}' is {number} everywhere, so nothing can have changed it; name "
                "another outcome, or wait until there is one",
                path=str(path),
                outcome=request.outcome,
                number=f"{outcome[0]:g}",
            )
        )
    return outcome


def _suspects(
    kept: pl.DataFrame, features: tuple[str, ...], outcome: Floats, arms: Evidence, request: UpliftRequest
) -> tuple[Suspect, ...]:
    """Return the columns that may have been measured after the offer; arms of what is no trial differ anyway."""
    doubted = [one for one in features if one not in request.known_before]
    telling = tuple(suspect_columns(kept, doubted, outcome))
    if request.observational:
        return telling
    moved = moved_columns(kept, doubted, outcome, arms)
    return (*telling, *(one for one in moved if one.column not in {other.column for other in telling}))


def _check_ids(table: pl.DataFrame, request: UpliftRequest, path: Path) -> None:
    check_filled(table, request.id, "--id", path)
    if request.id is None:
        return
    fault = Message(
        "'{path}', rows {row} and {other}: both are '{id}' {customer}; a trial has one row for each customer, so "
        "add the rows of a customer up; if they are separate decisions, name the column with --cluster instead of --id",
        path=str(path),
    )
    check_unique(table[request.id], table["_row"], fault)


def _clusters(kept: pl.DataFrame, arms: Arms, request: UpliftRequest, path: Path) -> Ints | None:
    """Number the clusters of the rows (n,) from 0."""
    if request.cluster is None:
        return None
    check_filled(kept, request.cluster, "--cluster", path)
    whose = cluster_numbers(kept[request.cluster])
    for k, name in enumerate(arms.names):
        if (size := len(np.unique(whose[arms.action == k]))) < FEWEST_CLUSTERS:
            raise EvidenceError(
                Message(
                    "'{path}': arm '{name}' has {size} different '{cluster}' (--cluster), and a "
                    "comparison needs {least} at least in each arm; give more of them",
                    path=str(path),
                    name=name,
                    size=size,
                    cluster=request.cluster,
                    least=FEWEST_CLUSTERS,
                )
            )
    return whose


def cluster_numbers(column: pl.Series) -> Ints:
    """Number the clusters of the rows (n,) from 0."""
    numbers: Ints = column.cast(pl.String).rank("dense").cast(pl.Int64).to_numpy() - 1
    return numbers


def first_rows(whose: Ints) -> Ints:
    """Return the first row of each cluster; `whose` (n,) numbers them."""
    return np.unique(whose, return_index=True)[1]


def _propensities(
    kept: pl.DataFrame, arms: Arms, features: Floats, whose: Ints | None, drawn: Ints, left_out: Mapping[str, int],
    request: UpliftRequest, path: Path,
) -> tuple[Design, Floats, float | None]:  # fmt: skip
    """Design, propensities (n, K), and the p-value of the sizes of arms against the plan: see `ratio_p`.

    `drawn` are rows that stand for what was drawn: all, or one of each cluster.
    """
    n_arms = len(arms.names)
    if request.observational:
        return "observational", modelled_propensities(features, arms.action, n_arms, request.seed, whose), None
    observed = observed_shares(arms.action, n_arms)
    if request.propensity is not None:
        propensity = _given_propensities(kept, arms, observed, drawn, request, path)
        return "known", propensity, kept_plan(_known_ratio_p(arms.action[drawn], propensity[drawn]), path)
    sizes = np.bincount(arms.action[drawn], minlength=n_arms)
    return "randomised", observed, ratio_p(sizes, left_out, arms, request, path)


def _known_ratio_p(action: Ints, propensity: Floats) -> float:
    """Return the p-value of sizes of arms against propensities (n, K), of which those of the arms given are known."""
    if propensity.shape[1] == 2:
        return sample_ratio_p(action, propensity)
    sizes = np.bincount(action, minlength=propensity.shape[1])
    return plan_p(sizes, MeanSums.of(plan_columns(action, propensity)))


def ratio_p(sizes: Ints, left_out: Mapping[str, int], arms: Arms, request: UpliftRequest, path: Path) -> float | None:
    """Return the p-value of how many were drawn into each arm (K,), and into arms that were left out, by the plan.

    Without planned shares arms of nearly one size are taken to be meant so, and None is returned for others; and where
    an arm was left out, because nobody knows how large that was to be, unless the sizes of the others are no accident.
    Raises EvidenceError for sizes that are no accident, and InputError for shares that cannot be.
    """
    if not request.shares:
        p_value = sizes_p(sizes, np.full(len(sizes), 1 / len(sizes))) if evenly(sizes) else None
        return None if left_out and p_value is not None and p_value >= UNLIKELY else p_value
    shares = dict(request.shares)
    named = [*arms.names, *(name for name in left_out if name in shares)]
    if set(shares) != set(named):
        every = [*arms.names, *sorted(left_out)]
        raise InputError(Message("'{path}': --shares must name every arm once: {arms}", path=str(path), arms=every))
    planned = np.array([shares[name] for name in named])
    if not (planned > 0).all() or abs(planned.sum() - 1) > 1e-3:
        raise InputError(Message("--shares must be above 0 and sum to 1, not {total}", total=float(planned.sum())))
    return kept_plan(sizes_p(np.array([*sizes, *(left_out[name] for name in named[len(sizes) :])]), planned), path)


def kept_plan(p_value: float, path: Path) -> float:
    """Return the p-value of sizes of arms against the plan. Raises EvidenceError where they are no accident."""
    if p_value < LOST:
        raise EvidenceError(
            Message(
                "'{path}': the arms have not the sizes that were planned (p = {p_value}), so rows "
                "were lost or added after the draw, and not by chance; find out which before "
                "believing any effect",
                path=str(path),
                p_value=f"{p_value:.1g}",
            )
        )
    return p_value


def _given_propensities(
    kept: pl.DataFrame, arms: Arms, observed: Floats, drawn: Ints, request: UpliftRequest, path: Path
) -> Floats:
    """Return the propensity of each arm, where the table has that of the arm that a row is in."""
    own = numeric_column(kept, str(request.propensity))
    _check_propensities(kept, own, request, path)
    _refuse_heavy(kept, own, arms, request, path)
    propensity = complete_propensities(own, arms.action, observed[0])
    if len(arms.names) == 2:
        _refuse_treated(own[drawn], propensity[drawn], arms.action[drawn], arms.names[0], request, path)
    return propensity


def _check_propensities(kept: pl.DataFrame, own: Floats, request: UpliftRequest, path: Path) -> None:
    """Raise InputError for a propensity that none can be, and for one that leaves nothing to compare with."""
    wrong = ~((own > 0) & (own <= 1))
    if wrong.any():
        at = int(np.argmax(wrong))
        hint = (
            Message("these look like log-odds x, whose probability is 1 / (1 + exp(-x))")
            if (own < 0).any()
            else Message("correct it", context="a wrong propensity")
        )
        raise InputError(
            Message(
                "'{path}', row {row}: '{propensity}' is {number}, and the probability of what was "
                "given is above 0 and at most 1; {hint}",
                path=str(path),
                row=str(kept["_row"][at]),
                propensity=str(request.propensity),
                number=f"{own[at]:g}",
                hint=hint,
            )
        )
    if (own == 1).any():
        raise InputError(
            Message(
                "'{path}', row {row}: '{propensity}' is 1, so nobody like this customer could have got anything else; "
                "leave such rows out",
                path=str(path),
                row=str(kept["_row"][int(np.argmax(own == 1))]),
                propensity=str(request.propensity),
            )
        )


def _refuse_heavy(kept: pl.DataFrame, own: Floats, arms: Arms, request: UpliftRequest, path: Path) -> None:
    """Refuse a propensity so small that the effect of an arm, which weighs rows by 1 / own, is that of a single row."""
    shares = 1 / own / np.bincount(arms.action, 1 / own)[arms.action]
    at = int(shares.argmax())
    if shares[at] > HEAVY:
        raise InputError(
            Message(
                "'{path}', row {row}: '{propensity}' is {number}, so this row counts for more than all others of arm "
                "'{arm}' together; correct it, or leave the row out",
                path=str(path),
                row=str(kept["_row"][at]),
                propensity=str(request.propensity),
                number=f"{own[at]:g}",
                arm=arms.names[arms.action[at]],
            )
        )


def _refuse_treated(
    own: Floats, propensity: Floats, action: Ints, control: str, request: UpliftRequest, path: Path
) -> None:
    """Refuse a column with the probability of being treated, which is that of the arm only for treated customers."""
    if sample_ratio_p(action, propensity) >= LOST:
        return
    treated = np.where(action > 0, own, 1 - own)
    if sample_ratio_p(action, complete_propensities(treated, action, propensity[0])) >= LOST:
        raise InputError(
            Message(
                "'{path}': '{propensity}' (--propensity) looks like the probability of being treated, "
                "in rows of '{control}' too; give the probability of the arm that each row is in, "
                "which is 1 less that number in rows of '{control}'",
                path=str(path),
                propensity=str(request.propensity),
                control=control,
            )
        )


def refuse_unlike(
    balance: list[ArmDifference], p_value: float, encoding: ColumnEncoding, arms: Arms, path: Path
) -> None:
    """Raise EvidenceError for arms that chance did not make."""
    far = [one for one in balance if abs(one.z) > FAR and abs(one.sds) > FAR_SDS]
    if far:
        worst = encoding.labels[far[0].column]
        raise EvidenceError(
            Message(
                "'{path}': '{worst}' differs between '{arm}' and '{control}' by {distance} standard "
                "deviations, which chance does not do: either it was measured after the treatment "
                "(leave it out with --ignore), or chance did not decide who was treated (say "
                "--observational, or give the propensities with --propensity)",
                path=str(path),
                worst=worst,
                arm=arms.names[far[0].arm],
                control=arms.names[0],
                distance=f"{abs(far[0].sds):.2f}",
            )
        )
    if p_value < ACCIDENT:
        raise EvidenceError(
            Message(
                "'{path}': the arms differ on their features together more than chance allows (p = {p_value}): either "
                "a column was measured after the treatment (leave it out with --ignore), or chance did not decide who "
                "was treated (say --observational, or give the propensities with --propensity); where whole households "
                "or stores were drawn, name their column with --cluster",
                path=str(path),
                p_value=f"{p_value:.1g}",
            )
        )


def costs(kept: pl.DataFrame, arms: Arms, request: UpliftRequest, path: Path) -> Floats | None:
    """(n,): from a column, a number for each treated customer, or numbers by arm; None without a cost."""
    by_arm = request.arm_costs
    if not by_arm:
        return amounts(kept, request.cost, (arms.action > 0).astype(np.float64))
    arms_of_trial = (*arms.names, *arms.small)
    wrong = [name for name in by_arm if name not in arms_of_trial]
    if wrong or by_arm.get(arms.names[0]) or set(arms.names[1:]) - set(by_arm):
        raise InputError(
            Message(
                "'{path}': --cost must give a number to every arm but '{arm}', which costs nothing: {arms}",
                path=str(path),
                arm=arms.names[0],
                arms=list(arms_of_trial),
            )
        )
    return np.array([by_arm.get(name, 0.0) for name in arms.names])[arms.action]


def _check_cost(kept: pl.DataFrame, paid: Floats, request: UpliftRequest, path: Path) -> None:
    if (paid < 0).sum() > (paid > 0).sum():
        row = int(kept["_row"][int(np.argmax(paid < 0))])
        raise InputError(
            Message(
                "'{path}', row {row}: '{cost}' is {number}, and most costs are below 0; what a "
                "customer costs is above 0, so change the sign",
                path=str(path),
                row=str(row),
                cost=str(request.cost),
                number=f"{paid[paid < 0][0]:g}",
            )
        )


def _notes(arms: Arms, outcome: Floats, paid: Floats | None, ratio: float | None, whose: Ints | None) -> list[Note]:
    notes = []
    if whose is not None and (size := int(whose.max()) + 1) < FEW_CLUSTERS:
        notes.append(Note("few_clusters", n=size))
    if arms.small:
        notes.append(Note("small_arm", arms.small))
    if ratio is None:
        notes.append(Note("shares_not_checked"))
    if paid is None:
        notes.append(Note("no_cost"))
    elif (paid < 0).any():
        notes.append(Note("negative_cost", n=int((paid < 0).sum())))
    events = int((outcome != 0).sum())
    if events < FEWEST_EVENTS:
        notes.append(Note("few_events", n=events))
    return notes


def _trimmed(trial: PreparedTrial) -> PreparedTrial:
    """Without rows for which the propensity of an offer is close to zero."""
    kept = rows_with_overlap(trial.value.propensity, trial.arms.action, list(trial.arms.names))
    if kept.all():
        return trial
    rows: Ints = np.flatnonzero(kept)
    value = trial.value.of(rows)
    value = replace(value, propensity=value.propensity / value.propensity.sum(axis=1, keepdims=True))
    return replace(
        trial,
        table=trial.table.filter(pl.Series(kept)),
        arms=replace(trial.arms, action=trial.arms.action[rows]),
        value=value,
        cost=None if trial.cost is None else replace(value, outcome=trial.cost.outcome[rows]),
        outcome=trial.outcome[rows],
        notes=(*trial.notes, Note("trimmed", n=int((~kept).sum()))),
    )
