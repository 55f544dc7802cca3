"""What becomes of a request that the receiver redirects."""

from __future__ import annotations

from typing import Any
from urllib.request import HTTPRedirectHandler


class NoRedirect(HTTPRedirectHandler):
    """Lets a redirected request fail: it would become one that delivers nothing, or go elsewhere."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401
        """Return no request to follow."""
        return
