"""Break each rule of offers on purpose, one after another, and count the tests of `tests/offers` that fail.

    scripts/broken_rules.py [NAME...]

A rule is broken in a copy of the package by one line that stands in its place; a line that is not there exactly once is
an error, so that the list keeps up with the code. Tests that draw their cases are left out, and those of short forms
and of coupons where the rule is none of theirs.
What is printed is the table of docs/decisions/offers.md. All rules take some minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
APART = ("short_form", "coupons")
"""Folders whose tests are of their own rules."""


class BrokenRule(NamedTuple):
    """A rule, and the line that breaks it."""

    rule: str
    file: str
    line: str
    instead: str


RULES = (
    BrokenRule(
        "`except`", "scope.py", "if self.but is not None:\n            left_out", "if False:\n            left_out"
    ),
    BrokenRule("`not_segments`", "conditions.py", "if self.not_segments & customer.segments:", "if False:"),
    BrokenRule(
        "`none_of`",
        "conditions.py",
        "if any(one.missing(basket, lines, basket.amounts) is None for one in self.none_of):",
        "if False:",
    ),
    BrokenRule(
        "`max_units`",
        "pricing/offer_set.py",
        '("stock", "per_customer", "max_units")',
        '("stock", "per_customer", "per_customer")',
    ),
    BrokenRule(
        "`units_per_line`",
        "pricing/effects/each_unit.py",
        "units if self.units_per_line is None else self.units_per_line)",
        "units)",
    ),
    BrokenRule(
        "`units_per_line` of `buy_x_get_y` and `bundle`",
        "pricing/units.py",
        "return units if per_line is None else _most_expensive_of_each_line(units, per_line)",
        "return units",
    ),
    BrokenRule("`most_expensive`", "kinds/coupon.py", "bool(self.most_expensive)), self.scope)", "False), self.scope)"),
    BrokenRule(
        "`steps`",
        "pricing/effects/chosen_units.py",
        "OffEachUnit(self.percents[step])",
        "OffEachUnit(self.percents[0])",
    ),
    BrokenRule(
        "`max_line_share`",
        "pricing/price.py",
        "if policy.limits_units:",
        "if False:",
    ),
    BrokenRule(
        "`max_unit_discount`",
        "stacking.py",
        "return share if self.most_unit_minor is None else max(share, unit_minor - self.most_unit_minor)",
        "return share",
    ),
    BrokenRule("`group`", "stacking.py", "bool(self.group and self.group == other.group)", "False"),
    BrokenRule("`not_with`", "stacking.py", "or other_id in self.not_with", "or False"),
    BrokenRule(
        "`announced`",
        "pricing/offer_set.py",
        "announced = offer.stacking.announced",
        "announced = None",
    ),
    BrokenRule(
        "shipping of a shop",
        "pricing/basket.py",
        "(not shops or shipment.shop is None or shipment.shop in shops)",
        "True",
    ),
    BrokenRule("`methods` of shipping", "pricing/basket.py", "(not methods or shipment.method in methods)", "True"),
    BrokenRule(
        '`tax_base = "before_funded"`',
        "pricing/price.py",
        "taken.ready.offer.funded_share if policy.tax.before_funded else 0",
        "0",
    ),
    BrokenRule('`tax_rounds = "invoice"`', "pricing/taxes.py", "if not rules.by_invoice:", "if True:"),
    BrokenRule(
        "payment methods",
        "purchase.py",
        "self.paid_with, self.not_paid_with, _names_of",
        "frozenset(), frozenset(), _names_of",
    ),
    BrokenRule(
        "`regions`",
        "purchase.py",
        "self.regions, self.not_regions, _with_wider",
        "frozenset(), frozenset(), _with_wider",
    ),
    BrokenRule(
        "`loyalty_tiers`",
        "purchase.py",
        "self.loyalty_tiers, self.not_loyalty_tiers, _names_of",
        "frozenset(), frozenset(), _names_of",
    ),
    BrokenRule("`min_lifetime_spend`", "purchase.py", "if self.min_lifetime_minor and short > 0:", "if False:"),
    BrokenRule(
        "`attributes`, `basket_attributes`",
        "attributes.py",
        "return any(name == self.name and any(map(self._holds_of, values))",
        "return any(True",
    ),
    BrokenRule(
        "money left of a budget", "pricing/budgets.py", "if minor is not None and worth > minor else", "if False else"
    ),
    BrokenRule(
        "uses left of a limit", "pricing/budgets.py", "if left.uses is not None and left.uses < 1:", "if False:"
    ),
    BrokenRule("amounts by currency", "pricing/offer_set.py", "if currency not in self.currencies:", "if True:"),
    BrokenRule(
        "units used once",
        "pricing/claims.py",
        "UnitClaim(marks | TAKEN, (avoids if alone else 0) | TAKEN)",
        "UnitClaim(marks, avoids if alone else 0)",
    ),
    BrokenRule("units left to later offers", "pricing/candidates.py", "if self.rival_units:", "if False:"),
    BrokenRule(
        "a code tied to one customer",
        "coupons/code_lists.py",
        "if listed.customer_id not in (None, customer_id):",
        "if False:",
    ),
    BrokenRule(
        "typing errors in codes",
        "coupons/corrections.py",
        "return matches.pop() if len(matches) == 1 else None",
        "return None",
    ),
    BrokenRule(
        "refunds priced again",
        "pricing/refund.py",
        "costs = _with_shipping_paid(reprice(kept), priced) if kept.lines else 0",
        "costs = 0",
    ),
    BrokenRule(
        "amounts of a policy by currency", "stacking.py", 'return self.currency in ("", currency)', "return True"
    ),
    BrokenRule(
        "`steps` in a campaign", "kinds/coupon.py", "percent=percent, steps=steps, **own)", "percent=percent, **own)"
    ),
    BrokenRule(
        "units to pay for (`3 for 2`)",
        "short_form/readings.py",
        'if kind == "bundle" and price.isdecimal()',
        'if kind == "none" and price.isdecimal()',
    ),
    BrokenRule(
        "the bound by slopes",
        "pricing/search/slopes.py",
        "best = every[0].end - off",
        "best = every[0].end + off",
    ),
    BrokenRule(
        "the units that offers take from others",
        "pricing/search/cover.py",
        "return max([off - lost[",
        "return max([off - 2 * lost[",
    ),
    BrokenRule(
        "the gap where numbers of uses are skipped",
        "pricing/candidates.py",
        "return not (self.may_skip and self._are_alike(now)) and",
        "return False and",
    ),
    BrokenRule(
        "the search near the best set", "pricing/search/local.py", "if chosen.total >= self.best.total:", "if True:"
    ),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Count the tests that fail when a rule of offers is broken.")
    parser.add_argument("names", nargs="*", help="Rules whose names hold one of these texts; default: all.")
    names = parser.parse_args().names
    print("| rule | tests that fail when it is broken |\n|---|---|")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        for one in RULES:
            if not names or any(name in one.rule for name in names):
                with _broken(source / "offerloop" / "offers" / one.file, one):
                    print(f"| {one.rule} | {_failures(source, one.file)} |", flush=True)  # noqa: T201


@contextmanager
def _broken(file: Path, one: BrokenRule) -> Iterator[None]:
    text = file.read_text(encoding="utf-8")
    if text.count(one.line) != 1:
        sys.exit(f"{one.file} holds the line of the rule {one.rule} {text.count(one.line)} times, not once")
    file.write_text(text.replace(one.line, one.instead), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(text, encoding="utf-8")


def _failures(source: Path, file: str) -> int:
    left_out = [one for one in APART if not file.startswith(one)]
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not hypothesis", "tests/offers"]
    command += [f"--ignore=tests/offers/{one}" for one in left_out]
    out = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout
    counts = {what: int(number) for number, what in re.findall(r"([0-9]+) (failed|errors?)\b", out)}
    return sum(counts.values())


if __name__ == "__main__":
    main()
