"""Explanations in a language that only the tests have: no text is left outside of its catalogue."""

import pytest
from explained_run import ROWS, build_run
from page_texts import texts_left_outside
from pseudo_language import installed

from offerloop.commands.explain.page import AUDIENCES
from offerloop.commands.explain.task import explain

OF_THE_DATA = ("Tea", "Jam", "Corner", "First Second Own", "first second own", "age", "assumed", "EUR")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_third_language_has_every_text(audience, tmp_path):
    run = build_run(tmp_path / "run")
    with installed(tmp_path / "locale") as language:
        for customer in ROWS:
            text = explain(run, str(customer), audience, language).text
            assert texts_left_outside(text, OF_THE_DATA) == []
