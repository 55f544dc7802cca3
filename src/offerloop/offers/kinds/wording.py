"""Amounts, percentages and scopes in the labels of offers."""

from __future__ import annotations

from fractions import Fraction

from offerloop.money import to_text
from offerloop.offers.scope import Scope


def percent_text(percent: Fraction) -> str:
    """ "12.5"."""
    return f"{float(percent):g}"


def amount_text(minor: int, currency: str) -> str:
    """ "12.40 EUR"; without a currency the number of minor units."""
    return f"{to_text(minor, currency)} {currency}" if currency else str(minor)


def scope_text(scope: Scope) -> str:
    """The names of what an offer is about, or "everything"."""
    names = [*sorted(scope.products), *sorted(scope.categories), *sorted(scope.brands), *sorted(scope.shops)]
    return " or ".join(names) or "everything"
