"""The words of reports: the same templates in every language, and what other rooms write is known in each."""

import string
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from offerloop.locale import languages
from offerloop.report import words
from offerloop.report.words import in_language, words_of
from offerloop.tables import REASONS


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


def test_sentences_of_other_rooms_are_told_one_by_one():
    both = "No earlier period is left for a placebo. The campaign runs on after the last day known."
    assert in_language(both, "zh") == "没有更早的时期可做安慰剂检验。活动在已知的最后一天之后仍在进行。"
    assert in_language("nothing that anybody has said", "zh") == "nothing that anybody has said"
    assert in_language(both, "en") == both
