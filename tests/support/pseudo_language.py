"""A third language for tests: all texts of the source in brackets, accented and longer, with German figures."""

from contextlib import contextmanager
from functools import cache
from io import BytesIO

import pytest
from babel.messages import Catalog, mofile
from translatable_texts import extract

from offerloop import locale

LANGUAGE = "de"
_ACCENTS = str.maketrans("aceinosuyACEINOSUY", "áćéíńóśúýÁĆÉÍŃÓŚÚÝ")


def pseudo(text):
    """``"⟦Chóóśé {n} óf thém⟧"``: places stay, vowels are doubled, which makes the text a third longer."""
    parts = text.replace("{", "\0{").replace("}", "}\0").split("\0")
    return "⟦" + "".join(part if part.startswith("{") else _longer(part) for part in parts) + "⟧"


def _longer(text):
    return "".join(sign.translate(_ACCENTS) * (2 if sign in "aeou" else 1) for sign in text)


@contextmanager
def installed(folder):
    """Make the language known to this process, with a catalogue of all texts."""
    place = folder / LANGUAGE / "LC_MESSAGES" / f"{locale.DOMAIN}.mo"
    place.parent.mkdir(parents=True)
    place.write_bytes(_catalogue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locale, "FOLDER", folder)
        locale.translations.cache_clear()
        yield LANGUAGE
    locale.translations.cache_clear()


@cache
def _catalogue():
    """The compiled catalogue, made once a process."""
    made = Catalog(locale=LANGUAGE)
    for text in extract()[0]:
        strings = pseudo(text.template) if text.plural is None else (pseudo(text.template), pseudo(text.plural))
        made.add(text.ids, strings, context=text.context)
    compiled = BytesIO()
    mofile.write_mo(compiled, made)
    return compiled.getvalue()
