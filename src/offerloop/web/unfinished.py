"""Connections on which no request arrives are closed: whoever opens them and says nothing would use all of them up."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEADER_SECONDS = 10.0
"""How long the first lines of a request may take; its body has a time of its own."""


class PromptProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # whichever of two is installed
    """Uvicorn's protocol, which by itself waits for the first lines of a request for ever."""

    _timer: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._timer.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEADER_SECONDS, self._look, self.cycle)

    def _look(self, before: Any) -> None:  # noqa: ANN401 - the request that was answered last, of either class
        is_idle = self.cycle is None or self.cycle.response_complete
        if is_idle and self.cycle is before:
            self.transport.close()
        else:
            self._wait()
