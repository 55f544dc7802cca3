"""Each language has all texts of the source, and no call says what a catalogue could not carry."""

import ast

import pytest
from babel.messages import Catalog
from messages import ALIKE, problems, report, updated, written
from pseudo_language import installed
from translatable_texts import Text, extract, python_calls

from offerloop.errors import InputError
from offerloop.locale import known_language, languages
from offerloop.report import Localizer


def test_nothing_is_missing_stale_or_fuzzy():
    assert report(check=True) == [], "run `make messages`"


def test_languages_are_english_and_those_with_a_catalogue():
    assert languages() == ("en", "zh")
    assert known_language(None) == "en"
    with pytest.raises(InputError, match="there is no language 'zz'"):
        known_language("zz")


def faults(code):
    return [fault for call in python_calls(ast.walk(ast.parse(code)), "file.py") for fault in call.faults()]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ('_("Give {n} of them an offer", m=1)', "the places are ['n'], the values ['m']"),
        ('Message("Give {n} of them an offer", m=1)', "the places are ['n'], the values ['m']"),
        ('_("Give all of them an offer", plural="Give {m} of them an offer", m=1)', "the plural is chosen by {n}"),
        ('_("column")', "a text of under four words needs a context"),
        ('_("column", context=name)', "context and plural must be literals"),
    ],
)
def test_calls_that_cannot_be_translated_are_named_with_their_line(code, fault):
    (found,) = faults(code)
    assert found.startswith("file.py:1: ")
    assert fault in found


def test_a_template_that_translates_a_value_has_no_text(tmp_path):
    source = tmp_path / "src" / "room"
    source.mkdir(parents=True)
    (source / "page.html.j2").write_text('{{ _(value, "x") }}{{ _("Give all of them an offer") }}')
    texts, _ = extract(source)
    assert [one.template for one in texts] == ["Give all of them an offer"]


def test_a_message_may_get_its_values_later():
    assert faults('Message("Give {n} of them an offer")') == []


def text(template, context=None, plural=None):
    return Text(template, context, plural, "file.py", 1)


def test_a_changed_text_keeps_its_translation_as_fuzzy_and_one_that_is_gone_goes():
    known = Catalog(locale="zh")
    known.add("Give all of them an offer", "向所有人发放优惠")
    known.add("Something else entirely was here", "别的")
    made = updated(known, [text("Give each of them an offer"), text("{n} order", plural="{n} orders")])
    assert [("".join(one.string), one.fuzzy) for one in made if one.id] == [("向所有人发放优惠", True), ("", False)]
    assert [line.split(":")[1].strip() for line in problems(made)] == ["fuzzy", "not translated"]
    assert 0 < ALIKE < 1


def test_a_translation_with_other_places_is_a_problem():
    known = Catalog(locale="zh")
    known.add("Give {n} of them an offer", "向 {m} 人发放优惠")
    assert list(problems(known)) == ["zh: other places than ['n']: '向 {m} 人发放优惠'"]


def test_a_catalogue_is_written_as_the_same_bytes():
    texts, _ = extract()
    once = updated(Catalog(locale="zh"), texts)
    assert written(once) == written(updated(once, texts))


def test_a_third_language_is_one_more_catalogue(tmp_path):
    with installed(tmp_path) as language:
        assert languages() == ("en", language)
        assert Localizer(language)("What the terms mean") == "⟦Wháát théé téérmś mééááń⟧"
