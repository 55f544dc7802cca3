"""A person signed in to the console, and what a page shows."""

import json
from html.parser import HTMLParser
from urllib.parse import urlencode

from offerloop.store import accept_invitation, begin_session, invite
from offerloop.web.auth import COOKIE

OFFER = {"kind": "coupon", "on": "kind 0", "percent": 10, "max_discount": "2.00",
         "assumed": {"p_redeem": 0.1, "incremental": 0.6}}  # fmt: skip
SPRING = {"id": "spring", "title": "Spring", "budget": "50.00", "offers": json.dumps(OFFER), "send": "proven"}
"""The fields of a campaign's form."""


def signed_in(client, *roles, name=None):
    """Headers of a person with these roles who has signed in."""

    def enter(connection):
        person, secret = invite(connection, name or "-".join(roles), set(roles))
        accept_invitation(connection, secret, "a hash that no password has")
        return begin_session(connection, person.person_id)

    session = client.app.state.worker.database.change(enter)
    return {"cookie": f"{COOKIE}={session}", "sec-fetch-site": "same-origin"}


def post_form(client, headers, action, /, **fields):
    """Send a form of the console."""
    return send_form(client, f"/console/do/{action}", urlencode(fields), headers)


def send_form(client, address, content, headers=None):
    """Send what a browser of the same site would; without headers as nobody."""
    form = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    return client.post(address, headers=(headers or {}) | form, content=content)


class Shown(HTMLParser):
    """The cells of each table by its id, the figures of definition lists, and all texts."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.figures, self.texts = {}, [], []
        self._table, self._cell, self._inside = None, None, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "section" and named.get("class") == "table":
            self._table = self.tables.setdefault(named["id"], [])
        if tag == "tr" and self._table is not None and "tbody" in self._inside:
            self._table.append([])
        if tag in ("td", "th", "dd"):
            self._cell = []
        if tag not in ("meta", "link", "input"):
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if tag in ("td", "th", "dd") and self._cell is not None:
            text = "".join(self._cell).strip().replace("\u00a0", " ")
            if tag == "dd":
                self.figures.append(text)
            elif self._table and "tbody" in self._inside:
                self._table[-1].append(text)
            self._cell = None
        if tag == "section":
            self._table = None
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if self._cell is not None:
            self._cell.append(data)
        if not {"script", "style", "title"} & set(self._inside) and data.strip():
            self.texts.append(data.strip())
