"""What `offerloop allocate` writes and says: a file, and one page for the terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.table import Table

from offerloop.commands.allocate.findings import AllocationResult
from offerloop.errors import InputError
from offerloop.money import DIGITS
from offerloop.report import text_page, text_table

_LOG = logging.getLogger(__name__)


def write(found: AllocationResult, out: Path) -> None:
    """Parquet by its ending, else CSV with money in the currency's digits. Raises InputError where that fails."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix == ".parquet":
            found.table.write_parquet(out)
        else:
            found.table.write_csv(out, float_precision=DIGITS[found.currency] + 4)
    except OSError as error:
        raise InputError(f"'{out}' cannot be written: {error.strerror or error}") from None
    _LOG.info("wrote %s", out)


def page(found: AllocationResult, out: Path) -> str:
    """The plan in a few lines and a table of its limits."""
    facts, money = found.summary, _money(found)
    return text_page(
        sentence(found),
        f"No plan within these limits brings more than {money(facts['bound'])}: at most {facts['gap']:.2%} is missed.",
        "; ".join(f"{offer} {count:,}" for offer, count in facts["by_offer"].items()),
        _limits(facts["limits"], found),
        *_advice(facts["limits"], found),
        str(out),
    )


def sentence(found: AllocationResult) -> str:
    """Say what the plan gives, costs and brings."""
    facts, money = found.summary, _money(found)
    cost, value, profit = (money(facts[name]) for name in ("cost", "value", "profit"))
    return (
        f"{facts['given']:,} of {facts['customers']:,} customers get an offer, for {cost}; by the table's own values "
        f"that brings {value}, {profit} after cost."
    )


def _money(found: AllocationResult) -> Any:  # noqa: ANN401 - a function
    digits = DIGITS[found.currency]
    return lambda amount: f"{round(amount, digits) + 0.0:,.{digits}f} {found.currency}"


def _limits(limits: list[dict[str, Any]], found: AllocationResult) -> Table:
    """Bound, use, and what one more unit would bring."""
    return text_table(
        ("limit", "", "bound", "used", "one more unit brings"), (_row(one, found) for one in limits), ("limit", "")
    )


def _row(one: dict[str, Any], found: AllocationResult) -> tuple[str, ...]:
    side = "at_least" if "at_least" in one else "at_most"
    amount = _money(found) if one["in"] else lambda number: f"{number:,.0f}"
    price = f"{one['shadow_price']:,.4f} {found.currency}" if one["shadow_price"] else "nothing"
    return one["name"], side.replace("_", " "), amount(one[side]), amount(one["used"]), price


def _advice(limits: list[dict[str, Any]], found: AllocationResult) -> Iterator[str]:
    """Say where more money would pay, and where it would not."""
    for one in limits:
        if one["in"] and "at_most" in one:
            price = one["shadow_price"]
            if price == 0 and one["used"] < one["at_most"]:
                yield f"'{one['name']}' is not used up: more of it would bring nothing."
            elif price > 0:
                unit = found.currency
                yield f"One {unit} more for '{one['name']}' would bring {price:,.2f} {unit} after cost."
