"""`offerloop evaluate`: what policies would be worth, from the shop's own log of offers with known propensities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from os import PathLike

import numpy as np

from offerloop.commands.evaluate.files import write
from offerloop.commands.evaluate.findings import (
    Against,
    EvaluationFindings,
    EvaluationNote,
    EvaluationResult,
    Kind,
    PolicyWorth,
    main,
)
from offerloop.commands.evaluate.history import past_of
from offerloop.commands.evaluate.log import Decisions, read_decisions
from offerloop.commands.evaluate.policies import CustomerPolicy, plan_of, policy_of
from offerloop.config import StrPath, as_path, config_file, load_config
from offerloop.engine import engine_of
from offerloop.errors import EvidenceError, InputError, SourceError
from offerloop.evaluation import (
    CarryOver,
    Log,
    PastExposures,
    Policy,
    Predictions,
    Worth,
    carry_over,
    difference_of_policies,
    dr,
    ips,
    kept,
    logged,
    overlap,
    recommended,
    snips,
    switch_dr,
)
from offerloop.events import split_part
from offerloop.message import Message
from offerloop.report import period_text
from offerloop.response import predict_out_of_fold
from offerloop.workspace import InputTable, find_run, stored

FEW_CUSTOMERS = 100
"""With fewer the intervals by customer are too narrow."""


def evaluate(
    config_path: StrPath,
    *,
    run: StrPath | None = None,
    policy: InputTable | None = None,
    window_days: int | None = None,
    engine: str = "duckdb",
    language: str | None = None,
) -> EvaluationResult:
    """Value every policy on the log and write `evaluations/<time>/` beside the configuration.

    `policy` is a table with customer_id, offer_id and perhaps probability. The page is in `language`, by default that
    of the configuration. Raises InputError for what cannot be read,
    EvidenceError for a log without propensities; a policy that the log cannot speak about raises nothing, its refusal
    is written in place of a value.
    """
    config_path = config_file(config_path)
    config, running = load_config(config_path).in_language(language), engine_of(engine)
    window = config.evaluate.window_days if window_days is None else window_days
    _check(window, policy)
    place = None if run is None else find_run(run)
    with stored(config) as (config, _):
        decisions = read_decisions(config, running, window)
    plans = [] if place is None else [plan_of(place, decisions)]
    plans += [] if policy is None else [policy_of(policy, config, decisions, running)]
    log = decisions.log({name for one in plans for name in one.rows["offer_id"]})
    past = past_of(decisions, log)
    earlier = carry_over(log, past) if past.has_exposure.any() else None
    policies = _policies(log, decisions, plans)
    worths = _compared(_worths(log, decisions, policies))
    if earlier is not None:
        worths = _with_kept(worths, log, past, policies)
    rows = decisions.rows["shown_day"]
    findings = EvaluationFindings(
        shop=config.shop,
        window_days=window,
        from_day=int(rows.to_numpy().min()),
        until_day=int(rows.to_numpy().max()),
        n_decisions=len(log.action),
        n_customers=decisions.rows["customer_id"].n_unique(),
        has_cost=decisions.knows_cost,
        policies=worths,
        notes=(*_misfit(worths, log), *_notes(decisions, log, earlier), *_notes_of(plans, worths, decisions)),
        earlier=earlier,
    )
    return write(
        config_path.parent, replace(findings, rival=_rival(findings)), config.language(decisions.product_names)
    )


def _check(window_days: int, policy: InputTable | None) -> None:
    """What can be seen before anything is read."""
    if window_days < 1:
        raise InputError(Message("--window must be 1 day or more, not {days}", days=str(window_days)))
    if isinstance(policy, str | PathLike) and not split_part(as_path(policy))[0].is_file():
        raise SourceError(Message("there is no policy file '{policy}'", policy=str(policy)))


Named = tuple[Kind, str, Policy]


def _policies(log: Log, decisions: Decisions, named_policies: list[CustomerPolicy]) -> list[Named]:
    """Giving nothing, each offer for everybody, and what was given."""
    policies: list[Named] = []
    for name in (log.names[0], *decisions.shown):
        everybody = np.full(len(log.action), log.names.index(name))
        policies.append(("everyone", name, everybody) if name in decisions.shown else ("nothing", "nothing", everybody))
    return policies + [(one.kind, one.name, one.over(log, decisions)) for one in named_policies]


def _worths(log: Log, decisions: Decisions, policies: list[Named]) -> list[PolicyWorth]:
    """Every policy with its value, the log's own first."""
    tables = predict_out_of_fold(decisions.features, log.action, log.outcomes[:, :2], len(log.names), decisions.fold)
    predictions = Predictions(tables[..., 0], None if log.cost is None else tables[..., 1])
    own = logged(log)
    shown = () if log.propensities is None else tuple(overlap(log, log.propensities))
    worths = [PolicyWorth("logged", "logged", own, (own,), overlap=shown)]
    return worths + [_worth(log, *one, predictions) for one in policies]


def _worth(log: Log, kind: Kind, name: str, policy: Policy, predictions: Predictions) -> PolicyWorth:
    """One policy by every method, or its refusal."""
    table = tuple(overlap(log, policy))
    try:
        best = recommended(log, policy, predictions)
    except EvidenceError as error:
        return PolicyWorth(kind, name, None, refusal=error.message, overlap=table)
    methods = [ips(log, policy), snips(log, policy), dr(log, policy, predictions)]
    methods += [] if log.propensities is None else [switch_dr(log, policy, predictions)]
    return PolicyWorth(kind, name, best, tuple(methods), overlap=table)


def _compared(worths: list[PolicyWorth]) -> tuple[PolicyWorth, ...]:
    """Each policy with its differences from giving nothing, the log's own and the best offer for everybody."""
    others: dict[Against, PolicyWorth | None] = {
        "nothing": _first(worths, "nothing"), "logged": _first(worths, "logged"), "best_single": _best_single(worths),
    }  # fmt: skip
    return tuple(
        replace(worth, against={
            name: difference_of_policies(worth.best_value, other.best_value)
            for name, other in others.items() if other is not None and other is not worth and worth.best is not None
        })
        for worth in worths
    )  # fmt: skip


def _with_kept(
    worths: tuple[PolicyWorth, ...], log: Log, past: PastExposures, policies: list[Named]
) -> tuple[PolicyWorth, ...]:
    """The policies with their values when they are kept, and these less the baseline that is kept."""
    own = replace(worths[0], kept=worths[0].best)  # it made the earlier decisions
    with_kept = [own, *(_kept(one, log, past, policy) for one, (*_, policy) in zip(worths[1:], policies, strict=True))]
    base = next((one for one in with_kept if one.kind == "nothing" and one.kept is not None), own)
    return tuple(
        replace(worth, kept_gain=difference_of_policies(worth.kept, base.kept))
        if worth is not base and worth.kept is not None and base.kept is not None
        else worth
        for worth in with_kept
    )


def _kept(policy_worth: PolicyWorth, log: Log, past: PastExposures, policy: Policy) -> PolicyWorth:
    if policy_worth.best is None:
        return policy_worth
    try:
        return replace(policy_worth, kept=kept(log, policy, past))
    except EvidenceError as error:
        return replace(policy_worth, kept_refusal=error.message)


def _first(worths: list[PolicyWorth], kind: Kind) -> PolicyWorth | None:
    return next((one for one in worths if one.kind == kind and one.best is not None), None)


def _best_single(worths: list[PolicyWorth], without: str | None = None) -> PolicyWorth | None:
    """The best offer for everybody; one that too few decisions speak about only where all are like that."""
    single = [one for one in worths if one.kind == "everyone" and one.best is not None and one.name != without]
    firm = [one for one in single if not one.best_value.flagged]
    return max(firm or single, key=lambda one: main(one.best_value).value, default=None)


def _rival(findings: EvaluationFindings) -> tuple[str, Worth] | None:
    leader = findings.leader
    if leader is None:
        return None
    other = _best_single(list(findings.policies), leader.name if leader.kind == "everyone" else None)
    return None if other is None else (other.name, difference_of_policies(leader.best_value, other.best_value))


def _misfit(worths: tuple[PolicyWorth, ...], log: Log) -> Iterator[EvaluationNote]:
    """Yield a note where the weights of policies contradict the propensities."""
    valued = [one for one in worths if one.kind != "logged"]
    wrong = sum(one.misfits(len(log.action)) for one in valued)
    if wrong:
        yield EvaluationNote("misfit", {"n": wrong, "of": len(valued)})


def _notes(decisions: Decisions, log: Log, earlier: CarryOver | None) -> Iterator[EvaluationNote]:
    """What a reader must know of the log."""
    window = {"period": period_text(decisions.window_days)}
    yield EvaluationNote("margin_costs" if decisions.by_unit_costs else "margin")
    if decisions.splits_discounts:
        yield EvaluationNote("split_cost")
    if not decisions.knows_cost:
        yield EvaluationNote("no_cost")
    elif not decisions.maps_reimbursed:
        yield EvaluationNote("no_reimbursed")
    for reason, n in decisions.left_out.items():
        yield EvaluationNote(f"left_{reason}", {"n": n, **window})
    if decisions.n_clipped:
        yield EvaluationNote("clipped", {"n": decisions.n_clipped, **window})
    yield EvaluationNote("one_chance" if log.propensities is None else "all_chances")
    if decisions.rows["customer_id"].n_unique() < FEW_CUSTOMERS:
        yield EvaluationNote("few_customers", {"n": decisions.rows["customer_id"].n_unique(), "least": FEW_CUSTOMERS})
    yield EvaluationNote("returns")
    yield EvaluationNote("later" if earlier is None or earlier.p_value is None else "later_kept")


def _notes_of(
    policies: list[CustomerPolicy], worths: tuple[PolicyWorth, ...], decisions: Decisions
) -> Iterator[EvaluationNote]:
    """What a reader must know of the plan of a run and of a file."""
    idle = {(one.kind, one.name) for one in worths if one.gives_nothing}
    for policy in policies:
        if (policy.kind, policy.name) in idle:
            yield EvaluationNote("idle", {"policy": policy.name})
        unnamed = policy.unnamed(decisions)
        if unnamed:
            yield EvaluationNote("unnamed", {"n": unnamed, "policy": policy.name})
        if policy.as_of_day is not None and policy.as_of_day > decisions.rows["shown_day"].to_numpy().min():
            yield EvaluationNote("same_orders", {"policy": policy.name})
