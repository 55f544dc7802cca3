"""Explanations where offers shown at random told the effects: true of customers who never bought there, too."""

import polars as pl
import pytest
from explained_run import CONFIG, build_run

from offerloop.commands.explain.task import explain
from offerloop.locale import languages

SHELF = {"en": "shelf prices", "zh": "货架价格"}


def changed(folder, table, **columns):
    path = folder / f"{table}.parquet"
    pl.read_parquet(path).with_columns(**columns).write_parquet(path)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The run by hand, but everything that was transferred is estimated, and everybody spends most on jam."""
    folder = build_run(tmp_path_factory.mktemp("shop") / "run")
    for table in ("offers", "effects", "assignments"):
        changed(folder, table, basis=pl.col("basis").replace("transferred", "estimated"))
    changed(folder, "profiles", top_category=pl.lit("Jam"))
    below = pl.when(pl.col("customer_id") == 12).then(-20.0).otherwise("value_minor")
    changed(folder, "effects", value_minor=below)
    return folder


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("audience", ["marketer", "support", "customer"])
def test_nobody_reads_of_shelf_prices(run, audience, language):
    for customer in range(1, 15):
        said = explain(run, str(customer), audience, language).text
        assert SHELF[language] not in said
        assert "{" not in said


def test_an_offer_on_what_was_not_bought_does_not_say_it_was(run):
    assert "The offer is for Tea.\n" in explain(run, "1", "support").text
    assert "you have bought Tea" not in explain(run, "1", "customer").text
    assert "it came out first when we compared" in explain(run, "1", "customer").text


def test_any_purchase_makes_the_effect_known(run):
    found = explain(run, "7")
    assert found.facts["changes"] == {"kind": "any_purchase", "days": 91}
    assert "for whoever bought in the 91 days before the plan" in found.text


def test_a_profit_that_no_other_half_values_is_said_once(run):
    said = explain(run, "1").text
    assert "(value less expected cost)" in said
    assert "held out" not in said
    assert "too high" not in said


def test_a_value_below_zero_is_not_called_zero_and_no_margin_is_asked_for(run):
    assert "Its estimated value is below zero" in explain(run, "12").text
    said = explain(run, "3").text
    assert "would break even once suppliers pay 75 %" in said
    assert "margin alone" not in said
    assert "break even at a margin" not in said


def test_beside_transferred_offers_both_are_named(tmp_path):
    folder = build_run(tmp_path / "both")
    one = pl.col("offer_id") == "coupon-10 Tea"
    changed(folder, "effects", basis=pl.when(one).then(pl.lit("estimated")).otherwise("basis"))
    said = explain(folder, "1").text
    assert "estimated from offers shown at random" in said
    assert "Where shelf prices tell the effect" in said
    assert "learned from those and from offers shown at random" in explain(folder, "1", "support").text


def test_an_offer_is_said_with_all_its_conditions_and_as_it_was_written(tmp_path):
    terms = {
        "percent = [10, 20]": 'percent = [10, 20]\nmin_spend = "20.00"',
        'spend = "50.00"\nsave = "5.00"': 'tiers = [{ spend = "50.00", percent = 20 }]\nmax_discount = "9.00"',
        "percent = 15": 'percent = 12.5\nbrands = ["Acme"]',
    }
    config = CONFIG
    for before, after in terms.items():
        config = config.replace(before, after)
    folder = build_run(tmp_path / "terms", config=config)
    offers = {customer: explain(folder, customer, "customer").text.splitlines()[0] for customer in ("1", "5", "11")}
    assert offers == {
        "1": "Your offer: 20 % off Tea, minimum spend 20.00 EUR, at most €4 off.",
        "5": "Your offer: 20 % off from 50.00 EUR, at most €9 off.",
        "11": "Your offer: 12.5 % off Acme for 24 hours, at most €4 off.",
    }
    assert "您的优惠：Acme 24 小时内 8.75 折" in explain(folder, "11", "customer", language="zh").text


def test_attributes_that_counted_are_named_to_support_and_to_the_customer(tmp_path):
    config = CONFIG.replace("[profiles]", '[profiles]\nfixed_attributes = ["home_region"]')
    folder = build_run(tmp_path / "told", config=config)
    beside = {
        "support": "Facts that may have been used as well: home region.",
        "customer": "Besides your purchases this may have counted: home region.",
    }
    for audience, said in beside.items():
        assert said not in explain(folder, "1", audience).text  # effects are those of shelf prices
    changed(folder, "effects", basis=pl.col("basis").replace("transferred", "estimated"))
    for audience, said in beside.items():
        assert said in explain(folder, "1", audience).text
    drawn = pl.read_parquet(folder / "assignments.parquet").filter(pl.col("reasons") == "holdout")["customer_id"][0]
    for audience in beside:
        assert "home region" not in explain(folder, str(drawn), audience).text
