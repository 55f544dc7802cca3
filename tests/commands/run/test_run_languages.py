"""The page of a run in a language that only the tests have: no text is left outside of its catalogue."""

import pytest
from page_texts import page_of, texts_left_outside
from pseudo_language import installed

from offerloop.commands.run.summary import summarise
from offerloop.commands.run.terminal_text import screen

OF_THE_DATA = (
    "Coupons that we pay", "Coupons that suppliers share", "Made up for tests.", "Corner shop", "milk", "USD", "UTC",
    "shared-20 own-20", "order_id paid_minor spend_minor",
)  # fmt: skip
OF_OURS = ("ranker", "popularity", "repeat", "Recall@20")
"""Names of recommenders, and of what they are measured by."""
OF_LANGUAGES = ("English", "loyal", "lapsing", "Januar", "Dezember", "und")
"""What tags are called in English, and what CLDR says."""


@pytest.fixture
def language(tmp_path):
    with installed(tmp_path) as language:
        yield language


def test_a_third_language_has_every_text_of_the_page(case, language):
    _, findings = case
    page = page_of(findings, language)
    assert f'<html lang="{language}">' in page
    assert texts_left_outside(page, (*OF_THE_DATA, *OF_OURS, *OF_LANGUAGES)) == []


def test_the_terminal_reads_that_language_too(made, language):
    summary = summarise(made["all known"], language)
    assert "⟦śééńd⟧" in screen(summary)
    assert "126\xa0$ [52, 199]" in screen(summary)
