"""Amounts, percentages and scopes in the labels of offers.

Amounts stand as the shop writes them in its configuration, "12.40 EUR", since labels are also published as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from offerloop.message import Message
from offerloop.money import to_text
from offerloop.offers.scope import DIMENSIONS, Scope


def percent_text(percent: Fraction) -> str:
    """ "12.5"."""
    return f"{float(percent):g}"


def amount_text(minor: int, currency: str) -> str:
    """ "12.40 EUR"; without a currency the number of minor units."""
    return f"{to_text(minor, currency)} {currency}" if currency else str(minor)


_SELECTED = Message("selected products", context="scope of an offer")
"""What is chosen by attributes, which have no words for customers."""


def scope_names(scope: Scope, currency: str) -> Message | str:
    """Return what an offer is about: names or "everything", what it excepts, and how that is limited."""
    names = [_any_of(sorted(getattr(scope, one))) for one in DIMENSIONS if getattr(scope, one)]
    limits = [*names[1:], *_limits(scope, currency)]
    what = names[0] if names else Message("everything", context="scope of an offer")
    if scope.attributes and not names:
        what = _SELECTED
    elif scope.attributes:
        limits.append(_SELECTED)
    if scope.but is not None:
        others = scope_names(scope.but, currency) if scope.but.names else _SELECTED
        what = Message("{some} except {others}", context="scope of an offer", some=what, others=others)
    if not limits:
        return what
    return Message("{some} ({limits})", context="scope of an offer", some=what, limits=limits)


def _any_of(names: Sequence[str]) -> Message | str:
    joined: Message | str = names[0]
    for name in names[1:]:
        joined = Message("{some} or {name}", context="scope of an offer", some=joined, name=name)
    return joined


def _limits(scope: Scope, currency: str) -> Iterator[Message]:
    """Yield what units must cost."""
    if scope.only_full_price:
        yield Message("at full price", context="limit of what an offer is about")
    least, most = (None if one is None else amount_text(one, currency) for one in (scope.least_minor, scope.most_minor))
    if least is not None:
        yield Message("from {price} each", context="limit of what an offer is about", price=least)
    if most is not None:
        yield Message("up to {price} each", context="limit of what an offer is about", price=most)


def all_of(parts: Sequence[Message]) -> Message:
    """Return parts that belong together as "this and that"."""
    joined = parts[0]
    for part in parts[1:]:
        joined = Message("{some} and {part}", context="label of an offer", some=joined, part=part)
    return joined
