"""Studies of a trial made by hand: one for each verdict."""

from dataclasses import replace
from typing import get_args

from offerloop.commands.uplift.findings import (
    Arm,
    ArmsCompared,
    AuditedGroup,
    Condition,
    CovariateBalance,
    Driver,
    EffectDecile,
    Importance,
    Note,
    NoteKind,
    Overlap,
    Ranked,
    ResponseType,
    Segment,
    Suspect,
    TargetingWorth,
    UpliftFindings,
)
from offerloop.evaluation.estimate import Estimate
from offerloop.response import FollowUp, TreatedShare

ESTIMATORS = ("outcome", "ridge_t", "dr_learner", "r_learner", "structured", "s_learner")
RECENT = Condition("recency", None, above=False, cut=6.5)
NOTES = tuple(Note(kind, ("zip", "segment"), 1234) for kind in get_args(NoteKind))


def around(value, half):
    return Estimate(value, value - half, value + half)


def arm(name, n, mean, effect=None):
    raw, adjusted = (None, None) if effect is None else (around(effect + 0.0004, 0.0062), around(effect, 0.006))
    return Arm(name, n, around(mean, 0.004), raw, adjusted, None, None, None)


def ranked(name, position, chosen):
    area = 0.026 + 0.001 * position
    lead = around(0.002 + 0.001 * position, 0.0025)
    return Ranked(
        name, around(area, 0.003), around(area / 0.045, 0.06), lead, around(0.04 + 0.001 * position, 0.006), chosen
    )


def curve(end=0.045, cost=0.0):
    """Concave up to its end."""
    shares = [step / 10 for step in range(1, 11)]
    gains = [end * (1.5 * share - 0.5 * share**2) for share in shares]
    paid = [around(cost * share, 0.05 * cost * share) if cost else None for share in shares]
    return tuple(
        TreatedShare(
            share,
            around(gain - cost * share, 0.006 * share * end / 0.045),
            around(gain, 0.006 * share * end / 0.045),
            one,
        )
        for share, gain, one in zip(shares, gains, paid, strict=True)
    )


def everyone():
    """Give everybody one offer: choosing does not pay, though the order matters."""
    return UpliftFindings(
        place="hillstrom.csv",
        n=64000,
        treatment="segment",
        outcome="visit",
        value=None,
        cost=None,
        control="no email",
        design="randomised",
        outcome_kind="binary",
        conclusion="pays",
        policy="everyone",
        verdict="everyone",
        p_value=1e-9,
        follow_up=FollowUp(9_100, 21_000),
        offer="mens email",
        near_ties=("mens email",),
        expense=None,
        estimator="ridge_t",
        targeting=around(0.0032, 0.0021),
        forecast=TargetingWorth("forecast", "", 0.98, around(0.0447, 0.0063), around(0.0443, 0.0066), None),
        budget=None,
        arms=(
            arm("no email", 21306, 0.106),
            arm("mens email", 21307, 0.183, 0.0452),
            arm("womens email", 21387, 0.151, 0.0301),
        ),
        ranked=tuple(ranked(name, n, name == "ridge_t") for n, name in enumerate(ESTIMATORS)),
        policies=(
            TargetingWorth("everyone", "mens email", 1.0, around(0.0451, 0.0062), around(0.0452, 0.0065), None),
            TargetingWorth("everyone", "womens email", 1.0, around(0.0302, 0.0061), around(0.0301, 0.0064), None),
            TargetingWorth("targeted", "ridge_t", 0.97, around(0.0459, 0.0061), around(0.0457, 0.0064), None),
        ),
        curve=curve(),
        deciles=tuple(
            EffectDecile(n, 6400, 0.02 + 0.006 * n, around(0.022 + 0.0055 * n + 0.004 * (n % 2), 0.019))
            for n in range(1, 11)
        ),
        types=(
            ResponseType("persuadable", around(0.071, 0.02)),
            ResponseType("sure_thing", around(0.08, 0.02)),
            ResponseType("lost_cause", around(0.823, 0.02)),
            ResponseType("sleeping_dog", Estimate(0.026, 0.006, 0.046)),
        ),
        unchanged_cost=None,
        unchanged_money=None,
        groups=(),
        balance=tuple(
            CovariateBalance(f"column_{n}", name, 0.004 * n, 0.42 * n)
            for n in range(-6, 7)
            for name in ("mens", "womens")
        ),
        balance_p=0.43,
        ratio_p=0.91,
        overlap=(),
        negative_controls={},
        drivers=(
            Driver(Condition("recency", None, above=True), around(-0.011, 0.004), 0.0004),
            Driver(Condition("channel", "Web", above=True), around(0.004, 0.005), 0.9),
            Driver(Condition("history", "missing", above=True), around(0.0, 0.005), 1.0),
        ),
        importances=(Importance("recency", around(0.01, 0.004)), Importance("channel", around(0.0, 0.004))),
        segments=(
            Segment((RECENT, Condition("channel", "Web", above=True)), 9000, around(0.07, 0.02)),
            Segment((RECENT, Condition("channel", "Web", above=False)), 9000, around(0.05, 0.02)),
            Segment((Condition("recency", None, above=True, cut=6.5),), 14000, around(0.03, 0.01)),
        ),
        pairs=(ArmsCompared("mens email", "womens email", around(0.015, 0.007)),),
        suspects=(),
        disagreeing=(),
        cluster=None,
        clusters=None,
        features=("recency", "history", "newbie"),
        notes=(Note("no_cost"), Note("ignored_outcome_like", ("conversion", "spend"))),
    )


def targeted():
    """Choose customers, with value and cost in money, a budget and audited groups."""
    half = 0.6

    def priced(name, n, mean, effect, cost):
        money = (around(12 * effect, half), around(cost, 0.03), around(12 * effect - cost, half))
        return Arm(name, n, around(mean, 0.004), around(effect, 0.007), around(effect, 0.006), *money)

    def worth(kind, name, share, profit, cost):
        return TargetingWorth(kind, name, share, around(profit, 0.31), around(profit + 0.05, 0.35), around(cost, 0.04))

    return replace(
        everyone(),
        place="coupons.parquet",
        treatment="coupon",
        outcome="ordered",
        value="margin",
        cost="face_value",
        control="none",
        design="known",
        policy="targeted",
        verdict="targeted",
        offer="10 off",
        near_ties=("10 off",),
        expense="cost",
        estimator="dr_learner",
        targeting=around(0.71, 0.3),
        forecast=worth("forecast", "", 0.41, 1.32, 0.97),
        budget=60000.0,
        arms=(
            Arm("none", 21306, around(0.106, 0.004), None, None, None, None, None),
            priced("10 off", 21307, 0.183, 0.0452, 0.52),
            priced("20 off", 21387, 0.151, 0.0301, 0.93),
        ),
        ranked=tuple(ranked(name, n, name == "dr_learner") for n, name in enumerate(ESTIMATORS)),
        policies=(
            worth("everyone", "10 off", 1.0, 0.61, 1.88),
            worth("everyone", "20 off", 1.0, -0.34, 3.9),
            worth("targeted", "dr_learner", 0.43, 1.44, 0.99),
        ),
        curve=curve(2.6, 1.9),
        deciles=tuple(EffectDecile(n, 6400, 0.3 * n - 0.9, around(0.28 * n - 0.8, 0.9)) for n in range(1, 11)),
        unchanged_cost=around(0.38, 0.09),
        unchanged_money=around(0.12, 0.03),
        groups=tuple(
            AuditedGroup(
                column, name, 3000 + n, around(0.35 + 0.04 * n, 0.02), around(0.6 - 0.1 * n, 0.5), around(0.8, 0.05)
            )
            for column, names in (("sex", ("female", "male")), ("age band", ("18-34", "35-54", "55+")))
            for n, name in enumerate(names)
        ),
        notes=NOTES,
    )


def nothing():
    """No offer pays, in a table that is no trial."""
    few = around(-0.0021, 0.0044)
    return replace(
        everyone(),
        place="crm.csv",
        treatment="called",
        control="no",
        design="observational",
        conclusion="doubtful",
        policy="targeted",
        verdict="nothing",
        p_value=0.41,
        follow_up=None,
        offer="yes",
        near_ties=("yes",),
        estimator="outcome",
        targeting=around(0.0004, 0.0021),
        forecast=TargetingWorth("forecast", "", 0.02, around(-0.0001, 0.0011), around(0.0002, 0.0013), None),
        arms=(arm("no", 60000, 0.106), arm("yes", 4000, 0.103, -0.0021)),
        ranked=tuple(ranked(name, n - 3, name == "outcome") for n, name in enumerate(ESTIMATORS)),
        policies=(
            TargetingWorth("everyone", "yes", 1.0, few, few, None),
            TargetingWorth("targeted", "outcome", 0.2, around(0.0003, 0.0019), around(0.0003, 0.0021), None),
        ),
        curve=curve(-0.0021),
        balance_p=1e-9,
        ratio_p=None,
        overlap=(
            Overlap("no", (0.72, 0.9, 0.95, 0.97, 0.99), 59000.0),
            Overlap("yes", (0.01, 0.03, 0.05, 0.1, 0.28), 2100.0),
        ),
        negative_controls={"age": around(0.3, 0.9), "past_orders": around(0.21, 0.11)},
    )


def useless():
    """A trial in which the best offer brings so little that no trial of a reasonable size would show it."""
    few = around(0.0003, 0.0044)
    return replace(
        everyone(),
        conclusion="does_not_pay",
        policy="everyone",
        verdict="nothing",
        p_value=0.6,
        follow_up=FollowUp(2_300_000, 2_300_000),
        offer="womens email",
        near_ties=("mens email", "womens email"),
        forecast=TargetingWorth("forecast", "", 0.9, few, few, None),
        policies=(
            TargetingWorth("everyone", "womens email", 1.0, few, few, None),
            TargetingWorth("everyone", "mens email", 1.0, around(-0.0003, 0.0044), few, None),
            TargetingWorth("targeted", "ridge_t", 0.5, few, few, None),
        ),
        arms=(
            arm("no email", 21306, 0.106),
            arm("mens email", 21307, 0.1057, -0.0003),
            arm("womens email", 21387, 0.1063, 0.0003),
        ),
        ranked=tuple(replace(one, share=None) for one in everyone().ranked),
        curve=curve(0.0003),
    )


def unpromising():
    """A trial whose best offer for everybody is forecast to lose, in parts of it."""
    loss = around(-0.0002, 0.0044)
    return replace(useless(), follow_up=None, forecast=TargetingWorth("forecast", "", 0.4, loss, loss, None))


def promising():
    """An offer that may pay, of households drawn as a whole."""
    return replace(
        targeted(),
        conclusion="may_pay",
        policy="everyone",
        verdict="nothing",
        p_value=0.08,
        follow_up=FollowUp(41_000, 41_000),
        near_ties=("10 off", "20 off"),
        forecast=TargetingWorth("forecast", "", 1.0, around(0.4, 0.5), around(0.4, 0.5), around(1.9, 0.1)),
        types=(),
        cluster="household",
        clusters=9_400,
        budget=None,
    )


def limited():
    """An offer that may pay for as many random customers as a limit allows."""
    found = promising()
    single, *others = found.policies
    policies = (replace(single, treated_share=0.3), *others)
    return replace(found, follow_up=FollowUp(9_100, 31_000), top=0.3, policies=policies)


def leaking():
    """A table with columns that were measured after the offer."""
    return replace(
        everyone(),
        conclusion="doubtful",
        verdict="nothing",
        suspects=(
            Suspect("spend in November", "explains", 0.83),
            Suspect("visits", "never_without", 0.85, "0"),
            Suspect("clicks", "moved", 0.29),
        ),
        disagreeing=("mens email",),
    )


CASES = {
    "targeted": targeted,
    "everyone": everyone,
    "nothing": nothing,
    "useless": useless,
    "unpromising": unpromising,
    "promising": promising,
    "limited": limited,
    "leaking": leaking,
}
