"""The request of a study of one trial: which column holds what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.workspace import arm_numbers, as_number, no_column, refuse_two_roles

MAY_SHARE = (frozenset(("--outcome", "--value")), frozenset(("--id", "--cluster")))
"""Options that may name one column."""


@dataclass(frozen=True)
class UpliftRequest:
    """Which column is what; everything that is not named is a feature."""

    treatment: str
    outcome: str
    cost: str | None = None
    """Column, a number that every treated customer costs, or such numbers by arm: ``coupon=2,letter=0.5``."""
    value: str | None = None
    """Column, or a number that one unit of the outcome is worth; None where the outcome itself counts."""
    id: str | None = None
    control: str | None = None
    """Name of the arm without an offer; None where it can be recognised."""
    propensity: str | None = None
    """Column with the propensity of the arm that each row is in."""
    shares: tuple[tuple[str, float], ...] = ()
    """Planned share of each arm."""
    budget: float | None = None
    """The budget for all rows of the table, in the unit of cost."""
    audit: tuple[str, ...] = ()
    """Columns whose groups are compared; they are never features."""
    ignore: tuple[str, ...] = ()
    negative_controls: tuple[str, ...] = ()
    """Columns that no offer can have changed; they are never features."""
    treated_at: str | None = None
    """Column with the time of the treatment."""
    observational: bool = False
    seed: int = 1
    cluster: str | None = None
    """Column of what was drawn or bought together: household, store, day."""
    known_before: tuple[str, ...] = ()
    """Columns that were known before the offer, however well they tell the outcome."""
    score: str | None = None
    """Column with a score of the reader's own, higher for customers to be treated first; it is never a feature."""
    top: float | None = None
    """Share of the customers that may be treated at most."""

    def __post_init__(self) -> None:
        """Raises InputError for what cannot be."""
        if self.seed < 0:
            raise InputError(
                Message("--{name} must be {least} or more, not {number}", name="seed", least=0, number=str(self.seed))
            )
        if self.budget is not None and not 0 < self.budget < inf:
            raise InputError(Message("--budget must be above 0, not {budget}", budget=self.budget))
        if self.budget is not None and self.cost is None:
            raise InputError(Message("--budget needs --cost: name the column of what each customer cost, or a number"))
        if self.top is not None and not 0 < self.top < 1:
            raise InputError(
                Message("--top must be a share of the customers between 0 and 1, such as 0.2, not {top}", top=self.top)
            )
        if self.top is not None and self.budget is not None:
            raise InputError(Message("--top limits how many are treated and --budget what is spent on them; name one"))
        refuse_two_roles({option: name for option, name in self._single.items() if name is not None}, MAY_SHARE)
        if self.propensity is not None and self.observational:
            raise InputError(
                Message("--observational says that propensities are not known, but --propensity gives them; name one")
            )

    @property
    def arm_costs(self) -> dict[str, float]:
        """The cost of a customer by arm, where it was given like that."""
        return {} if self.cost is None or "=" not in self.cost else dict(arm_numbers(self.cost, "--cost"))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that hold names: of arms, customers and clusters."""
        return tuple(name for name in (self.treatment, self.id, self.cluster) if name is not None)

    @property
    def named(self) -> dict[str, str]:
        """Options that name a column, by option."""
        many = {"--audit": self.audit, "--ignore": self.ignore, "--negative-control": self.negative_controls}
        return {option: name for option, name in self._single.items() if name is not None} | {
            f"{option} {name}": name for option, names in many.items() for name in names
        }

    @property
    def _single(self) -> dict[str, str | None]:
        return {
            "--treatment": self.treatment, "--outcome": self.outcome, "--id": self.id, "--propensity": self.propensity,
            "--treated-at": self.treated_at, "--cluster": self.cluster, "--score": self.score,
            "--cost": None if as_number(self.cost) is not None or self.arm_costs else self.cost,
            "--value": None if as_number(self.value) is not None else self.value,
        }  # fmt: skip

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns that must hold a number in every row."""
        options = ("--outcome", "--propensity", "--score", "--cost", "--value")
        return (*(self.named[one] for one in options if one in self.named), *self.negative_controls)

    def check(self, columns: Sequence[str], path: Path) -> None:
        """Raises InputError for a column that is not there, and for a number that a column has for its name."""
        for option, text in (("--cost", self.cost), ("--value", self.value)):
            if text is not None and as_number(text) is not None and text in columns:
                raise InputError(
                    Message(
                        "'{path}' has a column '{text}', so {option} {text} may be that column or a number; rename the "
                        "column, or write the number in another way, such as {number}",
                        path=str(path),
                        text=text,
                        option=option,
                        number=f"{text}0" if "." in text else f"{text}.0",
                    )
                )
        before = {f"--known-before {name}": name for name in self.known_before}
        for option, name in (self.named | before).items():
            if name not in columns:
                raise InputError(no_column(name, option, columns, path))
