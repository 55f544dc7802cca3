"""The frame of every page: templates, the first screen of a study, and where no line may end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from offerloop.config import Shop
from offerloop.report.blocks import Figure, Section, Tile
from offerloop.report.localizer import Localizer
from offerloop.report.template_texts import template_environment, text_functions

if TYPE_CHECKING:
    from jinja2 import Environment

ROOM = "offerloop.report"


@dataclass(frozen=True)
class Opening:
    """Everything above the sections of a study."""

    headline: str
    lead: str = ""
    """The finding, where the headline answers another question."""
    mark: str = ""
    """What the figures rest on."""
    tiles: tuple[Tile, ...] = ()
    chart: Figure | None = None


def study_page(
    _: Localizer,
    shop: Shop,
    opening: Opening,
    sections: Sequence[Section],
    *,
    title: str,
    when: str = "",
    footer: str,
) -> str:
    """Render one finding and its sections as one HTML file that asks no other host for anything."""
    template = environment(_).get_template("study.html.j2")
    return kept_together(
        template.render(
            shop=shop, first=opening, sections=sections, title=title, when=when, footer=footer,
            as_written=lambda text: text,
        )
    )  # fmt: skip


@lru_cache(maxsize=32)
def environment(localizer: Localizer, room: str = ROOM) -> Environment:
    """Return the templates of this room and of another one, with the words of a language."""
    from jinja2 import ChoiceLoader, PackageLoader

    loader = ChoiceLoader([PackageLoader(name, "templates") for name in dict.fromkeys((ROOM, room))])
    environment = template_environment(loader)
    environment.globals |= text_functions(localizer)
    return environment


_FIELD = re.compile(r"(<textarea\b.*?</textarea>|<(?:input|option|button)\b[^>]*>)", re.DOTALL)
"""What a form sends back, which stays as it is."""


def kept_together(page: str) -> str:
    """Let no line end before a per cent sign, within a short interval or a p-value, or after a minus or a tick."""
    parts = _FIELD.split(page)
    parts[::2] = map(_kept_together, parts[::2])
    return "".join(parts)


def _kept_together(text: str) -> str:
    text = re.sub(r"(\d) %", "\\1\u00a0%", text)
    text = re.sub(r"([✓✗]) ", "\\1\u00a0", text)
    text = re.sub(r"\bp (=|&lt;) (?=\d)", "p\u00a0\\1\u00a0", text)
    text = re.sub(r"−(?=[$¥€£])", "−\u2060", text)
    return re.sub(r"\[([^\s\[\]]{1,12}), ([^\s\[\]]{1,12})\]", "[\\1,\u00a0\\2]", text)
