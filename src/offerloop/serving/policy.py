"""The plan of a run as a table on disk, in which a look-up takes microseconds.

Customers are sorted by a hash of their id (BLAKE2b, 8 bytes), and a hit is verified by the id itself. The files are
mapped into memory, so that workers share their pages.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from offerloop.arrays import Floats, Ints
from offerloop.config import Privacy, privacy_beside
from offerloop.evaluation import in_holdout, in_usual
from offerloop.events import pseudonyms
from offerloop.offers import NOTHING
from offerloop.serving.texts import Texts, mapped
from offerloop.tables import EXPLORE, HOLDBACK, HOLDOUT, PLAN, USUAL, split_product_ids

NEWCOMER, UNKNOWN_CUSTOMER = "newcomer", "unknown_customer"
"""Reasons of customers who are not in the plan: like some who are, or not."""
FORMAT = 8
ARM_NAMES = (PLAN, EXPLORE, HOLDBACK, HOLDOUT, USUAL)
"""Arms, by their number in `Policy.arm`."""
_ARRAYS = (
    "hashes", "offer", "planned", "arm", "reason", "propensity", "returns",
    "further_customer", "further_offer", "further_returns",
)  # fmt: skip
"""Fields of a policy that are files of their own."""
_TIES = 1e-9
"""The largest share by which returns that are equal are told apart."""


@dataclass(frozen=True)
class ServedOffer:
    """An offer as a decision names it."""

    campaign_id: str
    offer_id: str
    kind: str
    label: str
    """The label in English."""
    label_message: str
    """The same as a packed message, for other languages."""
    liability_minor: int | None
    """The most that it can cost the shop; None where that has no limit."""
    starts_at: int | None = None
    """The epoch second from which it is valid; None where it has no beginning, or the run does not say."""
    ends_at: int | None = None
    """The first epoch second from which it is not valid any more; likewise."""


class FurtherOffer(Struct, frozen=True):
    """An offer of another campaign beside the first."""

    offer: ServedOffer
    returns: float
    """Profit for a millionth of a minor unit of its cost."""
    products: tuple[str, ...] = ()
    """What the plan suggests beside it."""


class PlannedCustomer(Struct, frozen=True):
    """One row of the plan."""

    arm: str
    offer: ServedOffer | None
    planned: ServedOffer | None
    """The offer before exploration, holdback and holdout."""
    propensity: float
    reasons: tuple[str, ...]
    products: tuple[str, ...]
    returns: float = inf
    """Profit of the offer for a millionth of a minor unit of its cost; without end where that is not known."""
    further: tuple[FurtherOffer, ...] = ()
    """Offers of other campaigns beside it."""


@dataclass(frozen=True)
class Newcomers:
    """What customers get who are not in the plan."""

    holdout_seed: str
    holdout: float
    usual: float
    offer: ServedOffer | None
    """What the plan gives to customers without an order."""
    by_likeness: Mapping[str, ServedOffer | None]
    """What it gives to most customers who are alike, by the name of these: `orders category`, with 0 for all of a
    category."""

    def rule(self, like: str | None) -> tuple[str, ServedOffer | None]:
        """Return the reason and the offer of a newcomer, by the most similar customers whom the plan knows."""
        for name in () if like is None else (like, f"0 {like.partition(' ')[2]}"):
            if name in self.by_likeness:
                return NEWCOMER, self.by_likeness[name]
        return UNKNOWN_CUSTOMER, self.offer


@dataclass(frozen=True)
class Policy:
    """A plan that is served. Its version is the name of the run."""

    version: str
    run_folder: Path
    currency: str
    offers: tuple[ServedOffer, ...]
    reasons: tuple[tuple[str, ...], ...]
    newcomers: Newcomers
    privacy: Privacy
    as_of: int
    """The epoch second up to which the run knows customers."""
    left_minor: Mapping[str, int]
    """What the plan leaves of each campaign's budget."""
    hashes: np.ndarray[tuple[int], np.dtype[np.uint64]]
    """(customers,): hashes of their ids, ascending."""
    ids: Texts
    products: Texts
    offer: Ints
    """(customers,): positions in `offers` of what is given, NOTHING for no offer."""
    planned: Ints
    """(customers,): positions in `offers` before exploration, holdback and holdout, NOTHING for no offer."""
    arm: Ints
    """(customers,): positions in ARM_NAMES."""
    reason: Ints
    """(customers,): positions in `reasons`."""
    propensity: np.ndarray[tuple[int], np.dtype[np.float64]]
    """(customers,): marginal probability of what is given, over all arms."""
    returns: np.ndarray[tuple[int], np.dtype[np.float64]]
    """(customers,): profit of what is given for a millionth of a minor unit of its expected cost, `without_ties`."""
    further_customer: Ints
    """(further offers,): the position of the customer of each, ascending."""
    further_offer: Ints
    """(further offers,): positions in `offers`."""
    further_returns: np.ndarray[tuple[int], np.dtype[np.float64]]
    """(further offers,): as `returns`."""
    further_products: Texts

    @cached_property
    def most_liability_minor(self) -> dict[str, int]:
        """The most that one offer of each campaign can cost, among those that have a limit."""
        return {campaign: max(minor) for campaign, minor in self._liabilities_minor.items()}

    @cached_property
    def cheapest_minor(self) -> dict[str, int]:
        """The most that the cheapest offer that newcomers get of each campaign can cost; of a campaign of which they
        get none, the cheapest of all, as test customers may get it."""
        newcomer_offers = (self.newcomers.offer, *self.newcomers.by_likeness.values())
        of_newcomers = _liabilities_minor(one for one in newcomer_offers if one is not None)
        return {campaign: min(minor) for campaign, minor in (self._liabilities_minor | of_newcomers).items()}

    @cached_property
    def _liabilities_minor(self) -> dict[str, list[int]]:
        return _liabilities_minor(self.offers)

    @cached_property
    def n_held(self) -> dict[str, int]:
        """Customers to whom the plan gives an offer, by campaign."""
        places = np.concatenate([self.offer[self.offer != NOTHING], self.further_offer])
        counts = np.bincount(places, minlength=len(self.offers))
        counted: dict[str, int] = {}
        for offer, n in zip(self.offers, counts.tolist(), strict=True):
            counted[offer.campaign_id] = counted.get(offer.campaign_id, 0) + n
        return counted

    def known_as(self, customer_id: str) -> str:
        """Return the id of a customer in the plan, which holds pseudonyms or small letters where it is to."""
        if self.privacy.pseudonymise:
            return pseudonyms([customer_id], self.privacy)[customer_id]
        return self.privacy.in_its_case(customer_id)

    def find(self, customer_id: str) -> PlannedCustomer | None:
        """Return the row of a customer; None for one who is not in the plan."""
        place = self._place(customer_id.encode())
        if place is None:
            return None
        offer, planned, arm, reason, propensity, returns = [column[place] for column in self._columns]
        return PlannedCustomer(
            ARM_NAMES[arm],
            None if offer == NOTHING else self.offers[offer],
            None if planned == NOTHING else self.offers[planned],
            propensity,
            self.reasons[reason],
            split_product_ids(self.products[place]),
            returns,
            self._further_of(place),
        )

    def _further_of(self, place: int) -> tuple[FurtherOffer, ...]:
        """Return what the customer at a place gets beside the first offer."""
        customers, offers, returns = self._further_columns
        first = bisect_left(customers, place)
        last = bisect_left(customers, place + 1, first)
        products = (split_product_ids(self.further_products[row]) for row in range(first, last))
        named = (self.offers[place] for place in offers[first:last])
        return tuple(map(FurtherOffer, named, returns[first:last], products))

    @cached_property
    def _further_columns(self) -> tuple[memoryview, ...]:
        """See `_columns`."""
        return tuple(one.data for one in (self.further_customer, self.further_offer, self.further_returns))

    @cached_property
    def _hashes(self) -> memoryview:
        """The same hashes; NumPy's search lets other threads go first, which takes longer than the search."""
        return self.hashes.data

    @cached_property
    def _columns(self) -> tuple[memoryview, ...]:
        """The same memory as that of the columns; NumPy takes longer to make a number of it than to find the place."""
        columns = (self.offer, self.planned, self.arm, self.reason, self.propensity, self.returns)
        return tuple(one.data for one in columns)

    def _place(self, customer: bytes) -> int | None:
        wanted, hashes = customer_hash(customer), self._hashes
        place = bisect_left(hashes, wanted)
        while place < len(hashes) and hashes[place] == wanted:
            if self.ids.encoded(place) == customer:
                return place
            place += 1
        return None

    def newcomer(self, customer_id: str, like: str | None = None) -> PlannedCustomer:
        """Return the decision for a customer who is not in the plan, or is like some who are.

        The arm is assigned by the same hash as in the plan.
        """
        rule = self.newcomers
        reason, offer = rule.rule(like)
        p_no_offer = 1.0 if offer is None else rule.holdout + rule.usual
        if in_holdout(customer_id, rule.holdout_seed, rule.holdout):
            return PlannedCustomer(HOLDOUT, None, offer, p_no_offer, (reason, "holdout"), ())
        if in_usual(customer_id, rule.holdout_seed, rule.usual):
            return PlannedCustomer(USUAL, None, offer, p_no_offer, (reason, "usual"), ())
        share = 1.0 if offer is None else 1 - p_no_offer
        return PlannedCustomer(PLAN, offer, offer, share, (reason,), ())


def customer_hash(customer: bytes) -> int:
    """Return the number by which customers are sorted."""
    return int.from_bytes(hashlib.blake2b(customer, digest_size=8).digest(), "big")


def without_ties(returns: Floats, place: Floats) -> Floats:
    """Return returns (customers,) among which equals differ by the place of each customer, from 0 to below 1.

    Where customers return alike, a price between them can then withhold some and not all.
    """
    return returns * (1 + _TIES * place)


def _liabilities_minor(offers: Iterable[ServedOffer]) -> dict[str, list[int]]:
    """Return what offers can cost, by campaign, without those that have no limit and those that cost nothing."""
    liabilities: dict[str, list[int]] = {}
    for offer in offers:
        if offer.liability_minor:
            liabilities.setdefault(offer.campaign_id, []).append(offer.liability_minor)
    return liabilities


def open_policy(folder: Path) -> Policy:
    """Map the table that was written to the folder of a run."""
    served = folder / "served"
    written: dict[str, Any] = json.loads((served / "policy.json").read_text(encoding="utf-8"))
    offers = tuple(ServedOffer(**one) for one in written["offers"])
    return Policy(
        version=folder.name,
        run_folder=folder,
        currency=written["currency"],
        offers=offers,
        reasons=tuple(tuple(one) for one in written["reasons"]),
        newcomers=_newcomers(written["newcomers"], offers),
        privacy=privacy_beside(Privacy.model_validate(written["privacy"]), folder.resolve().parent.parent),
        as_of=written["as_of"],
        left_minor=written["left_minor"],
        ids=Texts.open(served, "ids"),
        products=Texts.open(served, "products"),
        further_products=Texts.open(served, "further_products"),
        **{name: mapped(served / f"{name}.npy") for name in _ARRAYS},
    )


def _newcomers(written: dict[str, Any], offers: Sequence[ServedOffer]) -> Newcomers:
    """Read the rule for newcomers, in which offers are positions in `offers`."""
    rule = dict(written)
    place, likeness = rule.pop("offer"), rule.pop("by_likeness")
    return Newcomers(
        **rule,
        offer=None if place == NOTHING else offers[place],
        by_likeness={name: None if one == NOTHING else offers[one] for name, one in likeness.items()},
    )
