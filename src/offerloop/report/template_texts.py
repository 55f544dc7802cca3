"""Texts of templates, by Jinja's i18n extension: `{% trans %}` and `{% pluralize %}` around a text of the catalogues.

The extension names places `%(n)s` and doubles per cent signs. Catalogues name them `{n}`, as all code does, and their
values stay typed: a day or an amount in a template is written as the language writes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from offerloop.message import Message, Value
from offerloop.report.localizer import Localizer

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment

_PLACE = re.compile(r"%\((\w+)\)s|%(%)")


def template_environment(loader: BaseLoader | None = None) -> Environment:
    """Return an environment for pages: HTML is escaped, an unknown name is an error, and texts are translated."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # values are given to the functions by name
    return environment


def text_functions(localizer: Localizer) -> dict[str, Callable[..., str]]:
    """Return what templates call for texts in one language: the localizer, and the functions of the extension."""

    def npgettext(context: str | None, text: str, plural: str | None, _: int, /, **values: Value) -> str:
        message = Message(braced(text), context=context, plural=None if plural is None else braced(plural))
        return localizer(message.with_values(**values))

    return {
        "_": localizer,
        "gettext": lambda text, /, **values: npgettext(None, text, None, 0, **values),
        "pgettext": lambda context, text, /, **values: npgettext(context, text, None, 0, **values),
        "ngettext": lambda text, plural, n, /, **values: npgettext(None, text, plural, n, **values),
        "npgettext": npgettext,
    }


def braced(text: str) -> str:
    """Return a text of the extension as catalogues have it: ``"%(n)s of 10 %%"`` is ``"{n} of 10 %"``."""
    return _PLACE.sub(lambda match: match[2] or f"{{{match[1]}}}", text)
