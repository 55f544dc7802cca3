"""How fields of a form show what is wrong with them."""

import re
from zoneinfo import ZoneInfo

import pytest

from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.web.console.blocks import Form, Input, View
from offerloop.web.console.rendering import as_html

LABEL = Message("Name", context="field of a form")


def shown(*more):
    form = Form("names", "/console/do/name", LABEL, (), more=more, more_title="More")
    return as_html(
        "components/frame.html.j2", Localizer("en"), ZoneInfo("UTC"), view=View("Names", blocks=(form,)),
        shop="Shop", languages=[], pages=[], person=None, current="", query="", simulated=False, here="", data="",
        roles_with=str, words_of=str,
    )  # fmt: skip


@pytest.mark.parametrize("error", ["", "It is taken."])
def test_what_is_folded_away_is_open_where_it_has_an_error(error):
    assert ("<details open>" in shown(Input("name", LABEL, error=error))) is bool(error)


def test_a_field_with_an_error_is_described_by_its_hint_too():
    page = shown(Input("name", LABEL, hint="A short one.", error="It is taken."))
    described = re.search(r'aria-describedby="([^"]*)"', page)[1].split()
    assert described == ["names-name-error", "names-name-hint"]
    assert all(f'id="{one}"' in page for one in described)


def test_a_field_holds_what_was_written_in_it():
    """Where no line may end is for texts that are read, and no form sends it back."""
    line = '["7", "8"] 20 % [1, 2]'
    page = shown(Input("name", LABEL, "textarea", line), Input("title", LABEL, value="20 % now", hint="Up to 20 %."))
    assert "[1, 2]" in page
    assert 'value="20 % now"' in page
    assert "Up to 20\u00a0%." in page
