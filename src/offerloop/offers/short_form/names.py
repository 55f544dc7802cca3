"""Names in short forms: quoted texts, and what an offer is about.

They are taken out before a text is matched, so that no sign in a name is taken for something else: a private character
stands for each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.short_form.no_names import DEALINGS, NUMBER_WORDS, is_chinese_cost, is_no_name

NAME = "[\ue100-\uf8ff]"
"""Pattern of what stands for a name."""

_FIRST = 0xE100
_QUOTED = re.compile(r'("(?:[^"\\]|\\.)*"|“[^”]*”|「[^」]*」)', re.DOTALL)
_BRACKET = re.compile(r"[\[【［]([^\[\]【】［］]*)[\]】］]")
_ON = re.compile(
    r"\s+on\s+(?!(?:orders?|purchases?|(?:all|every)\s+(?:order|purchase|item|product)s?|[$€£¥₹]|everything|"
    rf"(?:\d+|{NUMBER_WORDS})\s+or\s+more\b|"
    r"(?:shipping|postage|delivery)(?:\s+(?:cost|fee|charge)s?)?(?=\s*[.!]*(?:$|[,，+]))|your|their|any|the\s+first|an?|minimum|min\.?)\b)"
    r"([^,，+]+?)[.!]*(?=[,，+]|$)",
    re.IGNORECASE,
)
"""What an offer is about; other words behind "on" are those of the word list."""
_NO_PRODUCTS = (
    rf"(?:{DEALINGS})s|"
    "adults|always|articles|bags|bottles|boxes|bucks|bundles|cans|cartons|cases|categories|cents|classes|coins|"
    "colors|colours|copies|coupons|crates|credits|days|designs|dollars|doubles|"
    "dozens|euros|extras|flavors|flavours|francs|gallons|gifts|goods|grammes|grams|hours|"
    "inches|items|jars|kids|kilograms|kilometers|kilometres|kilos|kinds|kits|lines|liters|litres|loads|"
    "meters|metres|miles|mins|minutes|months|nights|nowadays|options|others|ounces|outfits|"
    "packages|packets|packs|pairs|parts|persons|pesos|pieces|pints|points|portions|pounds|"
    "products|quarts|rewards|rolls|rounds|rupees|seats|seconds|secs|"
    "selections|servings|sessions|sets|sheets|singles|sizes|slices|slots|stamps|stars|steps|styles|"
    "subscriptions|things|thousands|times|tokens|tonnes|tons|towards|trays|tubes|types|units|"
    "upwards|variants|varieties|versions|vouchers|weeks|yards|years"
)
"""Plurals behind "buy 3" that are measures, money, packages or any product, so that an offer is not about them."""
_BOUGHT = re.compile(
    rf"^(?P<buy>\s*buy\s+\w+)\s+(?!(?:{_NO_PRODUCTS})\b)"
    r"(?P<name>[a-z]{2,}[a-hj-rtv-z]s)(?=(?:,|\s|&|and\b)+(?:get\s+\S+\s+off|save\s+\S+)[.!]*$)",
    re.IGNORECASE,
)
"""One plural for what is bought, as in "buy 3 shirts, get 15% off".

Several words may describe it in a way that is no name.
"""
_BARE = re.compile(r"\w(?:[\w&'/-]| (?=\w))*")
_WORDS = {
    "on": ("", ""), "products": ("product", "商品"), "brands": ("brand", "品牌"), "shops": ("shop", "店铺"),
}  # fmt: skip
"""Fields of a scope, and what stands before their names in English and Chinese."""
_BYTES_BEGIN = 0xDC00
"""Where the signs begin that stand for bytes which are not UTF-8."""
SCOPE = tuple(_WORDS)


class Names:
    """The names of one text, and the text without them."""

    def __init__(self, text: str) -> None:
        self._found: list[str | dict[str, Any]] = []
        pieces = _QUOTED.split(text)
        for place, piece in enumerate(pieces):
            pieces[place] = self._keep(_unquoted(piece)) if place % 2 else re.sub("[\ue000-\uf8ff]", "\ufffd", piece)
        self.text = _BRACKET.sub(lambda match: self._keep(self._groups(match[1], bare=False)), "".join(pieces))

    def _keep(self, named: str | dict[str, Any]) -> str:
        self._found.append(named)
        return chr(_FIRST + len(self._found) - 1)

    def of(self, sign: str) -> str:
        """The quoted text that a character stands for."""
        named = self._found[ord(sign) - _FIRST]
        if not isinstance(named, str):
            raise InputError(
                Message(
                    "'{text}' says what an offer is about; a product or a text stands in quotes", text=self.shown(sign)
                )
            )
        return named

    def shown(self, text: str) -> str:
        """A piece of the text with its names again."""
        return re.sub(NAME, lambda match: self._shown(self._found[ord(match[0]) - _FIRST]), text)

    def _shown(self, named: str | dict[str, Any]) -> str:
        return quoted(named) if isinstance(named, str) else scope_text(named, "zh")

    def without_scope(self, text: str) -> tuple[str, dict[str, Any]]:
        """A text without the one scope in it, and the scope's terms."""
        scopes: list[dict[str, Any]] = []

        def bracket(match: re.Match[str]) -> str:
            named = self._found[ord(match[0]) - _FIRST]
            if isinstance(named, str):
                return match[0]
            scopes.append(named)
            return " "

        def after_on(match: re.Match[str]) -> str:
            scopes.append(self._groups(match[1], bare=True))
            return ""

        def bought(match: re.Match[str]) -> str:
            scopes.append(self._groups(match["name"], bare=True))
            return match["buy"]

        text = _BOUGHT.sub(bought, _ON.sub(after_on, re.sub(NAME, bracket, text)))
        if len(scopes) > 1:
            raise InputError(
                Message("an offer is about one thing; several names stand together, as in 'on Tea or Coffee'")
            )
        return text.strip(), scopes[0] if scopes else {}

    def _groups(self, written: str, *, bare: bool) -> dict[str, Any]:
        scope: dict[str, Any] = {}
        for group in re.split("[;；]", written):
            before, colon, names = re.sub("：", ":", group).rpartition(":")
            fields = [field for field, words in _WORDS.items() if before.strip().lower().rstrip("s") in words]
            if not fields or bool(colon) == (fields == ["on"]):
                raise InputError(
                    Message(
                        "'{before}:' is none of product:, brand:, shop:, 商品:, 品牌: and 店铺:", before=before.strip()
                    )
                )
            if fields[0] in scope:
                raise InputError(
                    Message(
                        "'{text}' says '{field}' twice; put its names together",
                        text=self.shown(written),
                        field=str(fields[0]),
                    )
                )
            parts = re.split(r"\s+or\s+" if bare else "[,，、]", names, flags=re.IGNORECASE)
            group_names = sorted({self._name(one.strip(), bare=bare) for one in parts})
            scope[fields[0]] = group_names[0] if len(group_names) == 1 else group_names
        return scope

    def _name(self, written: str, *, bare: bool) -> str:
        if re.fullmatch(NAME, written):
            return self.of(written)
        if not written or re.search(NAME, written) or (not _plain(written) if bare else is_chinese_cost(written)):
            raise InputError(
                Message(
                    "'{text}' is not clear as a name; put a name in quotes, as in on \"Tea\"", text=self.shown(written)
                )
            )
        return written


def scope_text(scope: Mapping[str, Any], language: str) -> str:
    """The names of a scope: "Tea or Coffee; brand: Acme", [茶、咖啡;品牌:甲]."""
    english = language == "en"
    groups = []
    for field, words in _WORDS.items():
        if field in scope:
            names = [scope[field]] if isinstance(scope[field], str) else scope[field]
            before = words[0 if english else 1]
            colon = "" if not before else ": " if english else ":"
            groups.append(before + colon + _joined(names, language))
    return "; ".join(groups) if english else f"[{';'.join(groups)}]"


def _joined(names: Sequence[str], language: str) -> str:
    return (" or " if language == "en" else "、").join(map(named, names))


def _plain(name: str) -> bool:
    behind_on = _ON.fullmatch(f" on {name}")
    is_read = behind_on is not None and behind_on[1] == name
    return is_read and _BARE.fullmatch(name) is not None and not is_no_name(name)


def named(name: str) -> str:
    """A name as it may stand behind "on": in quotes where it is not clear without them."""
    return name if _plain(name) else quoted(name)


def quoted(name: str) -> str:
    """A name or a text in quotes."""
    return json.dumps(name, ensure_ascii=False)


def _unquoted(piece: str) -> str:
    if piece[0] != '"':
        return piece[1:-1]
    try:
        text = str(json.loads(piece, strict=False))
    except json.JSONDecodeError:
        raise InputError(Message("{piece} is not a text in quotes that can be read", piece=piece)) from None
    _check_halves(text)
    return text


def check_signs(text: str) -> None:
    """Raises InputError for a text with a byte that is not UTF-8, as arguments hold it, or with half of a sign."""
    byte = next((sign for sign in text if "\udc80" <= sign <= "\udcff"), None)
    if byte is not None:
        raise InputError(
            Message(
                "the text holds the byte '\\x{byte}', which is no UTF-8; write it in UTF-8",
                byte=f"{ord(byte) - _BYTES_BEGIN:02x}",
            )
        )
    _check_halves(text)


def _check_halves(text: str) -> None:
    """Raises InputError for a text with half of a sign, a lone surrogate of UTF-16, which no file can hold."""
    half = next((sign for sign in text if "\ud800" <= sign <= "\udfff"), None)
    if half is not None:
        raise InputError(
            Message(
                "the text holds '\\u{half}', half of a sign, which no file can hold; type it again",
                half=f"{ord(half):04x}",
            )
        )
