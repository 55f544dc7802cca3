"""Messages of the public functions: options of the command line under the names of the arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from offerloop.errors import InputError

_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_OTHERS = {"id": "customer_id"}
"""Arguments that are not called as their options are."""


@contextmanager
def argument_names() -> Iterator[None]:
    """Raise an InputError again whose message names arguments, such as `customer_id` for `--id`."""
    try:
        yield
    except InputError as error:
        said = _OPTION.sub(lambda found: _OTHERS.get(found[1], found[1].replace("-", "_")), str(error))
        if said == str(error):
            raise
        raise type(error)(said) from None
