"""What of a text is the id of a customer, and the text with a key in its place.

An id of letters and digits or other signs counts wherever it stands, but not where a letter goes on with its letters
or a digit with its digits, as in the id of another customer. A word, or a number, may be what other things are called:
it is no product and no offer, and a word counts where it stands by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Column, ColumnElement, func, or_

DISTINCT = 6
"""Signs of an id from which on it does not stand in other texts by chance, where it is no word and no number."""
SHORTEST = 3
"""Letters of an id from which on it is looked for beyond what is on record of its customer."""
MACHINE_MADE = frozenset({
    "action", "actor", "approved_by", "arm", "customer_key", "decision_id", "digest", "event", "fingerprint", "hash",
    "holder", "input_hash", "invitation", "job_id", "kind", "last_editor", "lease_id", "made_by", "message",
    "notice_id", "offers_hash", "owner", "password", "person", "person_id", "plural", "proposal_id", "reason", "roles",
    "rule", "state", "step", "test_arm", "token_id", "topic", "version", "worker",
})  # fmt: skip
"""Columns of tables and fields of JSON that no shop makes of an id of a customer."""
_OF_THE_SHOP = frozenset({
    "brand", "campaign", "campaign_id", "category", "exclude", "label", "offer", "offer_id", "product", "product_id",
    "products", "sku", "subcategory", "template_id",
})  # fmt: skip
"""Fields of JSON that name goods and offers, which are called by words and numbers as well."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]]', re.DOTALL)
_ESCAPED = re.compile(r"\\u[0-9a-f]{4}")


@dataclass(frozen=True)
class JsonText:
    """A text that is a value within JSON."""

    text: str
    fields: tuple[str, ...]
    """The fields that it stands in, from the outermost to its own."""
    begin: int
    end: int


def texts_in(written: str) -> Iterator[JsonText]:
    """Give the texts of JSON that are values, which keys and numbers are not."""
    fields = [""]
    for token in _TOKEN.finditer(written):
        if token[0] in "{[":
            fields.append(fields[-1])
        elif token[0] in "}]":
            fields.pop()
        elif token[1]:
            fields[-1] = json.loads(token[0].removesuffix(token[1]))
        else:
            yield JsonText(json.loads(token[0], strict=False), tuple(fields), *token.span())


@dataclass(frozen=True)
class Renaming:
    """A key in place of a customer's id."""

    customer_id: str
    key: str = ""

    @property
    def is_distinct(self) -> bool:
        """Whether the id does not stand in other texts by chance."""
        return len(self.customer_id) >= DISTINCT and not (self.customer_id.isdecimal() or self.customer_id.isalpha())

    @property
    def is_word(self) -> bool:
        """Whether the id can be looked for: a short number is that of many things."""
        return len(self.customer_id) >= (DISTINCT if self.customer_id.isdecimal() else SHORTEST)

    def of_name(self, name: str) -> str:
        """Return a name that the shop gave, or another text, with the key in place of the id."""
        return self._pattern.sub(self._in_place, name)

    def of_json(self, written: str, shared: frozenset[str] = frozenset()) -> str:
        """Return JSON with the key in place of the id; texts that are shared stay, and so do keys and numbers."""
        parts, at = list[str](), 0
        for value in texts_in(written):
            other = value.text if value.text in shared else self._of_text(value)
            if other != value.text:
                is_ascii = written[value.begin : value.end].isascii()
                parts += [written[at : value.begin], json.dumps(other, ensure_ascii=is_ascii)]
                at = value.end
        return "".join((*parts, written[at:]))

    def names_in(self, written: str) -> frozenset[str]:
        """Return the texts of JSON that hold the id."""
        return frozenset(one.text for one in texts_in(written) if self._of_text(one) != one.text)

    def may_hold(self, column: Column[str]) -> ColumnElement[bool]:
        """A condition of rows whose column holds the id in any form, and perhaps of others."""
        forms = {
            form
            for text in (self.customer_id, self.customer_id.upper())
            for form in (text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1])
        }
        return or_(*(func.lower(column).like(f"%{like_pattern(one)}%", escape="~") for one in sorted(forms)))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        either = "|".join(re.escape(one) for one in dict.fromkeys((self.customer_id, self.customer_id.upper())))
        if self.is_distinct or (len(self.customer_id) >= DISTINCT and self.customer_id.isdecimal()):
            first, last = (_like_sign(sign) for sign in (self.customer_id[0], self.customer_id[-1]))
        else:
            first = last = r"[^\W_]"
        return re.compile(rf"(?<!{first})(?:{either})(?!{last})", re.IGNORECASE)

    def _of_text(self, value: JsonText) -> str:
        if value.fields[-1] == "customer_id":  # whose own ids are not part of each other
            return self.key if value.text == self.customer_id else value.text
        left_out = MACHINE_MADE if self.is_distinct else MACHINE_MADE | _OF_THE_SHOP
        if self.customer_id.isdecimal():  # numbers of orders are as long
            left_out |= {"order_id"}
        return self.of_name(value.text) if left_out.isdisjoint(value.fields) else value.text

    def _in_place(self, match: re.Match[str]) -> str:
        """Return the key, in another form where the id is, so that two names do not become one."""
        if match[0] == self.customer_id:
            return self.key
        if match[0] == self.customer_id.upper():
            return self.key.upper()
        capitals = "".join("1" if sign.isupper() else "0" for sign in match[0])
        return f"{self.key}-{int(capitals, 2):x}"


def _like_sign(sign: str) -> str:
    """Return the pattern of the signs that would go on with a sign: digits with a digit, letters with a letter."""
    if sign.isdecimal():
        return r"\d"
    return r"[^\W\d_]" if sign.isalpha() else r"(?!)"


def like_pattern(form: str) -> str:
    """Return SQL's pattern of a form in small letters, which of other alphabets a database may not know."""
    signs = (("~" if sign in "%_~" else "") + sign.lower() if sign.isascii() else "_" for sign in form)
    return _ESCAPED.sub(lambda _: r"\u____", "".join(signs))
