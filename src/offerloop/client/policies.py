"""Policies: which run is served, what another one would change, and the switch that turns personal offers off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from offerloop.client.answers import read
from offerloop.client.connection import Connection, key_or_new, part_of_path

_PLACE = "/v1/policies"
NEWEST = "newest"
"""Stands for whatever run is the newest."""


@dataclass(frozen=True)
class ListedPolicy:
    """A finished run that can be served."""

    version: str
    is_served: bool
    is_promoted: bool
    """Whether it was chosen, and so stays when a newer run is finished."""


@dataclass(frozen=True)
class CustomersCompared:
    """Customers by what they get in two policies."""

    n_same: int
    n_other: int
    """Another offer than before."""
    n_gained: int
    n_lost: int
    n_new: int
    """Customers whom only the policy itself knows."""
    n_gone: int


@dataclass(frozen=True)
class PolicyComparison:
    """What a policy would change."""

    before: str
    after: str
    customers: CustomersCompared


class Policies:
    """The policies of a service, as `client.policies`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Iterator[ListedPolicy]:
        """Read all finished runs, the newest first, page by page."""
        return self._connection.pages(ListedPolicy, _PLACE)

    def compare(self, version: str, other: str | None = None) -> PolicyComparison:
        """Return what a policy would change beside another one, by default the one that is served."""
        query = "" if other is None else f"?{urlencode({'other': other})}"
        place = f"{_PLACE}/{part_of_path(version)}/compare{query}"
        return read(PolicyComparison, self._connection.send("GET", place))

    def promote(self, version: str = NEWEST, *, key: str | None = None) -> ListedPolicy:
        """Serve a policy from now on, also an older one; "newest" serves each new run as it is finished."""
        place = f"{_PLACE}/{part_of_path(version)}/promote"
        return read(ListedPolicy, self._connection.send("POST", place, key=key_or_new(key)))

    def give_personal_offers(self, is_on: bool, *, key: str | None = None) -> None:
        """Turn all personal offers off, or on again."""
        self._connection.send("PUT", "/v1/switch", {"is_on": is_on}, key=key_or_new(key))
