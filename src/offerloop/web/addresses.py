"""Ids in addresses: a slash that is sent as `%2F` belongs to the id that it stands in, and ends none."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import unquote

from pydantic import BeforeValidator
from starlette.types import Scope

from offerloop.web.api.fields import Name

_ESCAPED = re.compile("%2f", re.IGNORECASE)
_KEPT = "\udc2f"
"""Stands for such a slash between here and the route: no address can hold it, and no other text may."""


def keep_escaped_slashes(scope: Scope) -> None:
    """Unquote the path of a request anew where an id in it has a slash, so that routes take that for a part of it."""
    raw = scope.get("raw_path") or b""
    if b"%2" in raw:
        scope["path"] = _KEPT.join(map(unquote, _ESCAPED.split(raw.decode("latin-1"))))


def _with_slashes(name: object) -> object:
    return name.replace(_KEPT, "/") if isinstance(name, str) else name


NameInPath = Annotated[Name, BeforeValidator(_with_slashes)]
"""An id or a code as a part of an address."""
