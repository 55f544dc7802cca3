"""Whether the groups are still those that were drawn: without that, their difference is not an effect."""

from __future__ import annotations

from offerloop.commands.readout.effects import comparable
from offerloop.commands.readout.findings import DrawCheck
from offerloop.commands.readout.inputs import PastRun
from offerloop.commands.readout.shards.groups import ReadoutSums
from offerloop.commands.readout.shards.survey import Survey
from offerloop.evaluation import LEAST_BUYERS, LEAST_CUSTOMERS, sample_ratio
from offerloop.message import Message
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


def checks(run: PastRun, counts: Survey, *, has_exposures: bool) -> tuple[DrawCheck, ...]:
    """Hash, holdout among all, control among planned, and the same among exposed customers when they are known."""
    held, usual = run.config.experiment.holdout, run.usual_share
    followers, planned = (PLAN, EXPLORE, HOLDBACK), counts.where(is_planned=True)
    among_planned, among_exposed = (
        (Message("holdback among planned customers"), Message("holdback among exposed customers"))
        if run.held_back
        else (Message("holdout among planned customers"), Message("holdout among exposed customers"))
    )
    results = [
        _hash_check(counts),
        _ratio(Message("holdout among all customers"), counts, followers, (held, 1 - held - usual), LOST),
        _planned(run, counts, planned, among_planned, LOST),
    ]
    if usual:
        name, shares = Message("business as usual among all customers"), (usual, 1 - held - usual)
        results.append(_ratio(name, counts, followers, shares, LOST, USUAL))
    if has_exposures:
        results.append(_planned(run, counts, planned.where(is_exposed=True), among_exposed, LOGGED))
    return tuple(results)


def _planned(run: PastRun, counts: Survey, planned: Survey, group: Message, causes: Message) -> DrawCheck:
    """Check the size of the control of the plan among those that have an offer in it, or those that were exposed."""
    shares = (run.held_back, 1 - run.held_back) if run.held_back else _shares_of_plan(run, counts, planned)
    return _ratio(group, planned, (PLAN,), shares, causes, run.control_arm)


def _shares_of_plan(run: PastRun, counts: Survey, planned: Survey) -> tuple[float, float]:
    """Return the expected shares of holdout and plan; customers who can draw no offer do not explore."""
    held = run.config.experiment.holdout
    can_explore = planned.customers() if counts.everybody_explores else planned.where(can_draw=True).customers()
    able = can_explore / max(planned.customers(), 1)
    return held, (1 - held - run.usual_share) * (1 - counts.explore_share * able)


def why_unsound(checks: tuple[DrawCheck, ...]) -> Message | None:
    """One sentence when a check failed, else None."""
    failed = next((one for one in checks if not one.passes), None)
    if failed is None:
        return None
    return Message("No effect is shown: {failure}; {causes}.", failure=failed.failure, causes=failed.causes)


def why_too_few(run: PastRun, counts: Survey) -> Message | None:
    """One sentence when too few customers were planned for an offer or held back, else None."""
    planned = counts.where(is_planned=True)
    if not planned.customers():
        return Message(
            "No effect of the plan's offers is shown: the plan has no offer for anybody, so none of its "
            "offers was sent."
        )
    sent, held = planned.customers(PLAN), planned.customers(run.control_arm)
    if min(sent, held) >= LEAST_CUSTOMERS:
        return None
    return Message(
        "No effect of the plan's offers is shown: of the customers planned for an offer {sent} got it and {held} "
        "were held back, and fewer than {least} on one side say nothing; plan for more "
        "customers or hold back a larger share of them next time.",
        sent=sent,
        held=held,
        least=LEAST_CUSTOMERS,
    )


def why_too_few_buy(sums: ReadoutSums) -> Message | None:
    """One sentence when too few of the planned customers bought in the period, else None."""
    sides = sums.sides("plan")
    if comparable(sides):
        return None
    sent, held = sides.sums
    return Message(
        "No effect of the plan's offers is shown: of the {sent} customers with the plan's offer and the {held} held "
        "back only {n} bought in the period, and fewer than {least} on one side say nothing; "
        "read out a longer period, plan for more customers or hold back a larger share of them "
        "next time.",
        sent=sent.n,
        held=held.n,
        n=sent.buyers + held.buyers,
        least=LEAST_BUYERS,
    )


def _hash_check(counts: Survey) -> DrawCheck:
    wrong, held, total = counts.misplaced, counts.customers(HOLDOUT), counts.customers()
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
    counts: Survey,
    others: tuple[str, ...],
    shares: tuple[float, float],
    causes: Message,
    drawn: str = HOLDOUT,
) -> DrawCheck:
    held, rest = counts.customers(drawn), counts.customers(*others)
    ratio = sample_ratio((held, rest), shares)
    expected = (held + rest) * shares[0] / sum(shares)
    says = (DRAWN if drawn == USUAL else HELD_BACK).with_values(
        check=name,
        held=held,
        rest=rest,
        expected=round(expected),
        others=round(held + rest - expected),
        p=f"{ratio.p_value:.2g}",
    )
    return DrawCheck(name, held, rest, expected, ratio.p_value, ratio.passes, causes, says)
