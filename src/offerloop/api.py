"""The public functions: plain arguments in, findings out; each does what the command of its name does.

A path is text or a `Path` and may begin with `~`; the folder of an `offerloop.toml` stands for the file. A table is
such a path (CSV or Parquet) or a frame of polars, pandas or pyarrow. Every result has polars `frames`, a `sentence` and
`to_pandas()`, and shows itself in a notebook.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from rich.console import Console

import offerloop
from offerloop.config import StrPath, as_path
from offerloop.errors import InputError
from offerloop.message import Message

Names = str | Iterable[str]
"""One name, or several."""
Levels = float | Iterable[float]
"""One number, or several to compare."""
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_OTHERS = {"id": "customer_id"}
"""Arguments that are not called as their options are."""


def init(
    folder: StrPath,
    *,
    orders: StrPath | None = None,
    products: StrPath | None = None,
    customers: StrPath | None = None,
    events: StrPath | None = None,
    prices: StrPath | None = None,
    exposures: StrPath | None = None,
    offers: StrPath | None = None,
    redemptions: StrPath | None = None,
    budget: str | float | None = None,
    currency: str | None = None,
    margin: str | float | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sample: str | None = None,
    language: str | None = None,
) -> offerloop.InitResult:
    """Write a commented configuration from a shop's own files, or for the sample `complete-journey`.

    A file may also be a database, as URL#table or URL#query. `columns` names the columns of the files that are not
    recognised: `{"customer_id": "Member", "products.category": "Group"}`. `config` of the result is the file.
    """
    from offerloop.commands.init.request import InitRequest
    from offerloop.commands.init.request import init as write_configuration

    places = {
        "order_lines": orders, "products": products, "customers": customers, "events": events, "prices": prices,
        "exposures": exposures, "offers": offers, "redemptions": redemptions,
    }  # fmt: skip
    files = {name: str(place) for name, place in places.items() if place is not None}
    named = [f"{ours}={theirs}" for ours, theirs in (columns or {}).items()]
    request = InitRequest(files, _text(budget), currency, _text(margin), named, encoding, sample, language)
    return write_configuration(as_path(folder), request)


def check(config: StrPath, *, engine: str = "duckdb", language: str | None = None) -> offerloop.CheckResult:
    """Read and clean all data of a shop, and say what a run could find out.

    `ok` of the result says whether a run can start, `problems` what keeps it from that, `notes` what to know.
    """
    from offerloop.commands.check.task import check as check_shop

    return check_shop(config, engine, language)


def run(
    config: StrPath,
    *,
    begin: str | None = None,
    engine: str = "duckdb",
    language: str | None = None,
    console: Console | None = None,
) -> offerloop.RunResult:
    """Carry out the whole flow, from raw tables to one assignment per customer, a forecast and a report.

    `begin` names the stage from which on results of earlier runs are not used. `language` is `en` or `zh`, by default
    that of the configuration, as in all functions. The result has the run's `folder`, its `report` and the `summary`.
    """
    from offerloop.commands.run.task import run as run_flow

    return run_flow(config, engine, console, begin, language)


def explain(
    run: StrPath, customer: str | int, *, audience: str = "marketer", language: str | None = None
) -> offerloop.Explanation:
    """Say why a customer gets an offer or none, for the audience `marketer`, `support` or `customer`.

    `run` is the folder of a run, or that of a shop: then its newest run. `facts` of the result has all figures.
    """
    from offerloop.commands.explain.task import explain as explain_customer
    from offerloop.workspace import find_run

    return explain_customer(find_run(run), _id(customer), audience, language)


def publish(run: StrPath, *, console: Console | None = None) -> offerloop.PublishResult:
    """Carry the assignments of a run to where `[[publish]]` of its configuration says; again it changes nothing."""
    from offerloop.commands.publish.task import publish as publish_run
    from offerloop.workspace import find_run

    return publish_run(find_run(run), console)


def readout(
    run: StrPath,
    orders: StrPath | None = None,
    *,
    redemptions: StrPath | None = None,
    exposures: StrPath | None = None,
    begin: str | date | None = None,
    until: str | date | None = None,
    engine: str = "duckdb",
    language: str | None = None,
) -> offerloop.ReadoutResult:
    """Measure what a plan caused, against the customers who were held back, and how its forecast held.

    `orders` has the order lines of the period with the columns of the run's; by default those of the store of
    `[data]`. `stopped` of the result says why no effect
    is shown, where the draw of the groups is broken.
    """
    from offerloop.commands.readout.task import read_out
    from offerloop.workspace import find_run

    side = [None if one is None else as_path(one) for one in (orders, redemptions, exposures)]
    return read_out(
        find_run(run), side[0], redemptions=side[1], exposures=side[2], from_day=_day("begin", begin),
        until_day=_day("until", until), engine=engine, language=language,
    )  # fmt: skip


def recommend(
    config: StrPath,
    *,
    task: str | None = None,
    customer: str | int | Iterable[str | int] = (),
    top: int | None = None,
    engine: str = "duckdb",
    language: str | None = None,
    console: Console | None = None,
) -> offerloop.Recommendations:
    """Return the products that customers would like, best first, with where each comes from and why.

    `task` is `repeat` (the next basket) or `new` (not bought before), by default both; without `customer` everybody.
    `table` of the result has customer_id, product_id, task, rank, affinity, source and reason.
    """
    from offerloop.commands.recommend.task import RecommendRequest
    from offerloop.commands.recommend.task import recommend as recommend_products

    ids = [customer] if isinstance(customer, str | int) else customer
    request = RecommendRequest.of(task, [_id(one) for one in ids], top)
    return recommend_products(config, request, engine, console, language)


def similar(
    config: StrPath,
    product: str | int,
    *,
    relation: str = "similar",
    top: int = 10,
    engine: str = "duckdb",
    console: Console | None = None,
) -> offerloop.SimilarProducts:
    """Return the products that are like one.

    `relation` is `similar`, `substitutes` (bought instead of it) or `complements` (bought together with it). `table` of
    the result has product_id, rank, affinity and source.
    """
    from offerloop.commands.similar.task import similar as similar_products

    return similar_products(config, str(product), relation, top, engine, console)


def evaluate(
    config: StrPath,
    *,
    run: StrPath | None = None,
    policy: offerloop.InputTable | None = None,
    window: int | None = None,
    engine: str = "duckdb",
    language: str | None = None,
) -> offerloop.EvaluationResult:
    """Estimate what policies would be worth, from the log of shown offers with their propensities.

    `run` is a run whose plan is valued too, `policy` a table with customer_id, offer_id and perhaps probability,
    `window` the days after an exposure that are its outcome. The result has a `folder`, its `report` and the `summary`.
    """
    from offerloop.commands.evaluate.task import evaluate as value_policies

    return value_policies(config, run=run, policy=policy, window_days=window, engine=engine, language=language)


def uplift(
    table: offerloop.InputTable,
    treatment: str,
    outcome: str,
    *,
    cost: str | float | None = None,
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
    console: Console | None = None,
) -> offerloop.UpliftResult:
    """Study a randomised trial: whether any offer pays, whether choosing customers pays, and whom to treat.

    The table has one row per customer; the arguments name its columns, `cost` and `value` may be numbers too, and
    every other column is a feature. `score` names a score of your own to be compared, `top` the largest share of
    customers to treat. `findings` of the result holds the decision and its forecast, `scores()` the offer
    and the profit of each customer. Raises EvidenceError for what the table cannot show.
    """
    from offerloop.commands.uplift.request import UpliftRequest
    from offerloop.commands.uplift.task import uplift as study_trial

    request = UpliftRequest(
        treatment, outcome, _text(cost), _text(value), customer_id, _text(control), propensity, _pairs(shares), budget,
        _names(audit), _names(ignore), _names(negative_control), treated_at, observational, seed,
        cluster, _names(known_before), score, top,
    )  # fmt: skip
    with _argument_names():
        return study_trial(table, request, console, apply)


def score(study: StrPath, table: offerloop.InputTable) -> offerloop.ScoreResult:
    """Say which offer customers should get, by a study of a trial that was saved; nothing is learned again.

    `study` is the folder of `offerloop uplift --save`, or the file that `UpliftResult.save` wrote. Raises InputError
    for a table that does not fit the trial's.
    """
    from offerloop.commands.score.task import score as score_customers

    return score_customers(as_path(study), table)


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
) -> offerloop.ExperimentResult:
    """Compare each arm of an A/B test with the control, and decide whether to ship it.

    The table has one row per customer; the arguments name its columns. `guardrail` gives each guardrail metric its
    margin as a share: -0.02 for one that may fall by 2 %, 0.1 for one that may rise by 10 %. `sequential` is the
    planned number of customers where results are looked at more than once, `by` columns by whose values the outcome is
    broken down. `page()` of the result is the report as HTML. Raises EvidenceError for arms with too few rows.
    """
    from offerloop.commands.experiment.request import ExperimentRequest
    from offerloop.commands.experiment.task import experiment as read_experiment
    from offerloop.evaluation import Metric

    margins = (guardrail or {}).items()
    guards = tuple(Metric(name, abs(size), lower_is_better=math.copysign(1.0, size) > 0) for name, size in margins)
    request = ExperimentRequest(
        arm,
        outcome,
        denominator,
        before,
        before_denominator,
        guards,
        _pairs(shares),
        _text(control),
        sequential,
        cluster,
        _names(by),
    )
    with _argument_names():
        return read_experiment(table, request)


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

    The table has customer_id, offer_id, value and cost in each row. `cap` says how often an offer is given at most,
    `limits` is a TOML file with more limits. `table` of the result has the plan, `summary` what each limit costs.
    Raises InfeasibleError where no plan keeps to the limits.
    """
    from offerloop.commands.allocate.task import allocate as allocate_offers
    from offerloop.commands.allocate.task import read_limits

    caps = [f"{offer}={count}" for offer, count in (cap or {}).items()]
    return allocate_offers(table, read_limits(limits, _text(budget)), caps, currency, console, language)


def price(
    basket: offerloop.Document,
    offers: offerloop.Document,
    now: str | datetime | None = None,
    *,
    codes: StrPath | None = None,
    language: str | None = None,
) -> offerloop.PricedBasket:
    """Price a basket under offers: the best set of them, every cent accounted for, and why others do not apply.

    Both are JSON or TOML files, or what such files hold. `now` has an offset, such as 2026-11-11T20:00:00+08:00, and is
    the present moment by default. `codes` is a list of the codes that stand for offers, as for `import_codes`.

    >>> basket = {"currency": "USD", "lines": [{"product_id": "tea", "quantity": 6, "unit_price": "9.99"}]}
    >>> offers = {"currency": "USD", "offers": [{"kind": "spend_and_save", "spend": "50", "save": "10"}]}
    >>> price(basket, offers).total_minor
    4994
    """
    from offerloop.commands.price.task import price_files

    return price_files(basket, offers, now, language, codes)


def refund(
    basket: offerloop.Document,
    returned: Mapping[str, int],
    offers: offerloop.Document | None = None,
    now: str | datetime | None = None,
    *,
    before: Mapping[str, int] | None = None,
    rule: str | None = None,
    language: str | None = None,
) -> offerloop.RefundResult:
    """Count what to give back for units that return, by product: with the discounts kept, and with what stays priced
    again.

    `basket`, `offers` and `now` are those of the purchase, as for `price`; `before` is what came back earlier.

    >>> basket = {"currency": "USD", "lines": [{"product_id": "tea", "quantity": 6, "unit_price": "9.99"}]}
    >>> offers = {"currency": "USD", "offers": [{"kind": "spend_and_save", "spend": "50", "save": "10"}]}
    >>> refund(basket, {"tea": 1}, offers).refund_minor
    {'kept': 832, 'repriced': 0}
    """
    from offerloop.commands.refund.task import refund_basket

    return refund_basket(basket, returned, offers, now, before or {}, rule, language)


def replay(
    orders: StrPath,
    offers: StrPath,
    *,
    products: StrPath | None = None,
    customers: StrPath | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    margin: str | float | None = None,
    codes: str = "all",
    out: StrPath | None = None,
    language: str | None = None,
    console: Console | None = None,
) -> offerloop.ReplayResult:
    """Compute what offers would have cost over past orders, assuming that nobody would have bought anything else.

    `codes` says whether coupons that need a code are presented: `all` or `none`. `out` is a new folder for a report in
    `language` and its tables.
    """
    from offerloop.commands.replay.task import ReplayRequest
    from offerloop.commands.replay.task import replay as price_orders

    request = ReplayRequest(
        str(orders), as_path(offers), _text(products), _text(customers), currency, timezone, _text(margin), codes
    )
    return price_orders(request, None if out is None else as_path(out), language, console)


def parse_offer(
    text: str, *, currency: str | None = None, language: str | None = None, reading: int | None = None
) -> offerloop.ParsedOffer:
    """Turn an offer in a few words, English, Chinese or German, into its terms, and back into words.

    A text that people use for two offers is refused, with both readings, unless the number of one `reading` is given.

    >>> dict(parse_offer("20% off over $50").terms)
    {'kind': 'spend_and_save', 'percent': 20, 'spend': '50'}
    """
    from offerloop.commands.parse_offer.task import short_offer

    return short_offer(text, currency, language, reading)


def codes(count: int, *, prefix: str = "", length: int = 12, out: StrPath | None = None) -> offerloop.CouponCodes:
    """Make coupon codes that nobody can guess or mistype, and write them to the new file `out`, one per line."""
    from offerloop.commands.codes.task import codes as make_codes

    return make_codes(count, prefix, length, out)


def import_codes(existing: StrPath, *, template: str | None = None, store: str | None = None) -> offerloop.CodesInUse:
    """Read a list of codes in use, and make them coupons of a template in a ledger where both are named.

    Needs the extra `sql` for the ledger.
    """
    from offerloop.commands.codes.task import import_codes as take_over

    return take_over(existing, template, store)


def pseudonym(config: StrPath, ids: Iterable[str | int]) -> offerloop.Pseudonyms:
    """Return the pseudonyms under which customers stand in the tables of a run."""
    from offerloop.commands.pseudonym.task import pseudonym as hide_ids

    return hide_ids(config, [_id(one) for one in ids])


def run_loop(config: StrPath, *, once: bool = False, store: str | None = None) -> offerloop.LoopState:
    """Return what a loop has done so far; with `once` it first takes all steps that the orders allow.

    `store` is the database of the journal, by default a file in the shop's folder. Needs the extra `sql`.
    """
    from offerloop.commands.loop.task import take_steps

    return take_steps(config, store, once=once)


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
    console: Console | None = None,
) -> offerloop.SimulationResult:
    """Play policies in a simulated shop whose true effects are known, and write its tables and a report.

    `out` is a new folder. With several values of `budget`, `supplier_share` or `explore` every combination is played
    and compared.
    """
    from offerloop.commands.simulate.request import SimulationRequest
    from offerloop.commands.simulate.task import simulate as simulate_shop
    from offerloop.market import Levers

    levers = Levers(_numbers(budget), _numbers(supplier_share), _numbers(explore))
    request = SimulationRequest(
        preset, _names(policy), customers, products, periods, before, log=log, fresh=fresh, worlds=worlds, seed=seed,
        levers=levers,
    )  # fmt: skip
    return simulate_shop(request, as_path(out), console)


def _names(written: Names) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)


def _numbers(written: Levels) -> tuple[float, ...]:
    return (float(written),) if isinstance(written, int | float) else tuple(float(one) for one in written)


def _text(written: object) -> str | None:
    return None if written is None else str(written)


def _id(written: object) -> str:
    """An id as text; one that pandas turned into 17.0 is 17."""
    return str(int(written)) if isinstance(written, float) and written.is_integer() else str(written)


def _day(name: str, written: str | date | None) -> date | None:
    """A day; of a time, its day."""
    try:
        day = datetime.fromisoformat(written) if isinstance(written, str) else written
    except ValueError:
        raise InputError(
            Message("{name} must be a day such as 2026-11-11, not '{written}'", name=name, written=str(written))
        ) from None
    return day.date() if isinstance(day, datetime) else day


def _pairs(shares: Mapping[str, float] | None) -> tuple[tuple[str, float], ...]:
    return tuple((str(name), float(share)) for name, share in (shares or {}).items())


@contextmanager
def _argument_names() -> Iterator[None]:
    """Raise an InputError again whose message names arguments, such as `customer_id` for `--id`."""
    try:
        yield
    except InputError as error:
        said = _OPTION.sub(lambda match: _OTHERS.get(match[1], match[1].replace("-", "_")), str(error))
        if said == str(error):
            raise
        raise type(error)(said) from None
