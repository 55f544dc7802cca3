"""Whether the groups are still those that were drawn: without that, their difference is not an effect."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from offerloop.commands.readout.effects import comparable, n_buyers, sides
from offerloop.commands.readout.findings import DrawCheck
from offerloop.commands.readout.inputs import PastRun
from offerloop.commands.readout.side_files import SideFile, read_rows
from offerloop.engine import Engine
from offerloop.evaluation import LEAST, LEAST_BUYERS, in_holdout, in_usual, sample_ratio
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.tables import EXPLORE, HOLDBACK, HOLDOUT, PLAN, USUAL

LOST = Message(
    "rows of one side were probably lost or filtered, in the list that was sent or in a "
    "join; find the missing customers, or read out the assignments as the run wrote them"
)
LOGGED = Message(
    "the log probably leaves out customers who got nothing, or offers did not reach "
    "everybody planned; log the holdout with an empty offer and read out again, or leave "
    "the exposures away to compare all who were planned"
)
EDITED = Message(
    "the assignments were edited, or holdout and holdout_seed are not those of the run; "
    "read out the files as the run wrote them"
)

HELD_BACK = Message(
    "{check}: {held} held back and {rest} not, where {expected} and {others} were expected (p = {p}, below 0.001)"
)
DRAWN = Message(
    "{check}: {held} drawn and {rest} not, where {expected} and {others} were expected (p = {p}, below 0.001)"
)
"""What is found where a group has not the size that it was drawn with."""


def checks(run: PastRun, exposures: pl.DataFrame | None) -> tuple[DrawCheck, ...]:
    """Hash, holdout among all, holdout among planned, and the same among exposed customers when they are known."""
    table, held, usual = run.assignments, run.config.experiment.holdout, run.usual_share
    planned = table.filter(pl.col("planned_offer_id") != NO_OFFER)
    results = [
        _hash_check(run),
        _ratio(
            Message("holdout among all customers"), table, (PLAN, EXPLORE, HOLDBACK), (held, 1 - held - usual), LOST
        ),
        _ratio(Message("holdout among planned customers"), planned, (PLAN, HOLDBACK), _of_plan(run, planned), LOST),
    ]
    if usual:
        name, shares = Message("business as usual among all customers"), (usual, 1 - held - usual)
        results.append(_ratio(name, table, (PLAN, EXPLORE, HOLDBACK), shares, LOST, USUAL))
    if exposures is not None:
        exposed_customers = planned.join(exposures.select("customer_id").unique(), on="customer_id", how="semi")
        results.append(
            _ratio(
                Message("holdout among exposed customers"),
                exposed_customers,
                (PLAN, HOLDBACK),
                _of_plan(run, exposed_customers),
                LOGGED,
            )
        )
    return tuple(results)


def _of_plan(run: PastRun, planned: pl.DataFrame) -> tuple[float, float]:
    """Return the expected shares of holdout and plan; customers who can draw no offer do not explore."""
    held = run.config.experiment.holdout
    able = planned.select(pl.col("customer_id").is_in(run.can_explore.implode()).mean()).item() or 0.0
    return held, (1 - held - run.usual_share) * (1 - run.explore_share * able)


def read_exposures(run: PastRun, path: Path, engine: Engine) -> SideFile:
    """A file with customer_id and offer_id; a customer who deliberately got nothing has an empty offer or 'none'."""
    exposures = read_rows(run, path, ("customer_id", "offer_id"), Message("exposures", context="kind of file"), engine)
    shown = pl.col("offer_id").is_not_null() & ~pl.col("offer_id").is_in(["", NO_OFFER])
    return replace(exposures, rows=exposures.rows.select("customer_id", shown.alias("shown")))


def why_stopped(run: PastRun, checks: tuple[DrawCheck, ...]) -> Message | None:
    """One sentence when a check failed or a group is too small, else None."""
    failed = next((one for one in checks if not one.passes), None)
    if failed is not None:
        return Message("No effect is shown: {failure}; {causes}.", failure=failed.failure, causes=failed.causes)
    planned = run.assignments.filter(pl.col("planned_offer_id") != NO_OFFER)
    sizes = {arm: planned.filter(pl.col("arm") == arm).height for arm in (PLAN, HOLDOUT)}
    if min(sizes.values()) >= LEAST:
        return None
    return Message(
        "No effect is shown: of the customers planned for an offer {sent} got it and {held} "
        "were held back, and fewer than {least} on one side say nothing; plan for more "
        "customers or hold back a larger share of them next time.",
        sent=sizes[PLAN],
        held=sizes[HOLDOUT],
        least=LEAST,
    )


def why_too_few_buy(outcomes: pl.DataFrame) -> Message | None:
    """One sentence when too few of the planned customers bought in the period, else None."""
    sent, held = sides(outcomes.filter(pl.col("planned_offer_id") != NO_OFFER))
    if comparable(sent, held):
        return None
    return Message(
        "No effect is shown: of the {sent} customers with the plan's offer and the {held} held "
        "back only {n} bought in the period, and fewer than {least} on one side say nothing; "
        "read out a longer period, plan for more customers or hold back a larger share of them "
        "next time.",
        sent=sent.height,
        held=held.height,
        n=n_buyers(sent) + n_buyers(held),
        least=LEAST_BUYERS,
    )


def _hash_check(run: PastRun) -> DrawCheck:
    settings = run.config.experiment
    rows = run.assignments.select("customer_id", "arm").iter_rows()
    seed, holdout, usual = settings.holdout_seed, settings.holdout, run.usual_share
    wrong = sum(
        (arm == HOLDOUT) != in_holdout(str(customer), seed, holdout)
        or (arm == USUAL) != in_usual(str(customer), seed, usual)
        for customer, arm in rows
    )
    held = run.assignments.filter(pl.col("arm") == HOLDOUT).height
    total = run.assignments.height
    says = Message(
        "{n} of {all} customers is not in the group that the hash of their id names (no chance "
        "is involved, so no p-value)",
        plural="{n} of {all} customers are not in the group that the hash of their id names (no "
        "chance is involved, so no p-value)",
        n=wrong,
        all=total,
    )
    return DrawCheck(
        Message("groups match the hash of the customer's id"),
        held,
        total - held,
        float("nan"),
        None,
        wrong == 0,
        EDITED,
        says,
    )


def _ratio(
    name: Message,
    table: pl.DataFrame,
    others: tuple[str, ...],
    shares: tuple[float, float],
    causes: Message,
    drawn: str = HOLDOUT,
) -> DrawCheck:
    held = table.filter(pl.col("arm") == drawn).height
    rest = table.filter(pl.col("arm").is_in(others)).height
    ratio = sample_ratio((held, rest), shares)
    expected = (held + rest) * shares[0] / sum(shares)
    says = (HELD_BACK if drawn == HOLDOUT else DRAWN).with_values(
        check=name,
        held=held,
        rest=rest,
        expected=round(expected),
        others=round(held + rest - expected),
        p=f"{ratio.p_value:.2g}",
    )
    return DrawCheck(name, held, rest, expected, ratio.p_value, ratio.passes, causes, says)
