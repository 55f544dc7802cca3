"""Does the main job find in shops made by others what their logs show?

Shops are plasmodes, real order histories with planted responses (`foreign_worlds`), and published models of purchases
(`foreign_simulators`). Each world is files that `offerloop init` reads, with a budget of half of what the best plan
would spend; the stages of `offerloop run` that learn effects and solve the plan work on them in process. The plan of
the coming week is judged by its true profit beside that of others at the same budget: ridge-T and LightGBM-S on the
same log, the true form of the responses with sizes learned from it by least squares (`foreign_true_form`), the depth
that is truly best for everybody, random customers with random depths, and the oracle, which knows the truth. All of
them are priced to spend the budget in truth, and so is `equal spend`, the run's effects; the plan itself spends what it
expects to be the budget. Then: how far the forecast is from the truth, in its own standard errors, and the true spend
over the planned one.

With `--commands` the two commands are called, and what they send is judged among customers outside the holdout.

Worlds are appended to `--out` as JSON lines and are not run again. Everything but the order histories is synthetic.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from equal_spend import Effects, at_spend, rules
from foreign_commands import RunOfCommands
from foreign_files import World, names
from foreign_histories import FILES, SHOPS, History
from foreign_peers import estimators
from foreign_simulators import SIMULATORS
from foreign_true_form import true_form
from foreign_worlds import FAMILIES, Design, make
from offerloop.arrays import Bools, Floats, Ints
from offerloop.commands.init.task import write_shop
from offerloop.config import Config, load_config
from offerloop.decision import Allowed, solve_campaigns
from offerloop.engine import ENGINES, Engine, collect
from offerloop.evaluation import Z95
from offerloop.events import Events, prepare
from offerloop.flow import MissingEvidence, estimate, offers_to_learn, study_shown
from offerloop.message import Message
from offerloop.response import Effects as LearnedEffects
from offerloop.response import ShownEffects

KEY = ("shop", "family", "seed", "customers", "periods", "kinds", "commands")
EQUAL = "equal spend"
PROFITS = ("plan", "as sent", EQUAL, "ridge-T", "LightGBM-S", "true form", "same for all", "random", "oracle")
SHARES = ("sent", "proven")
"""Of worlds in which something is sent, as `init` configures it, and would be if it had to be proven."""
LEAST = 0.1
"""Of what the lowest depth for everybody costs, the budget at least."""
UNSTUDIED = MissingEvidence(Message("shelf prices do not vary in these shops"))


@dataclass(frozen=True, eq=False)
class Judged:
    """A world, what is true of it, and what the best plan may spend, in minor units a customer."""

    world: World
    true: Effects
    budget: float

    @classmethod
    def of(cls, world: World) -> Judged:
        """With half of what the best plan would spend."""
        true = world.truth()
        return cls(world, true, max(0.5 * _best_spend(true), LEAST * float(true.cost[:, 0].mean())))

    def shop(self, folder: Path) -> Path:
        """Write the files of the world and a configuration with the budget, and return the folder of the latter."""
        amount = f"{self.budget * self.world.size / 100:.2f}"
        write_shop(folder / "shop", self.world.write(folder), amount, "USD", margin="40%")
        return folder / "shop"

    def in_process(self, folder: Path) -> dict[str, float]:
        """Figures of the plan that the stages of a run make for all customers, and of its peers."""
        world, true, budget, n = self.world, self.true, self.budget, self.world.size
        shop = self.shop(folder)
        config, engine, events = read_shop(shop)
        effects = learned_effects(config, engine, events)
        found = solve_campaigns(effects, everybody(config, events), config).forecasts[0]
        given = given_offers(found.plan, world)
        told = found.comparison.filter(pl.col("rule") == "plan").row(0, named=True)
        profit = float((given * true.profit).sum() / n)
        ends = [told[name] or 0.0 for name in ("profit_low_minor", "profit_high_minor")]
        return {
            "plan": profit, "as sent": profit * found.send,
            EQUAL: at_spend(expected(effects.effects, world), true, budget),
            "planned spend": float(found.plan["cost_expected_micro"].sum()) / 1e6 / n,
            "true spend": float((given * true.cost).sum() / n),
            "forecast": told["profit_minor"] / n, "se": (ends[1] - ends[0]) / 2 / Z95 / n,
            "sent": float(found.send), "proven": float(ends[0] > 0), "chance": found.overspend or 0.0,
        } | self._peers(shop, np.full(n, fill_value=True))  # fmt: skip

    def by_commands(self, folder: Path) -> dict[str, float]:
        """The same of `offerloop init` and `offerloop run`, for the customers outside the holdout.

        With the largest difference between what they and the stages in process learned, as a share of what was learned.
        """
        n = self.world.size
        run = RunOfCommands.of(self.world, folder, self.budget * n / 100)
        here = run.reached()
        alone = Judged(self.world, self.true, self.budget * n / here.sum())
        learned = learned_effects(*read_shop(folder / "shop")).effects
        return run.figures(self.true) | alone._peers(folder / "shop", here) | {"apart": run.apart_from(learned)}

    def _peers(self, shop: Path, here: Bools) -> dict[str, float]:
        """Of plans over other estimates, rules and the truth, for some of the customers."""
        config, engine, events = read_shop(shop)
        learned, form = estimators(config, events, engine, self.world), self.world.form()
        if form is not None:
            learned["true form"] = true_form(form, config, events, engine, self.world)
        true = self.true.of(here)
        same, random = rules(true, self.budget)
        peers = {name: at_spend(one.of(here), true, self.budget) for name, one in learned.items()}
        oracle = at_spend(true, true, self.budget)
        return peers | {"same for all": same, "random": random, "oracle": oracle, "budget": self.budget}


def read_shop(shop: Path) -> tuple[Config, Engine, Events]:
    """Return the configuration of a folder, and its cleaned data."""
    config, engine = load_config(shop / "offerloop.toml"), ENGINES.load("duckdb")()
    return config, engine, prepare(config, engine)


def learned_log(config: Config, engine: Engine, events: Events) -> ShownEffects | MissingEvidence | None:
    """Return what a run learns from the log of shown offers."""
    return study_shown(events, offers_to_learn(events, UNSTUDIED, config), config, engine)


def learned_effects(config: Config, engine: Engine, events: Events) -> LearnedEffects:
    """Return the effects that a run plans with."""
    return estimate(events, UNSTUDIED, learned_log(config, engine, events), config)


def everybody(config: Config, events: Events) -> Allowed:
    """Allow every campaign all customers."""
    customers = collect(events.order_lines.select("customer_id").unique(), "customer_id")["customer_id"]
    return Allowed({one.id: customers for one in config.campaigns}, customers.clear(), pl.DataFrame())


def _best_spend(true: Effects) -> float:
    chosen = np.eye(true.profit.shape[1])[true.profit.argmax(axis=1)] * (true.profit.max(axis=1) > 0)[:, None]
    return float((chosen * true.cost).sum() / len(chosen))


def places(rows: pl.DataFrame, world: World) -> tuple[Ints, Ints]:
    """Positions of the customer and of the offer of each row."""
    position = {name: number for number, name in enumerate(names(world.offers)[1:])}
    customers = rows["customer_id"].str.slice(1).cast(pl.Int64).to_numpy()
    offers = rows["offer_id"].cast(pl.String).replace_strict(position, return_dtype=pl.Int64)
    return customers, offers.to_numpy()


def expected(effects: pl.DataFrame, world: World) -> Effects:
    """Return what a run expects of each customer and offer; nothing where it has no row."""
    value, cost = np.zeros((2, world.size, len(world.offers)))
    rows = places(effects, world)
    value[rows], cost[rows] = effects["value_minor"], effects["cost_expected_micro"] / 1e6
    return Effects(value, cost)


def given_offers(plan: pl.DataFrame, world: World) -> Floats:
    """(customers, offers): 1 for what each is given."""
    given = np.zeros((world.size, len(world.offers)))
    given[places(plan, world)] = 1.0
    return given


def designs(asked: argparse.Namespace) -> Iterator[tuple[str, History, Design]]:
    """Every plasmode that was asked for."""
    for shop in asked.shops:
        if shop not in SIMULATORS:
            history = FILES[shop](getattr(asked, shop)) if shop in FILES else SHOPS[shop]()
            yield from ((shop, history, one) for one in _designs(asked, FAMILIES))


def worlds(asked: argparse.Namespace) -> Iterator[tuple[str, Design, Callable[[], World]]]:
    """Every world that was asked for, and how to make it."""
    for shop, history, design in designs(asked):
        yield shop, design, partial(make, history, design)
    for shop in asked.shops:
        if shop in SIMULATORS:
            simulator = SIMULATORS[shop]
            yield from ((shop, one, partial(simulator.make, one)) for one in _designs(asked, simulator.families))


def _designs(asked: argparse.Namespace, families: Iterable[str]) -> Iterator[Design]:
    depths = () if asked.kinds else Design.depths
    for family in families:
        if asked.families is None or family in asked.families:
            yield from (Design(family, seed, asked.customers, depths, asked.periods) for seed in asked.seeds)


def table(rows: list[dict[str, Any]]) -> str:
    """By family and over all: mean profits, the forecast less the truth in standard errors, spends."""
    columns = (*PROFITS, "forecast", "rms z", "spend", *SHARES)
    lines = [f"{'family':<14}{'worlds':>7}" + "".join(f"{name:>13}" for name in columns)]
    for family in (*dict.fromkeys(one["family"] for one in rows), "all"):
        mine = [one for one in rows if family in (one["family"], "all")]
        if mine:
            mean = [float(np.mean([one.get(name, np.nan) for one in mine])) for name in (*PROFITS, "forecast")]
            z = [(one["forecast"] - one["plan"]) / one["se"] for one in mine if one["se"] > 0]
            spent, planned = (sum(one[name] for one in mine) for name in ("true spend", "planned spend"))
            shares = [float(np.mean([one[name] for one in mine])) for name in SHARES]
            rms = float(np.sqrt(np.mean(np.square(z)))) if z else 0.0
            figures = [*mean, rms, spent / planned if planned else 1.0, *shares]
            lines.append(f"{family:<14}{len(mine):>7}" + "".join(f"{figure:>13.2f}" for figure in figures))
    return "\n".join(lines)


def pooled(rows: list[dict[str, Any]]) -> str:
    """Shares of the oracle's gain where something can be gained, and how often the forecast holds the truth or is above
    zero."""
    gained = [one for one in rows if one["oracle"] > 0]
    plan = np.array([one["plan"] / one["oracle"] for one in gained])
    lines = [f"plan: {plan.mean():.2f} of the oracle's gain"] if gained else []
    for name in ("ridge-T", "LightGBM-S", "same for all") if len(gained) > 1 else ():
        share = np.array([one[name] / one["oracle"] for one in gained])
        behind = plan - share
        half = Z95 * behind.std(ddof=1) / len(behind) ** 0.5
        lines.append(
            f"{name}: {share.mean():.2f} of the oracle's gain; the plan leads by {behind.mean():.2f} +- {half:.2f}"
        )
    return "\n".join([*lines, *_leads(rows), *_of_true_form(rows), *_spends(rows), *_forecasts(rows)])


def _leads(rows: list[dict[str, Any]]) -> list[str]:
    """By how much what is sent earns more than other plans, in minor units; with the error over worlds."""
    lines = []
    for name in ("ridge-T", "LightGBM-S", "same for all") if len(rows) > 1 else ():
        lead = np.array([one["as sent"] - one[name] for one in rows])
        half = Z95 * lead.std(ddof=1) / len(lead) ** 0.5
        lines.append(f"what is sent earns {lead.mean():.1f} +- {half:.1f} more than {name}")
    return lines


def _of_true_form(rows: list[dict[str, Any]]) -> list[str]:
    """The plan's gain over what the fitted true form gains, where that is something; with its error over worlds."""
    pairs = np.array([(one["plan"], one["true form"]) for one in rows if one.get("true form", 0.0) > 0])
    if len(pairs) < 2:
        return []
    plan, fitted = pairs.T
    share = plan.sum() / fitted.sum()
    half = Z95 * float(np.std(plan - share * fitted, ddof=1)) * len(pairs) ** 0.5 / fitted.sum()
    return [f"true form: the plan gains {share:.2f} +- {half:.2f} of what it gains in {len(pairs)} worlds"]


def _spends(rows: list[dict[str, Any]]) -> list[str]:
    """True over planned spend of all worlds and of single ones, and how many spend more than the budget."""
    mine = [one for one in rows if one["planned spend"] > 0]
    if not mine:
        return []
    true, planned = (np.array([one[name] for one in mine]) for name in ("true spend", "planned spend"))
    low, high = np.quantile(true / planned, (0.05, 0.95))
    over = float(np.mean([one["true spend"] > one["budget"] for one in mine]))
    chance = float(np.mean([one.get("chance", np.nan) for one in mine]))
    return [
        f"spend: {true.sum() / planned.sum():.2f} of the planned one, in single worlds from {low:.2f} to {high:.2f}; "
        f"above the budget in {over:.2f} of them, said to be in {chance:.2f}"
    ]


def _forecasts(rows: list[dict[str, Any]]) -> list[str]:
    """How often forecasts hold the truth, how far above zero they are, and what is sent although it loses."""
    planned = [one for one in rows if one["se"] > 0]
    held = [abs(one["forecast"] - one["plan"]) <= Z95 * one["se"] for one in planned]
    above = float(np.mean([one["forecast"] > 0 for one in rows]))
    lines = [f"forecast: holds the truth in {np.mean(held or 1.0):.2f} of its worlds, above zero in {above:.2f}"]
    if planned:
        low, middle, high = np.quantile([one["forecast"] / one["se"] for one in planned], (0.05, 0.5, 0.95))
        lines.append(
            f"forecast over its error: {middle:.2f} in the median of {len(planned)} plans, {low:.2f} to {high:.2f}"
        )
    given = [one for one in planned if one["sent"]]
    if len(given) > 1:
        lean = np.array([(one["forecast"] - one["as sent"]) / one["se"] for one in given])
        told, earned = (float(np.mean([one[name] for one in given])) for name in ("forecast", "as sent"))
        lines.append(
            f"forecasts of what is sent are {lean.mean():.2f} ({lean.std(ddof=1) / len(lean) ** 0.5:.2f}) errors too "
            f"high: {told:.1f} where {earned:.1f} is earned"
        )
    losses = [one["as sent"] for one in rows if one["as sent"] < 0]
    mean = f", {-np.mean(losses):.2f} on average and {-min(losses):.2f} at most" if losses else ""
    sent, proven = (int(sum(one[name] for one in rows)) for name in SHARES)
    return [
        *lines,
        f"sent in {sent} of {len(rows)} worlds, proven in {proven}; what is sent loses in {len(losses)}{mean}",
    ]


def options(description: str | None, out: str) -> argparse.ArgumentParser:
    """Return a parser of the options by which worlds are chosen."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--shops", nargs="+", choices=(*SHOPS, *FILES, *SIMULATORS), default=["journey"])
    families = {name for one in SIMULATORS.values() for name in one.families}.union(FAMILIES)
    parser.add_argument("--families", nargs="+", choices=sorted(families), help="all of each shop when not given")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--kinds", action="store_true", help="offers of several kinds instead of depths of one")
    for shop in FILES:
        parser.add_argument(f"--{shop.replace('_', '-')}", type=Path, help="the file of that shop's orders")
    parser.add_argument("--out", type=Path, default=Path(out))
    return parser


def judged_worlds(
    asked: argparse.Namespace, judge: Callable[[Judged, Path], dict[str, Any]], *, commands: bool = False
) -> list[dict[str, Any]]:
    """Judge the worlds that were asked for and are not in the file yet, and return the rows of all of them."""
    rows = [json.loads(line) for line in asked.out.read_text().splitlines()] if asked.out.exists() else []
    wanted = []
    for shop, design, drawn in worlds(asked):
        key = (shop, design.family, design.seed, design.customers, design.periods, not design.depths, commands)
        wanted.append(key)
        if key not in {tuple(one.get(name, False) for name in KEY) for one in rows}:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(dict(zip(KEY, key, strict=True)) | judge(Judged.of(drawn()), Path(folder)))
            with asked.out.open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    return [one for one in rows if tuple(one.get(name, False) for name in KEY) in wanted]


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = options(__doc__, "foreign.jsonl")
    parser.add_argument("--commands", action="store_true", help="by `offerloop init` and `offerloop run`")
    asked = parser.parse_args()
    judge = Judged.by_commands if asked.commands else Judged.in_process
    rows = judged_worlds(asked, judge, commands=asked.commands)
    print(table(rows), pooled(rows), sep="\n\n")


if __name__ == "__main__":
    main()
