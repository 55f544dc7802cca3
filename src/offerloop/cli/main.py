"""`offerloop`: the command line. Heavy libraries are imported by the commands, so that `--help` is quick."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from offerloop import __version__
from offerloop.cli.app import Json, app, say
from offerloop.cli.offers import codes, parse_offer, price, replay
from offerloop.errors import InputError, OfferloopError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offerloop.config import SourceName

Run = Annotated[Path, typer.Argument(help="A run's folder, or the shop's: then its newest run.")]
Engine = Annotated[str, typer.Option(help="Where table work runs: duckdb.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"offerloop {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Offerloop."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write the shop to.")],
    orders: Annotated[
        str | None, typer.Option(help="Order lines: CSV, Excel, Parquet, or a database's URL#table or URL#query.")
    ] = None,
    products: Annotated[str | None, typer.Option(help="Product list, one row per product.")] = None,
    customers: Annotated[str | None, typer.Option(help="Customer list, one row per customer.")] = None,
    events: Annotated[str | None, typer.Option(help="What customers viewed, put into the cart or rated.")] = None,
    prices: Annotated[str | None, typer.Option(help="What was offered at which price, whoever bought.")] = None,
    exposures: Annotated[str | None, typer.Option(help="Who was shown which offer.")] = None,
    offers: Annotated[str | None, typer.Option(help="Your offers, one row each, instead of assumed ones.")] = None,
    redemptions: Annotated[str | None, typer.Option(help="Who redeemed what.")] = None,
    budget: Annotated[str | None, typer.Option(help="The most that the plan may cost, such as 1000.00.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO code of all money; default: guessed.")] = None,
    margin: Annotated[
        str | None, typer.Option(help="Share of the list price left before offers, such as .35 or 35%; default: .30.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OURS=THEIRS",
            help="Your column for one of ours, such as customer_id=Member or products.category=Group; repeatable.",
        ),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of all CSV files, such as gb18030; default: guessed.")] = None,
    sample: Annotated[str | None, typer.Option(help="Instead of files, a shop to try: complete-journey.")] = None,
    as_json: Json = False,
) -> None:
    """Write a commented offerloop.toml that runs: from a shop's own files, or for a sample."""
    from offerloop.service.given_columns import read_map
    from offerloop.service.init import write_shop
    from offerloop.service.samples import write_sample

    given = {
        "order_lines": orders, "products": products, "customers": customers, "events": events, "prices": prices,
        "exposures": exposures, "offers": offers, "redemptions": redemptions,
    }  # fmt: skip
    files = {name: place for name, place in given.items() if place is not None}
    if (sample is None) == (not files):
        raise InputError("name your order lines with --orders FILE, or a shop to try with --sample complete-journey")
    if sample is not None:
        path = write_sample(sample, folder)
        say({"config": str(path)}, f"Wrote {path}. Next: offerloop run {path}", as_json)
        return
    named = cast("Mapping[SourceName, str]", files)
    started = write_shop(folder, named, budget, currency, encoding, read_map(columns or (), named), margin)
    say(started.facts, "\n".join(started.lines), as_json)


@app.command()
def check(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml to look at, or its folder.")],
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """Read and clean everything, fit nothing: what a run would start from, and what it could not find out."""
    from offerloop.service.check import check as look

    found = look(config, engine)
    say(found.facts, "\n".join(found.lines), as_json)
    if not found.ok:
        raise typer.Exit(InputError.exit_code)


@app.command()
def run(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml to carry out, or its folder.")],
    engine: Engine = "duckdb",
    begin: Annotated[
        str | None, typer.Option("--from", help="Compute anew from this stage on, such as response.")
    ] = None,
    as_json: Json = False,
) -> None:
    """From raw tables to one assignment per customer, a forecast and a report."""
    from rich.console import Console

    from offerloop.service.runs import run as carry_out

    progress = Console(stderr=True)
    written = carry_out(config, engine, progress if progress.is_terminal and not as_json else None, begin)
    found = {"run": str(written.folder), "report": str(written.report), **written.summary}
    nothing = not any(one["send"] for one in written.summary["campaigns"])
    why = written.summary["gaps"] if nothing else []
    say(found, "\n".join([written.summary["decision"], *why, str(written.report)]), as_json)


@app.command()
def explain(
    run: Run,
    customer: Annotated[str, typer.Argument(help="The customer's id; also the raw one where runs hold pseudonyms.")],
    audience: Annotated[str, typer.Option(help="Who reads it: marketer, support or customer.")] = "marketer",
    language: Annotated[str, typer.Option(help="Language of the text: en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Why one customer gets an offer or not: for the marketer, for support, or for the customer."""
    from offerloop.service.explain import explain as tell
    from offerloop.service.find_run import find_run

    found = tell(find_run(run), customer, audience, language)
    facts = {"facts": found.facts} if audience == "marketer" else {}
    say({"text": found.text, **facts}, found.text, as_json)


@app.command()
def recommend(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml of the shop, or its folder.")],
    task: Annotated[
        str | None, typer.Option(help="repeat (the next basket) or new (not bought before); default: both.")
    ] = None,
    customer: Annotated[list[str] | None, typer.Option(help="One or more customers; default: everybody.")] = None,
    top: Annotated[int | None, typer.Option(help="Products per customer and task; default: recommend.top_k.")] = None,
    out: Annotated[Path | None, typer.Option(help="CSV or Parquet file to write instead of printing.")] = None,
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """The products that customers would like, best first, with where each comes from and why."""
    from rich.console import Console

    from offerloop.service.recommend import Asked
    from offerloop.service.recommend import recommend as ask

    progress = Console(stderr=True)
    asked = Asked.of(task, customer or [], top, out)
    found = ask(config, asked, engine, progress if progress.is_terminal and not as_json else None)
    if out is not None:
        found.write(out)
        say(found.chosen | {"rows": found.table.height, "file": str(out)}, f"{found.sentence}\n{out}", as_json)
        return
    say(found.facts, found.table.write_csv(separator="\t").rstrip(), as_json)


@app.command()
def similar(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    config: Annotated[Path, typer.Option(help="The offerloop.toml of the shop, or its folder.")] = Path(),
    relation: Annotated[
        str, typer.Option(help="similar, substitutes (instead of it) or complements (together with it).")
    ] = "similar",
    top: Annotated[int, typer.Option(help="How many products.")] = 10,
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """Products that are like one, are bought instead of it, or go with it; learned from baskets."""
    from rich.console import Console

    from offerloop.service.similar import similar as find

    progress = Console(stderr=True)
    shown = progress if progress.is_terminal and not as_json else None
    found = find(config, product, relation, top, engine, shown)
    if found.reason is not None and not as_json:
        sys.stderr.write(f"{found.reason}\n")
    say(found.facts, found.table.write_csv(separator="\t").rstrip(), as_json)


@app.command()
def pseudonym(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml of the runs, or its folder.")],
    ids: Annotated[list[str], typer.Argument(help="Raw customer ids.")],
    as_json: Json = False,
) -> None:
    """Under which pseudonyms customers stand in the tables of a run: one line for each id, a tab between."""
    from offerloop.config import load_config
    from offerloop.events.privacy import pseudonyms

    found = pseudonyms(ids, load_config(config).privacy)
    say({"pseudonyms": found}, "\n".join(f"{raw}\t{hidden}" for raw, hidden in found.items()), as_json)


@app.command()
def readout(
    run: Run,
    orders: Annotated[Path, typer.Option(help="Order lines of the period, in the shape of the run's.")],
    redemptions: Annotated[
        Path | None, typer.Option(help="Who redeemed which offer: customer_id, offer_id, amount.")
    ] = None,
    exposures: Annotated[Path | None, typer.Option(help="Whom the offers reached: customer_id, offer_id.")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", help="First day; default: the day of the plan.")] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Last day; default: the last of the file, 28 days at most.")
    ] = None,
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """After the period: what the plan caused, against its holdout, and how the forecast held."""
    from offerloop.service.find_run import find_run
    from offerloop.service.readout import read_out

    days = [None if day is None else day.date() for day in (begin, until)]
    done = read_out(
        find_run(run), orders, redemptions=redemptions, exposures=exposures, from_day=days[0], until_day=days[1],
        engine=engine,
    )  # fmt: skip
    found = {"readout": str(done.folder), "report": str(done.report), **done.summary}
    say(found, f"{done.summary['sentence']}\n{done.report}", as_json)
    if done.stopped:
        raise typer.Exit(1)


@app.command()
def evaluate(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml with a source of exposures, or its folder.")],
    run: Annotated[Path | None, typer.Option(help="A run whose plan is valued too: its folder, or the shop's.")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="A policy to value: CSV or Parquet with customer_id, offer_id[, probability].")
    ] = None,
    window: Annotated[
        int | None, typer.Option(help="Days after an exposure that are its outcome; default: evaluate.window_days.")
    ] = None,
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """What policies would be worth, from the log of shown offers with their propensities, without trying them out."""
    from offerloop.service.evaluate import evaluate as value

    done = value(config, run=run, policy=policy, window_days=window, engine=engine)
    found = {"evaluation": str(done.folder), "report": str(done.report), **done.summary}
    say(found, f"{done.summary['sentence']}\n{done.report}", as_json)


@app.command()
def uplift(
    table: Annotated[Path, typer.Argument(help="CSV, Excel or Parquet with one row per customer.")],
    treatment: Annotated[str, typer.Option(help="Column: who was given what.")],
    outcome: Annotated[str, typer.Option(help="Column: what came of it.")],
    cost: Annotated[str | None, typer.Option(help="Column, or a number that each treated customer costs.")] = None,
    value: Annotated[
        str | None, typer.Option(help="Column, or a number that one of the outcome is worth; default: the outcome.")
    ] = None,
    customer_id: Annotated[str | None, typer.Option("--id", help="Column of the customers' ids.")] = None,
    control: Annotated[str | None, typer.Option(help="The arm without an offer, where it is not recognised.")] = None,
    propensity: Annotated[str | None, typer.Option(help="Column: the chance of what was given.")] = None,
    shares: Annotated[str | None, typer.Option(help="Planned sizes of the arms: control=0.5,coupon=0.5.")] = None,
    budget: Annotated[float | None, typer.Option(help="What may be spent on the customers of the table.")] = None,
    audit: Annotated[
        list[str] | None, typer.Option(help="Column whose groups are compared; never learned from.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Column that is left out.")] = None,
    negative_control: Annotated[
        list[str] | None, typer.Option(help="Column that no offer can have changed, as a check.")
    ] = None,
    treated_at: Annotated[str | None, typer.Option(help="Column with the time of the treatment.")] = None,
    observational: Annotated[
        bool, typer.Option("--observational", help="Chance did not decide who was treated.")
    ] = False,
    apply: Annotated[Path | None, typer.Option(help="Another table, of customers to score.")] = None,
    out: Annotated[Path, typer.Option(help="Folder in which <time>/ is written.")] = Path("uplift"),
    seed: Annotated[int, typer.Option(help="Of every draw.")] = 1,
    language: Annotated[str, typer.Option(help="Of the report: en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """One trial table: who responds to an offer, whether choosing customers pays, and whom to treat."""
    from rich.console import Console

    from offerloop.errors import check_known
    from offerloop.report.words import LANGUAGES
    from offerloop.service.uplift import uplift as study
    from offerloop.service.uplift_asked import Asked, planned_shares
    from offerloop.service.uplift_files import write

    check_known("language", language, LANGUAGES)
    progress = Console(stderr=True)
    asked = Asked(
        treatment, outcome, cost, value, customer_id, control, propensity, planned_shares(shares), budget,
        tuple(audit or ()), tuple(ignore or ()), tuple(negative_control or ()), treated_at, observational, seed,
    )  # fmt: skip
    found = study(table, asked, progress if progress.is_terminal and not as_json else None)
    done = write(found, out, language, apply)
    facts = {"uplift": str(done.folder), "report": str(done.report), **done.summary}
    say(facts, f"{done.summary['sentence']}\n{done.report}", as_json)


@app.command()
def experiment(
    table: Annotated[Path, typer.Argument(help="CSV, Excel or Parquet with one row per customer.")],
    arm: Annotated[str, typer.Option(help="Column: who was in which arm.")],
    outcome: Annotated[str, typer.Option(help="Column: what came of it; more is better.")],
    before: Annotated[str | None, typer.Option(help="Column: the outcome in a time before, to adjust by.")] = None,
    denominator: Annotated[str | None, typer.Option(help="Column: the metric is outcome per this.")] = None,
    before_denominator: Annotated[str | None, typer.Option(help="Column: the same in the time before.")] = None,
    guardrail: Annotated[
        list[str] | None,
        typer.Option(help="Column and margin: rating=-0.02 may fall by 2 %, returns=+0.1 may rise by 10 %."),
    ] = None,
    shares: Annotated[str | None, typer.Option(help="Planned sizes of the arms: A=.5,B=.5.")] = None,
    control: Annotated[str | None, typer.Option(help="The arm without the change, where it is not recognised.")] = None,
    sequential: Annotated[float | None, typer.Option(help="Planned customers, where you look more than once.")] = None,
    as_json: Json = False,
) -> None:
    """An A/B table: each arm against the control, with intervals, guardrails, and whether to ship."""
    from offerloop.service.experiment import experiment as read_out
    from offerloop.service.experiment_page import page
    from offerloop.service.experiment_table import Asked, read_guardrail
    from offerloop.service.uplift_asked import planned_shares

    guards = tuple(read_guardrail(one) for one in guardrail or ())
    asked = Asked(
        arm, outcome, denominator, before, before_denominator, guards, planned_shares(shares), control, sequential
    )
    found = read_out(table, asked)
    say(found.summary, page(found), as_json)


@app.command()
def allocate(
    table: Annotated[Path, typer.Argument(help="CSV, Excel or Parquet with customer_id, offer_id, value and cost.")],
    out: Annotated[Path, typer.Option(help="File to write: who gets what, CSV or Parquet.")],
    budget: Annotated[str | None, typer.Option(help="The most that the plan may cost, such as 10000.00.")] = None,
    cap: Annotated[list[str] | None, typer.Option(help="How often an offer is given at most: coupon=500.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML with more limits; docs/allocation.md says which.")] = None,
    currency: Annotated[str, typer.Option(help="Of value and cost.")] = "USD",
    as_json: Json = False,
) -> None:
    """Values and costs of offers: who gets which one within a budget and other limits, and what the limits cost."""
    from rich.console import Console

    from offerloop.service.allocate import allocate as decide
    from offerloop.service.allocate import read_limits
    from offerloop.service.allocate_page import page, write

    progress = Console(stderr=True)
    asked = read_limits(config, budget)
    found = decide(table, asked, cap or (), currency, progress if progress.is_terminal and not as_json else None)
    write(found, out)
    say({"out": str(out), **found.summary}, page(found, out), as_json)


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="New folder for the shop's tables and the report.")],
    preset: Annotated[str, typer.Option(help="grocery, fashion, marketplace, null or harmful.")] = "grocery",
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="One or more of nothing, random (the default), blanket, same, buyers, personalised, loop (the "
            "default of comparisons), ceiling, oracle."
        ),
    ] = None,
    customers: Annotated[int, typer.Option(help="Size of the shop.")] = 1000,
    products: Annotated[int, typer.Option(help="Size of its range.")] = 1000,
    periods: Annotated[int, typer.Option(help="Weeks of the policy.")] = 12,
    before: Annotated[int, typer.Option(help="Weeks that come first.")] = 26,
    log: Annotated[int, typer.Option(help="Of these, the last ones with random offers, to learn from.")] = 9,
    fresh: Annotated[int, typer.Option(help="Further customers that 'ceiling' learns from.")] = 200_000,
    worlds: Annotated[int, typer.Option(help="Shops that are simulated, for the spread of the result.")] = 5,
    seed: Annotated[int, typer.Option(help="The first world's; each further one adds one.")] = 1,
    budget: Annotated[
        list[float] | None,
        typer.Option(help="Most that offers may cost for each customer and period; several are compared."),
    ] = None,
    supplier_share: Annotated[
        list[float] | None, typer.Option(help="What suppliers pay of every discount, 0 to 1; several are compared.")
    ] = None,
    explore: Annotated[
        list[float] | None,
        typer.Option(help="Of the budget, what 'loop' gives by lot, 0 to 1; several are compared."),
    ] = None,
    as_json: Json = False,
) -> None:
    """A simulated shop whose truth is known: play policies, write the first one's tables and what they gained.

    With several budgets, supplier shares or exploration shares: what each combination would bring.
    """
    from rich.console import Console

    from offerloop.market.planning import Levers
    from offerloop.service.simulate import simulate
    from offerloop.service.simulation_asked import Asked

    progress = Console(stderr=True)
    asked = Asked(
        preset, tuple(policy or ()), customers, products, periods, before, log=log, fresh=fresh, worlds=worlds,
        seed=seed, levers=Levers(tuple(budget or ()), tuple(supplier_share or ()), tuple(explore or ())),
    )  # fmt: skip
    done = simulate(asked, out, progress if progress.is_terminal and not as_json else None)
    say(done.summary | {"report": str(done.report)}, f"{done.summary['sentence']}\n{done.report}", as_json)


@app.command()
def loop(
    config: Annotated[Path, typer.Argument(help="The shop's offerloop.toml, or its folder.")],
    once: Annotated[bool, typer.Option("--once", help="Go on as far as the orders reach; for cron.")] = False,
    store: Annotated[
        str | None, typer.Option(help="Database of the journal, SQLite or PostgreSQL; default: in the shop's folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Each period's offers by what the earlier ones showed: the next steps, or without --once what was done so far."""
    from offerloop.service.loop import take_steps

    found = take_steps(config, store, once=once)
    say(found.facts, found.text, as_json)


@app.command()
def publish(run: Run, as_json: Json = False) -> None:
    """Carry a run's assignments to where [[publish]] of its configuration says; doing it again changes nothing."""
    from rich.console import Console

    from offerloop.service.find_run import find_run
    from offerloop.service.publish import publish as carry

    progress = Console(stderr=True)
    done = carry(find_run(run), progress if progress.is_terminal and not as_json else None)
    say(done.facts, "\n".join(done.lines), as_json)


for _command in (price, parse_offer, replay, codes):
    app.command()(_command)


def main() -> None:
    """Entry point: errors of ours become one sentence and an exit code."""
    try:
        app()
    except OfferloopError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
