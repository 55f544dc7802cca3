"""`offerloop simulate`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, progress_console, say


def simulate(
    out: Annotated[Path, typer.Option(help="New folder to write: the tables of the shop and the report.")],
    preset: Annotated[
        str, typer.Option(help="Kind of shop: grocery, fashion, marketplace, null or harmful.")
    ] = "grocery",
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="POLICY",
            help="Policy to play: nothing, random (the default), blanket, same, buyers, personalised, loop (the "
            "default of comparisons), ceiling or oracle; repeatable.",
        ),
    ] = None,
    customers: Annotated[int, typer.Option(help="Number of customers.")] = 1000,
    products: Annotated[int, typer.Option(help="Number of products.")] = 1000,
    periods: Annotated[int, typer.Option(help="Number of weeks that the policies play.")] = 12,
    before: Annotated[int, typer.Option(help="Weeks of history before the policies start.")] = 26,
    log: Annotated[
        int,
        typer.Option(
            help="Number of weeks at the end of the history in which offers are sent at random, so that policies "
            "can learn from them."
        ),
    ] = 9,
    fresh: Annotated[
        int, typer.Option(help="Number of additional simulated customers from which the policy 'ceiling' learns.")
    ] = 200_000,
    worlds: Annotated[int, typer.Option(help="Number of simulated shops, for the spread of the result.")] = 5,
    seed: Annotated[int, typer.Option(help="Random seed of the first world; each further world adds one.")] = 1,
    budget: Annotated[
        list[float] | None,
        typer.Option(
            metavar="AMOUNT", help="Maximum cost of offers per customer and period; several values are compared."
        ),
    ] = None,
    supplier_share: Annotated[
        list[float] | None,
        typer.Option(
            metavar="SHARE", help="Share of every discount that suppliers pay, 0 to 1; several values are compared."
        ),
    ] = None,
    explore: Annotated[
        list[float] | None,
        typer.Option(
            metavar="SHARE",
            help="Share of the budget that 'loop' gives at random, 0 to 1; several values are compared.",
        ),
    ] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Compare policies in a simulated shop with known effects.

    It writes the tables of the first policy's shop and what each policy gained. With several budgets, supplier shares
    or exploration shares it compares all combinations.
    """
    from offerloop.commands.simulate.request import SimulationRequest
    from offerloop.commands.simulate.task import simulate
    from offerloop.market import Levers

    request = SimulationRequest(
        preset, tuple(policy or ()), customers, products, periods, before, log=log, fresh=fresh, worlds=worlds,
        seed=seed, levers=Levers(tuple(budget or ()), tuple(supplier_share or ()), tuple(explore or ())),
    )  # fmt: skip
    done = simulate(request, out, progress_console(as_json), language)
    say(done.summary | {"report": str(done.report)}, f"{done.summary['sentence']}\n{done.report}", as_json)
