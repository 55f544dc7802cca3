"""What one worker holds between requests: the database, the policy, the records on their way, and the counters."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any

from offerloop.config import Privacy, config_file, load_config
from offerloop.errors import OfferloopError
from offerloop.message import Message
from offerloop.offers import FindLeft, OfferLeft, OfferSet
from offerloop.serving import (
    CODES_FILE,
    OFFERS_FILE,
    PACE_SECONDS,
    CampaignSpend,
    DecisionInputs,
    Leases,
    OwnOffers,
    Policy,
    PolicyPacing,
    Records,
    ReportedNewcomers,
    ShopOffers,
    campaign_spending,
    decide,
    is_served,
    offers_then,
    open_shop_offers,
    serve_run,
)
from offerloop.store import (
    PERSONALISED,
    CampaignState,
    CheckoutUse,
    ChoicesRead,
    Database,
    Ledger,
    campaign_states,
    customers_being_erased,
    forget_answers,
    forget_notices,
    is_on,
    jobs_are_stuck,
    keep_offers_text,
    limited_templates,
    limits_left,
    new_id,
    offers_text,
    promoted,
    read_choices,
    spellings_of,
)
from offerloop.web.auth import Credentials
from offerloop.web.settings import Settings
from offerloop.web.telemetry.metrics import COUNTERS, Metrics
from offerloop.workspace import find_run, planned_revisions

_LOG = logging.getLogger(__name__)
NO_USE = CheckoutUse()
NO_POLICY = Message("No policy can be served yet.")
WATCH_SECONDS = 1.0
"""Seconds between polls of the database for changes."""
AWAY_SECONDS = 3.0
"""Without an answer for so long, the database is taken to be away."""
NEWCOMERS_EVERY = 5
"""Polls between two looks at customers whom the run does not know."""
COUNTED_SHARE = 200
"""Seconds for which a count of decisions holds, for each second that it took: so few requests wait for one that no
percentile of their times shows it."""
COUNTED_AT_MOST = 60
"""Seconds for which a count holds at most, as a machine that is busy for a moment makes one take long."""
STUCK_SECONDS = 60
"""A job that could have begun for so long is one that nobody carries out."""
_STILL_SERVED = Message("The plan {version} and the offers of before are served still: {why}")
_NO_CONFIGURATION = Message("The configuration cannot be read, so that jobs, schedule and notices wait: {why}")
_STUCK = Message("Jobs wait, and no process begins them: look into the log of the service, and start it again.")
TIDY_EVERY = 600
"""Polls between two deletions of expired answers and notices."""


@dataclass(frozen=True)
class Served:
    """A policy with its offers and budget leases, replaced as one object, so that no request sees parts of two."""

    policy: Policy
    offers: ShopOffers
    leases: Leases
    revisions: Mapping[str, int]
    """The revision of each campaign of the store that the policy plans."""
    pacing: PolicyPacing
    newcomers: ReportedNewcomers


@dataclass(frozen=True)
class OffersGiven:
    """The offers that a decision would give a customer."""

    own: OwnOffers = ()
    is_planned: bool = True
    """Whether the plan counted their cost; a newcomer's is taken from the budget by the decision that shows them."""

    def in_basket(self, codes: frozenset[str]) -> OwnOffers:
        """Return those that count in a basket: of a newcomer those it presents, since it got them by a decision."""
        return self.own if self.is_planned else tuple(one for one in self.own if one[1] in codes)


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
    choices: ChoicesRead = field(default_factory=lambda: ChoicesRead({}))
    """Test customers, and who has opted out."""
    leaving: set[str] = field(default_factory=set)
    """Customers who were erased from the store, but not yet from the plan that is served; they get nothing of it. It is
    changed in place, since requests and the watching thread do at the same time."""
    stopped: frozenset[str] = frozenset()
    """Campaigns of the policy that the store knows and that are not running, or that were edited since the plan."""
    prices: Mapping[str, float] = field(default_factory=dict)
    """The price of the budget of each campaign that has spent more than its plan."""
    limited: frozenset[str] = frozenset()
    """Coupon templates whose uses or money are limited."""
    _following: RLock = field(default_factory=RLock)
    _stop: Event = field(default_factory=Event)
    _watch: Thread | None = None
    _offers_at: tuple[int, ...] = (0, 0)
    """When the files of offers and codes that were read had changed."""
    _config_at: int = 0
    _paces: bool = False
    """Whether the configuration asks for pacing."""
    privacy: Privacy = field(default_factory=Privacy)
    """What the configuration says of ids, when it could be read last."""
    _rounds: int = 0
    _spending: tuple[float, str, tuple[CampaignSpend, ...]] = (0.0, "", ())
    """Until when the spend that was counted holds, by which policy, and what it is."""
    prepare: Callable[[Path], None] | None = None
    """Prepares what pages show of the run of another policy, once it is served."""
    answered_at: float = field(default_factory=time.monotonic)
    """When the database answered last, on the clock of this process."""
    load_error: Message | None = None
    """Why the policy could not be loaded, which is logged once."""
    config_error: Message | None = None
    """Why the configuration cannot be read, since it was changed."""

    @classmethod
    def of(cls, settings: Settings) -> Worker:
        """Open the database of a shop. Raises InputError or StoreError."""
        database = Database.open(settings.store)
        metrics = Metrics(settings.shop / COUNTERS)
        return cls(
            settings, database, Ledger(database.engine), Records(database), Credentials(database), metrics
        )  # fmt: skip

    def start(self) -> None:
        """Load the promoted policy, and poll the database for changes."""
        self._read_offers()
        self.records.start()
        self.follow()
        self._watch = Thread(target=self._run, name="watch", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """Flush waiting records and return unspent budget leases."""
        self._stop.set()
        if self._watch is not None:
            self._watch.join()
        self.records.stop()
        if self.served is not None:
            self.served.leases.close()
        self.metrics.save()
        self.database.close()

    @property
    def seems_away(self) -> bool:
        """Whether the database has not answered for a few polls."""
        return time.monotonic() - self.answered_at > AWAY_SECONDS

    def take_for_away(self) -> None:
        """Take the database to be away until the next poll that it answers."""
        self.answered_at = float("-inf")

    @cached_property
    def name(self) -> str:
        """Name of this worker among all that share the database."""
        return new_id("worker")

    @property
    def version(self) -> str | None:
        """The policy that is served."""
        return None if self.served is None else self.served.policy.version

    @property
    def why_not_ready(self) -> Message:
        """Return why no policy can be served, without the place of the shop on the machine."""
        if self.load_error is None:
            return NO_POLICY
        return Message("No policy can be served yet: {why}", why=self._without_place(self.load_error))

    def faults(self, patience_seconds: float | None = None) -> list[Message]:
        """Return what fails beside answers, which are given all the same. Raises StoreError."""
        faults = []
        if self.load_error is not None and self.served is not None:
            why = self._without_place(self.load_error)
            faults.append(_STILL_SERVED.with_values(version=self.version or "", why=why))
        if self.config_error is not None:
            faults.append(_NO_CONFIGURATION.with_values(why=self._without_place(self.config_error)))
        if self.database.read(partial(jobs_are_stuck, seconds=STUCK_SECONDS), patience_seconds):
            faults.append(_STUCK)
        return faults

    def _without_place(self, error: Message) -> Message:
        """Leave the place of the shop on the machine out."""
        place, shop = str(self.settings.shop), self.settings.shop.name
        return error.with_texts(lambda text: text.replace(place, shop))

    def request_of(self, customer_id: str, **fields: Any) -> DecisionInputs:  # noqa: ANN401 - fields of a decision
        """Return a decision on a customer: with it whether they have opted out, the arm of a test customer, and which
        campaigns are not running."""
        known_as = self.choices.in_its_case(customer_id)
        special = self.choices.customers.get(known_as)
        if special is not None:
            fields |= {"opted_out": special.opted_out, "test_arm": special.test_arm}
        if known_as in self.leaving:
            fields["opted_out"] = True
        if self.prices:
            fields["prices"] = self.prices
        if self.served is not None and (like := self.served.newcomers.find(customer_id)) is not None:
            fields["like"] = like
        return DecisionInputs(customer_id, stopped=self.stopped, **fields)

    def leave_out(self, customer_id: str) -> None:
        """Give a customer who was erased nothing of the plan from now on."""
        self.leaving.add(self.choices.in_its_case(customer_id))

    def spellings(self, customer_id: str) -> list[str]:
        """Return the ids on record that are this customer, the given one first."""
        if not self.privacy.ignore_case:
            return [customer_id]
        return self.database.read(partial(spellings_of, customer_id=customer_id))

    def policy_of(self, version: str) -> Policy:
        """Return the policy of a decision on record, which may not be served any more.

        Raises InputError where its run is gone.
        """
        if self.served is not None and self.served.policy.version == version:
            return self.served.policy
        return serve_run(self.settings.shop / "runs" / version)

    def offers_then(self, policy: Policy, offers_hash: str) -> ShopOffers:
        """Return the offers of a policy beside those for everybody of an earlier day, by their hash."""
        text = self.database.read(lambda one: offers_text(one, offers_hash))
        return offers_then(policy.run_folder, text)

    def spending(self) -> tuple[CampaignSpend, ...]:
        """Return how far the budgets of the served plan are used; what took long to count is counted less often."""
        if self.served is None:
            return ()
        due, version, spends = self._spending
        begun = time.monotonic()
        if begun >= due or version != self.version:
            campaigns = self.served.pacing.campaigns
            spends = self.database.read(partial(campaign_spending, campaigns=campaigns))
            now = time.monotonic()
            held = min(COUNTED_SHARE * (now - begun), COUNTED_AT_MOST)
            self._spending = now + held, self.served.policy.version, spends
        return spends

    def offers_held(self) -> ShopOffers:
        """Return the offers under which baskets are priced now."""
        return self.everyone if self.served is None else self.served.offers

    def find_left(self, offers: OfferSet, customer_id: str | None, own: CheckoutUse = NO_USE) -> FindLeft:
        """Read what is left of the offers whose coupon template has limits."""
        return self.limits_of(offers, customer_id, own).get

    def limits_of(
        self, offers: OfferSet, customer_id: str | None, own: CheckoutUse = NO_USE
    ) -> dict[str, OfferLeft]:  # fmt: skip
        """Read the same by the id of each offer."""
        named = self.limited & offers.ids
        return self.database.read(lambda one: limits_left(one, named, customer_id, own)) if named else {}

    def offers_given(self, customer_id: str | None) -> OffersGiven:
        """Return the offers that a decision would give a customer now."""
        if self.served is None or customer_id is None or not self.personalised:
            return OffersGiven()
        decided = decide(self.served.policy, self.request_of(customer_id), int(time.time()))
        own = tuple((one.campaign_id, one.offer_id) for one in decided.offers)
        return OffersGiven(own, is_planned=not decided.needs_minor)

    def _run(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            self._rounds += 1
            try:
                self.metrics.gauge("offerloop_records_waiting", self.records.waiting)
                self.metrics.save()
                self._keep_up()
            except OfferloopError as error:
                _LOG.warning("cannot read changes from the database: %s", error)
            except Exception:
                _LOG.exception("changes could not be followed, and are looked at again")

    def _keep_up(self) -> None:
        """Look up anew what other processes and people change."""
        self.credentials.refresh()
        self.follow()
        if self.served is not None:
            self.served.leases.renew()
        self.spending()
        if self._rounds % TIDY_EVERY == 0:
            self.database.change(forget_answers)
            self.database.change(forget_notices)

    def follow(self) -> None:
        """Re-read the personalisation switch, opt-outs, test customers and offers.

        Load another policy if one was promoted. One thread does at a time: an older view never replaces a newer one.
        """
        with self._following:
            self._follow()

    def _follow(self) -> None:
        self.personalised = self.database.read(lambda connection: is_on(connection, PERSONALISED))
        self.answered_at = time.monotonic()
        self._read_choices()
        self.limited = self.database.read(limited_templates)
        before = self.served
        self._follow_policy()
        if self.served is not before:
            self._read_choices()
        self._read_configuration()
        self._pace()
        if self.served is not None and self._rounds % NEWCOMERS_EVERY == 0:
            self.served.newcomers.follow()

    def _read_choices(self) -> None:
        """Read opt-outs, test customers and erasures, by the ids of the policy that is served."""
        policy = None if self.served is None else self.served.policy
        ignore_case = policy is not None and policy.privacy.ignore_case
        before = self.leaving.copy()  # who is erased by a request from here on stays
        self.choices = self.database.read(partial(read_choices, before=self.choices, ignore_case=ignore_case))
        erased = self.database.read(customers_being_erased)
        here = {one for one in before if policy is None or policy.find(policy.known_as(one)) is not None}
        leaving = {self.choices.in_its_case(one) for one in here | erased}
        self.leaving |= leaving
        self.leaving -= before - leaving

    def _read_configuration(self) -> None:
        """Read what the configuration says of budgets and of ids again where its file has changed."""
        path = config_file(self.settings.shop)
        changed_at = path.stat().st_mtime_ns if path.is_file() else 0
        if changed_at != self._config_at:
            self._config_at, self.config_error = changed_at, None
            try:
                config = load_config(path) if path.is_file() else None
                self._paces = config is not None and config.serve.pacing
                self.privacy = Privacy() if config is None else config.privacy
            except OfferloopError as error:
                self.config_error = error.message

    def _pace(self) -> None:
        """Read the prices of budgets, and solve them anew now and then where that is this worker's duty."""
        if self.served is None or not self._paces:
            self.prices = {}
            return
        pacing = self.served.pacing
        if self._rounds % PACE_SECONDS == 0:
            pacing.solve()
        self.prices = pacing.prices()

    def _follow_policy(self) -> None:
        version = self.database.read(promoted)
        try:
            folder = find_run(self.settings.shop if version is None else self.settings.shop / "runs" / version)
            if self.version != folder.name or not is_served(folder):
                self._serve(serve_run(folder))
            self._read_offers()
            self.load_error = None
        except OfferloopError as error:
            if error.message != self.load_error:
                _LOG.warning("cannot load the policy, still serving %s: %s", self.version or "none", error)
            self.load_error = error.message
        self.follow_campaigns()

    def follow_campaigns(self) -> None:
        """Read which campaigns of the policy are not running now."""
        self.stopped = self._not_running()

    def _not_running(self) -> frozenset[str]:
        """Return the campaigns of the policy whose offers may not be shown now."""
        if self.served is None:
            return frozenset()
        planned = {one.campaign_id for one in self.served.policy.offers}
        states, revisions = self.database.read(campaign_states), self.served.revisions
        return frozenset(
            name
            for name, (state, revision) in states.items()
            if name in planned and (state is not CampaignState.RUNNING or revisions.get(name, revision) != revision)
        )

    def _read_offers(self) -> None:
        """Read the offers for everybody and the codes again where their files have changed."""
        paths = [self.settings.shop / name for name in (OFFERS_FILE, CODES_FILE)]
        changed_at = tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)
        if changed_at != self._offers_at:
            self.everyone = self._open_offers(None)
            if self.served is not None:
                self.served = replace(self.served, offers=self._open_offers(self.served.policy))
            self._offers_at = changed_at

    def _open_offers(self, policy: Policy | None) -> ShopOffers:
        """Read the offers, and keep their file, so that decisions and orders of today can be priced again later."""
        offers = open_shop_offers(self.settings.shop, policy)
        self.database.change(lambda one: keep_offers_text(one, offers.text_hash, offers.text))
        return offers

    def _serve(self, policy: Policy) -> None:
        leases = Leases(self.database, policy.version, policy.left_minor, policy.n_held, policy.cheapest_minor)
        leases.open(policy.most_liability_minor)
        offers, revisions = self._open_offers(policy), planned_revisions(policy.run_folder)
        pacing, newcomers = PolicyPacing(self.database, policy, self.name), ReportedNewcomers(self.database, policy)
        before, self.served = self.served, Served(policy, offers, leases, revisions, pacing, newcomers)
        _LOG.info("serving the policy %s", policy.version)
        if self.prepare is not None:
            Thread(target=self.prepare, args=(policy.run_folder,), name="prepare", daemon=True).start()
        if before is not None:
            before.leases.close()
        gc.unfreeze()
        gc.collect()
        gc.freeze()  # what a policy holds stays: looking through it again and again would delay decisions
