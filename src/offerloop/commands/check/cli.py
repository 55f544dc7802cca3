"""`offerloop check`: its arguments, and what it prints."""

from __future__ import annotations

import typer

from offerloop.commands.terminal import Config, Engine, Json, Language, say
from offerloop.errors import InputError


def check(
    config: Config,
    engine: Engine = "duckdb",
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Read and clean all data, and say what a run could find out."""
    from offerloop.commands.check.page import page
    from offerloop.commands.check.task import check as check_shop

    checked = check_shop(config, engine, language)
    say(checked.facts, page(checked), as_json)
    if not checked.ok:
        raise typer.Exit(InputError.exit_code)
