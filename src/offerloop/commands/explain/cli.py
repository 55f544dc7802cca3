"""`offerloop explain`: its arguments, and what it prints."""

from __future__ import annotations

from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Run, say


def explain(
    run: Run,
    customer: Annotated[str, typer.Argument(help="The customer's id; also the raw one where runs hold pseudonyms.")],
    audience: Annotated[str, typer.Option(help="Who reads it: marketer, support or customer.")] = "marketer",
    language: Annotated[str, typer.Option(help="Language of the text: en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Why one customer gets an offer or not: for the marketer, for support, or for the customer."""
    from offerloop.commands.explain.task import explain as explain_customer
    from offerloop.workspace import find_run

    explanation = explain_customer(find_run(run), customer, audience, language)
    facts = {"facts": explanation.facts} if audience == "marketer" else {}
    say({"text": explanation.text, **facts}, explanation.text, as_json)
