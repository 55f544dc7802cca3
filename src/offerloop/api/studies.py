"""Questions about a table of one's own, and about a simulated shop."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rich.console import Console

import offerloop
from offerloop.api.arguments import (
    Levels,
    Names,
    cost_text,
    id_of,
    names_of,
    numbers_of,
    pairs_of,
    plain_arguments,
    text_of,
)
from offerloop.config import StrPath, as_path


@plain_arguments
def uplift(
    table: offerloop.InputTable,
    treatment: str,
    outcome: str,
    *,
    cost: str | float | Mapping[str, float] | None = None,
    value: str | float | None = None,
    customer_id: str | None = None,
    control: str | int | None = None,
    propensity: str | None = None,
    shares: Mapping[str, float] | None = None,
    budget: float | None = None,
    audit: Names = (),
    ignore: Names = (),
    negative_control: Names = (),
    treated_at: str | None = None,
    observational: bool = False,
    cluster: str | None = None,
    known_before: Names = (),
    score: str | None = None,
    top: float | None = None,
    seed: int = 1,
    apply: offerloop.InputTable | None = None,
    engine: str | None = None,
    console: Console | None = None,
    language: str | None = None,
) -> offerloop.UpliftResult:
    """Study a randomised trial: whether any offer pays, whether choosing customers pays, and whom to treat.

    The table has one row per customer; the arguments name its columns, `cost` and `value` may be numbers too (`cost`
    also one for each arm, `{"coupon": 2, "letter": 0.5}`), and every other column is a feature. `score` names a score
    of your own to be compared, `top` the largest share of customers to treat. `seed` decides every draw. The table may
    be a frame of Spark, or `engine` names what adds up a table larger than memory (`duckdb`, `spark`, or the address
    `sc://host:port` of a Spark Connect server).

    `findings` of the result hold the decision and its forecast with 95 % intervals, per customer in the unit of `value`
    (of the outcome without one). `scores()` has the offer and the profit of each customer, the table `applied` those of
    the customers of `apply`. It is told in `language`, by default that of the table's names. Raises InputError for what
    is written wrongly, EvidenceError for what the table cannot show.
    """
    from offerloop.commands.uplift.request import UpliftRequest
    from offerloop.commands.uplift.task import uplift as study_trial

    request = UpliftRequest(
        str(treatment), str(outcome), cost_text(cost), text_of(value), customer_id, text_of(control), propensity,
        pairs_of(shares), budget, names_of(audit), names_of(ignore), names_of(negative_control), treated_at,
        observational, seed, cluster, names_of(known_before), score, top,
    )  # fmt: skip
    return study_trial(table, request, console, apply, language, engine)


@plain_arguments
def score(study: StrPath, table: offerloop.InputTable) -> offerloop.ScoreResult:
    """Say which offer customers should get, by a study of a trial that was saved; nothing is learned again.

    `study` is the folder of `offerloop uplift --save`, or the file that `UpliftResult.save` wrote. `scores` of the
    result has a row for each customer: its id, two offers, and the profit of every offer against none with a 95 %
    interval, in the trial's unit. Raises InputError for a table that does not fit the trial's.
    """
    from offerloop.commands.score.task import score as score_customers

    return score_customers(as_path(study), table)


@plain_arguments
def experiment(
    table: offerloop.InputTable,
    arm: str,
    outcome: str,
    *,
    before: str | None = None,
    denominator: str | None = None,
    before_denominator: str | None = None,
    guardrail: Mapping[str, float] | None = None,
    shares: Mapping[str, float] | None = None,
    control: str | int | None = None,
    sequential: float | None = None,
    cluster: str | None = None,
    by: Names = (),
    engine: str | None = None,
    language: str | None = None,
) -> offerloop.ExperimentResult:
    """Compare each arm of an A/B test with the control, and decide whether to ship it.

    The table has one row per customer; the arguments name its columns. `guardrail` gives each guardrail metric its
    margin as a share: -0.02 for one that may fall by 2 %, 0.1 for one that may rise by 10 %. `shares` are the planned
    sizes of the arms, which need not sum to 1. `sequential` is the planned number of customers where results are looked
    at more than once, `by` columns by whose values the outcome is broken down. The table may be a frame of Spark, or
    `engine` names what sums it up (`duckdb`, `spark`, or the address `sc://host:port` of a Spark Connect server).

    Differences of the table `metrics` are in the unit of the metric, `share` is relative to the control (0.1 is a tenth
    more), and intervals hold at 95 % over all arms together: Welch's and Fieller's, or a confidence sequence with
    `sequential`. The result is told in `language`, by default that of the table's names; its `page()` is the report as
    HTML. Raises InputError for what is written wrongly, EvidenceError for arms with too few rows.
    """
    from offerloop.commands.experiment.request import ExperimentRequest
    from offerloop.commands.experiment.task import experiment as read_experiment
    from offerloop.evaluation import Metric

    margins = (guardrail or {}).items()
    guards = tuple(Metric(name, abs(size), lower_is_better=math.copysign(1.0, size) > 0) for name, size in margins)
    request = ExperimentRequest(
        str(arm),
        str(outcome),
        denominator,
        before,
        before_denominator,
        guards,
        pairs_of(shares),
        text_of(control),
        sequential,
        cluster,
        names_of(by),
    )
    return read_experiment(table, request, engine, language)


@plain_arguments
def allocate(
    table: offerloop.InputTable,
    budget: str | float | None = None,
    *,
    cap: Mapping[str, int] | None = None,
    limits: StrPath | None = None,
    currency: str = "USD",
    language: str | None = None,
    console: Console | None = None,
) -> offerloop.AllocationResult:
    """Decide which customer gets which offer within a budget and other limits.

    The table has customer_id, offer_id, value and cost in each row, both in units of `currency`; value is before cost.
    `cap` says how often an offer is given at most, `limits` is a TOML file with more limits. `table` of the result has
    the plan, with the offer `none` for customers without one; `summary` has what each limit costs (`shadow_price`, the
    profit of one more unit) and `bound`, above which no plan within the limits has profit. Raises InputError for a
    table that cannot be read, InfeasibleError, a kind of it, where no plan keeps to the limits.
    """
    from offerloop.commands.allocate.task import allocate as allocate_offers
    from offerloop.commands.allocate.task import read_limits

    caps = [f"{id_of(offer)}={id_of(count)}" for offer, count in (cap or {}).items()]
    amount = text_of(round(budget, 6) if isinstance(budget, float) else budget)  # 0.1 + 0.2 is 0.3
    return allocate_offers(table, read_limits(limits, amount), caps, currency, console, language)


@plain_arguments
def simulate(
    out: StrPath,
    *,
    preset: str = "grocery",
    policy: Names = (),
    customers: int = 1000,
    products: int = 1000,
    periods: int = 12,
    before: int = 26,
    log: int = 9,
    fresh: int = 200_000,
    worlds: int = 5,
    seed: int = 1,
    budget: Levels = (),
    supplier_share: Levels = (),
    explore: Levels = (),
    language: str | None = None,
    console: Console | None = None,
) -> offerloop.SimulationResult:
    """Play policies in a simulated shop whose true effects are known, and write its tables and a report.

    `out` is a new folder. `budget` is the most that offers may cost in a period for each customer, in the shop's
    currency. With several values of `budget`, `supplier_share` or `explore` every combination is played and compared.
    `seed` is that of the first world; each further one adds 1. The report is in `language`, by default that of the
    simulated shop. Raises InputError for unknown names, values out of bounds, and a folder that holds something.
    """
    from offerloop.commands.simulate.request import SimulationRequest
    from offerloop.commands.simulate.task import simulate as simulate_shop
    from offerloop.market import Levers

    levers = Levers(numbers_of(budget), numbers_of(supplier_share), numbers_of(explore))
    request = SimulationRequest(
        preset, names_of(policy), customers, products, periods, before, log=log, fresh=fresh, worlds=worlds, seed=seed,
        levers=levers,
    )  # fmt: skip
    return simulate_shop(request, as_path(out), console, language)
