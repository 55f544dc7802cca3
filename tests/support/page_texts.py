"""Helper of the tests of pages."""

import re
from html.parser import HTMLParser

from offerloop.commands.run.page import render
from offerloop.commands.run.summary import summarise


class Texts(HTMLParser):
    """What a reader of the page reads or hears."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._style = tag == "style"
        self.found += [value for name, value in attrs if name in ("aria-label", "title") and value]

    def handle_data(self, data):
        if data.strip() and not self._style:
            self.found.append(data.strip())


def texts_left_outside(page, names):
    """What a page in the pseudo-language says in words without accents, apart from the names of the data."""
    bare = re.sub('<span lang="en">.*?</span>', "", page)
    known = {word for name in names for word in _words(name)}
    return [text for text in Texts(bare).found if any(_is_plain(word) for word in _words(text) if word not in known)]


def _words(text):
    return re.findall(r"[^\W\d_]+", text)


def _is_plain(word):
    return len(word) > 1 and word.isascii() and bool(re.search("[aeiou]", word, re.IGNORECASE))


VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Checks that tags close in order; collects ids, links, headings and images."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.charts: list[dict[str, str | None]] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.targets.append(str(found["href"]))
        if tag == "svg":
            self.charts.append(found)
        if re.fullmatch(r"h\d", tag):
            self.headings.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, _tag, attrs):
        if "id" in dict(attrs):
            self.ids.append(str(dict(attrs)["id"]))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def links_to_nowhere(page):
    """Links within a page, such as those of terms to their definitions, whose anchor it does not have exactly once."""
    outline = Outline()
    outline.feed(page)
    return [one for one in outline.targets if one.startswith("#") and outline.ids.count(one[1:]) != 1]


PAGES: dict[tuple[int, str], tuple[object, str]] = {}
"""Pages drawn before, by findings and language: drawing one takes a second."""


def page_of(findings, language="en"):
    """The page with plain spaces."""
    key = id(findings), language
    if key not in PAGES:
        page = render(findings, summarise(findings, language), language)
        PAGES[key] = findings, page.replace("\u00a0", " ")
    return PAGES[key][1]
