"""`offerloop evaluate`: what policies would be worth, from the shop's own log of offers with known propensities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from os import PathLike

from offerloop.commands.evaluate.files import write
from offerloop.commands.evaluate.findings import EvaluationFindings, EvaluationNote, EvaluationResult, PolicyWorth
from offerloop.commands.evaluate.log import LoggedShop, read_log
from offerloop.commands.evaluate.policies import CustomerPolicy, plan_of, policy_of
from offerloop.commands.evaluate.valuation import ValuedLog, valued_log
from offerloop.commands.evaluate.worths import Named, policy_worths, rival
from offerloop.config import StrPath, as_path, config_file, load_config
from offerloop.engine import engine_of
from offerloop.errors import InputError, SourceError
from offerloop.events import split_part
from offerloop.message import Message, quoted
from offerloop.report import period_text
from offerloop.response import Margins
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
        shop = read_log(config, running, window)
        plans = [] if place is None else [plan_of(place, shop)]
        plans += [] if policy is None else [policy_of(policy, config, shop)]
        valued = valued_log(shop, plans)
    facts, earlier = valued.facts, valued.earlier
    worths = policy_worths(_policies(valued, plans), valued.sums, with_repeated=earlier is not None)
    findings = EvaluationFindings(
        shop=config.shop,
        window_days=window,
        from_day=min(facts.days),
        until_day=max(facts.days),
        n_decisions=facts.n_decisions,
        n_customers=facts.n_customers,
        has_cost=shop.knows_cost,
        policies=worths,
        notes=(
            *_misfit(worths), *_notes_of_shop(shop, valued), *_notes(valued),
            *_notes_of_plans(plans, worths, valued),
        ),
        earlier=earlier,
    )  # fmt: skip
    return write(config_path.parent, replace(findings, rival=rival(findings)), config.language(shop.product_names))


def _check(window_days: int, policy: InputTable | None) -> None:
    """What can be seen before anything is read."""
    if window_days < 1:
        raise InputError(Message("--window must be 1 day or more, not {days}", days=str(window_days)))
    if isinstance(policy, str | PathLike) and not split_part(as_path(policy))[0].is_file():
        raise SourceError(Message("there is no policy file '{policy}'", policy=str(policy)))


def _policies(valued: ValuedLog, plans: list[CustomerPolicy]) -> list[Named]:
    """Giving nothing, each offer for everybody, and what was given, in the order of the sums."""
    single: list[Named] = [("everyone", name) for name in valued.facts.shown]
    return [("nothing", "nothing"), *single, *((one.kind, one.name) for one in plans)]


def _misfit(worths: tuple[PolicyWorth, ...]) -> Iterator[EvaluationNote]:
    """Yield a note where the weights of policies contradict the propensities."""
    others = [one for one in worths if one.kind != "logged"]
    wrong = sum(one.misfits for one in others)
    if wrong:
        yield EvaluationNote("misfit", {"n": wrong, "of": len(others)})


def _note_on_margins(margins: Margins) -> str:
    """Return the name of the note that says what value is."""
    if margins.are_of_lines:
        return "margin_lines"
    return "margin_costs" if None in margins.by_category else "margin"


def _notes_of_shop(shop: LoggedShop, valued: ValuedLog) -> Iterator[EvaluationNote]:
    """What a reader must know of the order lines, and of exposures that are not decisions."""
    window = {"period": period_text(shop.reader.window_days)}
    yield EvaluationNote(_note_on_margins(shop.reader.margins))
    if shop.splits_discounts:
        yield EvaluationNote("split_cost")
    if not shop.knows_cost:
        yield EvaluationNote("no_cost")
    elif not shop.maps_reimbursed:
        yield EvaluationNote("no_reimbursed")
    if shop.knows_cost and (unseen := shop.unseen_costs & set(valued.facts.names)):
        yield EvaluationNote("unseen_cost", {"offers": quoted(sorted(unseen))})
    in_units = [title for title, offers in shop.not_in_money if not offers.isdisjoint(valued.facts.shown)]
    if shop.knows_cost and in_units:
        yield EvaluationNote("not_in_money", {"campaigns": quoted(in_units)})
    for reason, n in shop.left_out(valued.facts).items():
        yield EvaluationNote(f"left_{reason}", {"n": n, **window})
    if valued.facts.n_clipped:
        yield EvaluationNote("clipped", {"n": valued.facts.n_clipped, **window})


def _notes(valued: ValuedLog) -> Iterator[EvaluationNote]:
    """What a reader must know of the log, and of how it was valued."""
    customers, earlier = valued.facts.n_customers, valued.earlier
    yield EvaluationNote("all_propensities" if valued.knows_propensities else "one_propensity")
    if customers < FEW_CUSTOMERS:
        yield EvaluationNote("few_customers", {"n": customers, "least": FEW_CUSTOMERS})
    yield EvaluationNote("returns")
    yield EvaluationNote("later" if earlier is None or earlier.p_value is None else "later_repeated")
    if valued.shards > 1:
        yield from _notes_of_parts(valued)


def _notes_of_parts(valued: ValuedLog) -> Iterator[EvaluationNote]:
    """What comes from a part of a log in shards."""
    yield EvaluationNote("in_parts", {"n": valued.shards})
    if any(one.switch is not None for one in valued.sums):
        yield EvaluationNote("switch_in_parts")
    if 0 < valued.n_sampled < valued.facts.n_customers:
        yield EvaluationNote("earlier_in_parts", {"customers": valued.n_sampled})


def _notes_of_plans(
    policies: Sequence[CustomerPolicy], worths: tuple[PolicyWorth, ...], valued: ValuedLog
) -> Iterator[EvaluationNote]:
    """What a reader must know of the plan of a run and of a file."""
    idle = {(one.kind, one.name) for one in worths if one.gives_nothing}
    for number, policy in enumerate(policies):
        if (policy.kind, policy.name) in idle:
            yield EvaluationNote("idle", {"policy": policy.name})
        unnamed = valued.facts.n_customers - valued.facts.named[number]
        if unnamed:
            yield EvaluationNote("unnamed", {"n": unnamed, "policy": policy.name})
        if policy.as_of_day is not None and policy.as_of_day > min(valued.facts.days):
            yield EvaluationNote("same_orders", {"policy": policy.name})
