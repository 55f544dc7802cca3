"""The page of a study in a language that only the tests have: no text is left outside of its catalogue."""

import pytest
from page_texts import texts_left_outside
from pseudo_language import installed
from uplift_case import CASES

from offerloop.commands.uplift.page import render_uplift
from offerloop.commands.uplift.terminal_text import screen
from offerloop.workspace import BY_ESTIMATE

WRITTEN_ALIKE = ("--ignore", "--known-before", BY_ESTIMATE, "scores.csv", "scores.parquet")
"""Options of the command, a column of the scores and their files, which every language writes alike."""


@pytest.fixture
def language(tmp_path):
    with installed(tmp_path) as language:
        yield language


def names_of(found):
    """What the table itself says: names of columns, arms and groups."""
    columns = {one.column for one in (*found.groups, *found.balance)} | {*found.features, *found.negative_controls}
    noted = {name for note in found.notes for name in note.names}
    named = {found.place, found.treatment, found.outcome, found.value, found.cost, *(one.group for one in found.groups)}
    kinds = [*(one.of for one in found.drivers), *(one for segment in found.segments for one in segment.conditions)]
    columns |= {one.column for one in kinds} | {one.category for one in kinds} | {found.cluster}
    columns |= {one.column for one in found.suspects} | {one.value for one in found.suspects}
    offers = {name for pair in found.pairs for name in (pair.first, pair.second)}
    arms = {*(arm.name for arm in found.arms), *(one.arm for one in found.balance)}
    return {*arms, *offers, *columns, *noted, *named, *WRITTEN_ALIKE} - {None}


@pytest.mark.parametrize("name", CASES)
def test_a_third_language_has_every_text_of_the_page(name, language):
    found = CASES[name]()
    page = render_uplift(found, language)
    assert f'<html lang="{language}">' in page
    assert texts_left_outside(page, names_of(found)) == []


def test_figures_are_written_as_that_language_does(language):
    text = screen(CASES["targeted"](), language)
    assert "0,61 [0,30, 0,92]" in text
    assert "64.000 ćúúśtóóméérś" in text
