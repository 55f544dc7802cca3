"""`offerloop explain`: its arguments, and what it prints."""

from __future__ import annotations

from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, Run, say


def explain(
    run: Run,
    customer: Annotated[
        str, typer.Argument(help="Id of the customer; where runs hold pseudonyms, the raw id works too.")
    ],
    audience: Annotated[str, typer.Option(help="Reader of the text: marketer, support or customer.")] = "marketer",
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Say why a customer gets an offer or none."""
    from offerloop.commands.explain.task import explain as explain_customer
    from offerloop.workspace import find_run

    explanation = explain_customer(find_run(run), customer, audience, language)
    facts = {"facts": explanation.facts} if audience == "marketer" else {}
    say({"text": explanation.text, **facts}, explanation.text, as_json)
