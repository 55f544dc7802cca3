"""Amounts, percentages and scopes in the labels of offers.

Amounts stand as the shop writes them in its configuration, "12.40 EUR", since labels are also published as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from offerloop.message import Message
from offerloop.money import to_text
from offerloop.offers.scope import Scope


def percent_text(percent: Fraction) -> str:
    """ "12.5"."""
    return f"{float(percent):g}"


def amount_text(minor: int, currency: str) -> str:
    """ "12.40 EUR"; without a currency the number of minor units."""
    return f"{to_text(minor, currency)} {currency}" if currency else str(minor)


def scope_names(scope: Scope) -> Message | str:
    """Return the names of what an offer is about, or "everything", and of what it excepts."""
    joined: Message | str = scope.names[0] if scope.names else Message("everything", context="scope of an offer")
    for name in scope.names[1:]:
        joined = Message("{some} or {name}", context="scope of an offer", some=joined, name=name)
    if scope.but is None or not scope.but.names:
        return joined
    return Message("{some} except {others}", context="scope of an offer", some=joined, others=scope_names(scope.but))


def all_of(parts: Sequence[Message]) -> Message:
    """Return parts that belong together as "this and that"."""
    joined = parts[0]
    for part in parts[1:]:
        joined = Message("{some} and {part}", context="label of an offer", some=joined, part=part)
    return joined
