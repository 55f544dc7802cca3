"""A run small enough to check by hand: two campaigns, six customers."""

import dataclasses
from collections.abc import Callable

import polars as pl
import pytest
from recommenders_case import recommenders_table

from offerloop.commands.run.findings import CampaignFindings, Findings
from offerloop.config import Config
from offerloop.events.cleaning.clean import quality_row
from offerloop.message import Message, packed
from offerloop.profiles import FEATURES
from offerloop.tables import SHOWN_OFFERS

Make = Callable[..., Findings]
STUDY = ("response_slopes", "response_curve", "response_checks", "response_deciles", "break_even", "calibration")
NO_STUDY = Message(
    "discounts at the shelf did not vary between products and weeks, so no response to them can be estimated: that "
    "takes weeks with price changes, and 'discount', 'list_price' or 'list_value' of the order lines"
)
NOT_COMPARED = Message(
    "in the {days} days from {day} no earlier customer bought a known product for the first time, so recommenders "
    "cannot be compared; give more order lines or a longer window",
    days=28,
    day="2017-12-01",
)
TOO_FEW = Message(
    "the exposures hold {nothing} finished windows in which deliberately nothing was shown and {offers} configured "
    "offers with {least} finished windows each; to learn effects from them both are needed, {least} of each, so log "
    "those who get nothing too",
    nothing=1775,
    offers=0,
    least=200,
)

LABEL = packed(Message("{percent} % off {what}", context="label of an offer", percent=20, what="milk"))
TITLES = {"own": "Coupons that we pay", "shared": "Coupons that suppliers share"}
CONFIG = {
    "shop": {"name": "Corner shop", "note": "Made up for tests.", "currency": "USD", "margin": 0.3},
    "sources": {
        "order_lines": {"path": "lines.csv", "columns": {}},
        "customers": {"path": "customers.csv", "columns": {}, "attributes": ["age"]},
    },
    "profiles": {"audit_only": ["age"]},
    "campaigns": [
        {"id": name, "title": title, "budget": "100.00", "offers": [{"kind": "coupon"}]}
        for name, title in TITLES.items()
    ],
}


def compared(campaign: str, plan: tuple[float, float, float], lead_low: float) -> list[dict[str, object]]:
    """Plan, nothing and one simple rule; the plan leads the rule by 5.00 with the given lower end."""
    value, low, high = plan
    rows = []
    for rule, profit, lead in (
        ("nothing", (0.0, 0.0, 0.0), plan),
        ("plan", plan, (0.0, 0.0, 0.0)),
        ("same offer for all", (value - 500, low - 500, high - 500), (500.0, lead_low, 1000.0 - lead_low)),
    ):
        rows.append(
            {
                "rule": rule,
                "n_customers": 3.0,
                "spend_minor": 0.0 if rule == "nothing" else 2000.0,
                "profit_minor": profit[0],
                "profit_low_minor": profit[1],
                "profit_high_minor": profit[2],
                "plan_leads_by_minor": lead[0],
                "plan_leads_low_minor": lead[1],
                "plan_leads_high_minor": lead[2],
                "campaign_id": campaign,
            }
        )
    return rows


def curves(campaign: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Budget curve and sweep: profit grows by 1.00 from a loss of 2.00."""
    steps = [(step, 100.0 * step - 200) for step in range(6)]
    curve = [
        {
            "budget_minor": 4000.0 * step,
            "n_customers": float(step),
            "spend_minor": 1000.0 * step,
            "profit_minor": profit + 200,
            "profit_low_minor": profit + 150,
            "profit_high_minor": profit + 250,
            "campaign_id": campaign,
        }
        for step, profit in steps
    ]
    sweep = [
        {
            "lever": lever,
            "level": step / 5,
            "n_customers": float(step),
            "profit_minor": profit,
            "profit_low_minor": profit - 150,
            "profit_high_minor": profit + 150,
            "campaign_id": campaign,
        }
        for step, profit in steps
        for lever in ("supplier share", "margin")
    ]
    return curve, sweep


def depths(campaign: str, profit: tuple[float, float, float]) -> list[dict[str, object]]:
    """One depth for everybody: a fifth off milk, all of the campaign's profit where that is above zero; cheese by none.

    Half off milk is below cost."""
    rows = []
    for category, depth, offer, below in (
        ("cheese", 0.0, "none", False), ("cheese", 0.2, f"{campaign}-20 cheese", False),
        ("milk", 0.0, "none", False), ("milk", 0.2, f"{campaign}-20 milk", False),
        ("milk", 0.5, f"{campaign}-50 milk", True),
    ):  # fmt: skip
        gains = (0.0, 0.0, 0.0) if offer == "none" else profit if category == "milk" else (-300.0, -400.0, -200.0)
        rows.append(
            {
                "campaign_id": campaign,
                "category": category,
                "depth": depth,
                "offer_id": offer,
                "n_customers": 3.0 if depth else 0.0,
                "spend_minor": 10000.0 * depth,
                "profit_minor": gains[0],
                "profit_low_minor": gains[1],
                "profit_high_minor": gains[2],
                "estimated_minor": gains[0],
                "floor_depth": 0.3,
                "below_floor": below,
                "beats_nothing": gains[1] > 0,
                "is_best": not below and (depth > 0) == (category == "milk" and profit[0] > 0),
            }
        )
    return rows


def response_tables() -> dict[str, pl.DataFrame]:
    """The study of shelf prices."""
    outcomes = ("bought", "units", "list_minor", "discount_minor")
    slopes = [
        {
            "design": design,
            "outcome": outcome,
            "slope": size,
            "se": size / 10,
            "mean": 0.2,
            "relative_per_10": size / 2,
            "relative_per_10_se": size / 20,
            "n_pairs": 1000,
        }
        for design, size in (("B", 0.04), ("A", 0.12))
        for outcome in outcomes
    ]
    curve = [(0.0, 0.05, 0.0, 0.0, 0.5), (0.05, 0.2, 0.001, 0.002, 0.3), (0.2, 1.0, 0.01, 0.001, 0.2)]
    checks = [
        ("depth of next week", "bought", 0.001, 0.002, "no effect (|t| below 2)", True),
        ("depth of next week", "units", 0.01, 0.003, "no effect (|t| below 2)", False),
        ("depth of last week", "units", -0.004, 0.001, "below 0 where purchases were only brought forward", None),
        ("top minus bottom decile", "bought", 0.1, 0.01, "above 0 (t above 2)", None),
        ("calibration slope", "bought", 0.9, 0.1, "0.5 to 1.2", None),
    ]
    deciles = [(outcome, k, k / 100, k / 100, 0.01, 100) for outcome in ("bought", "list_sales") for k in range(1, 11)]
    calibration = [
        {"fold": k, "level": 0.9, "slope": 1.0, "var_level": 0.01, "covariance": 0.0, "var_slope": 0.1} for k in (0, 1)
    ]
    return {
        "response_slopes": pl.DataFrame(slopes),
        "response_curve": pl.DataFrame(
            curve, schema=["depth_low", "depth_high", "effect", "se", "share_of_weeks"], orient="row"
        ),
        "response_checks": pl.DataFrame(
            checks, schema=["check", "outcome", "estimate", "se", "expected", "passed"], orient="row"
        ),
        "response_deciles": pl.DataFrame(
            deciles, schema=["outcome", "decile", "predicted", "realised", "se", "n_pairs"], orient="row"
        ),
        "break_even": pl.DataFrame({"design": ["B", "A"], "margin": [0.75, 0.6], "se": [0.02, 0.04]}),
        "calibration": pl.DataFrame(calibration),
    }


def customer_tables() -> dict[str, pl.DataFrame]:
    """Quality, profiles, customers, recommenders and past campaigns."""
    quality = [
        quality_row("order_lines", "all rows", "read", 100, Message("rows in the source")),
        quality_row(
            "order_lines",
            "nothing sold",
            "rejected",
            2,
            Message("neither units nor an amount: an entry of the till, not a sale"),
        ),
        quality_row("order_lines", "all rows", "kept", 98, Message("rows that later stages see")),
    ]
    past = {
        "campaign_id": ["8", "9"],
        "campaign_type": ["A", "A"],
        "starts_day": [100, 120],
        "ends_day": [110, 130],
        "n_targeted": [300, 100],
        "n_others": [500, 700],
        "naive_minor": [3600.0, 3800.0],
        "naive_se": [200.0, 200.0],
        "adjusted_minor": [-188.0, 900.0],
        "adjusted_se": [110.0, 100.0],
        "placebo_minor": [-10.0, None],
        "placebo_se": [90.0, None],
        "before_days": [56, 38],
        "note": ["", "No earlier period is left for a placebo."],
        "note_message": [packed(), packed(Message("No earlier period is left for a placebo."))],
    }
    return {
        "quality": pl.DataFrame(quality),
        "quality_by_day": pl.DataFrame(
            [(17200 + day % 2, "nothing sold", "rejected", 15) for day in range(4)],
            schema=["order_day", "rule", "action", "rows"],
            orient="row",
        ),
        "rejected": pl.DataFrame(
            [("order_lines", "nothing sold", f"order_id={n}; paid_minor=0", 1) for n in range(5)],
            schema=["table", "rule", "row", "copies"],
            orient="row",
        ),
        "profiles": pl.DataFrame(
            {
                "customer_id": range(1, 7),
                "tags": [["loyal"], ["loyal"], ["lapsing"], [], [], []],
                "spend_minor": [100, 200, 300, 400, 500, 600],
                "discount_share": [0.1, 0.2, 0.3, 0.4, 0.5, 1.0],
            }
        ),
        "customers": pl.DataFrame({"customer_id": [1, 2, 3, 4], "age": ["65+", "Under 25", "25-64", None]}),
        "recommenders": recommenders_table(),
        "campaign_effects": pl.DataFrame(past),
    }


def plan_tables(plans: dict[str, tuple[float, float, float]], lead_low: float) -> dict[str, pl.DataFrame]:
    """Offers, effects, forecasts and assignments; customers 1 to 3 get the shared coupon."""
    offers = [
        (name, f"{name}-20 milk", "coupon", "milk", 0.2, share, 0.3, 500, LABEL, "transferred")
        for name, share in (("own", 0.0), ("shared", 0.75))
    ]
    columns = [
        "campaign_id",
        "offer_id",
        "kind",
        "category",
        "depth",
        "funded_share",
        "margin",
        "cost_liability_minor",
        "label_message",
        "basis",
    ]
    effects = [("shared", one, "shared-20 milk", 30.0, 100.0) for one in range(1, 4)]
    given = [("shared", "shared-20 milk", "plan", "best_profit")] * 3
    given += [(None, "none", "plan", "no_offer_pays"), (None, "none", "explore", "explore")]
    given += [(None, "none", "holdout", "holdout")]
    rows = [(position, *row) for position, row in enumerate(given, start=1)]
    parts = [curves(name) for name in plans]
    return {
        "offers": pl.DataFrame(offers, schema=columns, orient="row"),
        "effects": pl.DataFrame(
            effects,
            schema=["campaign_id", "customer_id", "offer_id", "held_out_value_minor", "held_out_discount_minor"],
            orient="row",
        ).with_columns(cost_liability_minor=pl.lit(125)),
        "comparison": pl.DataFrame([row for name, plan in plans.items() for row in compared(name, plan, lead_low)]),
        "budget_curve": pl.DataFrame([row for curve, _ in parts for row in curve]),
        "break_even_sweep": pl.DataFrame([row for _, sweep in parts for row in sweep]),
        "uniform_depths": pl.DataFrame([row for name, plan in plans.items() for row in depths(name, plan)]),
        "margins": pl.DataFrame({"category": [None], "margin": [0.3], "basis": ["configured"]}),
        "assignments": pl.DataFrame(
            rows, schema=["customer_id", "campaign_id", "offer_id", "arm", "reasons"], orient="row"
        ).with_columns(
            planned_campaign_id=pl.col("campaign_id"),
            n_planned=(pl.col("offer_id") != "none").cast(pl.Int64),
            cost_liability_minor=pl.when(pl.col("offer_id") == "none").then(0).otherwise(125),
        ),
    }


@pytest.fixture(scope="session")
def make() -> Make:
    """Findings from the profits of the plans of both campaigns, in minor units."""

    def build(
        own: tuple[float, float, float] = (-900.0, -1400.0, -500.0),
        shared: tuple[float, float, float] = (12600.0, 5200.0, 19900.0),
        lead_low: float = 100.0,
        without: tuple[str, ...] = (),
        **changes: object,
    ) -> Findings:
        plans = {"own": own, "shared": shared}
        tables = {**customer_tables(), **response_tables(), **plan_tables(plans, lead_low)}
        config = Config.model_validate({**CONFIG, **changes})
        campaigns = [
            CampaignFindings(
                campaign_id=name,
                title=TITLES[name],
                send=plan[1] > 0,
                budget_minor=10000,
                budget_basis="liability",
                n_planned=3,
                liability_minor=1500.0,
                shadow_price=0.05,
                bound_minor=20000.0,
                gap=0.01,
                explore_budget_minor=0,
                claimed_minor=387.0,
                least_errors=1.96,
            )
            for name, plan in plans.items()
        ]
        kept = {name: table for name, table in tables.items() if name not in without}
        return Findings(
            config,
            kept,
            campaigns,
            17167,
            17532,
            0.02,
            feature_notes=tuple((one.name, one.meaning, one.missing) for one in FEATURES if one.name == "spend_minor"),
        )

    return build


def no_study(findings: Findings) -> Findings:
    """Shelf prices told nothing."""
    empty = {name: findings.tables[name].clear() for name in STUDY}
    return dataclasses.replace(findings, tables={**findings.tables, **empty}, gaps=(NO_STUDY,))


def all_assumed(findings: Findings) -> Findings:
    """Every effect is the shop's own expectation, so no interval has a width."""
    tables = dict(findings.tables)
    for name in ("comparison", "budget_curve", "break_even_sweep", "uniform_depths"):
        ends = [one for one in tables[name].columns if one.endswith(("_low_minor", "_high_minor"))]
        middle = {"profit": "profit_minor", "plan_leads": "plan_leads_by_minor"}
        width = [pl.when(pl.col(middle[end.rsplit("_", 2)[0]]) == 0).then(0.0).alias(end) for end in ends]
        tables[name] = tables[name].with_columns(width)
    tables["offers"] = tables["offers"].with_columns(basis=pl.lit("assumed"))
    campaigns = [dataclasses.replace(one, assumed_share=1.0) for one in findings.campaigns]
    return dataclasses.replace(findings, tables=tables, campaigns=campaigns)


def none_known(findings: Findings) -> Findings:
    """No offer has an effect, so nothing is planned and nothing is given."""
    tables, zero = dict(findings.tables), pl.lit(0.0)
    tables["offers"] = tables["offers"].with_columns(basis=pl.lit("unknown"))
    tables["effects"], tables["uniform_depths"] = tables["effects"].clear(), tables["uniform_depths"].clear()
    for name in ("comparison", "budget_curve", "break_even_sweep"):
        figures = [one for one in tables[name].columns if one.endswith("_minor") or one == "n_customers"]
        tables[name] = tables[name].with_columns(zero.alias(one) for one in figures)
    tables["comparison"] = tables["comparison"].filter(pl.col("rule").is_in(["nothing", "plan"]))
    tables["budget_curve"] = tables["budget_curve"].unique("campaign_id", maintain_order=True)
    nothing = {"offer_id": pl.lit("none"), "campaign_id": pl.lit(None, pl.String), "cost_liability_minor": pl.lit(0)}
    tables["assignments"] = tables["assignments"].with_columns(**nothing, reasons=pl.lit("no_campaign_pays"))
    kept = {"send": False, "n_planned": 0, "liability_minor": 0.0, "shadow_price": 0.0, "claimed_minor": 0.0}
    campaigns = [dataclasses.replace(one, **kept) for one in findings.campaigns]
    return dataclasses.replace(findings, tables=tables, campaigns=campaigns)


def some_assumed(findings: Findings) -> Findings:
    """A study, but one of the campaigns rests on assumption for half of its offers."""
    half = {"assumed_share": 0.5, "bases": ("assumed", "transferred")}
    shared = [dataclasses.replace(one, **(half if one.send else {})) for one in findings.campaigns]
    return dataclasses.replace(findings, campaigns=shared)


def all_estimated(findings: Findings) -> Findings:
    """Both offers were shown at random."""
    offers = findings.tables["offers"].with_columns(basis=pl.lit("estimated"))
    rows = [(name, 400 + 100 * place, 5000, value, 10.0, 30.0, 2.0, 0.08, "growth", 0.03, 0.4, 0.0, -0.1, 0.1)
            for place, (name, value) in enumerate((("own-20 milk", 12.0), ("shared-20 milk", 45.0)))]  # fmt: skip
    shown = pl.DataFrame(rows, SHOWN_OFFERS.schema, orient="row")
    campaigns = [dataclasses.replace(one, bases=("estimated",)) for one in findings.campaigns]
    tables = {**findings.tables, "offers": offers, "shown_offers": shown}
    return dataclasses.replace(findings, tables=tables, campaigns=campaigns)


def some_estimated(findings: Findings) -> Findings:
    """The offer that suppliers share was shown at random, the other one was not; what is sent has a bit of both."""
    shared = pl.col("campaign_id") == "shared"
    basis = pl.when(shared).then(pl.lit("estimated")).otherwise(pl.lit("transferred"))
    found, both = all_estimated(findings), ("estimated", "transferred")
    tables = {**found.tables, "offers": found.tables["offers"].with_columns(basis=basis)}
    tables["shown_offers"] = tables["shown_offers"].filter(pl.col("offer_id") == "shared-20 milk")
    campaigns = [dataclasses.replace(one, bases=both if one.send else ("transferred",)) for one in found.campaigns]
    return dataclasses.replace(found, tables=tables, campaigns=campaigns)


def estimated_and_assumed(findings: Findings) -> Findings:
    """The offer that suppliers share was shown at random, the other one is assumed; both are planned."""
    found = some_estimated(findings)
    basis = pl.col("basis").replace("transferred", "assumed")
    offers = found.tables["offers"].with_columns(basis)
    both = {"assumed_share": 0.5, "bases": ("assumed", "estimated")}
    campaigns = [dataclasses.replace(one, **(both if one.send else {"bases": ("assumed",)})) for one in found.campaigns]
    return dataclasses.replace(found, tables={**found.tables, "offers": offers}, campaigns=campaigns)


def too_few_shown(findings: Findings) -> Findings:
    """There are exposures, but too few to learn from."""
    return dataclasses.replace(findings, gaps=(TOO_FEW,))


def not_compared(findings: Findings) -> Findings:
    """Too short a history for recommenders."""
    tables = {**findings.tables, "recommenders": findings.tables["recommenders"].clear()}
    return dataclasses.replace(findings, tables=tables, gaps=(NOT_COMPARED,))


def only_orders(findings: Findings) -> Findings:
    """No source but the order lines."""
    sources = {"order_lines": CONFIG["sources"]["order_lines"]}
    config = Config.model_validate({**CONFIG, "sources": sources, "profiles": {}})
    empty = {name: findings.tables[name].clear() for name in ("campaign_effects", "customers")}
    return dataclasses.replace(findings, config=config, tables={**findings.tables, **empty})


CASES: dict[str, Callable[[Findings], Findings]] = {
    "all known": lambda findings: findings,
    "no study, all assumed": lambda findings: all_assumed(no_study(findings)),
    "no study, nothing known": lambda findings: none_known(no_study(findings)),
    "some assumed": some_assumed,
    "all estimated": all_estimated,
    "no study, all estimated": lambda findings: all_estimated(no_study(findings)),
    "some estimated": some_estimated,
    "some estimated, some assumed": lambda findings: estimated_and_assumed(no_study(findings)),
    "too few shown": too_few_shown,
    "recommenders not compared": not_compared,
    "only order lines": only_orders,
    "nothing but orders known": lambda findings: only_orders(not_compared(none_known(no_study(findings)))),
}


@pytest.fixture(scope="session")
def made(make: Make) -> dict[str, Findings]:
    """One run of each kind."""
    return {name: change(make()) for name, change in CASES.items()}


@pytest.fixture(scope="session", params=CASES)
def case(request: pytest.FixtureRequest, made: dict[str, Findings]) -> tuple[str, Findings]:
    """Each kind of run that a report must be able to tell, with its name."""
    return request.param, made[request.param]
