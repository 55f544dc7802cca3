"""`offerloop pseudonym`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, say


def pseudonym(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml of the runs, or its folder.")],
    ids: Annotated[list[str], typer.Argument(help="Raw customer ids.")],
    as_json: Json = False,
) -> None:
    """Under which pseudonyms customers stand in the tables of a run: one line for each id, a tab between."""
    from offerloop.config import load_config
    from offerloop.events.privacy import pseudonyms

    found = pseudonyms(ids, load_config(config).privacy)
    say({"pseudonyms": found}, "\n".join(f"{raw}\t{hidden}" for raw, hidden in found.items()), as_json)
