"""`offerloop experiment`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, say


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
    from offerloop.commands.experiment.page import page
    from offerloop.commands.experiment.request import ExperimentRequest, read_guardrail
    from offerloop.commands.experiment.task import experiment as read_out
    from offerloop.workspace import planned_shares

    guards = tuple(read_guardrail(one) for one in guardrail or ())
    asked = ExperimentRequest(
        arm, outcome, denominator, before, before_denominator, guards, planned_shares(shares), control, sequential
    )
    found = read_out(table, asked)
    say(found.summary, page(found), as_json)
