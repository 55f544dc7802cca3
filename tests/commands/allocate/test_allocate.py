"""`offerloop allocate`: a table of values and costs, limits in a file, a plan and a page."""

from __future__ import annotations

import json
import random
import re
import resource
from decimal import Decimal

import polars as pl
import pytest
from typer.testing import CliRunner

import offerloop
from offerloop.cli import app
from offerloop.commands.allocate.page import page
from offerloop.commands.allocate.task import allocate, read_limits
from offerloop.errors import ConfigError, InputError, SourceError

N = 300


def shop(seed=1):
    """Two offers for each customer, with what limits ask about."""
    rng = random.Random(seed)
    rows = []
    for customer in range(N):
        region, device = rng.choice(["north", "south"]), f"d{customer // 2}" if customer < 20 else None
        for offer, depth in (("ten", 0.1), ("twenty", 0.2)):
            cost = round(rng.uniform(0.5, 9.0), 2)
            rows.append(
                {
                    "customer_id": customer, "offer_id": offer, "value": round(cost * rng.uniform(0.2, 3), 2),
                    "cost": cost, "region": region, "device": device, "depth": depth, "campaign": f"{offer} week",
                    "flagged": customer % 5 == 0,
                }
            )  # fmt: skip
    return pl.DataFrame(rows)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "offers.csv"
    shop().write_csv(path)
    return path


def limits(tmp_path, text):
    path = tmp_path / "limits.toml"
    path.write_text(text, encoding="utf-8")
    return read_limits(path, None)


def decided(table, asked, caps=()):
    found = allocate(table, asked, caps, "USD")
    return found, found.table.filter(pl.col("offer_id") != "none").join(
        shop().drop("value", "cost"), on=["customer_id", "offer_id"]
    )


def test_the_budget_holds_to_the_cent_and_everybody_has_a_row(table):
    found, given = decided(table, read_limits(None, "100.00"))
    cost = sum(Decimal(str(round(one, 2))) for one in given["cost"])
    assert Decimal(99) < cost <= Decimal(100)
    assert found.table["customer_id"].unique().sort().to_list() == list(range(N))
    assert given["customer_id"].is_unique().all()
    facts = found.summary
    assert facts["limits"][0]["used"] == pytest.approx(float(cost))
    assert facts["limits"][0]["shadow_price"] > 0
    assert facts["bound"] >= facts["profit"] >= facts["bound"] * (1 - facts["gap"]) - 1e-9


def test_a_cap_counts_offers(table):
    _, given = decided(table, read_limits(None, "500.00"), ["ten=7"])
    assert given.filter(offer_id="ten").height == 7


def test_limits_of_groups_campaigns_and_both(table, tmp_path):
    asked = limits(
        tmp_path,
        """
        budget = "500.00"
        [[limits]]
        name = "north"
        where = {region = "north"}
        at_most = "40.00"
        [[limits]]
        name = "ten in the south"
        where = {region = "south", campaign = "ten week"}
        counts = "offers"
        at_least = 20
        at_most = 25
        """,
    )
    _, given = decided(table, asked)
    assert given.filter(region="north")["cost"].sum() <= 40.0 + 1e-9
    assert 20 <= given.filter(region="south", offer_id="ten").height <= 25


def test_customers_told_by_two_columns(table, tmp_path):
    asked = limits(
        tmp_path,
        """
        budget = "500.00"
        [[limits]]
        name = "flagged in the north"
        where = {region = "north", flagged = true}
        counts = "offers"
        at_most = 0
        """,
    )
    _, given = decided(table, asked)
    assert given.filter(region="north", flagged=True).is_empty()
    assert not given.filter(region="south", flagged=True).is_empty()


def test_bands_hold_groups_together(table, tmp_path):
    asked = limits(
        tmp_path,
        """
        budget = "150.00"
        [[bands]]
        column = "region"
        within = 0.01
        [[bands]]
        column = "region"
        of = "depth"
        within = 0.002
        """,
    )
    found, given = decided(table, asked)
    size = shop().group_by("region").agg(pl.col("customer_id").n_unique())
    joined = given.group_by("region").agg(pl.len(), pl.col("depth").sum()).join(size, on="region")
    rates, depths = (joined[name] / joined["customer_id"] for name in ("len", "depth"))
    assert rates.max() - rates.min() <= 0.01 + 1e-12
    assert depths.max() - depths.min() <= 0.002 + 1e-12
    bands = [one for one in found.summary["limits"] if " of region " in one["name"]]
    assert [one["at_most"] for one in bands] == [0.01, 0.01, 0.002, 0.002]
    assert {one["in"] for one in bands} == {"for each customer"}
    widest = [rates.max() - rates.min(), depths.max() - depths.min()]
    assert [max(one["used"], other["used"]) for one, other in (bands[:2], bands[2:])] == pytest.approx(widest)
    assert f"{0.002:.4f}  {bands[2]['used']:.4f}" in re.sub(" +", "  ", page(found, tmp_path / "plan.csv"))


def test_what_a_wider_band_brings_is_counted_for_one_of_its_own_units(tmp_path):
    """Women bring nothing, so that a second offer for the two men, half of one for each, brings 8."""
    path = tmp_path / "sexes.csv"
    rows = {"customer_id": range(4), "sex": ["f", "f", "m", "m"], "value": [0.0, 0.0, 9.0, 8.0], "cost": [0.0] * 4}
    pl.DataFrame(rows).with_columns(offer_id=pl.lit("ten")).write_csv(path)
    band = '[[bands]]\ncolumn = "sex"\nwithin = '
    less, more = (allocate(path, limits(tmp_path, f"{band}{within}"), (), "USD") for within in (0.5, 1.0))
    men = less.summary["limits"][1]
    assert (men["name"], men["at_most"], men["used"]) == ("rate of sex m over f", 0.5, 0.5)
    assert men["shadow_price"] * 0.5 == pytest.approx(more.summary["profit"] - less.summary["profit"])


def test_a_band_of_money_leaves_the_budget_as_it_is(table, tmp_path):
    asked = limits(tmp_path, 'budget = "90.00"\n[[bands]]\ncolumn = "region"\nof = "depth"\nwithin = 0.01')
    _, given = decided(table, asked)
    asked = limits(tmp_path, 'budget = "90.00"\n[[limits]]\nname = "value"\ncounts = "value"\nat_least = "100.00"')
    _, valued = decided(table, asked)
    assert 85 < given["cost"].sum() <= 90
    assert 85 < valued["cost"].sum() <= 90
    assert valued["value"].sum() >= 100


def test_a_return_holds_over_the_whole_plan(table, tmp_path):
    asked = limits(tmp_path, 'budget = "2000.00"\nmin_return = 2.2')
    found, given = decided(table, asked)
    assert given["value"].sum() >= 2.2 * given["cost"].sum()
    assert given.height > 50
    reached = next(one for one in found.summary["limits"] if one["name"] == "return of 2.2")
    assert (reached["counts"], reached["at_least"]) == ("return", 2.2)
    assert reached["used"] == pytest.approx(given["value"].sum() / given["cost"].sum())
    more = allocate(table, limits(tmp_path, 'budget = "2000.00"\nmin_return = 2.21'), (), "USD").solution
    gain = (more.profit - found.solution.profit) / 1e8
    assert reached["shadow_price"] == pytest.approx(gain / 0.01, rel=0.2)
    text = page(found, tmp_path / "plan.csv")
    assert "return of 2.2" in text
    assert "'return of 2.2'" not in text


def test_one_more_offer_that_must_be_given_costs_what_it_loses(tmp_path):
    path = tmp_path / "four.csv"
    offers = {"customer_id": range(4), "value": [1.0, 1.0, 1.0, 7.0], "cost": [3.0, 3.5, 4.0, 1.0]}
    pl.DataFrame(offers).with_columns(offer_id=pl.lit("ten")).write_csv(path)
    least = '[[limits]]\nname = "reach"\ncounts = "offers"\nat_least = '
    found, more = (allocate(path, limits(tmp_path, f"{least}{n}"), (), "USD") for n in (3, 4))
    (reach,) = found.summary["limits"]
    assert reach["shadow_price"] == pytest.approx(more.summary["profit"] - found.summary["profit"]) == -3.0
    assert "-3.0000 USD" in page(found, tmp_path / "plan.csv")


@pytest.mark.parametrize("least", [1.1, 1.25, 1.5, 2.3])
def test_offers_of_exactly_the_least_return_are_given(tmp_path, least):
    cost = [round(0.37 * n, 2) for n in range(1, 200)]
    offers = {
        "customer_id": range(199),
        "offer_id": "ten",
        "value": [round(one * least, 6) for one in cost],
        "cost": cost,
    }
    pl.DataFrame(offers).write_csv(tmp_path / "exact.csv")
    found = allocate(tmp_path / "exact.csv", limits(tmp_path, f"min_return = {least}"), (), "USD")
    assert found.table.filter(pl.col("offer_id") == "ten").height == 199


def test_a_budget_of_liabilities_holds_beside_one_of_expected_costs(tmp_path):
    path, both = tmp_path / "both.csv", shop().with_columns(liability=(pl.col("cost") * 3).ceil())
    both.write_csv(path)
    asked = limits(
        tmp_path, 'budget = "200.00"\n[[limits]]\nname = "at worst"\ncounts = "liability"\nat_most = "450.00"'
    )
    found = allocate(path, asked, (), "USD")
    given = found.table.filter(pl.col("offer_id") != "none").join(both.drop("cost"), on=["customer_id", "offer_id"])
    assert 440 < given["liability"].sum() <= 450
    assert given["cost"].sum() <= 200


def test_devices_share_and_flagged_rows_are_left_out(table, tmp_path):
    asked = limits(tmp_path, 'budget = "2000.00"\nshared = "device"\nexclude = "flagged"')
    found, given = decided(table, asked)
    assert not given["flagged"].any()
    assert given["device"].drop_nulls().is_unique().all()
    assert given["device"].null_count() > 100
    assert found.table["customer_id"].n_unique() == N


def test_two_offers_each(table, tmp_path):
    _, given = decided(table, limits(tmp_path, 'budget = "2000.00"\nmost_offers = 2'))
    assert given.group_by("customer_id").len()["len"].max() == 2


def test_the_command_writes_a_file_and_says_what_a_budget_is_worth(table, tmp_path):
    done = CliRunner().invoke(app, ["allocate", str(table), "--budget", "100", "--out", str(tmp_path / "plan.csv")])
    assert done.exit_code == 0
    assert "of 300 customers get an offer" in done.stdout
    assert "One USD more for 'budget' would bring roughly" in done.stdout
    plan = pl.read_csv(tmp_path / "plan.csv")
    assert plan.columns == ["customer_id", "offer_id", "value", "cost", "profit"]
    asked = ["allocate", str(table), "--budget", "100", "--out", str(tmp_path / "plan.parquet"), "--json"]
    facts = json.loads(CliRunner().invoke(app, asked).stdout)
    again = pl.read_parquet(tmp_path / "plan.parquet")
    assert again["offer_id"].to_list() == plan["offer_id"].to_list()
    assert facts["cost"] == pytest.approx(again["cost"].sum())


def test_an_earlier_plan_stays_complete_where_the_disk_is_full(table, tmp_path):
    out = tmp_path / "plan.csv"
    asked = ["allocate", str(table), "--budget", "100", "--out", str(out)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    earlier, limit = out.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, limit[1]))
    try:
        done = CliRunner().invoke(app, asked)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert isinstance(done.exception, InputError)
    assert "cannot be written" in str(done.exception)
    assert out.read_bytes() == earlier
    assert {one.name for one in tmp_path.iterdir()} == {"offers.csv", "plan.csv"}


def test_the_plan_does_not_replace_what_it_is_made_from(table, tmp_path):
    limit = tmp_path / "limits.toml"
    limit.write_text('budget = "100.00"', encoding="utf-8")
    for read in (table, limit):
        before = read.read_bytes()
        done = CliRunner().invoke(app, ["allocate", str(table), "--limits", str(limit), "--out", str(read)])
        assert isinstance(done.exception, InputError)
        assert str(done.exception) == f"'{read}' is read for the plan; name another file with --out"
        assert read.read_bytes() == before


def test_the_order_of_rows_does_not_matter(table, tmp_path):
    shuffled = tmp_path / "shuffled.csv"
    shop().sample(fraction=1.0, shuffle=True, seed=3).write_csv(shuffled)
    one, other = (allocate(path, read_limits(None, "100.00"), (), "USD").table for path in (table, shuffled))
    assert one.equals(other)


WRONG = {
    "no column": (shop().rename({"cost": "costs"}), "has no column 'cost', did you mean 'costs'"),
    "empty": (shop().with_columns(cost=pl.when(pl.col("customer_id") == 1).then(None).otherwise("cost")), "row 4"),
    "infinite": (shop().with_columns(value=pl.col("value") / pl.col("customer_id").clip(0, 1)), "row 2: the value"),
    "twice": (pl.concat([shop(), shop().head(1)]), "row 2: this customer and offer stand in another row too"),
    "too much": (shop().with_columns(cost=pl.lit(9e8)), "the cost of .* adds up to more than"),
    "text": (shop().with_columns(cost=pl.lit("cheap")), "row 2: the cost is empty, .* or no amount such as 12.40"),
    "below zero": (shop().with_columns(cost=pl.col("customer_id") - 1), "row 2: the cost is below zero"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_tables_are_refused_with_the_row(what, tmp_path):
    table, sentence = WRONG[what]
    path = tmp_path / "wrong.parquet"
    table.write_parquet(path)
    with pytest.raises(InputError, match=sentence):
        allocate(path, read_limits(None, "100.00"), (), "USD")


SAYING = {
    'budget = "1.00"\n[[limits]]\nname = "x"': "needs at_most or at_least",
    'budget = "1.00"\nbudgett = 2': "unknown key, did you mean 'budget'",
    'budget = "1.00"\n[[limits]]\nname = "x"\natmost = 2\nat_least = 1': "unknown key, did you mean 'at_most'",
}


@pytest.mark.parametrize("text", SAYING)
def test_wrong_files_are_refused(text, tmp_path):
    with pytest.raises(ConfigError, match=SAYING[text]):
        limits(tmp_path, text)


ASKING = {
    '[[limits]]\nname = "x"\nat_most = 1\noffers = ["tenn"]': "names an offer 'tenn' that no row has, did",
    '[[limits]]\nname = "x"\nat_most = 1\nwhere = {regio = "north"}': "a column 'regio' that the table does not have",
    '[[limits]]\nname = "x"\nat_most = 1\nwhere = {region = "west"}': "asks for region = west, but no row has that",
    '[[limits]]\nname = "x"\nat_most = 1.5\ncounts = "offers"': "must be a whole number, not '1.5'",
    '[[bands]]\ncolumn = "value"\nwithin = 0.1': "differs between rows of one customer",
    'exclude = "depth"': "must hold true and false",
}


@pytest.mark.parametrize("text", ASKING)
def test_limits_that_ask_for_what_is_not_there_are_refused(text, table, tmp_path):
    asked = limits(tmp_path, f"most_offers = 1\n{text}")
    with pytest.raises(InputError, match=ASKING[text]):
        allocate(table, asked, (), "USD")


def test_limits_that_clash_say_how_much_would_have_to_give_way(table, tmp_path):
    text = 'budget = "20.00"\n[[limits]]\nname = "many"\ncounts = "offers"\nat_least = 200'
    with pytest.raises(InputError, match=r"'budget' would have to be at least [\d.]+ USD, not 20.00 USD"):
        allocate(table, limits(tmp_path, text), (), "USD")


def written(tmp_path, text, **kind):
    path = tmp_path / "small.csv"
    path.write_text(text, encoding="utf-8")
    return allocate(
        path, read_limits(None, kind.pop("budget", "100.00")), kind.pop("caps", ()), kind.pop("currency", "USD")
    )


def test_ids_come_back_as_they_were_written(tmp_path):
    found = written(tmp_path, "customer_id,offer_id,value,cost\n007,05,9,1\n7,05,8,1\n", caps=["05=1"])
    assert found.table.filter(pl.col("offer_id") == "05")["customer_id"].to_list() == ["007"]
    assert written(tmp_path, "customer_id,offer_id,value,cost\n10,a,9,1\n9,a,8,1\n").table["customer_id"].to_list() == [
        9,
        10,
    ]


def test_an_offer_named_none_and_an_unknown_currency_are_refused(tmp_path):
    with pytest.raises(SourceError, match="row 2: 'none' stands for no offer"):
        written(tmp_path, "customer_id,offer_id,value,cost\n1,none,9,1\n")
    with pytest.raises(InputError, match="'EURO' is not a currency, did you mean 'EUR'"):
        written(tmp_path, "customer_id,offer_id,value,cost\n1,a,9,1\n", currency="EURO")


def test_brackets_in_names_are_printed_as_they_are(tmp_path):
    found = written(tmp_path, "customer_id,offer_id,value,cost\n1,coupon [vip],9,1\n1,x[/b],8,1\n")
    assert "coupon [vip] 1" in page(found, tmp_path / "plan.csv")


def test_customers_who_share_a_word_for_not_knowing_are_named(tmp_path):
    path = tmp_path / "shared.csv"
    shop().with_columns(device=pl.lit("unknown")).write_csv(path)
    with pytest.raises(InputError, match=r"300 customers have the same device \(unknown\); leave the cell empty"):
        allocate(path, limits(tmp_path, 'budget = "9.00"\nshared = "device"'), (), "USD")


def test_an_offer_that_only_left_out_rows_have_is_no_mistake(tmp_path):
    path = tmp_path / "out.csv"
    shop().with_columns(flagged=pl.col("offer_id") == "ten").write_csv(path)
    asked = limits(
        tmp_path, 'budget = "50.00"\nexclude = "flagged"\n[[limits]]\nname = "x"\noffers = ["ten"]\nat_most = "9.00"'
    )
    found = allocate(path, asked, (), "USD")
    assert set(found.table["offer_id"]) == {"twenty", "none"}


def test_a_limit_by_the_offer_itself_and_by_a_decimal_column(table, tmp_path):
    text = 'budget = "500.00"\n[[limits]]\nname = "x"\ncounts = "offers"\nat_most = 5\nwhere = {'
    _, given = decided(table, limits(tmp_path, f'{text}offer_id = "ten"}}'))
    assert given.filter(offer_id="ten").height == 5
    whole = tmp_path / "whole.parquet"
    shop().with_columns(depth=pl.col("depth") * 100).write_parquet(whole)
    found = allocate(whole, limits(tmp_path, f"{text}depth = 10}}"), (), "USD")
    assert found.table.filter(pl.col("offer_id") == "ten").height == 5


def test_nothing_left_and_something_asked_for_is_a_clash(tmp_path):
    path = tmp_path / "none.csv"
    shop().with_columns(flagged=True).write_csv(path)
    text = 'exclude = "flagged"\n[[limits]]\nname = "some"\ncounts = "offers"\nat_least = 1'
    with pytest.raises(InputError, match="'some' reaches at most 0 offers, not 1 offer, whatever"):
        allocate(path, limits(tmp_path, text), (), "USD")


def test_a_cap_names_an_offer_once(table):
    with pytest.raises(InputError, match="--cap names 'ten' twice; name each offer once"):
        allocate(table, read_limits(None, None), ["ten=1", "twenty=2", "ten=0"], "USD")


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.PARQUET"])
def test_a_plan_is_written_as_its_name_says(table, tmp_path, name):
    done = CliRunner().invoke(app, ["allocate", str(table), "--out", str(tmp_path / name)])
    assert "must end in .csv or .parquet" in str(done.exception)
    assert not (tmp_path / name).exists()


def test_a_budget_that_was_computed_is_an_amount(table):
    assert offerloop.allocate(table, budget=0.1 + 0.2).summary["limits"][0]["at_most"] == 0.3
    with pytest.raises(InputError, match=r"'0\.333333' is not an amount in USD"):
        offerloop.allocate(table, budget=1 / 3)


def test_budgets_are_said_once(tmp_path):
    path = tmp_path / "limits.toml"
    path.write_text('budget = "1.00"', encoding="utf-8")
    with pytest.raises(InputError, match="both --budget and"):
        read_limits(path, "2.00")


def test_the_plan_is_told_in_chinese(table, tmp_path):
    found = written(tmp_path, table.read_text(encoding="utf-8"), budget="20.00")
    said = page(found, tmp_path / "plan.csv", "zh")
    assert said.startswith(f"{N} 位用户中有")
    assert re.findall("[a-z]+ [a-z]+ [a-z]+", said.replace(str(tmp_path), "")) == []
