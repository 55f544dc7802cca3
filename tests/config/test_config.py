from datetime import date
from fractions import Fraction
from typing import get_args

import pytest

from offerloop.config import Config, SectionName, load_config
from offerloop.errors import ConfigError

MINIMAL = """
[shop]
name = "Corner shop"

[sources.order_lines]
path = "data/lines.csv"
columns = { order_id = "o", customer_id = "c", product_id = "p", quantity = "q", paid = "paid", at = "at" }

[[campaigns]]
id = "spring"
title = "Spring"
budget = "100.50"
offers = [{ kind = "coupon", percent = [10, 20], on = "each category", max_discount = "5.00" }]
"""


@pytest.fixture
def load(tmp_path):
    def load_text(text):
        path = tmp_path / "offerloop.toml"
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return load_text


@pytest.fixture
def refusal(load):
    """The message with which a changed MINIMAL is refused."""

    def refuse(*changes):
        text = MINIMAL
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        with pytest.raises(ConfigError) as error:
            load(text)
        return str(error.value)

    return refuse


def test_the_least_configuration_is_enough(load):
    config = load(MINIMAL)
    assert (config.shop.currency, config.shop.timezone, config.margin) == ("USD", "UTC", Fraction(3, 10))
    assert config.minor(config.campaigns[0].budget) == 10050
    assert config.campaigns[0].budget_basis == "liability"
    assert config.profiles.as_of is None


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path):
    path = tmp_path / "offerloop.toml"
    path.write_text(MINIMAL, encoding="utf-8-sig")
    config = load_config(path)
    assert config.shop.name == "Corner shop"
    assert config.text == MINIMAL


def test_paths_are_relative_to_the_file_not_to_where_it_is_run_from(load, tmp_path):
    assert load(MINIMAL).sources["order_lines"].path == tmp_path / "data" / "lines.csv"


def test_absolute_paths_stay(load, tmp_path):
    elsewhere = tmp_path.parent / "lines.csv"
    assert load(MINIMAL.replace("data/lines.csv", str(elsewhere))).sources["order_lines"].path == elsewhere


def test_the_moment_of_the_profiles_is_a_day(load):
    assert load(MINIMAL + "[profiles]\nas_of = 2024-02-29\n").profiles.as_of == date(2024, 2, 29)


def test_the_margin_is_the_decimal_that_was_written(load):
    assert load(MINIMAL.replace('name = "Corner shop"', 'name = "x"\nmargin = 0.35')).margin == Fraction(35, 100)


def test_offers_of_a_campaign(load):
    config = load(MINIMAL)
    offers = config.offers_of(config.campaigns[0], ["tea", "bread"])
    assert sorted(offer.offer_id for offer in offers) == [
        "coupon-10 bread",
        "coupon-10 tea",
        "coupon-20 bread",
        "coupon-20 tea",
    ]


def test_a_wrong_offer_names_its_campaign(load):
    config = load(MINIMAL.replace("max_discount", "max_discont"))
    with pytest.raises(ConfigError, match=r"campaign 'spring': .* 'max_discont', did you mean 'max_discount'"):
        config.offers_of(config.campaigns[0], ["tea"])


@pytest.mark.parametrize(
    ("old", "new", "place", "hint"),
    [
        ("[shop]", "sead = 2\n[shop]", "sead", "seed"),
        ('name = "Corner shop"', 'name = "x"\ncurency = "EUR"', "shop.curency", "currency"),
        ('path = "data', 'colums = {}\npath = "data', "sources.order_lines.colums", "columns"),
        (
            'title = "Spring"',
            'title = "x"\nbudget_bases = "expected"',
            "campaign 'spring', budget_bases",
            "budget_basis",
        ),
        ("[[campaigns]]", "[response]\ncategorys = 3\n[[campaigns]]", "response.categorys", "categories"),
    ],
)
def test_an_unknown_key_is_answered_with_its_place_and_the_nearest_name(refusal, old, new, place, hint):
    assert f"{place}: unknown key, did you mean '{hint}'?" in refusal((old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sources.order_lines", "sources.products", "'order_lines' is missing"),
        ('path = "data/lines.csv"', "", "give 'path' (a file), 'url' (a database) or 'table' (of a Spark session)"),
        (
            'path = "data/lines.csv"',
            'path = "a.csv"\ntable = "a"',
            "give 'path' (a file), 'url' (a database) or 'table'",
        ),
        ('path = "data/lines.csv"', 'path = "a.csv"\nquery = "select 1"', "'query' belongs to a source with 'url'"),
        ("sources.order_lines", "sources.order_line", "no source 'order_line', did you mean 'order_lines'?"),
        ('"100.50"', '"-0.01"', "'budget' of campaign 'spring' is below zero"),
        ('"100.50"', '"1.00"\nexplore_budget = "-1"', "'explore_budget' of campaign 'spring' is below zero"),
        ('"100.50"', '"100.505"', "'budget' of campaign 'spring': '100.505' is not an amount in USD"),
        ('"100.50"', '"plenty"', "'budget' of campaign 'spring': 'plenty' is not an amount of money"),
        (
            '"100.50"',
            '"1"\nbudget_basis = "hope"',
            """campaign 'spring', budget_basis: must be 'liability' or 'expected', not "hope\"""",
        ),
        ('"100.50"', '"1"\nbudget_unit = "EUR"', "'budget_unit' of campaign 'spring' must be small letters"),
        (
            'name = "Corner shop"',
            'name = "x"\ncurrency = "XXX"',
            "'XXX' is not a currency; write its three letters (ISO 4217)",
        ),
        ('name = "Corner shop"', 'name = "x"\ntimezone = "Mars/Olympus"', "'Mars/Olympus' is not an IANA time zone"),
        ('name = "Corner shop"', 'name = "x"\ntimezone = "../UTC"', "'../UTC' is not an IANA time zone"),
        ('name = "Corner shop"', 'name = "x"\ntimezone = "America"', "'America' is not an IANA time zone"),
        ('name = "Corner shop"', 'name = "x"\nmargin = 1.01', "shop.margin"),
        ('name = "Corner shop"', "", "shop.name"),
        ("[[campaigns]]", "[experiment]\nholdout = -0.1\n[[campaigns]]", "experiment.holdout"),
        (
            "offers = [{",
            "offers = []\n#",
            "campaign 'spring' has no offers; add [[campaigns.offers]] or [sources.offers]",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(refusal, old, new, said):
    message = refusal((old, new))
    assert said in message
    assert "offerloop.toml: " in message


NAME = 'name = "Corner shop"'
SLIPS = [
    ('"100.50"', "9000.00", """campaign 'spring', budget: write it in quotes, budget = "9000.00\""""),
    ('"100.50"', "9000", """campaign 'spring', budget: write it in quotes, budget = "9000\""""),
    ('"100.50"', "true", "campaign 'spring', budget: must be text in quotes, not true"),
    ('id = "spring"', "id = 5", 'the 1st [[campaigns]], id: write it in quotes, id = "5"'),
    ('title = "Spring"', "", "campaign 'spring', title: is required and missing"),
    (
        "[[campaigns]]",
        "[campaigns]",
        "campaigns: must be a list, so write its header in double brackets, [[campaigns]]",
    ),
    ("offers = [{", "offers = [5, {", "campaign 'spring', offers, the 1st: must be a table, not 5"),
    (NAME, f"{NAME}\nmargin = 60", "shop.margin: must be a share between 0 and 1, such as 0.60 for 60 %, not 60"),
    (NAME, f"{NAME}\nmargin = 250", "shop.margin: must be a share between 0 and 1, such as 0.30 for 30 %, not 250"),
    (NAME, f"{NAME}\nmargin = 0", "shop.margin: must be more than 0, not 0"),
    (NAME, f'{NAME}\nmargin = "30 %"', 'shop.margin: must be a number, not "30 %"'),
    (NAME, 'nam = "Shop"', "shop.nam: unknown key, did you mean 'name', which is required?"),
    (NAME, "", "shop.name: is required and missing"),
    ("[shop]", "[shopp]", "shopp: unknown key, did you mean 'shop', which is required?"),
    ("[shop]", "seed = 1.5\n[shop]", "seed: must be a whole number, not 1.5"),
    ('quantity = "q"', "quantity = 1", 'sources.order_lines.columns.quantity: write it in quotes, quantity = "1"'),
    ('path = "data/lines.csv"', "path = 5", 'sources.order_lines.path: write it in quotes, path = "5"'),
]
HOLDOUT = "experiment.holdout: must be a share from 0.01 to 0.2"
WHY = "with fewer customers no read-out shows anything, and more give up too much of what a plan earns"
SECTIONS = [
    ('[clean]\nfirst_day = "01.02.2024"', 'clean.first_day: must be a day such as 2024-01-31, not "01.02.2024"'),
    ("[clean]\nmax_quantity = 0", "clean.max_quantity: must be 1 or more, not 0"),
    ('[clean]\ntest_ids = "T*"', 'clean.test_ids: must be a list in square brackets, not "T*"'),
    ("[clean]\ntest_ids = [5]", 'clean.test_ids, the 1st: write it in quotes, "5"'),
    ("[experiment]\nholdout = true", "experiment.holdout: must be a number, not true"),
    ("[experiment]\nholdout = 1.0", f"{HOLDOUT}, such as 0.01 for 1 %, not 1: {WHY}"),
    ("[experiment]\nholdout = 10", f"{HOLDOUT}, such as 0.10 for 10 %, not 10: {WHY}"),
    ("[experiment]\nholdout = 0", f"{HOLDOUT}, such as 0.05 for 5 %, not 0: {WHY}"),
    ("[experiment]\nholdout = 0.21", f"{HOLDOUT}, such as 0.05 for 5 %, not 0.21: {WHY}"),
    ("[experiment]\nholdout = nan", "experiment.holdout: must be a number, neither nan nor inf, not nan"),
    ("[recommend]\ncandidates = []", "recommend.candidates: must hold 1 or more, not a list of 0"),
    ("[recommend]\nmin_margin = inf", "recommend.min_margin: must be a number, neither nan nor inf, not inf"),
    ("[audiences.a]\nfield = 'x'\nabove = nan", "audiences.a.above: must be a number, neither nan nor inf, not nan"),
    ('[privacy]\npseudonymise = "ja"', 'privacy.pseudonymise: must be true or false, not "ja"'),
    ("[audiences.a]\nfield = 'x'\nbetween = [1]", "audiences.a.between: needs more than a list of 1"),
    ("[audiences.a]\nfield = 'x'\nbetween = [1, 2, 3]", "audiences.a.between: must hold 2 or fewer, not a list of 3"),
    (
        "[audiences.a]\nfield = 'x'\nequals = 2024-01-01",
        "audiences.a.equals: must be one text, number, or true or false, not 2024-01-01",
    ),
    ("[audiences]\na = 5", "audiences.a: must be a table, not 5"),
    (
        "[[publish]]\nkind = 'csvv'",
        """the 1st [[publish]], kind: must be 'csv', 'sql' or 'webhook', not "csvv", did you mean 'csv'?""",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "said"), [*SLIPS, *(("[shop]", f"{text}\n[shop]", said) for text, said in SECTIONS)]
)
def test_each_slip_is_one_sentence_that_says_what_to_write(refusal, tmp_path, old, new, said):
    assert refusal((old, new)) == f"{tmp_path / 'offerloop.toml'}: {said}"


def test_a_day_may_stand_in_quotes(load):
    assert load(MINIMAL + '[clean]\nfirst_day = "2024-01-02"\n').clean.first_day == date(2024, 1, 2)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (NAME, "name = Corner shop", 'text needs quotes, name = "Corner shop"'),
        ('quantity = "q"', "quantity = q", 'text needs quotes, quantity = "q"'),
        (NAME, f"{NAME}\n[clean]\ntest_ids = [TEST, 'x']", 'text needs quotes, "TEST"'),
    ],
)
def test_text_without_quotes_is_shown_with_them(refusal, old, new, said):
    assert refusal((old, new)).endswith(f"; {said}")


def test_two_campaigns_may_not_share_an_id(load):
    campaign = MINIMAL[MINIMAL.index("[[campaigns]]") :]
    with pytest.raises(ConfigError, match="two campaigns have the same 'id'"):
        load(MINIMAL + campaign)


def test_a_configuration_without_campaigns_is_refused(load):
    with pytest.raises(ConfigError, match="campaigns"):
        load(MINIMAL[: MINIMAL.index("[[campaigns]]")])


def test_sources_must_be_tables(load):
    text = MINIMAL[: MINIMAL.index("[sources")] + MINIMAL[MINIMAL.index("[[campaigns]]") :]
    with pytest.raises(ConfigError, match="sources are tables"):
        load("sources = 5\n" + text)


def test_several_problems_are_reported_at_once_one_line_each(refusal):
    message = refusal(
        ('name = "Corner shop"', 'nam = "x"\ncurrency = "XXX"'),
        ('title = "Spring"', ""),
        ("sources.order_lines", "sources.x"),
    )
    lines = message.splitlines()
    places = [line.split(": ")[1] for line in lines]
    assert sorted(places) == ["campaign 'spring', title", "shop.currency", "shop.nam", "sources"]


def test_a_file_that_is_not_toml(load):
    with pytest.raises(ConfigError, match="is not TOML"):
        load("shop: name")


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("[audiences.金银]", '[audiences."金银"]'),
        ("[[größe.a]] # here", '[["größe".a]]'),
        ("a = { 金银 = 1 }", '"金银"'),
    ],
)
def test_a_name_beyond_ascii_is_shown_in_quotes(load, line, quoted):
    with pytest.raises(ConfigError) as told:
        load(line)
    assert str(told.value).endswith(f"; a name with other letters than A to Z needs quotes, {quoted}")


def test_a_file_that_is_not_text(tmp_path):
    path = tmp_path / "offerloop.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not TOML"):
        load_config(path)


@pytest.mark.parametrize("content", [b"order,product\n1,2\n", "Commande,Désignation\n".encode("cp1252")])
def test_order_lines_given_as_a_configuration_are_told_what_is_wanted(tmp_path, content):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"orders.csv' is no TOML file, and a configuration .*init DIR --or") as told:
        load_config(path)
    assert "\n" not in str(told.value)


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match=r"no configuration '.*nowhere.toml'; write one with 'offerloop init'"):
        load_config(tmp_path / "nowhere.toml")


def test_a_folder_stands_for_the_configuration_in_it(tmp_path):
    with pytest.raises(ConfigError, match=r"no configuration '.*offerloop.toml'; write one with 'offerloop init'"):
        load_config(tmp_path)


PUBLISH = """[[publish]]
kind = "sql"
url = "sqlite:///crm.db"
"""


def test_two_sections_do_not_write_one_file(load):
    csv = '[[publish]]\nkind = "csv"\npath = "{}"\n'
    assert len(load(MINIMAL + csv.format("a-{run}.csv") + csv.format("b-{run}.csv")).publish) == 2
    with pytest.raises(ConfigError, match=r"several sections write to 'a\.csv'; give each a 'path' of its own"):
        load(MINIMAL + 2 * csv.format("a.csv"))


def test_what_is_published_has_a_default_and_an_order(load):
    (found,) = load(MINIMAL + PUBLISH).publish
    assert list(found.mapping)[:3] == ["run", "customer_id", "campaign_id"]
    assert "arm" not in found.mapping
    (found,) = load(MINIMAL + PUBLISH + 'columns = { b = "customer_id", a = "run" }').publish
    assert list(found.mapping.items()) == [("b", "customer_id"), ("a", "run")]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('kind = "csv"', "a [[publish]] of kind 'csv' needs 'path'"),
        ('kind = "sql"\npath = "x.csv"', "a [[publish]] of kind 'sql' needs 'url'"),
        ('kind = "csv"\npath = "x.csv"\nurl = "sqlite:///x"', "of kind 'csv' has no 'url', but 'path'"),
        ('kind = "webhook"\nurl = "crm.example/x"', "must begin with https:// or http://"),
        ('kind = "csv"\npath = "x.csv"\ntoken_env = "T"', "'token_env' belongs to a [[publish]] of kind 'webhook'"),
        ('kind = "csv"\npath = "x"\ncolumns = { who = "custmer_id" }', "did you mean 'customer_id'?"),
        ('kind = "sql"\nurl = "sqlite:///x"\ncolumns = { run = "run" }', "must map 'customer_id'"),
        ('kind = "csv"\npath = "x"\npth = "y"', "the 1st [[publish]], pth: unknown key, did you mean 'path'?"),
    ],
)
def test_a_publish_that_cannot_be_is_refused(load, section, said):
    with pytest.raises(ConfigError) as error:
        load(f"{MINIMAL}[[publish]]\n{section}\n")
    assert said in str(error.value)


def test_a_part_of_the_configuration_can_be_asked_for_by_every_key():
    assert set(get_args(SectionName)) == set(Config.model_fields)


CUSTOMERS = """
[sources.customers]
path = "people.csv"
columns = { customer_id = "c", segment = "tier" }
attributes = ["region", "age"]

[profiles]
audit_only = ["age"]
fixed_attributes = ["region", "segment"]
"""


def test_attributes_that_tell_who_responds_are_those_of_the_customers_or_their_segment(load):
    assert load(MINIMAL + CUSTOMERS).profiles.fixed_attributes == ("region", "segment")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ('["regoin"]', "names 'regoin', not an attribute of sources.customers, did you mean 'region'?"),
        ('["age"]', "names 'age', which profiles.audit_only keeps from models"),
    ],
)
def test_other_attributes_cannot_tell_who_responds(load, named, said):
    with pytest.raises(ConfigError) as error:
        load(MINIMAL + CUSTOMERS.replace('["region", "segment"]', named))
    assert said in str(error.value)
