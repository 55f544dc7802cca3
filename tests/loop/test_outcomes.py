"""What came of a period, read off a few made-up orders."""

from types import SimpleNamespace

import polars as pl
import pytest

from offerloop.engine import InMemoryEngine
from offerloop.loop.guardrail_sums import MARGIN
from offerloop.loop.journal_records import PeriodPlan, decision_of, unpacked
from offerloop.loop.outcomes import Outcomes, value_indicator
from offerloop.offers import read_offers
from offerloop.response import UnseenCost, columns_of_tables


@pytest.mark.parametrize(
    ("more", "paid"),
    [({}, 600), ({"products": ["q"]}, 0), ({"order_number": 1}, 0), ({"except": {"on": "tea"}}, 0),
     ({"except": {"products": "q"}}, 600), ({"shops": "leeds"}, 0)],
)  # fmt: skip
def test_a_gift_that_was_given_costs_its_worth_with_each_order_if_it_holds_for_all(more, paid):
    """Otherwise guardrails would take it to be free, or to cost what nobody got."""
    engine = InMemoryEngine()
    money = dict.fromkeys(("revenue_minor", "list_value_minor"), 1_000) | dict.fromkeys(
        ("discount_minor", "coupon_minor", "reimbursed_minor"), 0
    )
    lines = pl.DataFrame({"customer_id": [1, 1, 2], "order_id": [1, 2, 3], "order_day": [101, 102, 103]})
    lines = lines.with_columns(product_id=pl.lit("p"), quantity=pl.lit(1), **{k: pl.lit(v) for k, v in money.items()})
    products = pl.DataFrame({"product_id": ["p"], "category": ["tea"]})
    events = SimpleNamespace(
        order_lines=engine.table(lines), products=engine.table(products), coupons_apart=False, tells_shelf=False
    )
    gift = read_offers([{"kind": "gift", "id": "mug", "product": "mug", "worth": "3.00", **more}], ["tea"], "USD")
    given = {"offer_id": ["mug", "none"], "planned_offer_id": ["mug", "mug"], "arm": ["plan", "holdback"]}
    assigned = pl.DataFrame({"customer_id": [1, 2], **given}).with_columns(
        contact_cost_minor=pl.lit(10), cost_expected_micro=pl.lit(610_000_000)
    )
    columns = columns_of_tables(events.order_lines, events.products)
    costs = tuple(UnseenCost.of(one, columns) for one in gift)
    done = Outcomes(events, engine, 0.4).of_offers(assigned, 100, 107, costs)
    assert done["paid_minor"].to_list() == pytest.approx([paid, 0])
    assert done["profit_minor"].to_list() == pytest.approx([800 - paid - 10, 400])


@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.0, 0.0), (0.0, 1.0)])
def test_a_customer_with_several_offers_counts_once_and_costs_all_of_them_where_costs_are_money(weights):
    engine = InMemoryEngine()
    money = {"revenue_minor": 900, "list_value_minor": 1_000, "discount_minor": 0, "coupon_minor": 100}
    lines = pl.DataFrame({"customer_id": [1, 2], "order_id": [1, 2], "order_day": [101, 102]}).with_columns(
        product_id=pl.lit("p"),
        quantity=pl.lit(1),
        reimbursed_minor=pl.lit(0),
        **{k: pl.lit(v) for k, v in money.items()},
    )
    products = pl.DataFrame({"product_id": ["p"], "category": ["tea"]})
    events = SimpleNamespace(
        order_lines=engine.table(lines), products=engine.table(products), coupons_apart=False, tells_shelf=False,
        browsing=engine.table(lines.clear().select("customer_id", kind="product_id", event_day="order_day", value=0)),
        returned=lines.clear(), no_consent=lines.clear(),
    )  # fmt: skip
    assigned = pl.DataFrame(
        {
            "customer_id": [1, 1, 2], "campaign_id": ["c", "d", None], "offer_id": ["a", "b", "none"],
            "planned_campaign_id": ["c", "d", "c"], "planned_offer_id": ["a", "b", "a"],
            "arm": ["plan", "plan", "holdback"], "cost_expected_micro": [60_000_000, 25_000_000, 0],
            "cost_liability_minor": [100, 100, 0], "reasons": "best_profit",
        }
    )  # fmt: skip
    offers = {"campaign_id": ["c", "d"], "offer_id": ["a", "b"], "contact_cost_minor": [10, 5], "cost_weight": weights}
    further = pl.DataFrame({"customer_id": [2], "campaign_id": ["d"], "offer_id": ["b"], "arm": ["holdback"]})
    recorded = unpacked(decision_of(PeriodPlan("", assigned, further, pl.DataFrame(offers), (), ()))["assignments"])
    outcomes = Outcomes(events, engine, 0.4)
    done = outcomes.of_offers(recorded, 100, 107)
    assert done.select("customer_id", "planned_offer_id", "arm").rows() == [(1, "a", "plan"), (2, "a", "holdback")]
    assert done["paid_minor"].to_list() == [weights[1] * 100, 0]
    assert done["expected_minor"].to_list() == [weights[0] * 50 + weights[1] * 20, 0]
    assert done["profit_minor"].to_list() == pytest.approx(
        [400 - weights[1] * 105 - weights[0] * 10, 400 - weights[1] * 100]
    )
    margin, sales = outcomes.metric_sums(done, 100, 107)[MARGIN]
    assert (margin.tolist(), sales.tolist()) == (pytest.approx([400, 400]), [900, 900])


def test_the_value_before_a_loop_is_that_of_customers_whom_a_plan_would_have_known():
    """Sales to new customers would stand beside no usual sales, and look like a gain that ends when the loop begins."""
    engine = InMemoryEngine()
    money = {"revenue_minor": 1_000, "list_value_minor": 1_000, "discount_minor": 0, "coupon_minor": 0}
    lines = pl.DataFrame({"customer_id": [1, 2, 1, 2, 3], "order_id": range(5), "order_day": [50, 60, 101, 102, 103]})
    lines = lines.with_columns(
        product_id=pl.lit("p"), quantity=1, reimbursed_minor=0, **{k: pl.lit(v) for k, v in money.items()}
    )
    products = pl.DataFrame({"product_id": ["p"], "category": ["tea"]})
    events = SimpleNamespace(
        order_lines=engine.table(lines), products=engine.table(products), coupons_apart=False, tells_shelf=False
    )
    outcomes, assigned = Outcomes(events, engine, 0.4), pl.DataFrame({"customer_id": [1, 2], "arm": "explore"})
    assigned = assigned.with_columns(
        offer_id=pl.lit("none"), planned_offer_id=pl.lit("none"), contact_cost_minor=0, cost_expected_micro=0
    )
    before, of_a_period = outcomes.of_earlier_customers(100, 107), outcomes.of_offers(assigned, 100, 107)
    assert before["customer_id"].to_list() == [1, 2]
    assert value_indicator(before) == value_indicator(of_a_period)
