"""`offerloop pseudonym`: its arguments, and what it prints."""

from __future__ import annotations

from typing import Annotated

import typer

from offerloop.commands.terminal import Config, Json, Language, reader_language, say


def pseudonym(
    config: Config,
    ids: Annotated[list[str], typer.Argument(help="Raw ids of customers.")],
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Print the pseudonyms of customers, one line per id."""
    from offerloop.commands.pseudonym.task import pseudonym as hide

    reader_language(language)
    pseudonyms = hide(config, ids).by_id
    say({"pseudonyms": pseudonyms}, "\n".join(f"{raw}\t{hidden}" for raw, hidden in pseudonyms.items()), as_json)
