"""Offers collected from public sources: none is read wrongly, and a page says how many are read."""

from pathlib import Path

import pytest
from short_forms import GROUPS, OUTCOMES, collected_offers, table

PAGE = Path(__file__).parents[3] / "docs" / "decisions" / "short-forms.md"


@pytest.fixture(scope="module")
def offers():
    return collected_offers()


def test_no_offer_is_read_wrongly(offers):
    assert [one.text for one in offers if one.outcome == "read wrongly"] == []


@pytest.mark.parametrize("group", GROUPS)
def test_most_offers_that_have_a_reading_are_read(offers, group):
    own = [one.outcome for one in offers if one.group == group and one.expected is not None]
    assert own.count(OUTCOMES[0]) / len(own) > 0.8


def test_the_page_says_what_is_measured(offers):
    assert len(offers) > 200
    assert table(offers) in PAGE.read_text(encoding="utf-8")
