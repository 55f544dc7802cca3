"""`offerloop check`: what a run would start from, and what it could not find out."""

import json
import re
import shutil

import init_shops
import polars as pl
import pytest
from evaluate_shop import write_log_shop
from small_shop import write_small_shop
from typer.testing import CliRunner

from offerloop.cli import app
from offerloop.commands.check.page import page
from offerloop.commands.check.task import check
from offerloop.commands.init.task import write_shop
from offerloop.commands.run.task import run
from offerloop.config import load_config
from offerloop.errors import ConfigError, InputError, SourceError


def shop(tmp_path, shape):
    place, _ = shape(tmp_path)
    return write_shop(tmp_path / "shop", {"order_lines": str(place)}, None, None).config


@pytest.fixture(scope="module")
def german_files(tmp_path_factory):
    """A folder with the file of a shop and what `init` makes of it; tests work on copies."""
    folder = tmp_path_factory.mktemp("german")
    shop(folder, init_shops.german)
    return folder


@pytest.fixture(scope="module")
def german(german_files):
    return check(german_files / "shop" / "offerloop.toml")


@pytest.fixture
def german_shop(german_files, tmp_path):
    """The configuration of a shop of its own."""
    shutil.copytree(german_files, tmp_path, dirs_exist_ok=True)
    return tmp_path / "shop" / "offerloop.toml"


def test_a_shop_without_products_can_run_and_is_told_what_that_costs(german):
    assert german.ok
    assert page(german).splitlines()[-1].startswith("Ready. Next: offerloop run")
    text = page(german)
    assert "no products: offers cannot be limited to a category" in text
    assert "offers rest on what the configuration assumes" in text
    assert re.search(r"budget .* of offers, plus .* for exploration\n", text)
    assert german.facts["gaps"]["response"] == "no order line has a category: give a list of products with 'category'"


def test_counts_are_those_of_the_file(german):
    lines, orders = init_shops.order_lines(), german.facts["orders"]
    assert orders["n_lines"] == lines.height
    assert orders["n_customers"] == init_shops.N_CUSTOMERS
    assert orders["n_orders"] == init_shops.N_ORDERS
    assert orders["sales_minor"] == lines["amount"].sum()
    assert orders["median_basket_minor"] == lines.group_by("order").agg(pl.col("amount").sum())["amount"].median()
    assert orders["days"] == (lines["moment"].max().date() - lines["moment"].min().date()).days + 1
    source = german.facts["sources"]["order_lines"]
    assert (source["read"], source["kept"], source["rejected"]) == (lines.height, lines.height, 0)


def test_every_offer_shows_what_it_can_cost_and_what_it_rests_on(german):
    offers = german.facts["offers"]
    assert [one["basis"] for one in offers] == ["assumed", "assumed"]
    assert all(one["liability_minor"] > 0 and not one["problem"] for one in offers)


def test_facts_are_json(german):
    assert json.loads(json.dumps(german.facts))["ok"] is True


def with_discounts(table, folder, depth):
    """The shop's lines over 26 weeks, with a shelf discount that is `depth`, an expression over the line."""
    before = (pl.col("amount") / 100).alias("list_value")
    lines = table.select("order", "customer", "product", "category", "quantity", before, "moment", "amount")
    lines = lines.with_columns(discount=(pl.col("list_value") * depth).round(2))
    lines = lines.with_columns(paid=(pl.col("list_value") - pl.col("discount")).round(2)).drop("amount")
    lines.write_parquet(folder / "lines.parquet")
    return write_shop(folder / "shop", {"order_lines": str(folder / "lines.parquet")}, None, None).config


@pytest.mark.parametrize("varies", [True, False])
def test_discounts_must_vary_for_the_response_to_be_estimated(tmp_path, varies):
    week = pl.col("moment").dt.week()
    depth = pl.when((week + pl.col("quantity")) % 2 == 0).then(0.2).otherwise(0.0) if varies else pl.lit(0.1)
    found = check(with_discounts(init_shops.order_lines(), tmp_path, depth))
    assert found.facts["orders"]["full_weeks"] >= 12
    assert (found.facts["gaps"]["response"] == "") is varies
    assert found.facts["orders"]["with_category"] == 1.0


def test_products_taken_from_the_order_lines_lose_nothing(tmp_path):
    path = write_small_shop(tmp_path)
    products = 'path = "products.csv"\ncolumns = { product_id = "what", category = "kind" }'
    assert products in path.read_text()
    of_lines = path.read_text().replace(products, 'path = "lines.csv"\ncolumns = { product_id = "what" }')
    path.write_text(of_lines.replace('on = "kind 0"\n', ""))
    found = check(path)
    assert found.losses == []
    assert (found.sources["products"]["kept"], found.sources["products"]["rejected"]) == (10, 0)


def test_shipping_of_returned_orders_is_said_not_to_be_counted(tmp_path):
    path = write_small_shop(tmp_path)
    lines = pl.read_csv(tmp_path / "lines.csv", infer_schema=False)
    lines.with_columns(back=pl.int_range(pl.len()) % 4 == 0).write_csv(tmp_path / "lines.csv")
    text = path.read_text().replace('paid = "paid" }', 'paid = "paid", returned = "back" }')
    amount_off = 'kind = "spend_and_save"\nspend = "20.00"\nsave = "2.00"'
    shipping = text.replace(amount_off, 'kind = "free_shipping"\nmax_discount = "4.00"')
    said = "25 % of the order lines were returned; what it cost to ship orders that came back in full is not in"
    for written, is_said in ((text, False), (shipping, True)):
        path.write_text(written)
        assert any(said in str(one) for one in check(path).notes) is is_said


@pytest.mark.parametrize(("currency", "cell"), [("USD", "$"), ("CNY", "¥"), ("lessons", "lessons")])
def test_a_column_of_currencies_may_hold_signs_or_the_unit(tmp_path, currency, cell):
    path = write_small_shop(tmp_path)
    lines = pl.read_csv(tmp_path / "lines.csv", infer_schema=False)
    lines.with_columns(money=pl.lit(cell)).write_csv(tmp_path / "lines.csv")
    edited(path, 'currency = "EUR"', f'currency = "{currency}"')
    found = check(edited(path, 'paid = "paid" }', 'paid = "paid", currency = "money" }'))
    assert found.sources["order_lines"]["rejected"] == 0
    assert not any("shop.currency" in str(one) for one in found.notes)


def test_a_list_price_that_is_mapped_is_not_advised(tmp_path):
    config = with_discounts(init_shops.order_lines(), tmp_path, pl.lit(0.0))
    said = "by 'order_lines.list_value', no order line has a discount beside coupons"
    assert check(config).facts["gaps"]["response"].startswith(said)
    text = config.read_text(encoding="utf-8")
    config.write_text("\n".join(one for one in text.splitlines() if not one.startswith(("list_value", "discount"))))
    assert "map 'discount', 'list_price' or 'list_value'" in check(config).facts["gaps"]["response"]


def test_an_offer_without_a_limit_is_a_problem_and_not_ready(german_shop):
    path = german_shop
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("max_discount")]
    path.write_text("\n".join(kept), encoding="utf-8")
    found = check(path)
    assert not found.ok
    assert page(found).splitlines()[-1] == "Cannot run yet."
    assert any("has 'assumed' but no 'max_discount'" in one for one in found.facts["problems"])


def test_a_category_that_nobody_sells_is_a_problem(tmp_path):
    path = shop(tmp_path, init_shops.chinese)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('on = "Group', 'on = "Gruop'), encoding="utf-8")
    found = check(path)
    assert not found.ok
    assert any("did you mean 'Group" in one for one in found.facts["problems"])
    assert page(found).count("Gruop") == 1


def test_a_short_history_is_told_with_what_it_costs(tmp_path):
    early = init_shops.order_lines().filter(pl.col("moment") < init_shops.FIRST + pl.duration(weeks=5))
    found = check(with_discounts(early, tmp_path, pl.lit(0.1)))
    assert found.ok
    assert "at least 12 are needed" in found.facts["gaps"]["response"]
    assert "two windows of 28 days" in found.facts["gaps"]["recommenders"]


def test_a_file_that_went_away_is_one_sentence(german_shop, tmp_path):
    (tmp_path / "verkauf.csv").unlink()
    with pytest.raises(SourceError, match="does not exist"):
        check(german_shop)


def edited(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize("budget, told", [("0.50", True), ("50.00", False), ("0.00", False)])
def test_exploration_that_affords_no_offer_is_told(german_shop, budget, told):
    written = load_config(german_shop).campaigns[0].explore_budget
    found = check(edited(german_shop, f'explore_budget = "{written}"', f'explore_budget = "{budget}"'))
    highest = max(one["liability_minor"] for one in found.facts["offers"])
    said = [one for one in found.facts["notes"] if "while it is sent, nobody gets an offer at random" in one]
    assert bool(said) is told
    assert all(f"explores with {budget} EUR" in one and f"{highest / 100:.2f} or more" in one for one in said)
    assert all(f"Note: {one}" in page(found).splitlines() for one in said)
    assert found.ok


@pytest.mark.parametrize(
    "customers, budget, told",
    [
        (60, "100.00", ["about 10 of 50 customers within the budgets", "or more customers"]),
        (60, "1000.00", ["about 12 of 58 customers,", "or more customers"]),
        (200, "1000.00", []),
        (200, "100.00", ["about 10 of 50 customers within the budgets", "or a larger budget"]),
    ],
)
def test_a_holdout_too_small_for_any_read_out_is_told(tmp_path, customers, budget, told):
    path = edited(write_small_shop(tmp_path, customers, weeks=8), 'budget = "100.00"', f'budget = "{budget}"')
    said = [one for one in check(path).facts["notes"] if "holds back" in one]
    assert bool(said) is bool(told)
    for one in said:
        assert "at least 30 held-back customers among those planned for an offer" in one
        assert all(part in one for part in told), one


SLIPS = """
[recommend]
candidates = ["popularity", "tifu_kn"]
exclude_categories = ["GROUP*"]

[experiment]
outcomes = ["readouts/none/outcomes.parquet"]

[audiences.weekend]
any = [{ field = "tags", equals = "weekend shoper" }, { field = "recency_day", below = 30 }]
"""


def test_names_that_a_run_looks_up_are_problems_before_it(tmp_path):
    path = shop(tmp_path, init_shops.chinese)
    text = path.read_text(encoding="utf-8").replace("[recommend]", "").replace("[experiment]", "")
    kept = [line for line in text.splitlines() if not line.startswith("holdout")]
    head, _, campaigns = "\n".join(kept).partition("[[campaigns]]")
    path.write_text(f"{head}{SLIPS}\n[[campaigns]]{campaigns}", encoding="utf-8")
    found = check(path)
    candidate, field, tag, outcomes = found.facts["problems"]
    assert candidate.startswith(
        "recommend.candidates names 'tifu_kn', which is no recommender, did you mean 'tifu_knn'?"
    )
    assert field.startswith(
        "audiences.weekend asks for the field 'recency_day', which nobody has, did you mean 'recency"
    )
    assert tag.endswith("the tag 'weekend shoper', which does not exist, did you mean 'weekend shopper'?")
    assert "none/outcomes.parquet', which is no file" in outcomes
    assert any("recommend.exclude_categories keeps nothing out by 'GROUP*'" in one for one in found.facts["notes"])
    with pytest.raises(ConfigError, match="which is no recommender"):
        run(path, "duckdb", None)


def test_money_that_repeated_lines_add_is_told(tmp_path):
    lines = init_shops.order_lines().drop("price").with_columns(pl.col("amount") / 100)
    again = lines.filter(pl.len().over("order") > 1).unique("order").sort("order").head(7)
    pl.concat([lines, again, again.head(2)]).write_csv(tmp_path / "lines.csv")
    found = check(write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None).config)
    added = again["amount"].sum() + again.head(2)["amount"].sum()
    said = [one for one in found.facts["notes"] if "the same product again" in one]
    assert len(said) == 1
    assert said[0].startswith("9 order lines")
    assert f"adds {added:.2f} USD to sales" in said[0]
    assert found.facts["orders"]["sales_minor"] == round(100 * (lines["amount"].sum() + added))


@pytest.mark.parametrize(
    "terms, told", [("", True), ('takes = "1"', False), ('contact_cost = "1"', False)], ids=["none", "takes", "contact"]
)
def test_a_benefit_that_no_budget_limits_is_told(german_shop, terms, told):
    path = german_shop
    head, _, _ = path.read_text(encoding="utf-8").partition("[[campaigns]]")
    campaign = '[[campaigns]]\nid = "c"\ntitle = "C"\nbudget = "20"\nbudget_unit = "seats"\n'
    offer = f'[[campaigns.offers]]\nkind = "benefit"\ntext = "a trial"\n{terms}\n'
    path.write_text(f"{head}{campaign}{offer}assumed = {{ p_redeem = 0.1, value = 1 }}\n", encoding="utf-8")
    said = [one for one in check(path).facts["notes"] if "write in 'takes'" in one]
    assert bool(said) is told
    assert all("benefit 'benefit' of campaign 'c' takes nothing from its budget of 20 seats" in one for one in said)


def test_every_rule_is_named_and_rows_kept_are_those_that_a_run_uses(tmp_path):
    lines = init_shops.order_lines().drop("price", "category").with_columns(pl.col("amount") / 100)
    odd = lines.head(8).with_columns(
        customer=pl.Series([None, 500, 500, 500, 500, 500, 500, 500]),
        order=pl.Series([1, 2, 3, 4, 5, 6, 7, 7]),
        product=pl.Series(["P1", None, "P1", "P1", "P1", "P1", "P7", "P7"]),
        quantity=pl.Series([1, 1, 0, 0, 500, -1, 1, 1]),
        amount=pl.Series([1.0, 1.0, 0.0, 2.0, 3.0, -4.0, 5.0, 5.0]),
        moment=pl.lit(lines["moment"].max()),
    )
    table = pl.concat([lines, odd]).with_columns(
        Status=pl.when(pl.int_range(pl.len()) < 9).then(pl.lit("cancelled")).otherwise(pl.lit("paid"))
    )
    table.write_csv(tmp_path / "lines.csv")
    path = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None).config
    edited(path, "[clean]", "[privacy]\nretention_days = 60\n\n[clean]")
    found = check(path)
    source = found.facts["sources"]["order_lines"]
    rules = {one["rule"]: one for one in source["rules"]}
    assert {"filter 'where'", "retention", "incomplete", "nothing sold", "quantity is a measure"} <= set(rules)
    first = page(found).splitlines()[0]
    assert all(f"{one['rows']:,} {name} ({one['action']})" in first for name, one in rules.items())
    assert source["read"] == table.height
    assert source["kept"] == found.facts["orders"]["n_lines"]
    gone = sum(one["rows"] for one in source["rules"] if one["action"] in ("rejected", "merged", "left out"))
    assert source["read"] == source["kept"] + gone


def test_customers_without_consent_are_not_kept_where_nothing_may_be_learned_from_them(tmp_path):
    people = init_shops.order_lines().select("customer").unique().sort("customer")
    refusing = pl.when(pl.int_range(pl.len()) < 5).then(pl.lit("no")).otherwise(pl.lit("yes"))
    people.with_columns(consent=refusing).write_csv(tmp_path / "customers.csv")
    files = {"order_lines": str(init_shops.german(tmp_path)[0]), "customers": str(tmp_path / "customers.csv")}
    path = write_shop(tmp_path / "shop", files, None, None).config
    edited(path, "[clean]", "[privacy]\nfit_without_consent = false\n\n[clean]")
    found = check(path).facts
    assert found["sources"]["customers"]["kept"] == people.height - 5 == found["orders"]["n_customers"]
    assert found["sources"]["order_lines"]["kept"] == found["orders"]["n_lines"]


@pytest.mark.parametrize("priced", [True, False])
def test_list_prices_of_the_product_list_are_not_missed(tmp_path, priced):
    listed = init_shops.order_lines().unique("product").sort("product")
    listed.select("product", "category", *[(pl.col("price") / 100).alias("Unit price")] * priced).write_csv(
        tmp_path / "products.csv"
    )
    files = {"order_lines": str(init_shops.german(tmp_path)[0]), "products": str(tmp_path / "products.csv")}
    missing = check(write_shop(tmp_path / "shop", files, None, None).config).facts["missing"]
    assert any("what was paid plus coupons counts as the list price" in one for one in missing) is not priced


def test_what_cannot_run_is_bad_input_and_a_folder_stands_for_its_configuration(german_shop):
    path = german_shop
    ready = CliRunner().invoke(app, ["check", str(path.parent)])
    assert ready.exit_code == 0
    assert f"Ready. Next: offerloop run {path}" in ready.output
    path.write_text(path.read_text(encoding="utf-8").replace("max_discount", "# max_discount"), encoding="utf-8")
    assert CliRunner().invoke(app, ["check", str(path)]).exit_code == InputError.exit_code == 2


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_folder_without_a_configuration_is_one_sentence(tmp_path, command):
    done = CliRunner().invoke(app, [command, str(tmp_path)])
    assert isinstance(done.exception, ConfigError)
    assert str(tmp_path / "offerloop.toml") in str(done.exception)


ASSUMED = "assumed = { p_redeem = 0.1, incremental = 0.6 }\n"


@pytest.mark.parametrize(
    "change, code, said",
    [
        (lambda text: text.replace(ASSUMED, ""), "no_plan", "there is no plan to explore beside and nobody gets it"),
        (lambda text: text[: text.rindex(ASSUMED)], "possible", "only given at random"),
        (
            lambda text: text[: text.rindex(ASSUMED)].replace('explore_budget = "20.00"', 'explore_budget = "0.00"'),
            "no_budget",
            "explore_budget is 0, so nobody gets it",
        ),
    ],
)
def test_an_offer_with_an_unknown_effect_is_given_only_beside_a_plan(tmp_path, change, code, said):
    path = write_small_shop(tmp_path)
    path.write_text(change(path.read_text()))
    found = check(path)
    last = found.facts["offers"][-1]
    assert (last["kind"], last["basis"], last["exploration"]) == ("spend_and_save", "unknown", code)
    assert any("2.00 off from 20.00 EUR" in line and said in line for line in page(found).splitlines())


def test_a_chinese_shop_is_checked_in_chinese(german_shop, tmp_path):
    text = page(check(german_shop, language="zh")).replace(str(tmp_path), "")
    assert "缺少什么，代价是什么：" in text
    assert "可以运行。下一步：offerloop run" in text
    assert re.findall("[a-z]+ [a-z]+ [a-z]+ [a-z]+", text) == []


SAVE = '{{ id = "{id}", kind = "spend_and_save", spend = "{spend}", save = "1.00" }}'
SUMMER = f"""
[[campaigns]]
id = "summer"
title = "Summer"
budget = "1000.00"
offers = [{SAVE}]
"""


@pytest.mark.parametrize("is_shared", [True, False])
def test_an_id_that_campaigns_have_for_different_offers_is_named_with_the_remedy(tmp_path, is_shared):
    orders = [(c, d, 10.0, 0.0, 1.0, 0.0) for c in range(600) for d in (0, 101, 130)]
    exposures = [(c, ("none", "own", "save")[c % 3], 100, 1 / 3) for c in range(600)]
    summer = SUMMER.format(id="save" if is_shared else "other", spend="90.00")
    path = write_log_shop(tmp_path, orders, exposures, more=summer)
    coupon = '{ kind = "coupon", on = "all", percent = 10, max_discount = "5.00" }'
    spring = ", ".join(SAVE.format(id=name, spend="5.00") for name in ("own", "save"))
    found = check(edited(path, coupon, spring))
    said = [str(one) for one in found.notes if "give each an 'id' of its own" in str(one)]
    assert [one.partition(", so")[0] for one in said] == [
        "several campaigns have different offers with the ids 'save'"
    ] * is_shared
    estimated = [one["offer_id"] for one in found.facts["offers"] if one["basis"] == "estimated"]
    assert estimated == (["own"] if is_shared else ["own", "save"])
