"""Commands on offers, baskets and coupons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.cli.app import Json, say


def codes(
    count: Annotated[int, typer.Option(help="How many.")],
    prefix: Annotated[str, typer.Option(help="What every code begins with: letters and digits.")] = "",
    length: Annotated[int, typer.Option(help="Characters after the prefix.")] = 12,
    out: Annotated[Path | None, typer.Option(help="New file to write, a code a line, instead of printing.")] = None,
    as_json: Json = False,
) -> None:
    """Codes of coupons: no look-alikes, typing errors are found, and nobody can guess one."""
    from offerloop.offers.codes import make_codes, p_guess, write_codes

    made = make_codes(count, prefix, length)
    chance = p_guess(count, length, prefix)
    if out is not None:
        write_codes(made, out)
        said = f"{count} codes; one guess in {1 / chance:,.0f} hits one of them\n{out}"
        say({"out": str(out), "count": count, "p_guess": chance}, said, as_json)
        return
    say({"codes": made, "count": count, "p_guess": chance}, "\n".join(made), as_json)


def price(
    basket: Annotated[Path, typer.Argument(help="The basket, in JSON.")],
    offers: Annotated[Path, typer.Option(help="The offers, in TOML or JSON.")],
    now: Annotated[str | None, typer.Option(help="When, such as 2026-11-11T20:00:00+08:00; default: at once.")] = None,
    as_json: Json = False,
) -> None:
    """What a basket costs under offers: every line with what was taken off, and why other offers do not apply."""
    from offerloop.service.price import bill, price_facts, price_files

    found = price_files(basket, offers, now)
    say(price_facts(found), bill(found), as_json)


def parse_offer(
    text: Annotated[str, typer.Argument(help='Such as "满200减20", "200:20" or "20% off over $50, max $15".')],
    currency: Annotated[
        str | None, typer.Option(help="Of its amounts; default: by the sign in the text, else CNY or USD.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Short form to print: en or zh; default: both.")] = None,
    as_json: Json = False,
) -> None:
    """One offer in a few words, Chinese or English, as terms to paste under [[offers]], and back as words."""
    from offerloop.service.short_offer import short_offer

    found = short_offer(text, currency, language)
    say(found.facts, "\n".join(found.lines), as_json)


def replay(
    orders: Annotated[str, typer.Argument(help="Past order lines: CSV, Excel, Parquet, or a database's URL#table.")],
    offers: Annotated[Path, typer.Option(help="TOML or JSON: currency, [[offers]] and perhaps [policy].")],
    products: Annotated[str | None, typer.Option(help="Product list: category, brand, unit_cost.")] = None,
    customers: Annotated[str | None, typer.Option(help="Customer list: segment.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of the orders; default: that of the offers.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Where days begin, such as Europe/Berlin; guessed.")] = None,
    margin: Annotated[
        str | None, typer.Option(help="Share of the price that is left, such as 0.3, where no unit cost is known.")
    ] = None,
    codes: Annotated[str, typer.Option(help="Who presents coupons that need a code: all or none.")] = "all",
    out: Annotated[Path | None, typer.Option(help="New folder for report.html, the tables and replay.json.")] = None,
    language: Annotated[str, typer.Option(help="Of the report: en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """What offers would have cost over past orders, and which they touch; no change of behaviour assumed."""
    from rich.console import Console

    from offerloop.errors import check_known
    from offerloop.report.replay import summarise_replay
    from offerloop.report.words import LANGUAGES
    from offerloop.service.replay import Asked
    from offerloop.service.replay import replay as bill
    from offerloop.service.replay_page import check_folder, page, write

    check_known("language", language, LANGUAGES)
    if out is not None:
        check_folder(out)
    progress = Console(stderr=True)
    asked = Asked(orders, offers, products, customers, currency, timezone, margin, codes)
    done = bill(asked, progress=progress if progress.is_terminal and not as_json else None)
    report = None if out is None else str(write(done, out, language))
    facts = {} if report is None else {"report": report}
    said = page(done, language)
    say(facts | summarise_replay(done.findings, language), said if report is None else f"{said}\n{report}", as_json)
