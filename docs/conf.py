"""Settings of the documentation's site, which `make docs` builds.

Pages are Markdown, so that they also read well in the repository. Nothing is loaded from the network: no web fonts, no
scripts of others, and the search runs in the browser from a file.
"""

import gc
from itertools import pairwise
from typing import Any

import offerloop

gc.set_threshold(200_000, 50, 1000)  # pages are trees of many objects, which Python else looks through again and again

project = "Offerloop"
author = "The Offerloop authors"
project_copyright = author
release = version = offerloop.__version__
html_title = f"Offerloop {version}"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["figures"]
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}

myst_heading_anchors = 4

default_role = "code"  # docstrings write names in single backticks
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"  # fields are listed with their meaning
autodoc_typehints_format = "short"
maximum_signature_line_length = 90
python_use_unqualified_type_names = True


def setup(app: Any) -> None:  # noqa: ANN401 - the builder's application
    """Let indented blocks of docstrings be shown as they are written, and contents of pages be short."""
    app.connect("autodoc-process-docstring", _keep_blocks)
    app.connect("source-read", _shorten_contents)


def _shorten_contents(app: Any, page: str, _text: object) -> None:  # noqa: ANN401 - the builder's application
    """Leave the thousands of objects of rooms out of the contents, which the builder reads again for every page."""
    app.config.toc_object_entries = page != "reference/rooms"


def _keep_blocks(_app: object, _what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Mark the paragraph before an indented block, in place: reStructuredText wants two colons there."""
    text = [number for number, line in enumerate(lines) if line.strip()]
    for before, after in pairwise(text):
        is_block = after > before + 1 and _indent(lines[after]) > _indent(lines[before])
        if is_block and lines[before].endswith(":") and not lines[before].endswith("::"):
            lines[before] += ":"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
