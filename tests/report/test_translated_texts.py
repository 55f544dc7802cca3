"""Figures are written once, and their texts in every language."""

import json

import pytest

from offerloop.message import Message
from offerloop.report import Localizer, in_all_languages, in_language


def content(language):
    _ = Localizer(language)
    parts = [{"a/b~": _(Message("the plan", context="policy")), "n": 3}, None, "kept"]
    return {"language": language, "parts": parts}


def test_a_reader_gets_the_content_as_if_it_had_been_written_in_that_language():
    written = in_all_languages(content, "en")
    assert in_language(written, "zh") == content("zh") != content("en")
    assert in_language(written, "en") == content("en")
    assert set(written["translations"]["zh"]) == {"/language", "/parts/0/a~1b~0"}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ({"notes": ["one", "two"], "n": 1}, {"notes": ["一"], "n": 1}),
        ({"notes": {"a": "one"}}, {"notes": {"b": "一"}}),
        ({"notes": None}, {"notes": "一"}),
        ({"one": "one"}, {"two": "二"}),
    ],
)
def test_languages_may_differ_in_structure(english, chinese):
    written = json.loads(json.dumps(in_all_languages({"en": english, "zh": chinese}.__getitem__, "en")))
    assert in_language(written, "en") == english
    assert in_language(written, "zh") == chinese


def test_without_that_language_it_stays_as_it_was_written():
    assert in_language({"sentence": "Hallo", "n": 1}, "zh") == {"sentence": "Hallo", "n": 1}
