"""The request for a page: who sends it, in which language, and the worker that knows the shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from fastapi import Request

from offerloop.config import Config, load_config
from offerloop.errors import InputError
from offerloop.locale import languages
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.store import holds_simulated
from offerloop.web.auth import Caller
from offerloop.web.console.blocks import View
from offerloop.web.problems import HttpProblem, language_of
from offerloop.web.roles import Permission
from offerloop.web.worker import Worker
from offerloop.workspace import RunRead, find_run, folder_named, open_run

LANGUAGE_COOKIE = "offerloop_language"
MOST_DIGITS = 15
"""The most digits of a number in a query, so that every database can hold it."""
Named = TypeVar("Named")


@dataclass(frozen=True)
class PageRequest:
    """A request for a page or an action."""

    http: Request
    caller: Caller
    fields: Mapping[str, str]
    """The query of a page, or the fields of a form."""

    @property
    def worker(self) -> Worker:
        """Return what the process holds."""
        worker: Worker = self.http.app.state.worker
        return worker

    @cached_property
    def localizer(self) -> Localizer:
        """Return what writes texts and figures in the language of the page."""
        return Localizer(page_language(self.http), self.currency)

    @cached_property
    def config(self) -> Config | None:
        """Return the configuration of the shop; None where it cannot be read."""
        try:
            return load_config(self.worker.settings.shop)
        except InputError:
            return None

    @property
    def currency(self) -> str:
        """Return the currency of the shop."""
        return "" if self.config is None else self.config.shop.currency

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the shop, or the one in which the form that was sent showed its times.

        Raises HttpProblem where that is none.
        """
        shop = "UTC" if self.config is None else self.config.shop.timezone
        try:
            return ZoneInfo(self.field("zone") or shop)
        except (KeyError, ValueError, OSError):
            raise HttpProblem("invalid", field="zone") from None

    @cached_property
    def simulated(self) -> bool:
        """Whether the store holds simulated traffic, which every page says."""
        return self.worker.database.read(holds_simulated)

    @cached_property
    def run(self) -> RunRead | None:
        """Return the newest finished run; None where there is none."""
        return self.run_named(None)

    def run_named(self, name: str | None) -> RunRead | None:
        """Return a finished run of the shop or a preview by the name of its folder, or the newest run, with
        its texts in the language of the page."""
        shop = self.worker.settings.shop
        if name is not None and ("/" in name or name.startswith(".")):
            return None
        try:
            run = open_run(find_run(shop if name is None else folder_named(shop, name)))
        except InputError:
            return None
        return run.in_language(self.localizer.language)

    def may(self, permission: Permission) -> bool:
        """Whether the roles of the caller allow something."""
        return permission in self.caller.permissions

    def field(self, name: str, most: int = 200) -> str:
        """Return the beginning of a field of the form or the query, empty where it was left out."""
        return self.fields.get(name, "")[:most].strip()

    def text(self, name: str) -> str:
        """Return a field as it was typed, however long: what somebody wrote is never cut."""
        return self.fields.get(name, "")

    def number(self, name: str) -> int | None:
        """Return a field that holds a whole number; None where it was left out or is none."""
        text = self.field(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None

    def needed(self, name: str, find: Callable[[str], Named | None]) -> Named:
        """Return what a field names. Raises HttpProblem where there is no such thing."""
        thing = find(self.field(name))
        if thing is None:
            raise HttpProblem("not_found", field=name)
        return thing


def page_language(request: Request) -> str:
    """Return the language that was chosen, else the first one of the browser's that there is."""
    chosen = request.query_params.get("language") or request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in languages() else language_of(request.headers.get("accept-language"))


def in_page_language(request: Request) -> Request:
    """Return the request as one that prefers the language of the page, in which what the API says is then."""
    others = [(name, value) for name, value in request.scope["headers"] if name != b"accept-language"]
    headers = [*others, (b"accept-language", page_language(request).encode())]
    return Request({**request.scope, "headers": headers}, request.receive)


@dataclass(frozen=True)
class Page:
    """One page of the console."""

    name: str
    title: Message
    """Its entry in the navigation; those without a place there have the title of their noun."""
    view: Callable[[PageRequest], View]
    needs: Permission = Permission.READ
    in_navigation: bool = False


@dataclass(frozen=True)
class Action:
    """One change that a form asks for."""

    name: str
    needs: Permission
    carry_out: Callable[[PageRequest], str | View]
    """Returns the address to go on from, or a page that is shown once and has none."""
    page: Page | None = None
    """Where its form stands, which is shown again with what was typed where it cannot be carried out."""
