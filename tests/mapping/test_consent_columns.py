"""Columns of customers that say who agreed or opted out: what init maps, and what it and check say of the rest."""

import init_shops
import polars as pl
import pytest

from offerloop.commands.check.page import page
from offerloop.commands.check.task import check
from offerloop.commands.init.page import page as mapping_page
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.errors import InputError, SourceError


@pytest.fixture
def written(tmp_path):
    """Write a configuration for a shop whose list of customers has further columns; returns what init says."""
    orders = str(init_shops.german(tmp_path)[0])
    people = init_shops.order_lines().select("customer").unique().sort("customer")

    def build(given=None, **columns):
        first = pl.int_range(pl.len()) < 5
        further = [
            pl.when(first).then(pl.lit(one)).otherwise(pl.lit(rest)).alias(name)
            for name, (one, rest) in columns.items()
        ]
        people.with_columns(*further).write_csv(tmp_path / "customers.csv")
        files = {"order_lines": orders, "customers": str(tmp_path / "customers.csv")}
        return write_shop(tmp_path / "shop", files, None, None, columns=given and {"customers": given})

    return build


@pytest.mark.parametrize(
    ("name", "ours", "cells"),
    [
        ("退订", "opt_out", ("是", "否")),
        ("unsubscribed", "opt_out", ("unsubscribed", "subscribed")),
        ("opt_out", "opt_out", ("1", "0")),
        ("允许推送", "consent", ("不愿意", "愿意")),
        ("Consentement", "consent", ("Refusé", "Accepté")),
    ],
)
def test_init_maps_it_and_check_says_how_many_refuse(written, name, ours, cells):
    path = written(**{name: cells}).config
    assert load_config(path).sources["customers"].columns[ours] == name
    found = check(path, language="en")
    assert found.facts["consent"]["refused"] == 5
    n = found.facts["orders"]["n_customers"]
    said = f"Consent: {n - 5} of {n} customers who bought have agreed to personal offers; 5 get none: 5 refuse, 0 have"
    assert any(line.startswith(said) for line in page(found).splitlines())
    assert not any("no consent of customers" in line for line in page(found).splitlines())


def test_check_says_so_where_nobody_was_asked(written):
    found = check(written(shoe_size=("38", "40")).config)
    assert any(line.startswith("Consent: no column says who agreed, so that all ") for line in page(found).splitlines())


def test_a_column_of_those_who_opted_out_cannot_be_given_as_consent(written):
    with pytest.raises(SourceError, match="'退订' is mapped as consent, and by its name it says who opted out"):
        written(given={"consent": "退订"}, 退订=("是", "否"))


def test_a_column_that_holds_no_answers_is_refused_with_those_that_are_known(written):
    with pytest.raises(InputError, match="'vielleicht' is no answer that is known; known are yes or no, 1 or 0"):
        written(given={"consent": "Werbung"}, Werbung=("vielleicht", "eher nicht"))


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("unsubscribed_at", "2024-01-31"),
        ("Email Opt-Out Date", "31.01.2024 10:15"),
        ("退订时间", "2024年1月31日"),
        ("Date de désinscription", "31/01/24"),
        ("unsubscribe_flag", "X"),
        ("baja", "sí"),
    ],
)
def test_only_marked_customers_opted_out_where_nothing_says_who_did_not(written, name, mark):
    path = written(**{name: (mark, "")}).config
    assert load_config(path).sources["customers"].columns["opt_out"] == name
    found = check(path, language="en")
    consent = found.facts["consent"]
    n = consent["customers"]
    assert (consent["agreed"], consent["refused"], consent["silent"], consent["unmarked"]) == (n - 5, 5, 0, n - 5)
    said = f"; {n - 5} have an empty cell of opt_out, which counts as not opted out"
    assert any(said in line for line in page(found).splitlines())


def test_an_empty_opt_out_says_nothing_where_others_say_that_they_did_not(written):
    columns = {"opt_out": ("no", "")}
    consent = check(written(**columns).config).facts["consent"]
    assert (consent["agreed"], consent["unmarked"], consent["silent"]) == (5, 0, consent["customers"] - 5)


@pytest.mark.parametrize(
    ("name", "ours", "cells"),
    [
        ("suppressed", "opt_out", ("True", "False")),
        ("baja", "opt_out", ("sí", "no")),
        ("黑名单", "opt_out", ("1", "0")),
        ("Sperrliste", "opt_out", ("ja", "nein")),
        ("liste_noire", "opt_out", ("oui", "non")),
        ("inscrit_NL", "consent", ("0", "1")),
    ],
)
def test_refusals_under_further_names_are_seen(written, name, ours, cells):
    path = written(**{name: cells}).config
    assert load_config(path).sources["customers"].columns[ours] == name
    assert check(path).facts["consent"]["refused"] == 5


def test_what_is_not_mapped_is_noted_with_the_line_to_add(written):
    begun = written(email_status=("unsubscribed", "subscribed"), unsubscribed_at=("week 5", ""))
    by_cells = 'add consent = "email_status" to [sources.customers.columns]'
    by_name = "add opt_out = \"unsubscribed_at\" to [sources.customers.columns] once its cells, such as 'week 5',"
    for lines in (mapping_page(begun).splitlines(), page(check(begun.config)).splitlines()):
        assert any(by_cells in line and "seems, by its cells, to say who agreed" in line for line in lines)
        assert any(by_name in line for line in lines)


def test_a_second_column_is_noted_where_another_one_is_read(written):
    begun = written(opt_out=("1", "0"), sms_opt_out=("1", "0"))
    assert load_config(begun.config).sources["customers"].columns["opt_out"] == "opt_out"
    told = (
        "the column 'sms_opt_out' of customers seems, by its name, to say who opted out of personal offers, and opt_out"
    )
    assert any(told in line for line in mapping_page(begun).splitlines())
    assert any(told in line for line in page(check(begun.config)).splitlines())


def test_customers_who_are_left_out_by_cleaning_are_counted(written, tmp_path):
    path = written(opt_out=("1", "0")).config
    text = path.read_text(encoding="utf-8")
    first = pl.read_csv(tmp_path / "customers.csv", schema_overrides={"customer": pl.String})["customer"][0]
    path.write_text(text.replace('# test_ids = ["TEST*"]', f'test_ids = ["{first}"]'), encoding="utf-8")
    found = check(path, language="en")
    n = found.facts["consent"]["customers"]
    assert found.facts["orders"]["n_customers"] == n - 1
    lines = page(found).splitlines()
    assert any(line.endswith(f"; cleaning leaves out all order lines of 1 of the {n}") for line in lines)
