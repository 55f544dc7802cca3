"""`offerloop uplift`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, progress_console, say


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
    from offerloop.commands.uplift.files import write
    from offerloop.commands.uplift.request import UpliftRequest
    from offerloop.commands.uplift.task import uplift as study
    from offerloop.errors import check_known
    from offerloop.report import LANGUAGES
    from offerloop.workspace import planned_shares

    check_known("language", language, LANGUAGES)
    asked = UpliftRequest(
        treatment, outcome, cost, value, customer_id, control, propensity, planned_shares(shares), budget,
        tuple(audit or ()), tuple(ignore or ()), tuple(negative_control or ()), treated_at, observational, seed,
    )  # fmt: skip
    found = study(table, asked, progress_console(as_json))
    done = write(found, out, language, apply)
    facts = {"uplift": str(done.folder), "report": str(done.report), **done.summary}
    say(facts, f"{done.summary['sentence']}\n{done.report}", as_json)
