"""What one worker holds between requests: the database, the policy, the records on their way, and the counters."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Event, Thread

from offerloop.errors import OfferloopError
from offerloop.offers import OfferSet, StackingPolicy
from offerloop.serving import Leases, Policy, Records, ShopOffers, decide, open_shop_offers, serve_run
from offerloop.store import PERSONALISED, Database, Ledger, forget_answers, is_on, promoted
from offerloop.web.auth import Credentials
from offerloop.web.metrics import Metrics
from offerloop.web.settings import Settings
from offerloop.workspace import find_run

_LOG = logging.getLogger(__name__)
WATCH_SECONDS = 1.0
"""How soon a worker follows what another one was told."""
TIDY_EVERY = 600
"""Watches between two times that old answers are forgotten."""


@dataclass(frozen=True)
class Served:
    """A policy with what belongs to it; one worker exchanges it as a whole."""

    policy: Policy
    offers: ShopOffers
    leases: Leases


@dataclass
class Worker:
    """One process of the service."""

    settings: Settings
    database: Database
    ledger: Ledger
    records: Records
    credentials: Credentials
    metrics: Metrics
    served: Served | None = None
    everyone: ShopOffers = field(default_factory=ShopOffers)
    """The offers while no policy is served."""
    personalised: bool = True
    _stop: Event = field(default_factory=Event)
    _watch: Thread | None = None
    _said: str = ""
    """Why no other policy can be served, which is logged once."""

    @classmethod
    def of(cls, settings: Settings) -> Worker:
        """Open the database of a shop. Raises InputError or StoreError."""
        database = Database.open(settings.store)
        metrics = Metrics(settings.shop / "runs" / ".serve")
        return cls(
            settings, database, Ledger(database.engine), Records(database), Credentials(database), metrics
        )  # fmt: skip

    def start(self) -> None:
        """Serve the policy that is to be served, and follow what changes."""
        self.everyone = open_shop_offers(self.settings.shop, None)
        self.records.start()
        self.follow()
        self._watch = Thread(target=self._run, name="watch", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """Put everything on disk that waits, and give back what was leased."""
        self._stop.set()
        if self._watch is not None:
            self._watch.join()
        self.records.stop()
        if self.served is not None:
            self.served.leases.close()
        self.metrics.save()
        self.database.close()

    def offers_of(self, customer_id: str | None) -> tuple[OfferSet, StackingPolicy]:
        """Return the offers that a customer has now, and how they combine."""
        served = self.served
        if served is None:
            return self.everyone.for_customer(None), self.everyone.policy
        given = None
        if customer_id is not None and self.personalised:
            decided = decide(served.policy, customer_id)
            given = None if decided.needs_minor else decided.offer
        return served.offers.for_customer(given), served.offers.policy

    def _run(self) -> None:
        rounds = 0
        while not self._stop.wait(WATCH_SECONDS):
            rounds += 1
            self.metrics.gauge("offerloop_records_waiting", self.records.waiting)
            self.metrics.save()
            try:
                self.credentials.refresh()
                self.follow()
                if rounds % TIDY_EVERY == 0:
                    self.database.change(forget_answers)
            except OfferloopError as error:
                _LOG.warning("the service cannot follow its database: %s", error)

    def follow(self) -> None:
        """Read the switch, and exchange the policy where another one is to be served."""
        self.personalised = self.database.read(lambda one: is_on(one, PERSONALISED))
        version = self.database.read(promoted)
        try:
            folder = find_run(self.settings.shop if version is None else self.settings.shop / "runs" / version)
            if self.served is None or self.served.policy.version != folder.name:
                self._serve(serve_run(folder))
        except OfferloopError as error:
            if str(error) != self._said:
                _LOG.warning("no other policy can be served: %s", error)
            self._said = str(error)

    def _serve(self, policy: Policy) -> None:
        leases = Leases(self.database, policy.version, policy.left_minor)
        new = policy.newcomers.offer
        leases.open({} if new is None or not new.liability_minor else {new.campaign_id: new.liability_minor})
        before, self.served = self.served, Served(policy, open_shop_offers(self.settings.shop, policy), leases)
        _LOG.info("serving the policy %s", policy.version)
        if before is not None:
            before.leases.close()
