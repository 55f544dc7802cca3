"""A sentence that is not finished yet: a template in English with named places, and the values that belong there.

Rooms raise and return messages, and pages translate them: the English template is what a catalogue of `locale` is asked
for, so templates are literals in the code, where `make messages` finds them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias, cast

DIGITS = 6
"""Significant digits of a number that is no count."""


@dataclass(frozen=True)
class Share:
    """A share of one, written as a percentage."""

    value: float

    def __str__(self) -> str:
        return f"{number_text(self.percentage)} %"

    @property
    def percentage(self) -> Decimal:
        """Whole per cent from 10 up and where it is whole anyway, otherwise tenths."""
        size = abs(self.value) * 100
        places = 0 if size >= 10 or abs(size - round(size)) < 0.05 else 1
        return Decimal(f"{100 * self.value:.{places}f}")


@dataclass(frozen=True)
class Amount:
    """An amount of money in units of its currency, such as ``Decimal("12.50")``."""

    value: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.value:,f} {self.currency}"


@dataclass(frozen=True, init=False)
class Message:
    """A template with named places and typed values; ``str()`` gives it in English.

    With `plural`, the value `n` chooses between the template (for one) and the plural. A text of under four words needs
    a `context`, which tells translators what it is: a column title, a verdict. A list stands as its parts with commas.
    """

    template: str
    context: str | None
    plural: str | None
    values: tuple[tuple[str, Value], ...]

    def __init__(
        self, template: str, /, *, context: str | None = None, plural: str | None = None, **values: Value
    ) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "context", context)
        object.__setattr__(self, "plural", plural)
        object.__setattr__(self, "values", tuple((name, _frozen(value)) for name, value in sorted(values.items())))

    def __str__(self) -> str:
        template = self.template if self.plural is None or self.number == 1 else self.plural
        return template.format(**{name: english(value) for name, value in self.values})

    @property
    def number(self) -> int:
        """The value `n`, by which the plural is chosen. Raises TypeError where it is no whole number."""
        n = dict(self.values).get("n")
        if not isinstance(n, int):
            raise TypeError(f"the plural of {self.template!r} needs a whole number n, not {n!r}")
        return n

    def with_values(self, **values: Value) -> Message:
        """Return the same message with further values."""
        return Message(self.template, context=self.context, plural=self.plural, **{**dict(self.values), **values})

    def texts(self) -> Iterator[str]:
        """Yield the texts among its values, at any depth."""
        for _, value in self.values:
            yield from _texts(value)

    def with_texts(self, change: Callable[[str], str]) -> Message:
        """Return the same message with every text among its values changed, at any depth."""
        return self.with_values(**{name: _changed(value, change) for name, value in self.values})


def joined(parts: Iterable[Message | str], between: str) -> Message:
    """Return messages one after another; `between` has no words, such as a line break."""
    numbered: dict[str, Value] = {f"part_{place}": part for place, part in enumerate(parts, 1)}
    return Message(between.join(f"{{{name}}}" for name in numbered)).with_values(**numbered)


def both(parts: Sequence[Message | str]) -> Message | str:
    """Return ``"A and B and C"``."""
    *before, last = parts
    if not before:
        return last
    return Message("{names} and {last}", context="names that all count", names=both(before), last=last)


def quoted(titles: Sequence[str]) -> Message | str:
    """Return titles in quotation marks, ``“A”, “B” and “C”``; empty where there is none."""
    names = [Message("“{text}”", context="quotation marks", text=title) for title in titles]
    if len(names) < 2:
        return names[0] if names else ""
    return Message("{names} and {last}", context="names that all count", names=names[:-1], last=names[-1])


def followed(sentence: Message, following: Message) -> Message:
    """Return two sentences, one after the other."""
    return Message("{first} {second}", context="two sentences", first=sentence, second=following)


def either(parts: Sequence[Message | str]) -> Message | str:
    """Return ``"A or B or C"``."""
    *before, last = parts
    if not before:
        return last
    return Message("{names} or {last}", context="names of which one counts", names=either(before), last=last)


def _texts(value: Value) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Message():
            yield from value.texts()
        case list() | tuple():
            for part in value:
                yield from _texts(part)


def _changed(value: Value, change: Callable[[str], str]) -> Value:
    match value:
        case str():
            return change(value)
        case Message():
            return value.with_texts(change)
        case list() | tuple():
            return tuple(_changed(part, change) for part in value)
    return value


Value: TypeAlias = "Message | str | int | float | Decimal | date | Share | Amount | Sequence[Value]"
"""What may stand in a place; text is left as it is, such as the name of a file or a column."""


def english(value: Value) -> str:
    """Return a value as an English sentence shows it."""
    match value:
        case int() | float() | Decimal():
            return number_text(value)
        case date():
            return f"{value.day} {value:%B %Y}"
        case list() | tuple():
            return ", ".join(english(part) for part in value)
    return str(value)


def number_text(value: float | Decimal) -> str:
    """Return ``"1,234"`` or ``"0.25"``, with a true minus sign."""
    exact = value if isinstance(value, Decimal) else Decimal(value if isinstance(value, int) else f"{value:.{DIGITS}g}")
    if not exact.is_finite():
        return str(value)
    size = f"{abs(exact):,f}"
    return f"−{size}" if exact < 0 and size.strip("0.,") else size


def _frozen(value: Value) -> Value:
    """Return a list as a tuple, so that the message can be hashed."""
    return tuple(_frozen(part) for part in value) if isinstance(value, list | tuple) else value


Json: TypeAlias = "int | float | str | list[Json] | dict[str, Json] | None"
"""What JSON can hold."""


def packed(*messages: Message) -> str:
    """Return messages as the JSON text that a column of a table keeps, from which pages translate them."""
    return json.dumps([_as_json(one) for one in messages], ensure_ascii=False)


def unpacked(text: str) -> tuple[Message, ...]:
    """Return the messages that `packed` wrote."""
    return tuple(cast("Message", _as_value(one)) for one in json.loads(text))


def _as_json(value: Value) -> Json:
    """Write a value that JSON does not have as an object whose first key names its type."""
    match value:
        case Message():
            values = {name: _as_json(part) for name, part in value.values}
            return {"message": value.template, "context": value.context, "plural": value.plural, "values": values}
        case Share():
            return {"share": value.value}
        case Amount():
            return {"amount": str(value.value), "currency": value.currency}
        case Decimal():
            return {"decimal": str(value)}
        case date():
            return {"date": value.isoformat()}
        case int() | float() | str():
            return value
    return [_as_json(part) for part in value]


def _as_value(value: Json) -> Value:
    """Read what `_as_json` wrote."""
    match value:
        case {"message": str(template), "context": str() | None as context, "plural": str() | None as plural,
              "values": dict(values)}:  # fmt: skip
            values_read = {name: _as_value(part) for name, part in values.items()}
            return Message(template, context=context, plural=plural, **values_read)
        case {"share": int() | float() as share}:
            return Share(share)
        case {"amount": str(amount), "currency": str(currency)}:
            return Amount(Decimal(amount), currency)
        case {"decimal": str(number)}:
            return Decimal(number)
        case {"date": str(day)}:
            return date.fromisoformat(day)
        case list():
            return tuple(_as_value(part) for part in value)
        case int() | float() | str():
            return value
    raise ValueError(f"no value of a message: {value!r}")
