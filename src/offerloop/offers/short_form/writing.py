"""Writing the short form of an offer or of its terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from offerloop.errors import InputError, check_known
from offerloop.message import Message
from offerloop.offers.base import Offer
from offerloop.offers.reading import read_offers
from offerloop.offers.short_form.added_terms import Words
from offerloop.offers.short_form.amounts import check_currency, percent_text, signed_amount
from offerloop.offers.short_form.forms import BARE, BOTH, FORMS, MODIFIERS, MONEY, NAMED, TIERS, ShortForm
from offerloop.offers.short_form.names import SCOPE, quoted, scope_text
from offerloop.offers.short_form.readings import cap_can_bind, check_tiers, shipping_behind_threshold
from offerloop.offers.short_form.written import terms_of

SHORT_FORM_LANGUAGES = ("en", "zh")


def print_offer(offer: Offer | Mapping[str, Any], language: str = "en", currency: str = "USD") -> str:
    """ "20% off over $50, max $15", 满200减20: what `parse_offer` reads as the same terms. The id is not part of it.

    What no short form says stands behind it for people, each term behind a ">", and is not read again. Raises
    InputError for an offer with something that neither says, naming the field.
    """
    check_known(Message("language", context="kind of name"), language, SHORT_FORM_LANGUAGES)
    check_currency(currency)
    if not isinstance(offer, Offer):
        (offer,) = read_offers([offer], None, currency)
    said = _Writer(language, currency).whole(terms_of(offer, currency))
    return " > ".join([said, *Words(language, currency).said(offer)])


class _Writer:
    """Writes terms in one language and currency."""

    def __init__(self, language: str, currency: str) -> None:
        self.language, self.currency = language, currency

    def whole(self, terms: Mapping[str, Any]) -> str:
        if terms["kind"] != "combined":
            return self.single(terms)
        if len(terms["parts"]) == 1 or any(part["kind"] == "combined" for part in terms["parts"]):
            raise InputError(
                Message("no short form says 'parts' of a combined offer that are alone or combined themselves")
            )
        conditions = self.modifiers({name: value for name, value in terms.items() if name in BOTH})
        said = [self.single(part) for part in terms["parts"]]
        always = shipping_behind_threshold(terms)
        if always is not None:
            said[always] = f"全场{said[always]}" if self.language == "zh" else f"{said[always]} on all orders"
        return " + ".join(said) + conditions

    def single(self, terms: Mapping[str, Any]) -> str:
        """An offer that is not combined."""
        if not cap_can_bind(terms):
            raise InputError(Message("no short form says 'max_discount' above all that is taken off"))
        scope = {name: terms[name] for name in SCOPE if name in terms}
        rest = {name: value for name, value in terms.items() if name not in SCOPE}
        if terms["kind"] == "bundle":
            part, *more = rest.pop("parts")
            if more:
                raise InputError(Message("no short form says 'parts' of more than one"))
            scope = {name: part[name] for name in SCOPE if name in part}
            rest["count"] = part["count"]
        text = self.tiers(rest) if terms["kind"] == "spend_and_save" else self.form(rest)
        if not scope:
            return text
        what = scope_text(scope, self.language)
        return f"{what} {text}" if self.language == "zh" else f"{text} on {what}"

    def form(self, terms: dict[str, Any]) -> str:
        """The first form that says it all, with modifiers."""
        for form in FORMS:
            if form.kind == terms["kind"] and form.says(terms):
                rest = {name: value for name, value in terms.items() if name not in form.fields}
                if all(name in _MODIFIED for name in rest if name != "kind"):
                    own_terms = {
                        name: value for name, value in terms.items() if name in form.fields - form.fixed.keys()
                    }
                    return form.written(self.values(own_terms), self.language) + self.modifiers(rest)
        names = ", ".join(f"'{name}'" for name in terms if name != "kind")
        raise InputError(
            Message(
                "no short form says {names} of an offer of kind '{kind}' together",
                names=str(names),
                kind=str(terms["kind"]),
            )
        )

    def tiers(self, terms: dict[str, Any]) -> str:
        """Tiers one after another, with modifiers."""
        rows = terms.get("tiers") or [{name: terms[name] for name in _OF_A_TIER if name in terms}]
        if len(rows) == 1 and not {"save", "percent"} & rows[0].keys():
            raise InputError(Message("'free_shipping' alone has a short form as an offer of kind 'free_shipping' only"))
        check_tiers(rows)
        whole = {name: terms[name] for name in ("each_full", "by_count") if name in terms}
        said = ("tiers", *whole, *_OF_A_TIER)
        rest = {name: value for name, value in terms.items() if name not in said}
        between = "，" if self.language == "zh" else ", "
        return between.join(self.tier(row | whole) for row in rows) + self.modifiers(rest)

    def tier(self, row: Mapping[str, Any]) -> str:
        form = next(one for one in TIERS if one.fields == row.keys())
        return form.written(self.values(row), self.language)

    def modifiers(self, terms: Mapping[str, Any]) -> str:
        values = self.values(terms)
        return "".join(form.written(values, self.language) for form in _modifiers(terms))

    def values(self, terms: Mapping[str, Any]) -> dict[str, str]:
        """What is put into templates."""
        return {name: self.value(name, value) for name, value in terms.items()}

    def value(self, name: str, value: Any) -> str:  # noqa: ANN401 - by its field
        if name in MONEY:
            return signed_amount(value, self.currency, self.language, bare=name in BARE)
        if name == "percent":
            return percent_text(value, self.language)
        return quoted(value) if name in NAMED else str(value)


def _modifiers(terms: Mapping[str, Any]) -> Iterator[ShortForm]:
    return (form for form in MODIFIERS if form.says(terms))


_OF_A_TIER = ("spend", "count", "save", "percent", "free_shipping")
_MODIFIED = frozenset().union(*(form.fields for form in MODIFIERS))
