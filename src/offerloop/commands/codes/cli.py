"""`offerloop codes`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, say


def codes(
    count: Annotated[int, typer.Option(help="Number of codes.")],
    prefix: Annotated[str, typer.Option(help="Letters and digits that every code begins with.")] = "",
    length: Annotated[int, typer.Option(help="Number of characters after the prefix.")] = 12,
    out: Annotated[Path | None, typer.Option(help="New file to write instead of printing, one code per line.")] = None,
    as_json: Json = False,
) -> None:
    """Make coupon codes that nobody can guess or mistype."""
    from offerloop.commands.codes.task import codes as make_codes

    made = make_codes(count, prefix, length, out)
    facts: dict[str, object] = {"count": count, "p_guess": made.p_guess}
    if out is None:
        say({"codes": made.codes, **facts}, "\n".join(made.codes), as_json)
    else:
        say({"out": str(out), **facts}, f"{made.sentence}\n{out}", as_json)
