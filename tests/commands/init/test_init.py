"""`offerloop init` on a shop's own files: the mapping that it guesses, and that the configuration runs as it is."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import init_shops
import polars as pl
import pytest

from offerloop.commands.check.task import check
from offerloop.commands.init.page import page
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError
from offerloop.events import CONTRACTS, epoch_day, prepare
from offerloop.mapping import SourceColumn, name_score
from offerloop.mapping.contents import is_consent
from offerloop.mapping.matching import LANGUAGES, known_names
from offerloop.offers import Window, read_offers

ALL = init_shops.order_lines()


def started(tmp_path, **files):
    return write_shop(tmp_path / "shop", {name: str(place) for name, place in files.items()}, None, None)


@pytest.mark.parametrize("shape", init_shops.SHAPES, ids=lambda shape: shape.__name__)
def test_every_shape_is_mapped_as_a_person_would_and_gives_the_right_totals(tmp_path, shape):
    place, mapping = shape(tmp_path)
    config = load_config(started(tmp_path, order_lines=place).config)
    assert config.sources["order_lines"].columns == mapping
    expected = ALL.filter(pl.col("moment").dt.day() <= 12) if shape is init_shops.german_ambiguous else ALL
    events = prepare(config, DuckDBEngine())
    lines = collect(events.order_lines)
    assert lines["paid_minor"].sum() == expected["amount"].sum()
    assert lines["customer_id"].n_unique() == init_shops.N_CUSTOMERS
    assert lines["product_id"].n_unique() == 30
    assert lines["order_id"].n_unique() == expected["order"].n_unique()
    assert events.first_day == epoch_day(date(2024, 3, 5))


@pytest.mark.parametrize(
    "shape, currency, zone",
    [
        (init_shops.german, "EUR", "Europe/Berlin"),
        (init_shops.chinese, "CNY", "Asia/Shanghai"),
        (init_shops.unit_price, "GBP", "Europe/London"),
        (init_shops.parquet, "USD", "UTC"),
    ],
)
def test_money_and_time_zone_follow_signs_and_language_and_are_marked_as_assumed(tmp_path, shape, currency, zone):
    path = started(tmp_path, order_lines=shape(tmp_path)[0]).config
    config = load_config(path)
    assert (config.shop.currency, config.shop.timezone) == (currency, zone)
    written = {line.split(" = ")[0]: line for line in path.read_text(encoding="utf-8").splitlines()}
    assert all("# assumed" in written[key] for key in ("currency", "timezone", "margin", "budget"))


def test_day_and_month_that_can_be_exchanged_are_written_down_as_a_guess(tmp_path):
    path = started(tmp_path, order_lines=init_shops.german_ambiguous(tmp_path)[0]).config
    assert load_config(path).sources["order_lines"].time_format == "%d/%m/%Y"
    assert "guessed: so the rows are in order of time" in path.read_text(encoding="utf-8")


def test_month_comes_first_when_a_day_beyond_12_shows_it(tmp_path):
    source = load_config(started(tmp_path, order_lines=init_shops.tabs(tmp_path)[0]).config).sources["order_lines"]
    assert source.time_format == "%m/%d/%Y %H:%M:%S"
    assert source.separator == "\t"


def test_categories_in_the_order_lines_become_products_where_they_agree(tmp_path):
    config = load_config(started(tmp_path, order_lines=init_shops.chinese(tmp_path)[0]).config)
    assert config.sources["products"].columns == {"product_id": "商品", "category": "类目"}
    products = collect(prepare(config, DuckDBEngine()).products)
    assert products.height == 30
    assert set(products["category"]) == {"Group 0", "Group 1", "Group 2"}
    coupon = config.campaigns[0].offers[0]
    assert coupon["on"] in set(products["category"])


def test_categories_that_differ_within_a_product_are_left_out_with_a_note(tmp_path):
    table = ALL.with_columns(category=pl.concat_str(pl.lit("Day "), pl.col("moment").dt.weekday().cast(pl.String)))
    table.drop("price").write_csv(tmp_path / "lines.csv")
    made = started(tmp_path, order_lines=tmp_path / "lines.csv")
    assert "products" not in load_config(made.config).sources
    assert any("several values of category" in line for line in page(made).splitlines())


def test_a_product_list_is_joined_by_the_ids_that_the_orders_use(tmp_path):
    place, _ = init_shops.german(tmp_path)
    listed = ALL.unique("product").sort("product")
    listed.select(
        pl.int_range(pl.len()).alias("product_id"), pl.col("product").alias("sku"),
        pl.col("category").alias("Warengruppe"), (pl.col("price") / 200).alias("EK-Preis"),
    ).write_csv(tmp_path / "artikel.csv")  # fmt: skip
    config = load_config(started(tmp_path, order_lines=place, products=tmp_path / "artikel.csv").config)
    assert config.sources["products"].columns == {
        "product_id": "sku", "category": "Warengruppe", "unit_cost": "EK-Preis"
    }  # fmt: skip


def test_personal_columns_stay_behind_and_protected_ones_only_audit(tmp_path):
    people = ALL.select(pl.col("customer").alias("Kundennummer")).unique().with_columns(
        pl.lit("Ada").alias("Vorname"), pl.lit("a@example.org").alias("E-Mail"), pl.lit(44).alias("Alter"),
        pl.lit("w").alias("Geschlecht"), pl.lit("gold").alias("Kundengruppe"), pl.lit("ja").alias("Newsletter"),
        pl.lit("web").alias("Herkunftskanal"),
    )  # fmt: skip
    people.write_csv(tmp_path / "kunden.csv", separator=";")
    made = started(tmp_path, order_lines=init_shops.german(tmp_path)[0], customers=tmp_path / "kunden.csv")
    config = load_config(made.config)
    source = config.sources["customers"]
    assert source.columns == {"customer_id": "Kundennummer", "segment": "Kundengruppe", "consent": "Newsletter"}
    assert source.attributes == ("Alter", "Geschlecht", "Herkunftskanal")
    assert config.profiles.audit_only == ("Alter", "Geschlecht")
    assert config.profiles.fixed_attributes == ("Herkunftskanal",)
    assert "not carried along: Vorname, E-Mail" in made.config.read_text(encoding="utf-8")


def test_three_choices_are_assumed_and_follow_the_usual_basket(tmp_path):
    config = load_config(started(tmp_path, order_lines=init_shops.chinese(tmp_path)[0]).config)
    campaign = config.campaigns[0]
    coupon, spend = config.offers_of(campaign, ["Group 0", "Group 1", "Group 2"])
    median = ALL.group_by("order").agg(pl.col("amount").sum())["amount"].median()
    assert spend.spend_minor == pytest.approx(1.5 * median, rel=0.25)
    assert spend.off_minor == pytest.approx(spend.spend_minor / 10, rel=0.25)
    assert coupon.percent == 10
    for offer in (coupon, spend):
        assert (offer.assumed.p_redeem, offer.assumed.incremental) == (Fraction(1, 10), Fraction(1, 2))
    monthly = ALL["amount"].sum() / ((ALL["moment"].max() - ALL["moment"].min()).days / (365.25 / 12))
    assert config.minor(campaign.budget) == pytest.approx(monthly / 100, rel=0.05)
    highest = max(coupon.most_minor, spend.off_minor)
    assert config.minor(campaign.explore_budget) == max(config.minor(campaign.budget) // 10, highest)


def test_offers_of_a_file_replace_the_assumed_ones_with_their_terms_as_attributes(tmp_path):
    rows = [
        ("c10", "coupon", "10", "4.00", "", ""),
        ("s20", "spend_and_save", "", "", "20.00", ""),
        ("b2", "buy_x_get_y", "", "", "", "2"),
    ]
    names = ["Offer ID", "Type", "percent", "max_discount", "spend", "buy"]
    pl.DataFrame(rows, schema=names, orient="row").write_csv(tmp_path / "offers.csv")
    made = started(tmp_path, order_lines=init_shops.parquet(tmp_path)[0], offers=tmp_path / "offers.csv")
    config = load_config(made.config)
    assert config.sources["offers"].columns == {"offer_id": "Offer ID", "kind": "Type", "percent": "percent"}
    assert config.sources["offers"].attributes == ("max_discount", "spend", "buy")
    assert config.campaigns[0].offers == ()
    assert "max_discount" not in made.facts["sources"]["offers"]["not_found"]


@pytest.mark.parametrize(
    ("named", "written"),
    [
        (["mail", "app", "mail"], {"mail": ["c10", "c30"], "app": ["c20"]}),
        (["mail", None, "mail"], {"mail": ["c10", "c20", "c30"]}),
        ([None, None, None], {"first": ["c10", "c20", "c30"]}),
    ],
)
def test_campaigns_that_offers_name_are_written_with_a_part_of_the_budget_each(tmp_path, named, written):
    rows = {"id": ["c10", "c20", "c30"], "kind": "coupon", "percent": [10, 20, 30], "campaign_id": named}
    pl.DataFrame(rows).write_csv(tmp_path / "offers.csv")
    files = {"order_lines": str(init_shops.parquet(tmp_path)[0]), "offers": str(tmp_path / "offers.csv")}
    config = load_config(write_shop(tmp_path / "shop", files, "100.00", None).config)
    listed = prepare(config, DuckDBEngine()).offers
    budgets = {one.id: one.budget for one in config.campaigns}
    assert budgets == dict.fromkeys(written, f"{100 / len(written):.2f}")
    offers = {one.id: [offer.offer_id for offer in config.offers_of(one, [], listed)] for one in config.campaigns}
    assert offers == written


@pytest.mark.parametrize(("name", "products"), [("products", {"p1", "p2"}), ("product", set())])
def test_an_offer_for_some_products_is_not_one_for_everything(tmp_path, name, products):
    """A column of another name is not read, and a note says so."""
    row = pl.DataFrame([("w10", "coupon", 10, "p1; p2")], ["id", "kind", "percent", name], orient="row")
    row.write_csv(tmp_path / "offers.csv")
    made = started(tmp_path, order_lines=init_shops.parquet(tmp_path)[0], offers=tmp_path / "offers.csv")
    config = load_config(made.config)
    (offer,) = config.offers_of(config.campaigns[0], [], prepare(config, DuckDBEngine()).offers)
    assert offer.scope.products == products
    assert ("limits no offer" in made.config.read_text(encoding="utf-8")) == (not products)


@pytest.mark.parametrize("names", [("product", "quantity", "worth"), ("赠品", "赠品数量", "赠品成本")])
@pytest.mark.parametrize("of_coupon", [None, "1"])
def test_gifts_of_a_list_keep_what_is_given_and_what_it_costs(tmp_path, names, of_coupon):
    """A column that other offers fill as well says something else of them: it is not read, and a note says so."""
    rows = [("mug", "gift", None, "7", "2", "3.50"), ("w10", "coupon", "10", None, of_coupon, None)]
    pl.DataFrame(rows, ["id", "kind", "percent", *names], orient="row").write_csv(tmp_path / "offers.csv")
    made = started(tmp_path, order_lines=init_shops.parquet(tmp_path)[0], offers=tmp_path / "offers.csv")
    config = load_config(made.config)
    gift, _ = config.offers_of(config.campaigns[0], [], prepare(config, DuckDBEngine()).offers)
    assert (gift.product_id, gift.quantity, gift.worth_minor) == ("7", 1 if of_coupon else 2, 350)
    notes = made.facts["sources"]["offers"]["notes"]
    assert any(f"'{names[1]}' is not read as 'quantity'" in str(one) for one in notes) == bool(of_coupon)


def dated_list(folder, names, *rows):
    """Start a shop whose list of coupons says from when on and until when each holds."""
    rows = [(f"w{place}", "coupon", 10 + place, *one) for place, one in enumerate(rows)]
    pl.DataFrame(rows, ["id", "kind", "percent", *names], orient="row").write_csv(folder / "offers.csv")
    return started(folder, order_lines=init_shops.parquet(folder)[0], offers=folder / "offers.csv")


@pytest.mark.parametrize(
    ("names", "row", "by_hand"),
    [
        (("starts_at", "ends_at"), ("2024-12-24 08:00", "2024-12-31 08:00"), ("2024-12-24T08:00", "2024-12-31T08:00")),
        (("Gültig ab", "Gültig bis"), ("24.12.2024", "31.12.2024"), ("2024-12-24", "2024-12-31")),
        (("Gültig ab", "Gültig bis"), ("24.12.2024", "31.12.9999"), ("2024-12-24", "9999-12-31")),
        (("Gültig ab", "Gültig bis"), ("24.12.2024", "31.12.2099"), ("2024-12-24", "2099-12-31")),
        (("valid from", "valid until"), ("20241224", None), ("2024-12-24", None)),
    ],
)
def test_offers_of_a_list_hold_from_and_until_when_it_says(tmp_path, names, row, by_hand):
    """Days and times are those of the shop's time zone, and the last day counts."""
    made = dated_list(tmp_path, names, row, (None, None), (None, None))
    config = load_config(made.config)
    config = config.model_copy(update={"shop": config.shop.model_copy(update={"timezone": "Asia/Shanghai"})})
    first, second, _ = config.offers_of(config.campaigns[0], [], prepare(config, DuckDBEngine()).offers)
    times = {name: one for name, one in zip(("starts_at", "ends_at"), by_hand, strict=True) if one}
    (coupon,) = read_offers([{"kind": "coupon", "percent": 10, "timezone": "Asia/Shanghai", **times}], None, "USD")
    assert first.conditions.window == coupon.conditions.window
    assert second.conditions.window == Window()


def test_init_and_check_say_that_ends_of_offers_cannot_be_read(tmp_path):
    """Such offers hold for ever."""
    made = dated_list(tmp_path, ("start", "valid until"), ("2024-12-24", "2024-12-31"), (None, "31/12/2024"))
    for notes in (made.facts["sources"]["offers"]["notes"], check(made.config).facts["notes"]):
        assert any("'valid until' is not used as ends_at: line 3: '31/12/2024'" in str(one) for one in notes)


def test_an_offer_of_a_list_that_ends_before_it_starts_is_refused(tmp_path):
    rows = ((None, "2024-01-01"), ("2024-12-31", "2024-12-31"), ("2024-12-31", "2024-12-30"))
    with pytest.raises(InputError) as error:
        dated_list(tmp_path, ("start", "end"), *rows)
    assert error.value.exit_code == 2
    said = "offers.csv', row 4, column 'end': the offer ends before it starts in 'start'; correct one of them"
    assert said in str(error.value)


@pytest.mark.parametrize(("name", "category"), [("category", "wine"), ("on", "wine"), ("Kategorie", "10")])
def test_the_category_of_an_offer_is_what_it_applies_to(tmp_path, name, category):
    pl.DataFrame([("w10", "coupon", 10, category)], ["id", "kind", "percent", name], orient="row").write_csv(
        tmp_path / "offers.csv"
    )
    path = started(tmp_path, order_lines=init_shops.parquet(tmp_path)[0], offers=tmp_path / "offers.csv").config
    config = load_config(path)
    assert config.sources["offers"].columns["on"] == name
    listed = prepare(config, DuckDBEngine()).offers
    (offer,) = config.offers_of(config.campaigns[0], [category], listed)
    assert offer.scope.categories == {category}


def test_an_offer_of_a_list_on_several_things_is_that_of_the_configuration(tmp_path):
    """So it is learned and priced in the same way."""
    rows = [
        ("a", "coupon", 10, None, None, "wine; tea", None, None),
        ("b", "spend_and_save", None, 20, 2, "wine|tea", "007,8", None),
        ("c", "coupon", 20, None, None, "tea", None, "Acme;Zed"),
    ]
    names = ["id", "kind", "percent", "spend", "save", "category", "products", "brands"]
    pl.DataFrame(rows, names, orient="row").write_csv(tmp_path / "offers.csv")
    config = load_config(
        started(tmp_path, order_lines=init_shops.parquet(tmp_path)[0], offers=tmp_path / "offers.csv").config
    )
    campaign, categories = config.campaigns[0], ["bread", "tea", "wine"]
    listed = config.offers_of(campaign, categories, prepare(config, DuckDBEngine()).offers)
    by_hand = (
        {"id": "a", "kind": "coupon", "percent": 10, "on": ["wine", "tea"]},
        {"id": "b", "kind": "spend_and_save", "spend": 20, "save": 2, "on": ["wine", "tea"], "products": ["007", "8"]},
        {"id": "c", "kind": "coupon", "percent": 20, "on": "tea", "brands": ["Acme", "Zed"]},
    )
    written = config.offers_of(campaign.model_copy(update={"offers": by_hand}), categories)
    assert listed == [replace(one, offer_id=name) for one, name in zip(written, "abc", strict=True)]
    assert [one.scope.categories for one in listed] == [{"wine", "tea"}, {"wine", "tea"}, {"tea"}]


def test_budget_and_currency_are_taken_as_given(tmp_path):
    place, _ = init_shops.parquet(tmp_path)
    made = write_shop(tmp_path / "shop", {"order_lines": str(place)}, "250.00", "CHF")
    config = load_config(made.config)
    assert (config.campaigns[0].budget, config.campaigns[0].explore_budget) == ("250.00", "25.00")
    assert config.shop.currency == "CHF"


def test_files_beside_the_folder_are_named_relative_to_it_and_others_in_full(tmp_path):
    place, _ = init_shops.german(tmp_path)
    assert started(tmp_path, order_lines=place).config.read_text(encoding="utf-8").count('path = "../verkauf.csv"') == 1
    deeper = write_shop(tmp_path / "a" / "b" / "shop", {"order_lines": str(place)}, None, None)
    assert f'path = "{place}"' in deeper.config.read_text(encoding="utf-8")


def test_what_was_guessed_is_told_with_its_reason(tmp_path):
    made = started(tmp_path, order_lines=init_shops.german(tmp_path)[0])
    assert any(
        "customer_id" in line and "Kundennummer" in line and "from the name" in line for line in page(made).splitlines()
    )
    assert made.facts["sources"]["order_lines"]["columns"]["paid"]["from"] == "Bezahlt"
    assert "products" in made.facts["missing"]


def test_a_large_file_is_judged_by_parts_of_it(tmp_path):
    halves = [
        ALL.with_columns(pl.col("moment") + pl.duration(weeks=26 * half), pl.col("order") + 1000 * half)
        for half in range(60)
    ]
    table = pl.concat(halves).with_columns(init_shops.money("amount").alias("paid")).drop("amount", "price")
    table.write_csv(tmp_path / "long.csv")
    campaign = load_config(started(tmp_path, order_lines=tmp_path / "long.csv").config).campaigns[0]
    months = (table["moment"].max() - table["moment"].min()).days / (365.25 / 12)
    assert float(campaign.budget) == pytest.approx(60 * ALL["amount"].sum() / 100 / months / 100, rel=0.1)


def with_discounts(tmp_path, discount, given=None):
    """Mapping of order lines with a column Rabatt, and what notes say of it."""
    table = ALL.with_columns(init_shops.money("amount").alias("paid"), discount.alias("Rabatt")).drop("amount", "price")
    table.write_csv(tmp_path / "lines.csv")
    files = {"order_lines": str(tmp_path / "lines.csv")}
    made = write_shop(tmp_path / "shop", files, None, None, columns=given)
    return load_config(made.config).sources["order_lines"].columns, made.facts["sources"]["order_lines"]["notes"]


def test_discounts_below_zero_are_turned(tmp_path):
    columns, notes = with_discounts(tmp_path, -(pl.col("price") % 70) / 100)
    assert columns["discount"] == "-Rabatt"
    assert notes == []


@pytest.mark.parametrize("given", [None, {"order_lines": {"discount": "Rabatt"}}])
def test_a_few_discounts_of_the_other_sign_keep_none_from_being_turned(tmp_path, given):
    off = pl.when(pl.int_range(pl.len()) == 3).then(0.5).otherwise(-(pl.col("price") % 70) / 100)
    columns, _ = with_discounts(tmp_path, off, given)
    assert columns["discount"] == ("Rabatt" if given else "-Rabatt")
    found = check(tmp_path / "shop" / "offerloop.toml").facts
    n_off = int(ALL.select((off != 0).sum()).item())
    n_added = n_off - 1 if given else 1
    remedy = 'map discount = "-Rabatt"' if given else "correct those that are errors"
    said = [one for one in found["notes"] if "below zero" in one]
    assert len(said) == 1
    assert said[0].startswith(f"on {n_added:,} of the {n_off:,} order lines with a discount, the amount of '")
    assert said[0].endswith(remedy)


@pytest.mark.parametrize("discount", [(pl.col("quantity") - 1) * 0.2, (pl.col("quantity") - 1) * 15])
def test_percentages_are_no_discounts(tmp_path, discount):
    columns, notes = with_discounts(tmp_path, discount)
    assert "discount" not in columns
    assert "shares or percentages" in notes[0]


def test_a_unit_price_above_what_was_paid_is_the_list_price(tmp_path):
    cheaper = pl.when(pl.col("quantity") == 2).then(pl.col("amount") * 0.8).otherwise(pl.col("amount"))
    table = ALL.with_columns(total=(cheaper / 100).round(2), price=pl.col("price") / 100).drop("amount")
    table.write_csv(tmp_path / "lines.csv")
    config = load_config(started(tmp_path, order_lines=tmp_path / "lines.csv").config)
    columns = config.sources["order_lines"].columns
    assert (columns["paid"], columns["list_price"]) == ("total", "price")


def no_header(folder):
    ALL.with_columns(pl.col("product").str.slice(1)).drop("category").write_csv(folder / "x.csv", include_header=False)


def empty(folder):
    (folder / "x.csv").write_text("")


def header_only(folder):
    (folder / "x.csv").write_text("order,customer,product,amount,date\n")


def not_there(folder):
    del folder


@pytest.mark.parametrize(
    "make, words",
    [
        (empty, ["x.csv", "empty"]),
        (no_header, ["x.csv", "no header"]),
        (header_only, ["x.csv", "no rows"]),
        (not_there, ["x.csv", "does not exist"]),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_writes_nothing(tmp_path, make, words):
    make(tmp_path)
    with pytest.raises(InputError) as problem:
        started(tmp_path, order_lines=tmp_path / "x.csv")
    assert all(word in str(problem.value) for word in words)
    assert "\n" not in str(problem.value)
    assert not (tmp_path / "shop").exists()


def test_a_configuration_that_is_there_is_kept(tmp_path):
    place, _ = init_shops.german(tmp_path)
    started(tmp_path, order_lines=place).config.write_text("# mine\n")
    with pytest.raises(InputError, match="delete or rename"):
        started(tmp_path, order_lines=place)
    assert (tmp_path / "shop" / "offerloop.toml").read_text() == "# mine\n"


def test_a_file_cannot_be_the_folder_and_a_url_needs_a_table(tmp_path):
    place, _ = init_shops.german(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        write_shop(place, {"order_lines": str(place)}, None, None)
    with pytest.raises(InputError, match="names no table"):
        started(tmp_path, order_lines="sqlite:///shop.db")


def test_products_with_several_rows_are_refused_before_a_run_does(tmp_path):
    listed = ALL.select(
        "product", category=pl.concat_str(pl.lit("Day "), pl.col("moment").dt.weekday().cast(pl.String))
    )
    listed.write_csv(tmp_path / "products.csv")
    with pytest.raises(
        InputError, match=r"several different rows for 'product'.*keep one, or give no file of products"
    ):
        started(tmp_path, order_lines=init_shops.german(tmp_path)[0], products=tmp_path / "products.csv")


def test_every_column_of_every_contract_has_names():
    for source, contract in CONTRACTS.items():
        for ours in (*contract.required, *contract.optional):
            languages = {language for language, _, _ in known_names(source, ours)}
            assert languages == set(LANGUAGES), f"{source}.{ours}"


@pytest.mark.parametrize(
    "better, worse, ours",
    [
        ("Customer ID", "customer name", "customer_id"),
        ("order_date", "shipping date", "at"),
        ("Gesamtbetrag", "Betragsart", "paid"),
        ("下单时间", "发货时间", "at"),
        ("Qty", "quality", "quantity"),
    ],
)
def test_exact_names_beat_contained_ones_and_these_beat_likeness(better, worse, ours):
    assert name_score(better, "order_lines", ours) > name_score(worse, "order_lines", ours)


@pytest.mark.parametrize(
    ("cells", "is_one"),
    [
        (["opt-in", "opt-out"], True),
        (["yes", "perhaps"], True),
        (["2024-01-31", "2024-02-01"], False),
        (["", ""], False),
    ],
)
def test_a_column_with_answers_holds_consent(cells, is_one):
    assert is_consent(SourceColumn("newsletter", pl.Series(cells), ".")) is is_one
