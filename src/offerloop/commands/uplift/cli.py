"""`offerloop uplift`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, SummingEngine, progress_console, say

Cost = Annotated[
    str | None,
    typer.Option(help="Column with the cost, or what a treated customer costs: 2, or by arm coupon=2,letter=0.5."),
]
Value = Annotated[
    str | None,
    typer.Option(help="Column with the value, or what one unit of the outcome is worth; default: the outcome."),
]
Propensity = Annotated[str | None, typer.Option(help="Column with the propensity of the offer that was given.")]
Audit = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column whose groups are compared and never learned from; repeatable."),
]
NegativeControl = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column that no offer can have changed, as a check; repeatable."),
]
Observational = Annotated[
    bool, typer.Option("--observational", help="Accept a table in which customers were not assigned at random.")
]
Cluster = Annotated[
    str | None,
    typer.Option(help="Column of the unit of randomisation or of shared purchases, e.g. household, store or day."),
]
KnownBefore = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN",
        help="Column to keep although it predicts the outcome implausibly well, because it was recorded before the "
        "offer; repeatable.",
    ),
]
Score = Annotated[
    str | None,
    typer.Option(help="Column with your own score to compare with; higher means treat first."),
]
Top = Annotated[float | None, typer.Option(help="Share of the customers that may be treated at most, e.g. 0.2.")]
Save = Annotated[
    bool, typer.Option("--save", help="Keep what was learned, to score other customers later (`offerloop score`).")
]


def uplift(
    table: Annotated[Path, typer.Argument(help="Table with one row per customer: CSV, Excel or Parquet.")],
    treatment: Annotated[str, typer.Option(help="Column with the offer that each customer was given.")],
    outcome: Annotated[str, typer.Option(help="Column with the outcome.")],
    cost: Cost = None,
    value: Value = None,
    customer_id: Annotated[str | None, typer.Option("--id", help="Column with the ids of customers.")] = None,
    control: Annotated[str | None, typer.Option(help="Name of the control arm, where it is not recognised.")] = None,
    propensity: Propensity = None,
    shares: Annotated[str | None, typer.Option(help="Planned shares of the arms, e.g. control=0.5,coupon=0.5.")] = None,
    budget: Annotated[float | None, typer.Option(help="Most that may be spent on the customers of the table.")] = None,
    audit: Audit = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="Column to leave out; repeatable.")] = None,
    negative_control: NegativeControl = None,
    treated_at: Annotated[str | None, typer.Option(help="Column with the time of the treatment.")] = None,
    observational: Observational = False,
    cluster: Cluster = None,
    known_before: KnownBefore = None,
    score: Score = None,
    top: Top = None,
    apply: Annotated[Path | None, typer.Option(help="Table of other customers to score.")] = None,
    save: Save = False,
    engine: SummingEngine = None,
    out: Annotated[Path, typer.Option(help="Folder in which a folder named by the time is written.")] = Path("uplift"),
    seed: Annotated[int, typer.Option(help="Random seed.")] = 1,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Decide from a randomised trial whom to treat."""
    from offerloop.commands.uplift.files import write
    from offerloop.commands.uplift.request import UpliftRequest
    from offerloop.commands.uplift.task import uplift as study
    from offerloop.commands.uplift.terminal_text import screen
    from offerloop.locale import known_language
    from offerloop.workspace import check_folder, planned_shares

    known_language(language)
    request = UpliftRequest(
        treatment, outcome, cost, value, customer_id, control, propensity, planned_shares(shares), budget,
        tuple(audit or ()), tuple(ignore or ()), tuple(negative_control or ()), treated_at, observational, seed,
        cluster, tuple(known_before or ()), score, top,
    )  # fmt: skip
    check_folder(out)
    result = study(table, request, progress_console(as_json), apply, language, engine)
    done = write(result, out, save=save)
    facts = {"uplift": str(done.folder), "report": str(done.report), **done.summary}
    say(facts, f"{screen(result.findings, result.language, result.applied)}\n{done.report}", as_json)
