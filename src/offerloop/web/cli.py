"""`offerloop serve`: its arguments, and the processes that it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Language, reader_language, remark


def serve(
    shop: Annotated[
        Path | None,
        typer.Argument(help="The shop's folder, or its offerloop.toml; without one, set a shop up in the browser."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Number of processes that answer.", min=1, max=64)] = 1,
    store: Annotated[
        str | None,
        typer.Option(help="URL of the database; default: that of [data], a file in the shop's folder."),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Address of a proxy whose X-Forwarded-User signs people in; repeatable."),
    ] = None,
    insecure_cookies: Annotated[
        bool,
        typer.Option("--insecure-cookies", help="Let people sign in without HTTPS, to try the service on one machine."),
    ] = False,
    demo_people: Annotated[
        bool,
        typer.Option(
            "--demo-people",
            help="Let a browser on this machine sign in as people of the demo, without a password.",
        ),
    ] = False,
    demo_traffic: Annotated[
        bool,
        typer.Option("--demo-traffic", help="Play two weeks of simulated traffic into a store that holds none yet."),
    ] = False,
    new_admin_token: Annotated[
        bool, typer.Option("--new-admin-token", help="Make and print a new admin token, if all are lost.")
    ] = False,
    language: Language = None,
) -> None:
    """Open the console, and answer decisions and prices over HTTP.

    Prints an admin token when a shop is first served.
    """
    from offerloop.web.running import ready_to_serve, run

    reader_language(language)
    settings = ready_to_serve(
        shop, store, workers, tuple(trusted_proxy or ()),
        secure_cookies=not (insecure_cookies or demo_people), demo_people=demo_people,
    )  # fmt: skip
    run(settings, host, port, new_admin_token=new_admin_token, demo_traffic=demo_traffic, remark=remark)
