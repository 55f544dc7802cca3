"""What a page says in one language: messages translated and filled; numbers, money, dates and lists as CLDR has them.

A function that writes text has a parameter ``_: Localizer`` and says ``_("Choose {n} of them", n=3)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel.dates import format_date
from babel.lists import format_list

from offerloop.evaluation import Estimate
from offerloop.events import EPOCH
from offerloop.locale import translations
from offerloop.message import Amount, Message, Share, Value, number_text, quoted, unpacked
from offerloop.report.numbers import Money, cldr_locale, count, in_digits, percent, percent_sign
from offerloop.report.spacing import filled, spread

UNSPACED = ("zh", "ja", "th")
"""Languages that set no spaces between words."""
_PAID = re.compile(r"\{(\w+):paid\}")
"""A place of a translation that says a reduction by what is left to pay in tenths: of 20 % off, 8 折."""


@dataclass(frozen=True)
class Localizer:
    """Translates messages into one language, and writes figures as that language does."""

    language: str
    currency: str = ""

    def __call__(
        self, text: str | Message, /, *, context: str | None = None, plural: str | None = None, **values: Value
    ) -> str:
        """Translate a message, or a template that is given as one, and fill it; values complete a message."""
        if isinstance(text, str):
            message = Message(text, context=context, plural=plural, **values)
        else:
            message = text.with_values(**values) if values else text
        template, values = self.template(message), {name: self.value(value) for name, value in message.values}
        for name in _PAID.findall(template):
            values[name] = self.value(_paid_in_tenths(dict(message.values)[name]))
        return filled(_PAID.sub(r"{\1}", template), values)

    def template(self, message: Message) -> str:
        """Return the template in this language and of the right number."""
        catalogue, text, context, plural = (
            translations(self.language),
            message.template,
            message.context,
            message.plural,
        )
        if plural is None:
            return catalogue.gettext(text) if context is None else catalogue.pgettext(context, text)
        if context is None:
            return catalogue.ngettext(text, plural, message.number)
        return catalogue.npgettext(context, text, plural, message.number)

    def value(self, value: Value) -> str:
        """Write a value as the language does; text stays as it is, such as the name of a column."""
        match value:
            case Message():
                return self(value)
            case str():
                return value
            case int() | float() | Decimal():
                return in_digits(number_text(value), self.language)
            case date():
                return self.date(value)
            case Share():
                return self.share(value.value)
            case Amount():
                size = Money(value.currency, self.language).around(f"{abs(value.value):,f}")
                return f"−{size}" if value.value < 0 else size
        return self.listed(self.value(part) for part in value)

    def unpacked(self, text: str) -> str:
        """Translate the messages that a cell of a table keeps, one after another."""
        return self.sentences(self(message) for message in unpacked(text))

    def named(self, words: Mapping[str, Message], name: str) -> str:
        """Translate the word for a name of ours, such as an estimator's; the name itself where there is none."""
        return self(words[name]) if name in words else name

    @property
    def money(self) -> Money:
        """Return what writes amounts in the shop's currency."""
        return Money(self.currency, self.language)

    @property
    def space(self) -> str:
        """What stands between words and between sentences: nothing in a script without spaces."""
        return "" if self.language in UNSPACED else " "

    def count(self, value: float) -> str:
        """Write a number of things."""
        return count(value, self.language)

    def listed(self, parts: Iterable[str]) -> str:
        """``"A, B, C"``: names in a row."""
        return self(", ", context="between the names of a list").join(parts)

    def clauses(self, parts: Iterable[str]) -> str:
        """``"A; B; C"``: parts of a sentence in a row."""
        return self("; ", context="between the parts of a sentence").join(parts)

    def sentences(self, parts: Iterable[str]) -> str:
        """Join sentences to a paragraph."""
        return self.space.join(part for part in parts if part)

    def stopped(self, text: str) -> str:
        """Put a full stop behind a text."""
        return self("{text}.", context="full stop", text=text)

    def both(self, parts: Sequence[str]) -> str:
        """``"A and B and C"``."""
        return self(" and ", context="between two names").join(parts)

    def series(self, parts: Sequence[str]) -> str:
        """``"A, B and C"``."""
        return str(format_list(parts, locale=cldr_locale(self.language)))

    def quoted(self, text: str) -> str:
        """Put a text in quotation marks."""
        return self("“{text}”", context="quotation marks", text=text)

    def titles(self, titles: Sequence[str]) -> str:
        """``“A”, “B” and “C”``."""
        return self.value(quoted(titles))

    def share(self, share: float, least: float = 0.0) -> str:
        """A percentage; one above zero but below `least` is called that."""
        if 0 < share < least:
            return self("less than {share}", context="percentage", share=Share(least))
        return self.numbers(percent(share))

    def level(self, share: float) -> str:
        """A share as it was written or tried, not rounded."""
        return self.numbers(f"{100 * share:g} %")

    @property
    def percent_sign(self) -> str:
        """What stands behind a percentage, with its space."""
        return percent_sign(self.language)

    def numbers(self, text: str) -> str:
        """Write English numbers, and their per cent signs, as the language does."""
        return in_digits(text, self.language).replace(" %", self.percent_sign)

    def points(self, estimate: Estimate) -> str:
        """Percentage points with their interval."""
        return self.numbers(estimate.text(self.points_sign))

    @property
    def points_sign(self) -> str:
        """What stands behind percentage points, with its space."""
        return self(" points", context="percentage points behind a number")

    def shares(self, estimate: Estimate) -> str:
        """Per cent with their interval; the estimate is in per cent."""
        return self.numbers(estimate.text(" %"))

    def day(self, epoch_day: int) -> str:
        """``"1 January 2018"``."""
        return self.date(EPOCH + timedelta(days=epoch_day))

    def date(self, day: date) -> str:
        """Write a date with its month in words, where the language does so."""
        return spread(format_date(day, "long", locale=cldr_locale(self.language)))

    def estimate(self, minor: Estimate) -> str:
        """An amount with its interval; an assumed one has none and says so."""
        if minor.has_interval:
            return self.money.estimate(minor)
        text = self.money.text(minor.value)
        if minor.is_nothing:
            return text
        return self("{value} (no interval: assumed)", context="amount of money", value=text)

    def brief(self, minor: Estimate) -> str:
        """The same for a cell or a label."""
        if minor.has_interval or minor.is_nothing:
            return self.estimate(minor)
        return self("{value} (assumed)", context="amount of money", value=self.money.text(minor.value))


def _paid_in_tenths(reduction: Value) -> float:
    """Return what is left to pay, in tenths, of a reduction in per cent."""
    if not isinstance(reduction, int | float | Decimal):
        raise TypeError(f"a reduction must be a number in per cent, not {reduction!r}")
    return round((100 - float(reduction)) / 10, 6)
