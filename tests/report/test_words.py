"""The words of reports: the same templates in every language, and what other rooms write is known in each."""

import ast
import re
import string
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

import offerloop
from offerloop.config import Clean
from offerloop.events import rules_for
from offerloop.events.cleaning.rules import rules_after_returns
from offerloop.locale import languages
from offerloop.profiles import FEATURES, TAGS
from offerloop.report import words
from offerloop.report.words import in_language, words_of
from offerloop.response.shelf import checks
from offerloop.tables import REASONS

COLUMNS = [
    "order_id", "currency", "returned", "list_value_minor", "category", "unit_cost_minor", "_wrong_column", "_test_id",
    "_anonymous_id",
]  # fmt: skip


def places(language):
    fields = string.Formatter().parse
    templates = {key: text for key, text in words_of(language).items() if not key.startswith(("tag.", "rule."))}
    return {key: {name for _, name, _, _ in fields(text) if name} for key, text in templates.items()}


def test_languages_have_the_same_templates_with_the_same_places():
    for language in languages():
        assert places(language) == places("en")


@pytest.mark.parametrize("language", languages())
def test_no_key_is_said_in_two_files(language):
    folder = Path(words.__file__).parent / language
    files = [
        import_module(f"offerloop.report.words.{language}.{file.stem}") for file in sorted(folder.glob("[a-z]*.py"))
    ]
    keys = Counter(key for file in files for key in getattr(file, "WORDS", {}))
    assert keys.keys() <= words_of(language).keys()
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("language", languages())
def test_every_reason_has_words_in_the_table_of_arms(language):
    assert {f"why_none.{code}" for code in REASONS} <= words_of(language).keys()


def written_elsewhere():
    """English of other rooms that reaches a page: rules, features, checks."""
    clean = Clean(test_ids=["TEST*"], anonymous_ids=["0"], first_day="2020-01-01", last_day="2020-12-31")
    rules = [*rules_for("order_lines", clean, COLUMNS, "EUR"), *rules_for("products", clean, COLUMNS, "EUR")]
    for rule in [*rules, *rules_after_returns(clean)]:
        yield from (rule.name, rule.why)
    for feature in FEATURES:
        yield from (feature.meaning, feature.missing)
    for name in ("NO_EFFECT", "ABOVE_ZERO", "HARDLY_ANY", "CALIBRATED", "BOUGHT_AHEAD"):
        yield getattr(checks, name).words


def test_what_other_rooms_write_is_known_in_chinese():
    texts = [text for text in written_elsewhere() if re.search("[a-z]", text)]
    assert [text for text in texts if in_language(text, "zh") == text] == []
    assert all(f"tag.{tag.name}" in words_of("zh") for tag in TAGS)


def rows_of_the_quality_table():
    """Rules and reasons that cleaning writes besides those of its rules, with any figure in its places."""
    tree = ast.parse((Path(offerloop.__file__).parent / "events/preparation.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "why":
            parts = node.value.values if isinstance(node.value, ast.JoinedStr) else [node.value]
            yield "".join(one.value if isinstance(one, ast.Constant) else "7" for one in parts)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "quality_row":
            yield from (one.value for one in node.args[1:2] if isinstance(one, ast.Constant))


def test_every_row_of_the_quality_table_is_known_in_chinese():
    texts = [text for text in rows_of_the_quality_table() if text != "7"]
    assert len(texts) >= 9
    assert [text for text in texts if in_language(text, "zh") == text] == []


def test_sentences_of_other_rooms_are_told_one_by_one():
    both = "No earlier period is left for a placebo. The campaign runs on after the last day known."
    assert in_language(both, "zh") == "没有更早的时期可做安慰剂检验。活动在已知的最后一天之后仍在进行。"
    assert in_language("nothing that anybody has said", "zh") == "nothing that anybody has said"
    assert in_language(both, "en") == both
