"""A run of a shop that showed its offers at random: what it learns from that, to the report and the explanations."""

import json
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from offerloop.commands.check.page import page
from offerloop.commands.check.task import check
from offerloop.commands.explain.task import explain
from offerloop.commands.run.task import run

MONDAY = date(2024, 1, 1)
CUSTOMERS, WEEKS, SHOWN_WEEKS = 300, 18, 8
COUPON, SAVE = "coupon-20 tea", "save"
CHANCES = {"none": 0.4, COUPON: 0.3, SAVE: 0.3}
PRICE, OFF = 10.0, 2.0
CONFIG = """
[shop]
name = "A shop that explores"
currency = "EUR"
margin = 0.6

[sources.order_lines]
path = "lines.csv"
columns = { order_id = "order", customer_id = "who", product_id = "what", quantity = "n", at = "when", paid = "paid", \
coupon = "coupon", list_value = "list" }

[sources.products]
path = "products.csv"
columns = { product_id = "what", category = "kind" }

[sources.exposures]
path = "shown.csv"
columns = { customer_id = "who", offer_id = "offer", at = "when", propensity = "chance" }

[recommend]
candidates = ["popularity"]

[experiment]
holdout = 0.1

[[campaigns]]
id = "spring"
title = "Spring offers"
budget = "2000.00"
explore_budget = "20.00"

[[campaigns.offers]]
kind = "coupon"
on = "tea"
percent = 20
max_discount = "2.00"
funded_share = 0.5

[[campaigns.offers]]
kind = "spend_and_save"
id = "save"
spend = "10.00"
save = "2.00"
funded_share = 0.5

[[campaigns.offers]]
kind = "flash_sale"
percent = 20
hours = 24
max_discount = "2.00"
funded_share = 0.5
"""


def write_shop(folder):
    """Everybody buys tea or jam in three of ten weeks; the coupon makes that seven of ten for tea, the rest nothing."""
    rng, names = np.random.default_rng(0), list(CHANCES)
    offer = rng.choice(len(names), (CUSTOMERS, WEEKS), p=list(CHANCES.values()))
    offer[:, : WEEKS - SHOWN_WEEKS] = 0
    chance = np.full((CUSTOMERS, WEEKS, 2), 0.3)
    chance[offer == names.index(COUPON), 0] = 0.7
    customer, week, kind = np.nonzero(rng.random(chance.shape) < chance)
    given = offer[customer, week]
    off = OFF * ((given == names.index(SAVE)) | ((given == names.index(COUPON)) & (kind == 0)))
    pl.DataFrame(
        {
            "order": np.arange(len(week)),
            "who": customer,
            "what": 2 * kind + rng.integers(0, 2, len(week)),
            "when": [day(one, later) for one, later in zip(week, rng.integers(0, 7, len(week)), strict=True)],
            "n": 1,
            "list": PRICE,
            "paid": PRICE - off,
            "coupon": off,
        }
    ).write_csv(folder / "lines.csv")
    pl.DataFrame({"what": [0, 1, 2, 3], "kind": ["tea", "tea", "jam", "jam"]}).write_csv(folder / "products.csv")
    who, when = (one.ravel() for one in np.indices((CUSTOMERS, SHOWN_WEEKS)))
    shown = [names[one] for one in offer[:, WEEKS - SHOWN_WEEKS :].ravel()]
    days = [day(WEEKS - SHOWN_WEEKS + one, 0) for one in when]
    table = pl.DataFrame({"who": who, "offer": shown, "when": days})
    table.with_columns(chance=pl.col("offer").replace_strict(CHANCES)).write_csv(folder / "shown.csv")
    path = folder / "offerloop.toml"
    path.write_text(CONFIG)
    return path


def day(week, later):
    return (MONDAY + timedelta(days=int(7 * week + later))).isoformat()


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return run(write_shop(tmp_path_factory.mktemp("shop")), "duckdb", None)


def table(found, name):
    return pl.read_parquet(found.folder / f"{name}.parquet")


def test_offers_that_were_shown_are_estimated_and_the_other_is_not_known(found):
    offers = dict(table(found, "offers").select("offer_id", "basis").iter_rows())
    assert offers == {COUPON: "estimated", SAVE: "estimated", "flash-sale": "unknown"}
    effects = table(found, "effects")
    assert set(effects["basis"]) == {"estimated"}
    assert effects["customer_id"].n_unique() == CUSTOMERS


def test_check_says_of_the_same_offers_that_they_are_estimated(found):
    checked = check(found.folder.parents[1] / "offerloop.toml")
    bases = {one["offer_id"]: one["basis"] for one in checked.facts["offers"]}
    assert bases == {COUPON: "estimated", SAVE: "estimated", "flash-sale": "unknown"}
    assert any(line.startswith("Exposures: a run learns the effects") for line in page(checked).splitlines())
    assert sum("its effect is estimated from the exposures" in line for line in page(checked).splitlines()) == 2


def test_means_are_those_of_the_shop(found):
    means = {row["offer_id"]: row for row in table(found, "shown_offers").to_dicts()}
    for name, value, discount in ((COUPON, 0.4 * 600, 0.7 * 200), (SAVE, 0, 0.6 * 200)):
        assert abs(means[name]["value_minor"] - value) < 4 * means[name]["value_se_minor"]
        assert abs(means[name]["discount_minor"] - discount) < 4 * means[name]["discount_se_minor"]


def test_report_and_summary_say_so(found):
    summary = json.loads((found.folder / "summary.json").read_text())
    assert summary["basis"] == "estimated from offers that were shown at random"
    assert summary["bases"] == ["estimated"]
    assert [(one["basis"], one["send"]) for one in summary["campaigns"]] == [("estimated", True)]
    assert {one["offer"] for one in summary["shown_offers"]["offers"]} == {COUPON, SAVE}
    page = (found.folder / "report.html").read_text().replace("\u00a0", " ")
    assert "Estimated, not yet tested" in page
    assert "The interval leaves out zero for “20 % off tea”" in page
    assert "The effect of coupons is inferred from shelf prices" not in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reader_is_told(found, language):
    assigned = table(found, "assignments").filter(pl.col("reasons") == "best_profit", pl.col("offer_id") == COUPON)
    customer = str(assigned["customer_id"][0])
    told = {one: explain(found.folder, customer, one, language).text for one in ("marketer", "support", "customer")}
    words = {"en": "offers shown at random", "zh": "随机投放的优惠"}[language]
    assert words in told["marketer"]
    assert words in told["support"]
    assert words not in told["customer"]
    assert "shelf prices" not in told["marketer"] + told["support"]


def test_what_shelf_prices_cannot_show_is_a_gap_only_where_an_offer_would_need_them(found, tmp_path):
    path = write_shop(tmp_path)
    path.write_text(CONFIG[: CONFIG.rindex("[[campaigns.offers]]")])
    all_shown = run(path, "duckdb", None)
    gaps = [json.loads((one.folder / "summary.json").read_text())["gaps"] for one in (found, all_shown)]
    assert [any("shelf" in gap for gap in each) for each in gaps] == [True, False]
