"""Requests of JSON to addresses that may hold secrets: none is followed elsewhere, and no error repeats an address."""

from __future__ import annotations

import base64
from importlib.metadata import version
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from offerloop.errors import InputError
from offerloop.events import with_variables
from offerloop.message import Message


class _NoRedirect(HTTPRedirectHandler):
    """Lets a redirected request fail: it would become one that delivers nothing, or go elsewhere."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401
        """Return no request to follow."""
        return


def address_of(written: str, whose: Message) -> SplitResult:
    """Fill in the variables of an address. Raises InputError without repeating it: it may hold secrets."""
    url = with_variables(written, whose)
    try:
        address = urlsplit(url)
        usable = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        usable = False
    if not usable or not (url.isascii() and url.isprintable()) or " " in url:
        raise InputError(Message("{whose} is no address; write it like https://crm.example/offers", whose=whose))
    return address


def request_of(address: SplitResult, body: bytes, headers: dict[str, str]) -> Request:
    """Return a request that posts JSON, with the user and password of the address unless `headers` authorize it."""
    url = address._replace(netloc=address.netloc.rpartition("@")[2], fragment="").geturl()
    usual = {"Content-Type": "application/json", "User-Agent": f"offerloop/{version('offerloop')}"}
    if address.username is not None:
        both = f"{unquote(address.username)}:{unquote(address.password or '')}"
        usual["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
    return Request(url, data=body, headers={**usual, **headers}, method="POST")


def post(request: Request, timeout: float) -> None:
    """Send a request. Raises HTTPError where the receiver does not answer with a status from 200 to 299.

    `timeout` is the seconds without a sign of the receiver.
    """
    with build_opener(_NoRedirect).open(request, timeout=timeout) as answer:
        answer.read()
