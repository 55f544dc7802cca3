"""`offerloop simulate`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, progress_console, say


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
    from offerloop.commands.simulate.request import SimulationRequest
    from offerloop.commands.simulate.task import simulate
    from offerloop.market.planning import Levers

    asked = SimulationRequest(
        preset, tuple(policy or ()), customers, products, periods, before, log=log, fresh=fresh, worlds=worlds,
        seed=seed, levers=Levers(tuple(budget or ()), tuple(supplier_share or ()), tuple(explore or ())),
    )  # fmt: skip
    done = simulate(asked, out, progress_console(as_json))
    say(done.summary | {"report": str(done.report)}, f"{done.summary['sentence']}\n{done.report}", as_json)
