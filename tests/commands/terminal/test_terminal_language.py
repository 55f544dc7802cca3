"""Help and errors in the reader's language: as typed, else of the shop, else of the environment, else English."""

import pytest
from typed_command import offerloop
from typer.testing import CliRunner

from offerloop.cli import app
from offerloop.commands.terminal.help import help_text
from offerloop.commands.terminal.language import VARIABLES, note_language, terminal_language
from offerloop.locale import languages

SUMMARY = "Say why a customer gets an offer or none."


@pytest.fixture(autouse=True)
def _english_environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    note_language([])


@pytest.mark.parametrize(
    "environment, language",
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LANG": "C", "LC_ALL": "zh-TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "OFFERLOOP_LANGUAGE": "en"}, "en"),
        ({"LANG": "en_US.UTF-8", "OFFERLOOP_LANGUAGE": "zh"}, "zh"),
        ({"LANG": "sv_SE.UTF-8@euro"}, "en"),
    ],
)
def test_the_first_variable_that_is_set_names_the_language(environment, language):
    assert terminal_language(environment) == language


@pytest.mark.parametrize("typed", [["--language", "zh", "explain", "--help"], ["explain", "-h", "--language=zh"]])
def test_a_language_typed_anywhere_decides_the_help(typed):
    shown = CliRunner().invoke(app, typed).output
    assert help_text(SUMMARY, "zh") in shown
    assert help_text("Options", "zh") in shown
    assert help_text("required", "zh") in shown
    assert "Usage" not in shown


def test_panels_and_summaries_follow_the_environment(monkeypatch):
    monkeypatch.setenv("OFFERLOOP_LANGUAGE", "zh")
    shown = CliRunner().invoke(app, ["--help"]).output
    assert all(help_text(text, "zh") in shown for text in ("Your shop", "One table", SUMMARY))
    assert SUMMARY not in shown


def test_an_option_names_all_languages():
    text = help_text(
        "Language of texts and reports: {languages}; default: that of the configuration, else of the data.", "en"
    )
    assert " or ".join(languages()) in text


SHOP = """[shop]
name = "x"
currency = "{currency}"
[sources.order_lines]
path = "missing.csv"
columns = {{ order_id = "o", customer_id = "c", product_id = "p", quantity = "q", paid = "a", at = "t" }}
[[campaigns]]
id = "first"
title = "First"
budget = "10.00"
[[campaigns.offers]]
kind = "coupon"
percent = 10
{more}
"""


@pytest.mark.parametrize(
    "currency, more, typed, chinese",
    [
        ("EUR", "", [], False),
        ("CNY", "", [], True),
        ("CNY", '[report]\nlanguage = "en"', [], False),
        ("EUR", '[report]\nlanguage = "zh"', [], True),
        ("CNY", "", ["--language", "en"], False),
        ("EUR", "", ["--language", "zh"], True),
    ],
)
def test_an_error_is_in_the_language_that_is_typed_else_of_the_shop(tmp_path, currency, more, typed, chinese):
    (tmp_path / "offerloop.toml").write_text(SHOP.format(currency=currency, more=more), encoding="utf-8")
    code, _, said = offerloop("check", str(tmp_path), *typed)
    assert code == 2
    assert ("不存在" in said, "does not exist" in said) == (chinese, not chinese)
