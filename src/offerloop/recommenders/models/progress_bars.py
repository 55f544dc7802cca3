"""Import what implicit shows progress with, without its complaint where Jupyter has no ipywidgets.

No model here shows a bar, so there is nothing that the reader of a notebook would have to install.
"""

import warnings
from importlib import import_module


def import_quietly() -> None:
    """Import tqdm before implicit does, with its warnings off."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import_module("tqdm.auto")
