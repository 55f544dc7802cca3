"""`[shop]`: who sells, in which money and time."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from offerloop.config.sections.section import ConfigSection
from offerloop.errors import near_miss
from offerloop.message import Message
from offerloop.money import DIGITS, is_currency


def known_zone(value: str) -> str:
    """The name of a time zone; ValueError when there is none of that name."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(Message("'{value}' is not an IANA time zone such as Europe/Berlin", value=value)) from None
    return value


class Shop(ConfigSection):
    """`[shop]`: who sells, in which money and time."""

    name: str
    """Shown in the report's title."""
    note: str = ""
    """One line about where the data come from; shown under the report's title."""
    currency: str = "USD"
    """ISO 4217 code of all money in the sources; for other trades the unit that `paid` counts, such as lessons."""
    timezone: str = "UTC"
    """Zone in which days and weeks begin, and of clock times in sources and offers that name no other."""
    margin: Annotated[float, Field(gt=0, le=1)] = 0.30
    """Margin after usual shelf discounts and before offer cost, as a share of list price, of all that is bought; where
    most unit costs of a category are known (`unit_cost` of the products), theirs counts."""

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if not is_currency(value):
            raise ValueError(
                Message(
                    "'{value}' is not a currency{near}; write its three letters (ISO 4217), such as EUR, or a "
                    "unit that is no currency in small letters, such as lessons",
                    value=value,
                    near=near_miss(value, DIGITS),
                )
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)
