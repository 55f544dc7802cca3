"""Lazy names of exchangeable parts: a name leads to ``module:attribute``, imported when first asked for.

Each room lists its own parts in its ``__init__``; third parties add theirs through entry points of the
group ``offerloop.<kind>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import distributions, entry_points
from typing import Any

from offerloop.errors import ConfigError, near_miss
from offerloop.message import Message

_GROUP = "offerloop."


def installed_parts() -> dict[str, str]:
    """Return the versions of the packages of third parties that add parts, by name."""
    adding = (one for one in distributions() if any(point.group.startswith(_GROUP) for point in one.entry_points))
    return dict(sorted((one.name, one.version) for one in adding))


@dataclass(frozen=True)
class Catalogue:
    """The parts of one kind by name."""

    kind: str
    """What the parts are, singular: ``recommender``."""
    builtin: Mapping[str, str]
    """Name to ``module:attribute``."""

    def names(self) -> list[str]:
        """All names, built-in first, then those of installed third parties."""
        return [*self.builtin, *sorted(self._installed())]

    def load(self, name: str) -> Any:  # noqa: ANN401 - parts differ by kind; the room casts to its protocol
        """Import the part. Raises ConfigError with the nearest name when there is none."""
        if name in self.builtin:
            module, _, attribute = self.builtin[name].partition(":")
            return getattr(import_module(module), attribute)
        installed = self._installed()
        if name not in installed:
            allowed = self.names()
            raise ConfigError(
                Message(
                    "there is no {kind} '{name}'{near} (known: {known})",
                    kind=self.kind,
                    name=name,
                    near=near_miss(name, allowed),
                    known=allowed,
                )
            )
        return installed[name].load()

    def _installed(self) -> dict[str, Any]:
        return {point.name: point for point in entry_points(group=_GROUP + self.kind)}
