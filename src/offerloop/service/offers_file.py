"""A file of offers, and the rules of the shop for them, in TOML or JSON."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offerloop.errors import InputError, near_miss
from offerloop.money import DIGITS
from offerloop.offers import Offer, read_offers
from offerloop.offers.stacking import DEFAULT, Choice, Policy


@dataclass(frozen=True)
class OffersFile:
    """What a file of offers says."""

    currency: str
    offers: tuple[Offer, ...]
    policy: Policy


def read_offers_file(path: Path) -> OffersFile:
    """`currency`, `[[offers]]` and perhaps `[policy]` with a `choice`. An InputError names the file."""
    written = _document(path)
    try:
        currency = str(written.get("currency", ""))
        if currency not in DIGITS:
            raise InputError(f"'{currency}' is not a currency{near_miss(currency, DIGITS)}; write currency = \"EUR\"")
        rows = written.get("offers")
        if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) for one in rows):
            raise InputError("it has no offers; write each under [[offers]]")
        choice = written.get("policy", {}).get("choice", DEFAULT.choice)
        if choice not in list(Choice):
            raise InputError(f"'choice' must be one of {', '.join(Choice)}, not '{choice}'")
        return OffersFile(currency, tuple(read_offers(rows, None, currency)), Policy(choice=Choice(choice)))
    except InputError as error:
        raise InputError(f"'{path}': {error}") from None


def _document(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        written = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError:
        raise InputError(f"'{path}' cannot be read; check the path") from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"'{path}' is not TOML or JSON: {error}") from None
    if not isinstance(written, dict):
        raise InputError(f"'{path}' must hold 'currency' and 'offers'")
    return written
