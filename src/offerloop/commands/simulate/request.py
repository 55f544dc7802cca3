"""One simulation as it was asked for, and whether it can be played."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from offerloop.commands.simulate.loop_policy import EXPLORE, loop_policy
from offerloop.errors import InputError, near_miss
from offerloop.market import LEVERS, POLICIES, Learner, Levers, Setting, load_preset, with_terms
from offerloop.message import Message
from offerloop.workspace import make_folder

LOOP = "loop"
KNOWN = (*POLICIES, LOOP)
"""Names of policies."""
DEFAULT, PLANNED = ("random",), (LOOP,)
"""Policies where none is named: of one run, and where values of levers are compared."""
MOST_BUDGET = 1_000_000.0
"""Major units for each customer and period."""
MOST_SEED = 2**63
"""Seeds of all worlds have 64 bits."""
LEAST_BUDGET = 0.01
"""Major units for all customers."""
OPTIONS = {"budget": "--budget", "supplier_share": "--supplier-share", "explore": "--explore"}


def loop_learner(explore: float) -> Learner:
    """The loop with an exploration share."""
    return partial(loop_policy, explore=explore)


@dataclass(frozen=True)
class SimulationRequest:
    """Sizes, names and levers; without policies the default ones."""

    preset: str
    policies: tuple[str, ...]
    customers: int
    products: int
    periods: int
    before: int
    log: int
    fresh: int
    worlds: int
    seed: int
    levers: Levers = field(default_factory=Levers)

    @property
    def named(self) -> SimulationRequest:
        """The same with its policies."""
        return replace(self, policies=self.policies or (PLANNED if self.levers.several else DEFAULT))

    @property
    def filled(self) -> Levers:
        """A value of each lever."""
        return self.levers.filled(load_preset(self.preset), EXPLORE)

    @property
    def setting(self) -> Setting:
        """Return the same with the first value of each lever."""
        setting = Setting(
            load_preset(self.preset), self.customers, self.products, self.before, self.periods, self.log, self.fresh
        )
        levers = self.filled
        return with_terms(setting, levers.budget[0], levers.supplier_share[0])


def check_request(request: SimulationRequest, folder: Path) -> None:
    """Raises InputError for unknown names, values out of bounds, and a folder that holds something else."""
    _check_policies(request)
    _check_numbers(request)
    _check_levers(request)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            Message(
                "'{folder}' exists already; name a new or an empty folder to write the simulated shop to",
                folder=str(folder),
            )
        )
    make_folder(folder.parent)


def _check_policies(request: SimulationRequest) -> None:
    for name in request.policies:
        if name not in KNOWN:
            raise InputError(
                Message(
                    "there is no policy '{name}'{near} (known: {known})",
                    name=name,
                    near=near_miss(name, KNOWN),
                    known=KNOWN,
                )
            )
        if request.policies.count(name) > 1:
            raise InputError(Message("the policy '{name}' is named twice; name each once", name=name))


def _check_numbers(request: SimulationRequest) -> None:
    for name, least in (("customers", 1), ("products", 1), ("periods", 1), ("before", 1), ("worlds", 1), ("fresh", 10),
                        ("seed", 0)):  # fmt: skip
        if getattr(request, name) < least:
            raise InputError(
                Message(
                    "--{name} must be {least} or more, not {number}",
                    name=name,
                    least=least,
                    number=str(getattr(request, name)),
                )
            )
    if request.seed >= MOST_SEED:
        raise InputError(Message("--seed must be less than 2^63, not {number}", number=str(request.seed)))
    uses_log = bool({"personalised", LOOP} & set(request.policies))
    if request.log < 2 or (uses_log and request.log >= request.before):
        raise InputError(
            Message(
                "--log must be 2 or more and less than --before ({before}), not {log}",
                before=request.before,
                log=str(request.log),
            )
        )


def _check_levers(request: SimulationRequest) -> None:
    if request.levers.explore and LOOP not in request.policies:
        raise InputError(
            Message("--explore is a share of what the policy '{loop}' gives; add --policy {loop}", loop=LOOP)
        )
    for name in LEVERS:
        values = getattr(request.levers, name)
        for value in values:
            _check_value(OPTIONS[name], value, above_zero=name == "budget")
            if values.count(value) > 1:
                raise InputError(
                    Message(
                        "{option} {value} is given twice; give each value once",
                        option=OPTIONS[name],
                        value=f"{value:g}",
                    )
                )
    for value in request.levers.budget:
        if value * request.customers < LEAST_BUDGET:
            raise InputError(
                Message(
                    "--budget {value} for each of {n} customers is less than {least} in all; give more",
                    value=f"{value:g}",
                    n=request.customers,
                    least=f"{LEAST_BUDGET:g}",
                )
            )


def _check_value(option: str, value: float, *, above_zero: bool) -> None:
    most = MOST_BUDGET if above_zero else 1.0
    if math.isfinite(value) and value <= most and (value > 0 if above_zero else value >= 0):
        return
    bounds = (
        Message("above 0 and at most {most}", context="bounds", most=int(most))
        if above_zero
        else Message("from 0 to 1", context="bounds")
    )
    raise InputError(
        Message(
            "{option} must be {bounds}, not {value}",
            context="error",
            option=option,
            bounds=bounds,
            value=f"{value:g}",
        )
    )
