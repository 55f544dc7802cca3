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
from offerloop.report import Localizer, text_page, text_table

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


def page(found: AllocationResult, out: Path, language: str = "en") -> str:
    """The plan in a few lines and a table of its limits."""
    facts, _ = found.summary, Localizer(language)
    return text_page(
        sentence(found, language),
        _(
            "No plan within these limits brings more than {bound}: at most {gap} is missed.",
            bound=_money(facts["bound"], found, _),
            gap=_.numbers(f"{100 * facts['gap']:.2f} %"),
        ),
        _.clauses(f"{offer} {_.count(n)}" for offer, n in facts["by_offer"].items()),
        _limits(facts["limits"], found, _),
        *_advice(facts["limits"], found, _),
        str(out),
    )


def sentence(found: AllocationResult, language: str = "en") -> str:
    """Say what the plan gives, costs and brings."""
    facts, _ = found.summary, Localizer(language)
    cost, value, profit = (_money(facts[name], found, _) for name in ("cost", "value", "profit"))
    return _(
        "{given} of {customers} customers get an offer, for {cost}; by the table's own values "
        "that brings {value}, {profit} after cost.",
        given=facts["given"],
        customers=facts["customers"],
        cost=cost,
        value=value,
        profit=profit,
    )


def _money(amount: float, found: AllocationResult, _: Localizer) -> str:
    digits = DIGITS[found.currency]
    return _.numbers(f"{round(amount, digits) + 0.0:,.{digits}f} {found.currency}")


def _limits(limits: list[dict[str, Any]], found: AllocationResult, _: Localizer) -> Table:
    """Bound, use, and what one more unit would bring."""
    limit = _("limit", context="column title")
    names = (
        limit,
        "",
        _("bound", context="column title"),
        _("used", context="column title"),
        _("one more unit brings"),
    )
    return text_table(names, (_row(one, found, _) for one in limits), (limit, ""))


def _row(one: dict[str, Any], found: AllocationResult, _: Localizer) -> tuple[str, ...]:
    side = "at_least" if "at_least" in one else "at_most"
    said = _("at least", context="limit") if side == "at_least" else _("at most", context="limit")
    bound, used = ((_money(one[name], found, _) if one["in"] else _.count(one[name])) for name in (side, "used"))
    price = (
        _.numbers(f"{one['shadow_price']:,.4f} {found.currency}")
        if one["shadow_price"]
        else _("nothing", context="price of a limit")
    )
    return one["name"], said, bound, used, price


def _advice(limits: list[dict[str, Any]], found: AllocationResult, _: Localizer) -> Iterator[str]:
    """Say where more money would pay, and where it would not."""
    for one in limits:
        if one["in"] and "at_most" in one:
            price = one["shadow_price"]
            if price == 0 and one["used"] < one["at_most"]:
                yield _("'{name}' is not used up: more of it would bring nothing.", name=one["name"])
            elif price > 0:
                yield _(
                    "One {unit} more for '{name}' would bring {price} {unit} after cost.",
                    unit=found.currency,
                    name=one["name"],
                    price=_.numbers(f"{price:,.2f}"),
                )
