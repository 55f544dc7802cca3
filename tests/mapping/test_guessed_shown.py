"""Logs of offers as shops write them: their own names of offers, of nothing and of propensities."""

from types import SimpleNamespace

import init_shops
import polars as pl
import pytest

from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError
from offerloop.events import prepare
from offerloop.mapping.amounts.whole_orders import marked_orders
from offerloop.mapping.contents import SourceColumn
from offerloop.mapping.matching import ColumnMatch, match
from offerloop.mapping.shown import check_exposures, offer_terms

LINES = init_shops.order_lines().with_columns(
    init_shops.money("amount").alias("paid"), init_shops.moment("%Y-%m-%d").alias("date")
)
ROUNDS = ("2024-03-11", "2024-03-25", "2024-04-08", "2024-04-22")
SHOWN = pl.DataFrame(
    [(name, day, arm) for day in ROUNDS for name in range(500, 508) for arm in [("kein Gutschein", "5 %")[name % 2]]],
    schema=["customer", "sent", "voucher text"],
    orient="row",
)


def started(folder, shown, offers):
    """The configuration that `init` writes for a log and a table of offers."""
    LINES.select("order", "customer", "product", "quantity", "paid", "date").write_csv(folder / "lines.csv")
    shown.write_csv(folder / "shown.csv")
    offers.write_csv(folder / "offers.csv")
    names = {"order_lines": "lines", "exposures": "shown", "offers": "offers"}
    return write_shop(folder / "shop", {one: str(folder / f"{name}.csv") for one, name in names.items()}, None, None)


def test_vouchers_are_known_by_their_texts_percentages_by_their_sign_and_nothing_by_its_name(tmp_path):
    offers = pl.DataFrame({"voucher text": ["5 %", "10 %"], "Rabatt": ["5 %", "10 %"]})
    made = started(tmp_path, SHOWN.with_columns(probability=pl.lit("50 %")), offers)
    config = load_config(made.config)
    assert config.sources["exposures"].columns["offer_id"] == "voucher text"
    assert config.evaluate.window_days == 14
    assert config.campaigns[0].budget_basis == "expected"  # a percentage has no upper limit
    assert any("'kein Gutschein'" in str(one) for one in made.facts["sources"]["exposures"]["notes"])
    events = prepare(config, DuckDBEngine())
    shown = collect(events.exposures.select("offer_id", "propensity").unique(), "offer_id")
    assert shown.rows() == [(None, 0.5), ("5 %", 0.5)]
    assert [one["percent"] for one in events.offers] == [10, 5]


@pytest.mark.parametrize(
    ("column", "term"),
    [
        *((name, "products") for name in ("product", "Products", "skus", "Items", "applicable_products", "适用商品")),
        *(
            ("Brand", "brands"),
            ("store_id", "shops"),
            ("products", ""),
            ("gift_product", ""),
            ("赠品", ""),
            ("note", ""),
        ),
    ],
)
def test_a_column_that_limits_no_offer_is_named_with_the_term_that_would(column, term):
    match = ColumnMatch({column: SourceColumn(column, pl.Series(["p1"]))})
    offer_terms(match)
    assert [str(one).endswith(f"name the column '{term}'") for one in match.notes] == [True] * bool(term)


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ([9.0, 8.5], "100 - 折扣 * 10"),
        ([0.9, 0.85], "100 - 折扣 * 100"),
        ([0.1, 0.15], "折扣 * 100"),
        ([95, 88], "100 - 折扣"),
        ([10, 15], "折扣"),
    ],
)
def test_a_chinese_column_of_discounts_may_say_what_is_paid(cells, read):
    columns = {"折扣": SourceColumn("折扣", pl.Series(cells))}
    matched = match(columns, "offers", ("percent",))
    offer_terms(matched)
    assert matched.guesses["percent"].written == read
    assert len(matched.notes) == ("100 -" in read)


def test_terms_in_words_and_sums_of_a_chinese_list_are_read():
    cells = {
        "券名": ["满200减30", "新人礼"],
        "折扣": ["9折", "85折"],
        "门槛": [0, 99],
        "面额": [None, 10.0],
        "上限": [20, 5],
    }
    matched = ColumnMatch({name: SourceColumn(name, pl.Series(column)) for name, column in cells.items()})
    offer_terms(matched)
    read = {ours: one.written for ours, one in matched.guesses.items()}
    assert read == {
        "terms": "折扣", "kind": "'coupon'", "min_spend": "门槛", "amount": "面额", "max_discount": "上限",
    }  # fmt: skip


def test_ids_of_coupons_and_not_their_texts_name_the_offers_also_where_some_are_the_same(tmp_path):
    offers = pl.DataFrame({"优惠券ID": ["满100减10", "茶券"], "优惠内容": ["满100减10", "9折"]})
    arms = pl.Series("优惠券ID", ["满100减10", "茶券"] * (SHOWN.height // 2))
    made = started(tmp_path, SHOWN.drop("voucher text").with_columns(arms, p=pl.lit(0.5)), offers)
    columns = load_config(made.config).sources["offers"].columns
    assert (columns["offer_id"], columns["terms"]) == ("优惠券ID", "优惠内容")


def test_words_in_a_column_that_is_called_terms_say_the_kinds(tmp_path):
    offers = pl.DataFrame({"offer": ["A", "B"], "terms": ["10% off, max $12", "free shipping over $40"]})
    arms = pl.Series("offer", ["A", "B"] * (SHOWN.height // 2))
    made = started(tmp_path, SHOWN.drop("voucher text").with_columns(arms, p=pl.lit(0.5)), offers)
    assert [one["kind"] for one in prepare(load_config(made.config), DuckDBEngine()).offers] == [
        "coupon",
        "free_shipping",
    ]


SHARES = pytest.mark.parametrize(
    "shares", [(0.8, 0.2), ("80 %", "20 %"), ("%80", "%20")], ids=["numbers", "percent signs", "percent signs first"]
)
FIVE = pl.DataFrame({"voucher text": ["5 %"], "percent": [5]})


@SHARES
def test_of_the_propensities_of_all_offers_that_of_the_one_that_was_shown_is_read(tmp_path, shares):
    shown = SHOWN.with_columns(prob_none=pl.lit(shares[0]), prob_5=pl.lit(shares[1]))
    config = load_config(started(tmp_path, shown, FIVE).config)
    exposures = collect(prepare(config, DuckDBEngine()).exposures.select("offer_id", "propensity").unique(), "offer_id")
    assert exposures.rows() == [(None, 0.8), ("5 %", 0.2)]


def test_an_empty_cell_has_the_propensity_of_nothing(tmp_path):
    arm = pl.when(pl.col("voucher text") == "5 %").then("voucher text")
    shown = SHOWN.with_columns(arm, prob_5=pl.lit(0.3), prob_none=pl.lit(0.7))
    config = load_config(started(tmp_path, shown, FIVE).config)
    exposures = collect(prepare(config, DuckDBEngine()).exposures.select("offer_id", "propensity").unique(), "offer_id")
    assert exposures.rows() == [(None, 0.7), ("5 %", 0.3)]


@SHARES
def test_propensities_of_all_offers_are_not_taken_where_their_names_do_not_tell_whose_each_is(tmp_path, shares):
    shown = SHOWN.with_columns(prob_first=pl.lit(shares[0]), prob_second=pl.lit(shares[1]))
    made = started(tmp_path, shown, FIVE)
    assert "propensity" not in load_config(made.config).sources["exposures"].columns
    notes = made.facts["sources"]["exposures"]["notes"]
    assert any("'prob_first', 'prob_second' hold the propensities of all offers" in str(one) for one in notes)


ARMS = {"5 %": 0.2, "10 %": 0.1, "10 % plus": 0.3, "keiner": 0.4}
LISTED = pl.DataFrame({"voucher text": ["5 %", "10 %", "10 % plus"], "percent": [5, 10, 12]})
TWO = LISTED.head(2)


def drawn(arms):
    """A log in which customers got these in turn."""
    order = [list(arms)[place % len(arms)] for place in range(SHOWN.height)]
    return SHOWN.with_columns(pl.Series("voucher text", order))


def shown_with_propensities(made):
    exposures = prepare(load_config(made.config), DuckDBEngine()).exposures
    return set(collect(exposures.select("offer_id", "propensity").unique(), "offer_id").iter_rows())


def test_each_offer_has_the_column_that_is_named_after_it_alone(tmp_path):
    columns = {f"prob {name.replace(' %', '')}": pl.lit(share) for name, share in ARMS.items() if name != "keiner"}
    made = started(tmp_path, drawn(ARMS).with_columns(**columns, prob_none=pl.lit(0.4)), LISTED)
    assert shown_with_propensities(made) == {("5 %", 0.2), ("10 %", 0.1), ("10 % plus", 0.3), (None, 0.4)}


@pytest.mark.parametrize("last", ["prob_10", "prob_rest"])
def test_no_column_of_another_offer_or_of_something_else_is_that_of_nothing(tmp_path, last):
    shown = drawn(["5 %", ""]).with_columns(prob_5=pl.lit(0.3), **{last: pl.lit(0.7)})
    made = started(tmp_path, shown, TWO)
    assert "propensity" not in load_config(made.config).sources["exposures"].columns


def test_an_offer_that_no_row_that_was_looked_at_has_keeps_its_column(tmp_path):
    shown = drawn(["5 %", "keiner"]).with_columns(prob_5=pl.lit(0.3), prob_10=pl.lit(0.2), prob_none=pl.lit(0.5))
    columns = load_config(started(tmp_path, shown, TWO).config).sources["exposures"].columns
    assert "'10 %', prob_10" in columns["propensity"]


def test_a_log_with_a_column_for_each_offer_is_refused(tmp_path):
    wide = SHOWN.select("customer", "sent", offer_a=pl.lit(1), offer_b=pl.Series([0, 1] * (len(SHOWN) // 2)))
    offers = pl.DataFrame({"offer_id": ["a", "b"], "kind": "coupon", "amount": [1, 2]})
    with pytest.raises(InputError, match="'offer_a' and 'offer_b' say yes or no, as if each offer had a column"):
        started(tmp_path, wide, offers)


def test_numbers_of_offers_and_empty_cells_are_told_apart(tmp_path):
    numbers = pl.when(pl.col("voucher text") == "5 %").then(5)
    shown = SHOWN.with_columns(numbers.alias("voucher text"), prob_5=pl.lit(0.3), prob_0=pl.lit(0.7))
    made = started(tmp_path, shown, pl.DataFrame({"voucher text": [5], "percent": [5]}))
    assert {one for _, one in shown_with_propensities(made)} == {0.3, 0.7}


def test_without_propensities_it_says_what_to_write_if_offers_were_assigned_at_random(tmp_path):
    arms = pl.Series("voucher text", ["5 %", "keiner", "", "kein Gutschein"] * (SHOWN.height // 4))
    notes = started(tmp_path, SHOWN.with_columns(arms), FIVE).facts["sources"]["exposures"]["notes"]
    (note,) = [str(one) for one in notes if "switch(" in str(one)]
    assert "propensity = \"switch(coalesce(`voucher text`, '')" in note
    assert "'5 %', 8/32" in note
    assert note.count(", 24/32") == 3  # whatever says that nothing was shown has the propensity of all of it


def test_offers_in_a_column_that_is_called_after_campaigns_are_known_by_the_list_of_offers(tmp_path):
    made = started(tmp_path, SHOWN.rename({"voucher text": "campaign_arm"}).with_columns(p=pl.lit(0.5)), FIVE)
    columns = load_config(made.config).sources["exposures"].columns
    assert columns["offer_id"] == "campaign_arm"
    assert "campaign_id" not in columns


def check(name, cells, listed=None):
    """What `init` makes of a log with a column of this name and these cells."""
    exposures = ColumnMatch({name: SourceColumn(name, pl.Series(cells))})
    sample = SimpleNamespace(place="shown.csv", head=pl.DataFrame({name: cells}), decimal=".")
    offers = None if listed is None else ColumnMatch({"terms": SourceColumn("terms", pl.Series(listed))})
    check_exposures(offers, exposures, sample)
    return exposures.guesses


@pytest.mark.parametrize(
    ("listed", "shown", "is_taken"),
    [
        ([5, 10, 15], [5, 10, 15, 0], True),
        ([5, 10, 15], range(1, 53), False),
        ([], ["spring", "summer"], False),
    ],
    ids=["depths", "weeks", "nothing listed"],
)
def test_a_column_of_other_numbers_or_of_nothing_that_is_listed_does_not_name_the_offers(listed, shown, is_taken):
    assert ("offer_id" in check("column", shown, listed)) is is_taken


def test_the_first_cell_that_is_no_propensity_is_named_also_among_percentages():
    with pytest.raises(InputError, match=r"row 3, column 'chance': .*'150 %'; write 0.091 or 9.1 %"):
        check("chance", ["50 %", "150 %", *["9.1"] * 58])


@pytest.mark.parametrize("is_total", [False, True])
def test_orders_without_a_coupon_do_not_show_whether_it_is_of_the_order(is_total):
    order = [place // 2 for place in range(200)]
    coupon = [1.0 + (one if is_total else place) if one % 4 == 0 else 0.0 for place, one in enumerate(order)]
    if not is_total:
        coupon = [value if one > 180 else 0.0 for value, one in zip(coupon, range(200), strict=True)]
    head = pl.DataFrame({"order": order, "coupon": coupon})
    cells = pl.Series([*coupon, *range(20)])  # further rows of the file, from all over it
    columns = {"order": SourceColumn("order", head["order"]), "coupon": SourceColumn("coupon", cells)}
    assert marked_orders(columns, head)["coupon"].is_of_several is is_total


def test_returned_orders_without_a_coupon_do_not_show_that_coupons_are_of_the_order():
    order = [place // 2 for place in range(200)]
    head = pl.DataFrame({"order": order, "coupon": ["-0.00" if one % 3 == 0 else "0.00" for one in order]})
    cells = pl.Series([*head["coupon"], *(f"{one}.50" for one in range(20))])  # further rows of the file
    columns = {"order": SourceColumn("order", head["order"]), "coupon": SourceColumn("coupon", cells)}
    assert not marked_orders(columns, head)["coupon"].is_of_several
