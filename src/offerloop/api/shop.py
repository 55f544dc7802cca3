"""Questions about a shop: what its data hold, its plan, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from os import PathLike

from rich.console import Console

import offerloop
from offerloop.api.arguments import day_of, id_of, ids_of, plain_arguments, text_of
from offerloop.config import StrPath, as_path
from offerloop.errors import InputError
from offerloop.message import Message


@plain_arguments
def init(
    folder: StrPath = "shop",
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
    join: StrPath | Iterable[StrPath] = (),
) -> offerloop.InitResult:
    """Write a commented configuration from a shop's own files, or for the sample `complete-journey`.

    Files in `join` have columns of the order lines, such as orders with customer and time, one row each. A file may
    also be a database, as URL#table or URL#query. `columns` names the columns of the files that are not recognised:
    `{"customer_id": "Member", "products.category": "Group"}`. `config` of the result is the file.
    """
    from offerloop.commands.init.request import InitRequest
    from offerloop.commands.init.request import init as write_configuration

    places = {
        "order_lines": orders, "products": products, "customers": customers, "events": events, "prices": prices,
        "exposures": exposures, "offers": offers, "redemptions": redemptions,
    }  # fmt: skip
    files = {name: str(place) for name, place in places.items() if place is not None}
    named = [f"{ours}={theirs}" for ours, theirs in (columns or {}).items()]
    joined = [str(place) for place in ([join] if isinstance(join, str | PathLike) else join)]
    request = InitRequest(files, text_of(budget), currency, text_of(margin), named, encoding, sample, language, joined)
    return write_configuration(as_path(folder), request)


@plain_arguments
def check(
    config: StrPath, *, engine: str = "duckdb", spark: object = None, language: str | None = None
) -> offerloop.CheckResult:
    """Read and clean all data of a shop, and say what a run could find out.

    `spark` is a live Spark session to work in, in place of `engine`.
    `ok` of the result says whether a run can start, `problems` what keeps it from that, `notes` what to know.
    """
    from offerloop.commands.check.task import check as check_shop

    return check_shop(config, engine if spark is None else spark, language)


@plain_arguments
def run(
    config: StrPath,
    *,
    begin: str | None = None,
    engine: str = "duckdb",
    spark: object = None,
    shards: int | None = None,
    table: str | None = None,
    language: str | None = None,
    console: Console | None = None,
) -> offerloop.RunResult:
    """Carry out the whole flow, from raw tables to one assignment per customer, a forecast and a report.

    `begin` names the stage from which on results of earlier runs are not used. `language` is `en` or `zh`, by default
    that of the configuration, as in all functions. `spark` is a live Spark session to work in, in place of `engine`
    (`duckdb`, `spark`, or the address `sc://host:port` of a Spark Connect server). `shards` is the number of parts of
    the customers, by default one for each 50,000 of them (results depend on it only where a sample is taken), and
    `table` the name of one of Spark's that the assignments are written to as well. The result has the run's `folder`,
    its `report` and the `summary`.
    """
    from offerloop.commands.run.task import run as run_flow

    return run_flow(config, engine if spark is None else spark, console, begin, language, shards, table)


@plain_arguments
def explain(
    run: StrPath, customer: str | int, *, audience: str = "marketer", language: str | None = None
) -> offerloop.Explanation:
    """Say why a customer gets an offer or none, for the audience `marketer`, `support` or `customer`.

    `run` is the folder of a run, or that of a shop: then its newest run. `facts` of the result has all figures.
    """
    from offerloop.commands.explain.task import explain as explain_customer
    from offerloop.workspace import find_run

    return explain_customer(find_run(run), id_of(customer), audience, language)


@plain_arguments
def publish(run: StrPath, *, console: Console | None = None) -> offerloop.PublishResult:
    """Carry the assignments of a run to where `[[publish]]` of its configuration says; again it changes nothing."""
    from offerloop.commands.publish.task import publish as publish_run
    from offerloop.workspace import find_run

    return publish_run(find_run(run), console)


@plain_arguments
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
        find_run(run), side[0], redemptions=side[1], exposures=side[2], from_day=day_of("begin", begin),
        until_day=day_of("until", until), engine=engine, language=language,
    )  # fmt: skip


@plain_arguments
def recommend(
    config: StrPath,
    *,
    task: str | None = None,
    customer: str | int | Iterable[str | int] | None = None,
    top: int | None = None,
    engine: str = "duckdb",
    language: str | None = None,
    console: Console | None = None,
) -> offerloop.Recommendations:
    """Return the products that customers would like, best first, with where each comes from and why.

    `task` is `repeat` (the next basket) or `new` (not bought before), by default both; without `customer` everybody.
    `table` of the result has customer_id, product_id, task, rank (from 1), affinity (higher is better), source and
    reason. Raises InputError for a customer without orders, and for a list of nobody.
    """
    from offerloop.commands.recommend.task import RecommendRequest
    from offerloop.commands.recommend.task import recommend as recommend_products

    ids = [] if customer is None else ids_of(customer)
    if customer is not None and not ids:
        raise InputError(Message("customer names nobody; leave it out for everybody"))
    request = RecommendRequest.of(task, ids, top)
    return recommend_products(config, request, engine, console, language)


@plain_arguments
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

    return similar_products(config, id_of(product), relation, top, engine, console)


@plain_arguments
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
    `window` the days after an exposure that are its outcome. The result has a `folder`, its `report` and the `summary`
    (money in minor units a decision). Its table `policy_values` has value, cost and profit of each policy by IPS,
    SNIPS, DR and SWITCH-DR, with 95 % intervals. Raises InputError for a log without propensities
    and for a policy that does not fit it.
    """
    from offerloop.commands.evaluate.task import evaluate as value_policies

    return value_policies(config, run=run, policy=policy, window_days=window, engine=engine, language=language)


@plain_arguments
def pseudonym(config: StrPath, ids: str | int | Iterable[str | int]) -> offerloop.Pseudonyms:
    """Return the pseudonyms under which customers stand in the tables of a run."""
    from offerloop.commands.pseudonym.task import pseudonym as hide_ids

    return hide_ids(config, ids_of(ids))


@plain_arguments
def run_loop(config: StrPath, *, once: bool = False, store: str | None = None) -> offerloop.LoopState:
    """Return what a loop has done so far; with `once` it first takes all steps that the orders allow.

    `store` is the database of the journal, by default a file in the shop's folder. Needs the extra `sql`.
    """
    from offerloop.commands.loop.task import take_steps

    return take_steps(config, store, once=once)
