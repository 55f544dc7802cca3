"""The written terms of one offer, or of one line of a basket, read field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any, TypeVar

from offerloop.errors import InputError, near_miss
from offerloop.message import Message
from offerloop.money import DIGITS, exact_share, to_minor
from offerloop.offers.attributes import NO_ATTRIBUTES, Attributes, AttributeTest, AttributeValue
from offerloop.offers.base import EACH_CATEGORY, Assumption, Contact
from offerloop.offers.common_terms import conditions_of, scope_of, stacking_of
from offerloop.offers.form import Term, Unit, form
from offerloop.offers.scope import Scope

T = TypeVar("T")
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


class WrittenTerms:
    """The written fields of one offer or line; every field must be read once, or is refused as unknown."""

    def __init__(
        self,
        written: Mapping[str, Any],
        currency: str,
        what: Message | None = None,
        around: WrittenTerms | None = None,
        *,
        zone: str = "UTC",
        of_the_past: bool = False,
    ) -> None:
        self.currency = currency
        self.of_the_past: bool = of_the_past if around is None else around.of_the_past
        """Whether they are kept from an earlier day, when fields that limit nothing were still accepted."""
        self.zone: str = zone if around is None else around.zone
        """The time zone of times that name none."""
        self._is_inner = around is not None
        self.home: str = currency if around is None else around.home
        """The currency of the shop, in which costs are that no customer sees."""
        self.currencies: set[str] = set() if around is None else around.currencies
        """Those of tables of amounts that were read."""
        self.what = what or Message("an offer of kind '{kind}'", kind=str(written.get("kind", "")))
        self._written = dict(written)
        self._asked: set[str] = set()
        self.reading = ""
        """The field that is being read, for errors; empty where they concern several."""

    def get(self, field: str, default: Any = None) -> Any:  # noqa: ANN401 - whatever TOML holds
        """The field as written, or the default."""
        self._asked.add(field)
        self.reading = field
        return self._written.get(field, default)

    def need(self, field: str) -> Any:  # noqa: ANN401 - whatever TOML holds
        """The field as written; InputError when it is missing."""
        if self.get(field) is None:
            raise InputError(
                Message(
                    "{what} needs the field '{field}'",
                    context="error",
                    what=self.what,
                    field=field,
                )
            )
        return self._written[field]

    def money(self, field: str) -> int:
        """A required amount above zero, in minor units."""
        written = self._in_currency(field)
        amount = self._minor(field, written)
        if amount <= 0:
            raise InputError(Message("'{field}' must be above zero, not {value}", field=field, value=str(written)))
        return amount

    def _minor(self, field: str, written: Any, currency: str | None = None) -> int:  # noqa: ANN401 - whatever TOML holds
        """Return an amount in minor units. Raises InputError that names its field."""
        try:
            return to_minor(written, currency or self.currency)
        except InputError as error:
            raise InputError(Message("'{field}': {error}", context="error", field=field, error=error.message)) from None

    def _in_currency(self, field: str) -> Any:  # noqa: ANN401 - whatever TOML holds
        """Return the amount as it is written, from a table by currency where there is one."""
        written = self.need(field)
        if not isinstance(written, Mapping):
            if self.currency != self.home:
                raise InputError(
                    Message(
                        "'{field}' needs an amount in {currency} too: write {example}",
                        field=field,
                        currency=self.currency,
                        example=f'{field} = {{ {self.home} = "{written}", {self.currency} = "..." }}',
                    )
                )
            return written
        unknown = sorted(name for name in written if name not in DIGITS)
        if unknown or self.currency not in written:
            raise InputError(
                Message(
                    "'{field}' must have an amount in {currency}, and only names of currencies such as EUR, "
                    "not '{names}'",
                    field=field,
                    currency=self.currency,
                    names=unknown or sorted(written),
                )
            )
        self.currencies.update(written)
        return written[self.currency]

    def in_currency(self, currency: str) -> WrittenTerms:
        """Return the same terms, to be read in another currency."""
        terms = WrittenTerms(self._written, currency, self.what, zone=self.zone, of_the_past=self.of_the_past)
        terms.home = self.home
        return terms

    def amount(self, field: str, default: int | None = None) -> int | None:
        """An amount of zero or more, in minor units; the default when it is missing."""
        if self.get(field) is None:
            return default
        written = self._in_currency(field)
        amount = self._minor(field, written)
        if amount < 0:
            raise InputError(
                Message("'{field}' must not be below zero, and is {value}", field=field, value=str(written))
            )
        return amount

    def share(self, field: str, default: str = "0") -> Fraction:
        """A share between 0 and 1."""
        try:
            share = exact_share(self.get(field, default))
        except (ValueError, ZeroDivisionError):
            raise InputError(
                Message(
                    "'{field}' must be a number from 0 to 1, not '{value}'", field=field, value=str(self.get(field))
                )
            ) from None
        if not 0 <= share <= 1:
            raise InputError(
                Message("'{field}' must be from 0 to 1, not {value}", field=field, value=str(self.get(field)))
            )
        return share

    def percents(self, field: str) -> list[Fraction]:
        """One percentage or several, each between 0 and 100."""
        written = self.need(field)
        return [_percent(field, value) for value in (written if isinstance(written, list) and written else [written])]

    def percent(self, field: str) -> Fraction:
        """A required percentage between 0 and 100."""
        return _percent(field, self.need(field))

    def whole(self, field: str) -> int:
        """A required whole number of at least 1."""
        number = self.need(field)
        if type(number) is not int or number < 1:
            raise InputError(
                Message("'{field}' must be a whole number of at least 1, not {number}", field=field, number=str(number))
            )
        return number

    @property
    def written(self) -> Mapping[str, Any]:
        """As it is written."""
        return self._written

    def one_of(self, field: str, allowed: Mapping[str, T], default: T) -> T:
        """What one of some names stands for."""
        written = self.get(field)
        if written is None:
            return default
        if not isinstance(written, str) or written not in allowed:
            names = ", ".join(f"'{name}'" for name in allowed)
            raise InputError(
                Message(
                    "'{field}' must be one of {names}, not '{value}'{near}",
                    field=field,
                    names=str(names),
                    value=str(written),
                    near=near_miss(str(written), allowed),
                )
            )
        return allowed[written]

    def flag(self, field: str, *, default: bool = False) -> bool:
        """true or false."""
        written = self.get(field, default)
        if not isinstance(written, bool):
            raise InputError(Message("'{field}' must be true or false, not '{value}'", field=field, value=str(written)))
        return written

    def names(self, field: str, *, may_be_empty: bool = False) -> frozenset[str]:
        """One name or several; none where it is missing.

        Raises InputError for an empty list where that would limit nothing, unless it `may_be_empty` or is of the past.
        """
        written = self.get(field)
        names = [written] if isinstance(written, str) else [] if written is None else written
        if not isinstance(names, list) or not all(isinstance(one, str) and one for one in names):
            raise InputError(
                Message("'{field}' must be a name or a list of names, not '{value}'", field=field, value=str(written))
            )
        if written is not None and not names and not (may_be_empty or self.of_the_past):
            raise InputError(
                Message("'{field}' is an empty list; give at least one name, or leave it out for all", field=field)
            )
        return frozenset(names)

    def attributes(self, field: str) -> Attributes:
        """The values of free attributes in a table, each with one value or a list of them."""
        written = self.get(field)
        if written is None:
            return NO_ATTRIBUTES
        if not isinstance(written, Mapping):
            raise InputError(Message("'{field}' must be a table, not '{value}'", field=field, value=str(written)))
        return attributes_of(written)

    def attribute_tests(self, field: str) -> tuple[AttributeTest, ...]:
        """What attributes must be: a value or a list of which one will do, or a table with bounds."""
        inner = self.table(field)
        if inner is None:
            return ()
        return tuple(inner.attribute_test(name) for name in sorted(inner.written))

    def attribute_test(self, name: str) -> AttributeTest:
        """What one attribute must be."""
        written = self.get(name)
        if not isinstance(written, Mapping):
            return AttributeTest(name, frozenset(_attribute_values(name, written)))
        low, high = (_bound(name, written.get(bound)) for bound in ("at_least", "at_most"))
        if (
            not written
            or set(written) - {"at_least", "at_most"}
            or (low is not None and high is not None and low > high)
        ):
            raise InputError(
                Message(
                    "the attribute '{name}' must be a value, a list of values, or bounds such as "
                    "{example}, not '{value}'",
                    name=name,
                    example="{ at_least = 3, at_most = 5 }",
                    value=str(dict(written)),
                )
            )
        return AttributeTest(name, at_least=low, at_most=high)

    def rows(self, field: str, written: object, what: Message | None = None) -> list[WrittenTerms]:
        """A list of tables, which errors call `what`."""
        if not isinstance(written, list) or not all(isinstance(one, Mapping) for one in written):
            raise InputError(
                Message("'{field}' must be a list of tables, not '{value}'", field=field, value=str(written))
            )
        if not written:
            raise InputError(Message("'{field}' is an empty list; give at least one table", field=field))
        return [self.inner(one, what) for one in written]

    def inner(self, written: Mapping[str, Any], what: Message | None = None) -> WrittenTerms:
        """A table inside these terms."""
        return WrittenTerms(written, self.currency, what or (None if "kind" in written else self.what), self)

    def table(self, field: str, what: Message | None = None) -> WrittenTerms | None:
        """The table in a field, if any."""
        written = self.get(field)
        if written is None:
            return None
        if not isinstance(written, Mapping):
            raise InputError(Message("'{field}' must be a table, not '{value}'", field=field, value=str(written)))
        return WrittenTerms(written, self.currency, what or self.what, self)

    def named(self, offer_id: str) -> WrittenTerms:
        """Give the terms this id unless they have one."""
        self._written.setdefault("id", offer_id)
        return self

    def own(self, kind: type, without: str = "") -> dict[str, Any]:
        """The fields of the form of a kind, by the name of the attribute; those that are not written are left out.

        Raises InputError for one that is needed and for a value outside its bounds.
        """
        terms = {}
        for term in form(kind):
            if term.written not in (without, "on") and (self.get(term.written) is not None or term.needed):
                terms[term.name] = self._of(term)
        return terms

    def _of(self, term: Term) -> Any:  # noqa: ANN401 - by its unit
        written = term.written
        if term.unit is Unit.MONEY:
            return self.money(written)
        if term.unit is Unit.PERCENT:
            return _percent(written, self.need(written), term.most)
        if term.unit in (Unit.COUNT, Unit.HOURS):
            return self.whole(written)
        if term.unit is Unit.FLAG:
            return self.flag(written)
        if term.unit is Unit.SCOPE:
            return self.scope(written)
        self.need(written)
        return self.text(written, "")

    def scope(self, field: str) -> Scope | None:
        """The lines that the table in a field tells, if any."""
        inner = self.table(field, Message("the table '{field}'", context="subject of an error", field=field))
        if inner is None:
            return None
        scope = inner.scope_here()
        inner.finish()
        return scope

    def categories(self) -> frozenset[str]:
        """The categories of `on`. Raises InputError for "each category" where no offer stands for several."""
        names = self.names("on")
        if not self.of_the_past and EACH_CATEGORY in names and (self._is_inner or len(names) > 1):
            raise InputError(
                Message(
                    "'on' may be \"{each}\" beside the kind of an offer only, and beside no other name",
                    each=EACH_CATEGORY,
                )
            )
        return names

    def check_categories(self, categories: Sequence[str]) -> None:
        """Raise InputError where `on` has a category that is unknown."""
        unknown = sorted(self.names("on").difference([EACH_CATEGORY, *categories]))
        if unknown:
            near = near_miss(unknown[0], categories)
            raise InputError(Message("'on' has the unknown category '{on}'{near}", on=unknown[0], near=near))

    def scope_here(self) -> Scope:
        """The lines that these terms tell."""
        return scope_of(self)

    def common(self, offer_id: str, scope: Scope | None = None) -> dict[str, Any]:
        """What all kinds have; with a scope in place of the one that is written."""
        written = scope_of(self)
        terms = {
            "offer_id": self.text("id", offer_id),
            "scope": written if scope is None else scope,
            "conditions": conditions_of(self),
            "stacking": stacking_of(self),
            "funded_share": self.share("funded_share"),
            "assumed": self.assumption(),
            "contact": self.contact(),
            "currency": self.currency,
        }
        self.reading = ""
        return terms

    def text(self, field: str, default: str) -> str:
        """Text, not empty."""
        text = self.get(field, default)
        if not isinstance(text, str) or not text:
            raise InputError(Message("'{field}' must be text, not '{text}'", field=field, text=str(text)))
        return text

    def assumption(self) -> Assumption | None:
        """The expectation under `assumed`, if any."""
        written = self.get("assumed")
        if written is None:
            return None
        if not isinstance(written, Mapping):
            raise InputError(
                Message(
                    "'assumed' must be a table with 'p_redeem' and either 'value' or 'incremental', not '{value}'",
                    value=str(written),
                )
            )
        inner = self.inner(written)
        inner.need("p_redeem")
        if (inner.get("value") is None) == (inner.get("incremental") is None):
            raise InputError(
                Message("'assumed' needs either 'value' (an amount) or 'incremental' (a share of redemptions)")
            )
        value = None if inner.get("value") is None else self._minor("value", inner.get("value"), self.home)
        incremental = None if inner.get("incremental") is None else inner.share("incremental")
        assumption = Assumption(inner.share("p_redeem"), value, incremental)
        inner.finish()
        return assumption

    def contact(self) -> Contact:
        """Channel, cost and quiet hours, if any."""
        written = self.get("quiet_hours")
        hours = [] if written is None else str(written).split("-")
        if written is not None and (len(hours) != 2 or not all(map(_CLOCK.match, hours))):
            raise InputError(Message("'quiet_hours' must be like \"21:00-08:00\", not '{value}'", value=str(written)))
        quiet = (hours[0], hours[1]) if hours else None
        cost = (
            0 if self.get("contact_cost") is None else self._minor("contact_cost", self.get("contact_cost"), self.home)
        )
        if cost < 0:
            raise InputError(
                Message("'contact_cost' must not be below zero, and is {value}", value=str(self.get("contact_cost")))
            )
        return Contact(self.text("channel", "any"), cost, quiet)

    def finish(self) -> None:
        """Raise InputError for a field that nobody asked for."""
        for field in self._written:
            if field not in self._asked and field != "kind":
                self.reading = field
                hint = near_miss(field, self._asked)
                raise InputError(
                    Message(
                        "{what} has no field '{field}'{hint}",
                        context="error",
                        what=self.what,
                        field=field,
                        hint=hint,
                    )
                )


def _percent(field: str, written: object, most: int | None = None) -> Fraction:
    try:
        percent = exact_share(str(written))
    except (ValueError, ZeroDivisionError):
        raise InputError(
            Message("'{field}' must be a number, not '{value}'", field=field, value=str(written))
        ) from None
    if not 0 < percent < 100 and percent != most:
        raise InputError(Message("'{field}' must be between 0 and 100, not {value}", field=field, value=str(written)))
    return percent


def attributes_of(written: Mapping[str, object]) -> Attributes:
    """Return free attributes from their values or lists of values. Raises InputError for what is no value."""
    return tuple(sorted((str(name), _attribute_values(name, value)) for name, value in written.items()))


def _attribute_values(name: str, written: object) -> tuple[AttributeValue, ...]:
    values = written if isinstance(written, list) else [written]
    if not values or not all(map(_is_value, values)):
        raise InputError(
            Message(
                "the attribute '{name}' must be text, a number, true or false, or a list of these, not '{value}'",
                name=name,
                value=str(written),
            )
        )
    return tuple(_attribute_value(one) for one in values)


def _is_value(value: object) -> bool:
    return isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value))


def _attribute_value(value: object) -> AttributeValue:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else Fraction(str(value))


def _bound(name: str, written: object) -> Fraction | None:
    if written is None:
        return None
    if not _is_value(written) or isinstance(written, bool) or not _NUMBER.fullmatch(str(written)):
        raise InputError(
            Message("the bounds of '{name}' must be numbers, not '{value}'", name=name, value=str(written))
        )
    return Fraction(str(written))
