"""What `offerloop evaluate` reads: windows, what was known before, and which logs it refuses."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from collected import heights
from evaluate_shop import EXPOSURES, decisions_of, usual_shop, write_log_shop

from offerloop.commands.check.task import check
from offerloop.commands.evaluate.log import read_log
from offerloop.commands.evaluate.notes import NOTES
from offerloop.commands.evaluate.policies import CustomerPolicy
from offerloop.commands.evaluate.task import _notes_of_shop
from offerloop.commands.evaluate.valuation import valued_log
from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation import recommended_by_sums
from offerloop.message import Message
from offerloop.response import EXPOSURE_FEATURES

BEFORE = [(1, 0, 20.0, 0.0, 0.0, 0.0), (1, 9, 6.0, 0.0, 0.0, 0.0), (1, 65, 40.0, 0.0, 0.0, 0.0),
          (1, 70, 10.0, 0.0, 0.0, 0.0), (1, 99, 30.0, 4.0, 5.0, 0.0), (2, 0, 8.0, 0.0, 0.0, 0.0)]  # fmt: skip
AFTER = [(1, 100, 10.0, 0.0, 2.0, 0.5), (1, 103, 4.0, 0.0, 0.0, 0.0), (1, 104, 100.0, 0.0, 1.0, 1.0),
         (1, 110, 6.0, 0.0, 0.0, 0.0), (1, 111, 50.0, 0.0, 0.0, 0.0), (2, 140, 1.0, 0.0, 0.0, 0.0)]  # fmt: skip
LOG = [(1, "coupon", 100, 0.5), (1, "", 104, 0.25), (2, "none", 100, 0.5)]


def logged(folder, orders=(*BEFORE, *AFTER), exposures=LOG, window=7, shards=None, **given):
    path = write_log_shop(folder, orders, exposures, **given)
    return read_log(load_config(path), DuckDBEngine(shards=shards), window)


def row(found, customer, number=0):
    return found.rows.filter(pl.col("customer_id") == customer).row(number, named=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return logged(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def found(shop):
    return decisions_of(shop)


def test_an_outcome_is_what_was_bought_from_the_day_of_the_exposure_to_before_the_next(shop, found):
    first, second = row(found, 1), row(found, 1, 1)
    margin = 0.5 + (285 - 281) / 285  # without a shelf discount, so that half of 285 is left of 281
    assert (first["value_minor"], first["cost_minor"]) == (pytest.approx(1_400 * margin, abs=0.01), 150.0)
    assert (second["value_minor"], second["cost_minor"]) == (pytest.approx(10_600 * margin, abs=0.01), 0.0)
    assert row(found, 2)["value_minor"] == 0.0
    facts = valued_log(shop, []).facts
    assert facts.n_clipped == 1
    assert shop.left_out(facts) == {}


def test_what_is_empty_or_none_is_deliberately_nothing(shop, found):
    assert found.rows["offer_id"].to_list() == ["coupon", "none", "none"]
    facts = valued_log(shop, []).facts
    assert facts.names == ("none", "coupon")
    assert replace(facts, wanted=frozenset({"gold", "coupon"})).names == ("none", "coupon", "gold")


CAMPAIGN = """
[[campaigns]]
id = "{0}"
title = "{0}"
budget = "9"
budget_unit = "seats"
offers = [{{ id = "{1}", kind = "benefit", text = "a seat", takes = "1" }}]
"""


def test_a_campaign_whose_budget_is_no_money_is_named_if_the_log_has_its_offers(shop, tmp_path):
    assert shop.not_in_money == ()
    units = logged(tmp_path, more=CAMPAIGN.format("lessons", "coupon") + CAMPAIGN.format("lounge", "lounge"))
    (note,) = [one for one in _notes_of_shop(units, valued_log(units, [])) if one.key == "not_in_money"]
    said = str(NOTES[note.key].with_values(**note.values))
    assert said.startswith("What offers of “lessons” cost is subtracted here.")


def test_where_propensities_differ_by_customer_those_of_other_offers_are_not_known(shop):
    assert not valued_log(shop, []).knows_propensities


def test_features_are_what_was_known_before_the_exposure(found):
    one, other = row(found, 1), row(found, 2)
    assert [one[name] for name in EXPOSURE_FEATURES] == pytest.approx([7700, 4, 4 / 86, 1, 2100])
    assert [other[name] for name in EXPOSURE_FEATURES] == [0, 0, 0, 100, 0]


def test_purchases_stay_in_shards_of_customers_and_exposures_come_out_the_same(shop, found, tmp_path):
    several = logged(tmp_path, shards=5)
    parts = list(several.shards([]).each(several.reader))
    rows = pl.concat([one.rows.with_columns(first=one.first_features) for one in parts])
    expected = found.rows.with_columns(first=found.first_features)
    assert len(parts) == 5
    assert rows.sort("customer_id", "shown_day").equals(expected)
    in_parts, whole = valued_log(several, []), valued_log(shop, [])  # shards of one customer, and of none
    assert in_parts.facts == whole.facts
    assert in_parts.sums[0].total("gained") == pytest.approx(whole.sums[0].total("gained"))


@pytest.mark.parametrize(
    ("customers", "exposures", "weight"), [(600, 2_400, 600), (60_000, 1_000_000, 250_000), (5_000, 10**7, 250_000)]
)
def test_many_exposures_make_more_shards_and_few_customers_fewer(shop, customers, exposures, weight):
    assert replace(shop, n_customers=customers, n_exposures=exposures).weight == weight


def test_predictions_never_see_a_row_of_the_same_customer(found):
    fold = found.fold
    assert fold[0] == fold[1] != fold[2]


def test_later_orders_change_no_feature_and_margins_follow_unit_costs(found, tmp_path):
    pl.DataFrame({"product": [1], "kind": ["tea"], "cost": [1.0]}).write_csv(tmp_path / "products.csv")
    more = '[sources.products]\npath = "products.csv"\ncolumns = { product_id = "product", category = "kind", '
    rng = np.random.default_rng(1)
    later = [(int(rng.integers(1, 3)), int(rng.integers(104, 140)), 10.0 * n, 0.0, 1.0, 0.5) for n in range(1, 60)]
    orders = [*BEFORE, (1, 100, 10.0, 0.0, 0.0, 0.0), (2, 140, 1.0, 0.0, 0.0, 0.0), *later]
    costly = logged(tmp_path, orders, more=more + 'unit_cost = "cost" }')
    other = decisions_of(costly)
    first = pl.col("shown_day") == found.rows["shown_day"].min()
    assert found.rows.filter(first).select(EXPOSURE_FEATURES).equals(other.rows.filter(first).select(EXPOSURE_FEATURES))
    listed = sum(one[2] for one in orders)
    left = listed - sum(one[3] for one in orders) - len(orders)  # before coupons, whose cost is counted apart
    assert row(other, 1)["value_minor"] == pytest.approx(1_000 - 100)
    assert costly.reader.margins.of(None) == pytest.approx(left / listed)


def test_exposures_whose_outcome_is_not_known_are_counted_and_left_out(tmp_path):
    more = [(2, "coupon", 135, 0.5), (2, "coupon", 136, 0.5), (3, "a", 90, 0.5), (3, "b", 90, 0.5),
            (None, "coupon", 90, 0.5), (2, "coupon", -5, 0.5)]  # fmt: skip
    found = logged(tmp_path, exposures=[*LOG, *more])
    facts = valued_log(found, []).facts
    assert found.left_out(facts) == {"no_customer": 1, "early": 1, "same_day": 2, "not_over": 2}
    assert facts.n_decisions == 3  # that of day 135 is cut short, but to keep it would favour who came back


def test_propensities_of_all_offers_are_known_where_a_plain_lot_decided_and_rounded(tmp_path):
    shown = [(1, "coupon", 100, 0.25), (2, "none", 100, 0.7504), (1, "none", 110, 0.5), (2, "coupon", 110, 0.5)]
    shop = logged(tmp_path, exposures=shown)
    log = decisions_of(shop).log(("none", "coupon", "gold"), shop.days, knows_cost=True)
    np.testing.assert_allclose(log.propensities, [[0.75, 0.25, 0], [0.5, 0.5, 0], [0.75, 0.25, 0], [0.5, 0.5, 0]], 1e-3)
    np.testing.assert_array_equal(log.customer, [0, 0, 1, 1])


UNMAPPED = EXPOSURES.replace('propensity = "p"\n', "")


@pytest.mark.parametrize(
    ("exposures", "log", "kind", "says"),
    [
        (LOG, "", InputError, "there is no \\[sources.exposures\\].*offerloop run"),
        (LOG, UNMAPPED, EvidenceError, "have no propensity.*offerloop run"),
        (
            [*LOG, (2, "coupon", 120, None)],
            EXPOSURES,
            EvidenceError,
            "1 of 4 exposures .* customer 2 to 'coupon' on 20",
        ),
        ([*LOG, (2, "coupon", 120, 0.0)], EXPOSURES, InputError, "on 2024-04-30 has the propensity 0; "),
        (
            [(8, "a", 100, 0.5), (9, "", 100, 0.5)],
            EXPOSURES,
            InputError,
            r"customer_id of \[sources.exposures\] .* hardly match",
        ),
        (
            [(1, "a", 135, 0.5)],
            EXPOSURES,
            EvidenceError,
            "left out: 1 whose window of one week is not over before 2024-05-21",
        ),
        ([], EXPOSURES, EvidenceError, "the log has fewer than two exposures .* none, there are no others"),
        (
            [*((f"x{one}", "a", 100, 0.5) for one in range(3)), (1, "a", 139, 0.5), (2, "a", 139, 0.5)],
            EXPOSURES,
            InputError,
            "no customer of the exposures is in the order lines; use the same customer ids in both",
        ),
    ],
)
def test_a_log_that_cannot_speak_is_refused_in_one_sentence(tmp_path, exposures, log, kind, says):
    with pytest.raises(kind, match=says) as caught:
        valued_log(logged(tmp_path, exposures=exposures, log=log), [])
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("shards", [None, 2])
def test_offers_that_could_not_be_shown_every_day_add_nothing_but_their_overlap(tmp_path, shards):
    log = [(one, offer if one % 2 else "", day, 0.5) for one in range(1, 13)
           for day, offer in ((90, "coupon"), (110, "gold"))]  # fmt: skip
    orders = [(one, day, 10.0, 0.0, 0.0, 0.0) for one in range(1, 13) for day in (0, 112, 140)]
    found = valued_log(logged(tmp_path, orders, log, shards=shards), [])
    logged_sums, nothing, *offers = found.sums
    assert found.facts.names == ("none", "coupon", "gold")
    assert ("robust" in nothing.places, nothing.repeated is not None) == (True, True)
    for sums in offers:
        assert sums.places.keys() == logged_sums.places.keys()
        with pytest.raises(EvidenceError, match="in 12 decisions where the log could not have shown it"):
            recommended_by_sums(sums)


@pytest.mark.parametrize("shards", [None, 3])
def test_a_log_of_one_customer_has_no_spread(tmp_path, shards):
    log = [(1, "coupon", 100, 0.5), (1, "", 110, 0.5), (1, "coupon", 120, 0.5)]
    with pytest.raises(InputError, match="a single customer has no spread"):
        valued_log(logged(tmp_path, exposures=log, shards=shards), [])


def test_customers_of_a_plan_who_are_not_in_the_log_stay_on_the_engine(shop):
    everybody = pl.DataFrame({"customer_id": range(1, 1_000), "offer_id": "coupon", "probability": 1.0})
    plan = CustomerPolicy("run", "large", shop.engine.table(everybody), Message("the plan", context="policy"))
    with heights() as counted:
        found = valued_log(shop, [plan])
    assert found.facts.named == {0: 2}
    assert max(counted) < 50


@pytest.mark.parametrize("coupon, knows", [(2.0, True), (0.0, False)])
def test_run_and_evaluate_agree_whether_one_discount_for_everything_tells_what_offers_cost(tmp_path, coupon, knows):
    """Half of all orders have a tenth off at the shelf, with an offer and without."""
    path = usual_shop(tmp_path, coupon=coupon, shelf=0.1, columns='list_value = "list"')
    kind = 'kind = "coupon", on = "all", percent = 10, max_discount = "5.00"'
    path.write_text(path.read_text().replace(kind, 'id = "coupon", kind = "spend_and_save", spend = "5", save = "2"'))
    shop = read_log(load_config(path), DuckDBEngine(), 7)
    assert shop.knows_cost is knows
    if knows:
        shown = decisions_of(shop).rows.filter(pl.col("offer_id") == "coupon")
        assert shown["cost_minor"].mean() == pytest.approx(100 * coupon, rel=0.1)
    checked = check(path)
    (offer,) = checked.facts["offers"]
    assert offer["basis"] == ("estimated" if knows else "unknown")
    assert ("map 'coupon' of the order lines" in checked.facts["gaps"]["exposures"]) is not knows
    rules = [one["rule"] for one in checked.facts["sources"]["order_lines"]["rules"]]
    assert ("offers' discounts" in rules) is knows
