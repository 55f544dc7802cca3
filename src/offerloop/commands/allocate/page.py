"""What `offerloop allocate` writes and says: a file, and one page for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.table import Table

from offerloop.commands.allocate.findings import AllocationResult
from offerloop.errors import unwritable
from offerloop.money import DIGITS
from offerloop.report import Localizer, text_page, text_table
from offerloop.workspace import draft


def write(result: AllocationResult, out: Path) -> None:
    """Parquet by its ending, else CSV with money in the currency's digits. Raises InputError where that fails."""
    try:
        with draft(out) as partial:
            if out.suffix == ".parquet":
                result.table.write_parquet(partial)
            else:
                result.table.write_csv(partial, float_precision=DIGITS[result.currency] + 4)
    except OSError as error:
        raise unwritable(out, error) from None


def page(result: AllocationResult, out: Path, language: str = "en") -> str:
    """The plan in a few lines and a table of its limits."""
    facts, _ = result.summary, Localizer(language)
    return text_page(
        sentence(result, language),
        _(
            "No plan within these limits brings more than {bound}: at most {gap} is missed.",
            bound=_money(facts["bound"], result, _),
            gap=_.numbers(f"{100 * facts['gap']:.2f} %"),
        ),
        _.clauses(f"{offer} {_.count(n)}" for offer, n in facts["by_offer"].items()),
        _limits(facts["limits"], result, _),
        *_advice(facts["limits"], result, _),
        str(out),
    )


def sentence(result: AllocationResult, language: str = "en") -> str:
    """Say what the plan gives, costs and brings."""
    facts, _ = result.summary, Localizer(language)
    cost, value, profit = (_money(facts[name], result, _) for name in ("cost", "value", "profit"))
    return _(
        "{given} of {customers} customers get an offer, for {cost}; by the table's own values "
        "that brings {value}, {profit} after cost.",
        given=facts["given"],
        customers=facts["customers"],
        cost=cost,
        value=value,
        profit=profit,
    )


def _money(amount: float, result: AllocationResult, _: Localizer) -> str:
    digits = DIGITS[result.currency]
    return _.numbers(f"{round(amount, digits) + 0.0:,.{digits}f} {result.currency}")


def _limits(limits: list[dict[str, Any]], result: AllocationResult, _: Localizer) -> Table:
    """Bound, use, and what one more unit would bring."""
    limit = _("limit", context="column title")
    names = (
        limit,
        "",
        _("bound", context="column title"),
        _("used", context="column title"),
        _("one more unit brings, roughly"),
    )
    return text_table(names, (_row(one, result, _) for one in limits), (limit, ""))


def _row(limit: dict[str, Any], result: AllocationResult, _: Localizer) -> tuple[str, ...]:
    side = "at_least" if "at_least" in limit else "at_most"
    said = _("at least", context="limit") if side == "at_least" else _("at most", context="limit")
    bound, used = (_used(limit, limit[name], result, _) for name in (side, "used"))
    price = (
        _.numbers(f"{limit['shadow_price']:,.4f} {result.currency}")
        if limit["shadow_price"]
        else _("nothing", context="price of a limit")
    )
    return limit["name"], said, bound, used, price


def _used(limit: dict[str, Any], amount: float | None, result: AllocationResult, _: Localizer) -> str:
    if amount is None:
        return ""
    if limit["counts"] == "return":
        return _.numbers(f"{amount:.2f}")
    if not limit["in"]:
        return _.count(amount)
    return _money(amount, result, _) if limit["in"] == result.currency else _.numbers(f"{amount:,.4f}")


def _advice(limits: list[dict[str, Any]], result: AllocationResult, _: Localizer) -> Iterator[str]:
    """Say where more money would pay, and where it would not.

    A shadow price is that of the relaxation, in which customers may get parts of offers, so it is not exact for a plan.
    """
    for limit in limits:
        if limit["in"] == result.currency and "at_most" in limit:
            price = limit["shadow_price"]
            if price == 0 and limit["used"] < limit["at_most"]:
                yield _("'{name}' is not used up: more of it would bring nothing.", name=limit["name"])
            elif price > 0:
                yield _(
                    "One {unit} more for '{name}' would bring roughly {price} {unit} after cost.",
                    unit=result.currency,
                    name=limit["name"],
                    price=_.numbers(f"{price:,.2f}"),
                )
