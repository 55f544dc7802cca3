"""`offerloop codes`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, reader_language, say
from offerloop.errors import InputError
from offerloop.message import Message

LENGTH = 12
"""Characters of a code unless another length is asked for."""


def codes(
    count: Annotated[int | None, typer.Option(help="Number of codes to make.")] = None,
    prefix: Annotated[str, typer.Option(help="Letters and digits that every code begins with.")] = "",
    length: Annotated[int, typer.Option(help="Number of characters after the prefix.")] = LENGTH,
    out: Annotated[Path | None, typer.Option(help="New file to write instead of printing, one code per line.")] = None,
    existing: Annotated[
        Path | None,
        typer.Option("--from", help="List of codes in use: one per line, or CSV with code and customer_id."),
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="Template under which the codes of --from become coupons.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="URL of the ledger's database.")] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Make coupon codes that are hard to guess and to mistype.

    With --from, take over codes that are in use already.
    """
    from offerloop.commands.codes.task import codes as make_codes
    from offerloop.commands.codes.task import import_codes
    from offerloop.report import Localizer

    _ = Localizer(reader_language(language))
    if existing is not None and count is None:
        if out is not None or prefix or length != LENGTH:
            raise InputError(Message("--out, --prefix and --length are for codes that are made; leave them out"))
        imported = import_codes(existing, template, store)
        say(imported.facts, _.clauses(map(_, imported.messages)), as_json)
        return
    if count is None or existing is not None or template is not None or store is not None:
        raise InputError(
            Message("name either the number of codes to make (--count) or a list of codes in use (--from)")
        )
    made = make_codes(count, prefix, length, out)
    facts: dict[str, object] = {"count": count, "p_guess": made.p_guess}
    if out is None:
        say({"codes": made.codes, **facts}, "\n".join(made.codes), as_json)
    else:
        say({"out": str(out), **facts}, f"{_(made.message)}\n{out}", as_json)
