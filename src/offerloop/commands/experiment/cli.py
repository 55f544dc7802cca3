"""`offerloop experiment`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, SummingEngine, say

Before = Annotated[str | None, typer.Option(help="Column with the outcome before the test, to adjust by.")]
BeforeDenominator = Annotated[str | None, typer.Option(help="Column with the denominator before the test.")]
Denominator = Annotated[str | None, typer.Option(help="Column that the outcome is divided by, for a ratio metric.")]
Guardrails = Annotated[
    list[str] | None,
    typer.Option(
        metavar="METRIC=MARGIN",
        help="Guardrail and its margin: rating=-0.02 may fall by 2 %, returns=+0.1 may rise by 10 %; repeatable.",
    ),
]
Sequential = Annotated[
    float | None, typer.Option(help="Planned number of customers, if you look at the results more than once.")
]
Cluster = Annotated[
    str | None,
    typer.Option(help="Column of the unit of randomisation or of shared purchases, e.g. household, store or day."),
]
By = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column by whose values the outcome is broken down; repeatable."),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Write a report (HTML) and the figures to a folder named by the time in this folder."),
]


def experiment(
    table: Annotated[Path, typer.Argument(help="Table with one row per customer: CSV, Excel or Parquet.")],
    arm: Annotated[str, typer.Option(help="Column with the arm of each customer.")],
    outcome: Annotated[str, typer.Option(help="Column with the outcome; more is better.")],
    before: Before = None,
    denominator: Denominator = None,
    before_denominator: BeforeDenominator = None,
    guardrail: Guardrails = None,
    shares: Annotated[str | None, typer.Option(help="Planned shares of the arms, e.g. A=.5,B=.5.")] = None,
    control: Annotated[str | None, typer.Option(help="Name of the control arm, where it is not recognised.")] = None,
    sequential: Sequential = None,
    cluster: Cluster = None,
    by: By = None,
    out: Out = None,
    engine: SummingEngine = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Compare the arms of an A/B test, and decide what to ship."""
    from offerloop.commands.experiment.files import write
    from offerloop.commands.experiment.request import ExperimentRequest, read_guardrail
    from offerloop.commands.experiment.task import experiment as read_out
    from offerloop.commands.experiment.terminal_text import screen
    from offerloop.locale import known_language
    from offerloop.workspace import check_folder, planned_shares

    known_language(language)
    guards = tuple(read_guardrail(one) for one in guardrail or ())
    request = ExperimentRequest(
        arm,
        outcome,
        denominator,
        before,
        before_denominator,
        guards,
        planned_shares(shares),
        control,
        sequential,
        cluster,
        tuple(by or ()),
    )
    if out is not None:
        check_folder(out)
    result = read_out(table, request, engine, language)
    done = None if out is None else write(result, out)
    place = {} if done is None else {"report": str(done.report)}
    text = screen(result, result.language)
    say(place | result.summary, text if done is None else f"{text}\n{done.report}", as_json)
