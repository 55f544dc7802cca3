"""Effects learned from offers that were shown at random, by the rows of `log_evidence`.

They are learned as growth of what customers buy anyway, at list prices (`growth.model`), and used as customers left out
judge them (`growth.calibration`). Of what an offer adds a customer leaves as much as of other purchases
(`customer_margins`), or more or less of it as the log says of the offer (`offer_margins`): purchases on sale, of goods
that leave little, or of who mostly buys such, are worth less.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from offerloop.arrays import Bools, Floats, Ints
from offerloop.engine import Engine
from offerloop.errors import EvidenceError
from offerloop.evaluation import Z95, bucket
from offerloop.message import Message
from offerloop.offers import Offer
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.calibration import JudgedGrowth
from offerloop.response.shown.growth.carry_over import LAGS
from offerloop.response.shown.hidden_costs import (
    check_costs_are_seen,
    offers_of_unknown_cost,
    offers_used_beyond_their_most,
)
from offerloop.response.shown.log_evidence import (
    OUTCOMES,
    LoggedRows,
    LogScale,
    ShownLog,
    active_customers,
    before_of,
    coming_rows,
    finished_rows,
    logged_rows,
    with_earlier,
)
from offerloop.response.shown.log_notes import notes_on_coverage, notes_on_use
from offerloop.response.shown.logged_decisions import (
    count_exposures,
    day_propensities,
    earlier_offers,
    rarely_drawn,
    read_exposures,
)
from offerloop.response.shown.mean_effects import mean_effects
from offerloop.response.shown.offer_margins import OfferMargins
from offerloop.response.shown.offer_terms import is_known_from_orders, shown_terms, weights_of_shown, with_own_ids
from offerloop.response.shown.purchases.customer_margins import MarginScale
from offerloop.response.shown.purchases.sales_before import Before
from offerloop.response.shown.redemption import RedemptionModel
from offerloop.response.shown.shared_errors import SharedErrors
from offerloop.response.shown.single_use import are_used_once
from offerloop.response.terms import Coding, OfferTerms

PARTS = 5
"""Parts of the customers that are left out in turn to judge the predictions."""
ALIKE, RESPONSE = "alike", "response"
"""Names of effects and errors beside those of outcomes; see `GrownEffects`."""


@dataclass(frozen=True, eq=False)
class ShownEffects:
    """Effects of the offers that were shown often enough."""

    customers: pl.Series
    """customer_id of who ordered in the last year; nobody else gets an estimate."""
    made_of: Mapping[str, Floats]
    """How much of each shown offer an offer is (K,), nothing first: itself, or two between whose depths it lies."""
    by_outcome: dict[str, Floats]
    """Effects (customers, K) by outcome, growth, and the value if all customers responded alike."""
    se: dict[str, Floats]
    """Standard errors (customers, K) of value and discount, and (customers, causes) of the response."""
    table: pl.DataFrame
    """The table SHOWN_OFFERS."""
    model: ShownModel
    notes: tuple[Message, ...] = ()
    """Why nothing was learned of some offers that were shown often enough, and where their liabilities do not hold."""
    used_again: frozenset[str] = frozenset()
    """Ids of the offers that customers use for several orders of a window, or whose neighbours in depth they do."""

    def without_customers(self) -> ShownEffects:
        """Return what was learned without the effects on the customers that it was learned of."""
        nobody = {name: one[:0] for name, one in self.by_outcome.items()}
        errors = {name: one[:0] for name, one in self.se.items()}
        return replace(self, customers=self.customers.clear(), by_outcome=nobody, se=errors)

    def lacks_growth(self, offer_ids: Iterable[str]) -> bool:
        """Whether the log would show the least growth that is usual, and does not show that these offers together bring
        any; see `GrowthEstimate.lacks`."""
        parts = [self.made_of[one] for one in offer_ids if self.has(one)]
        shown = np.flatnonzero(np.sum(parts, axis=0)[1:]) if parts else np.array([], dtype=np.int64)
        return self.model.growth.growth.estimate.lacks(shown)

    def has(self, offer_id: str) -> bool:
        """Whether its effect is known."""
        return offer_id in self.made_of

    def effects(self, offer_id: str) -> pl.DataFrame:
        """What the table EFFECTS needs of one offer, costs aside."""
        part = self.made_of[offer_id]
        value, discount, used, growth = (self.by_outcome[name] @ part for name in (*OUTCOMES, "growth"))
        se, discount_se = (self.se[name] @ part for name in OUTCOMES[:2])
        discount = np.maximum(discount, 0.0)
        columns = {
            "customer_id": self.customers,
            "value_minor": value,
            "value_low_minor": value - Z95 * se,
            "value_high_minor": value + Z95 * se,
            "value_se_minor": se,
            "discount_se_minor": discount_se,
            "discount_minor": discount,
            "p_redeem": np.clip(used, 0.0, 1.0),
            "growth": growth,
            "fold": np.zeros(len(value), np.int64),
            "held_out_value_minor": value,
            "held_out_discount_minor": discount,
            "d_value": self.by_outcome[ALIKE] @ part,
            **dict.fromkeys(("d_discount", "centred"), np.zeros(len(value))),
        }
        return pl.DataFrame(columns)

    def shared_errors(self) -> SharedErrors:
        """Return which errors offers and customers share."""
        covariance = self.model.growth.growth.lasting_covariance
        return SharedErrors.of(self.customers, self.se[RESPONSE], self.made_of, covariance)


@dataclass(frozen=True, eq=False)
class ShownModel:
    """The model fitted to past exposures; it predicts effects on any customers."""

    terms: tuple[OfferTerms, ...]
    growth: JudgedGrowth
    margins: OfferMargins
    redemption: RedemptionModel
    propensity: Floats
    """(K,): of the mean row."""
    is_used_once: Bools
    """(K,): whether each offer is good for one order."""
    scale: LogScale

    @property
    def names(self) -> list[str]:
        """Ids of the offers, nothing first."""
        return [one.offer_id for one in self.terms]


def learn_shown(
    log: ShownLog, offers: Sequence[Offer], seed: int, engine: Engine, *, never_harms: bool = False
) -> ShownEffects:
    """Estimate the effects of the configured offers that the log has exposures of.

    `never_harms`: for sure none of them lowers what is bought. Raises EvidenceError where there are no
    propensities, too few finished exposures, or none of the configured offers. Nothing is learned of an id that stands
    for several offers.
    """
    named, unclear = with_own_ids(offers, log.columns)
    exposures = read_exposures(log.exposures, log.rarely_drawn)
    rows, terms = _read(log, exposures, named)
    active = active_customers(log)
    before, days = before_of(log, active, rows, engine, terms), day_propensities(exposures)
    evidence = logged_rows(log, rows, days, before, terms)
    if unpriced := _unpriced(evidence, before, named, log.columns):
        return _without(unpriced, log, offers, seed, engine, never_harms=never_harms)
    value = with_earlier(evidence, exposures, [one.offer_id for one in terms], log.window_days)
    part, discount = _part(evidence.rows["customer_id"], seed), evidence.outcomes["coupon_minor"]
    scale = _scale(log, evidence, before, days, coming_rows(log, active))
    redemption, propensity = RedemptionModel.fit(evidence.of("redeemed")), evidence.evidence.draw.mean(axis=0)
    once = are_used_once(before, evidence.rows, value.action, value.coding)
    value = _with_single_use(value, once, redemption, partial(before.order_worth, evidence.rows, evidence.usual))
    growth = JudgedGrowth.fit(value, discount, part, never_harms=never_harms)
    share = scale.margins.of_customers(before.days, evidence.rows)
    margins = OfferMargins.fit(value, evidence.outcomes["value_minor"], share, growth, before.margins_of_named())
    model = ShownModel(terms, growth, margins, redemption, propensity, once, scale)
    by_outcome, se = _predicted(model, log, active, before, exposures, (evidence, value))
    p_redeem = redemption.gains(evidence.evidence.features).mean(axis=0)
    outcomes, plain = [evidence.of(one) for one in OUTCOMES[:2]], growth.growth
    table = mean_effects(outcomes, p_redeem, seed, plain.carried, plain.of_late)
    made_of = weights_of_shown(Coding.of(terms), named, log.columns)
    learned = [one for one in named if one.offer_id in model.names]
    again = offers_used_beyond_their_most(evidence.coupon_seen, value.action, terms)
    counted = offers_used_beyond_their_most(evidence.hidden, value.action, terms, is_seen=False)
    is_again = np.isin(model.names, [*again, *counted])
    used_again = frozenset(name for name, part in made_of.items() if part @ is_again > 0)
    use = notes_on_use(again, counted)
    notes = (*unclear, *use, *notes_on_coverage(learned, log.columns))
    return ShownEffects(active["customer_id"], made_of, by_outcome, se, table, model, notes, used_again)


def _scale(log: ShownLog, evidence: LoggedRows, before: Before, days: pl.DataFrame, now: pl.DataFrame) -> LogScale:
    """Return what the log says of all customers; `days` has the propensities of days, `now` who is predicted for."""
    past, margins = evidence.usual, MarginScale.of(before.days, now, before.left)
    return LogScale(
        log.first_day, before.shares.scale, before.encoding, days, evidence.personal, past,
        replace(before.usual_week(now), weeks=past.weeks, below_weeks=past.below_weeks, reach=past.reach), margins,
        log.rarely_drawn,
    )  # fmt: skip


def _unpriced(evidence: LoggedRows, before: Before, offers: Sequence[Offer], columns: Collection[str]) -> list[str]:
    """Return the ids of those offers that take money off of which no coupon of their own says how much.

    It is not asked of offers under conditions: which orders these hold for is not known here.
    """
    takes_off = {one.offer_id for one in offers if one.effects() and is_known_from_orders(one, columns)}
    coupon, action = evidence.coupon_seen + evidence.hidden, evidence.evidence.action
    names = offers_of_unknown_cost(coupon, evidence.rows, action, before, evidence.evidence.offers)
    return [name for name in names if name in takes_off]


def _without(
    unpriced: Sequence[str], log: ShownLog, offers: Sequence[Offer], seed: int, engine: Engine, *, never_harms: bool
) -> ShownEffects:
    """Return what `learn_shown` learns of all other offers."""
    reason = Message(
        "orders after an exposure to {offers} have no coupons, or not surely more than orders after nothing, so what "
        "that costs is not known, and nothing is learned of it; let 'coupon' of the order lines hold what it takes off",
        offers=[f"'{name}'" for name in unpriced],
    )
    others = [one for one in offers if one.offer_id not in unpriced]
    if not others:
        raise EvidenceError(reason)
    try:
        learned = learn_shown(log, others, seed, engine, never_harms=never_harms)
    except EvidenceError as error:
        raise EvidenceError(reason) from error
    return replace(learned, notes=(reason, *learned.notes))


def shown_effects(log: ShownLog, learned: ShownEffects, engine: Engine) -> ShownEffects:
    """Return the effects on the customers of another log of the same shop, by what was learned."""
    model = learned.model
    exposures = read_exposures(log.exposures, model.scale.rarely_drawn)
    rows, _ = finished_rows(log, exposures)
    active = active_customers(log)
    before = before_of(log, active, rows, engine, model.terms, model.scale)
    evidence = logged_rows(log, rows, model.scale.days, before, model.terms, model.scale)
    value = with_earlier(evidence, exposures, model.names, log.window_days)
    by_outcome, se = _predicted(model, log, active, before, exposures, (evidence, value))
    return replace(learned, customers=active["customer_id"], by_outcome=by_outcome, se=se)


def shown_enough(log: ShownLog, offers: Sequence[Offer]) -> frozenset[str]:
    """Return the ids of those offers that the log has exposures enough of to learn from, whatever is known of their
    costs. Raises the EvidenceError of `learn_shown`."""
    exposures = read_exposures(log.exposures, rarely_drawn(count_exposures(log.exposures)))
    offers, _ = with_own_ids(offers, log.columns)
    _, terms = _read(log, exposures, offers)
    return frozenset(weights_of_shown(Coding.of(terms), offers, log.columns))


def _read(
    log: ShownLog, exposures: pl.DataFrame, offers: Sequence[Offer]
) -> tuple[pl.DataFrame, tuple[OfferTerms, ...]]:
    """Return the exposures whose windows are over, and the terms of what was shown often enough; its costs are seen."""
    rows, left_out = finished_rows(log, exposures)
    terms = shown_terms(rows, {one.offer_id: one for one in offers}, log.columns, left_out["same_day"])
    names = [one.offer_id for one in terms]
    check_costs_are_seen(log.order_lines, [one for one in offers if one.offer_id in names])
    return rows, terms


def _predicted(
    model: ShownModel, log: ShownLog, active: pl.DataFrame, before: Before, exposures: pl.DataFrame,
    past: tuple[LoggedRows, Evidence],
) -> tuple[dict[str, Floats], dict[str, Floats]]:  # fmt: skip
    """Effects and errors by outcome of the active customers, of whom their past windows tell as well."""
    evidence, value = past
    now = coming_rows(log, active)
    coming = _coming(model, now, before, earlier_offers(exposures, now, model.names, log.window_days, LAGS))
    numbers = dict(zip(evidence.rows["customer_id"].to_list(), evidence.customer.tolist(), strict=True))
    whose = np.array([numbers.get(one, -1) for one in now["customer_id"].to_list()], dtype=np.int64)
    grown = model.growth.effects(coming, model.growth.signals(value, whose))
    used, share = model.redemption.gains(coming.features), model.scale.margins.of_customers(before.days, now)[:, None]
    margin = share * model.margins.times
    predicted = (margin * grown.value, grown.discount, used, grown.growth, margin * grown.alike)
    by_outcome = dict(zip((*OUTCOMES, "growth", ALIKE), predicted, strict=True))
    value_se = np.hypot(margin * grown.value_se, share * model.margins.se * grown.value)
    se = dict(zip((*OUTCOMES[:2], RESPONSE), (value_se, grown.discount_se, grown.response_se), strict=True))
    return by_outcome, se


def _coming(model: ShownModel, now: pl.DataFrame, before: Before, earlier: Ints) -> Evidence:
    """Return the customers to predict for, before anything is shown to them."""
    nothing, (covered, orders) = np.zeros(now.height), before.covered(now, model.scale.now)
    propensity = np.tile(model.propensity, (now.height, 1))
    coming = Evidence(
        before.features(now), nothing.astype(np.int64), nothing, propensity, model.terms, earlier=earlier,
        covered=covered, orders=orders, below_maximum=before.below_maximum(now, model.scale.now),
        further=before.further(now), newness=before.newness(now),
    )  # fmt: skip
    order_worth = partial(before.order_worth, now, model.scale.now)
    return _with_single_use(coming, model.is_used_once, model.redemption, order_worth)


def _with_single_use(
    rows: Evidence, once: Bools, redemption: RedemptionModel, order_worth: Callable[[], Floats]
) -> Evidence:
    """Return rows with what offers that are good for one order take off; an amount is the same whatever the order.

    Like outcomes, it is what is used in the part of a window that was seen, divided by this part.
    """
    if not once.any():
        return rows
    use_worth = np.where(once, np.where([one.amount for one in rows.offers], 1.0, order_worth()), 0.0)
    rates = redemption.rates(rows.features, rows.parts) / rows.parts[:, None]
    return replace(rows, used_once=rates * use_worth, use_worth=use_worth)


def _part(customers: pl.Series, seed: int) -> Ints:
    """Number the part of each customer from 0, by hash: the same customer is always in the same part."""
    ids = customers.unique()
    parts = [int(PARTS * bucket(str(one), f"shown-{seed}")) for one in ids]
    return customers.replace_strict(dict(zip(ids, parts, strict=True)), return_dtype=pl.Int64).to_numpy()
