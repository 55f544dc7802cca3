"""Helper of the tests of pages."""

from html.parser import HTMLParser

from offerloop.report import render, summarise


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


PAGES: dict[tuple[int, str], tuple[object, str]] = {}
"""Pages drawn before, by findings and language: drawing one takes a second."""


def page_of(findings, language="en"):
    """The page with plain spaces."""
    key = id(findings), language
    if key not in PAGES:
        page = render(findings, summarise(findings, language), language)
        PAGES[key] = findings, page.replace("\u00a0", " ")
    return PAGES[key][1]
