"""Effects learned from offers that were shown at random: exposures with their chances, and what customers then bought.

For every exposure whose window is over, the outcome is the margin left in it and the discount that was redeemed. What
is known of a customer is from the days before, and for an offer on a category also what the customer usually buys
there. Effects are learned as growth of that (`growth`) and used as customers left out judge them (`grown`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial

import narwhals as nw
import numpy as np
import polars as pl
from scipy.stats import chi2

from offerloop.arrays import Bools, Floats, Ints
from offerloop.engine import Engine, Frame, collect, distinct
from offerloop.errors import EvidenceError
from offerloop.evaluation import Z95, bucket
from offerloop.message import Message
from offerloop.offers import NO_OFFER, Offer
from offerloop.response.evidence import Evidence
from offerloop.response.margins import Margins
from offerloop.response.shown.category_shares import ShareScale
from offerloop.response.shown.covered_lines import columns_of_tables
from offerloop.response.shown.exposure_windows import YEAR_DAYS, exposure_outcomes
from offerloop.response.shown.growth_calibration import JudgedGrowth
from offerloop.response.shown.growth_model import LAGS
from offerloop.response.shown.growth_model import NAME as GROWTH
from offerloop.response.shown.hidden_costs import (
    NEVER_IN_ORDERS,
    offers_of_unknown_cost,
    with_hidden_costs,
)
from offerloop.response.shown.log_notes import notes_on_coverage, notes_on_use
from offerloop.response.shown.logged_decisions import (
    count_exposures,
    day_propensities,
    decided,
    earlier_offers,
    earlier_rows,
    finished_exposures,
    rarely_drawn,
    read_exposures,
)
from offerloop.response.shown.mean_effects import mean_effects
from offerloop.response.shown.offer_terms import is_known_from_orders, terms_of
from offerloop.response.shown.personal_days import PersonalDays
from offerloop.response.shown.redemption import RedemptionModel
from offerloop.response.shown.sales_before import Before, UsualWeek
from offerloop.response.shown.single_use import are_used_once
from offerloop.response.terms import NO_OFFER_TERMS, Coding, OfferTerms

FEWEST = 200
"""Exposures that an offer, and giving nothing, must have."""
FEWEST_OF_FAMILY = 50
"""Exposures of one depth, or of nothing, where the depths of its discount have FEWEST together."""
PARTS = 5
"""Parts of the customers that are left out in turn to judge the predictions."""
OUTCOMES = ("value_minor", "coupon_minor", "redeemed")


@dataclass(frozen=True)
class ShownLog:
    """The log of past exposures, and the purchases that followed them."""

    exposures: Frame
    order_lines: Frame
    products: Frame
    first_day: int
    as_of_day: int
    window_days: int
    margins: Margins
    rarely_drawn: frozenset[str] = frozenset()
    """Ids of offers whose exposures without a propensity do not count, by the whole log; see `rarely_drawn`."""
    coupons_apart: bool = False
    """Whether the discount of order lines is what was off at the shelf."""

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names of the columns that may tell what offers cover."""
        return columns_of_tables(self.order_lines, self.products, coupons_apart=self.coupons_apart)


@dataclass(frozen=True, eq=False)
class ShownEffects:
    """Effects of the offers that were shown often enough."""

    customers: pl.Series
    """customer_id of who ordered in the last YEAR_DAYS; nobody else gets an estimate."""
    made_of: Mapping[str, Floats]
    """By offer (K,): how much of each shown offer it is, nothing first: itself, or two between whose depths it lies."""
    by_outcome: dict[str, Floats]
    """By outcome (customers, K)."""
    se: dict[str, Floats]
    """The same: standard errors of value and discount."""
    table: pl.DataFrame
    """The table SHOWN_OFFERS."""
    model: ShownModel
    notes: tuple[Message, ...] = ()
    """Why nothing was learned of some offers that were shown often enough, and where their liabilities do not hold."""

    def without_customers(self) -> ShownEffects:
        """Return what was learned without the effects on the customers that it was learned of."""
        nobody = {name: one[:0] for name, one in self.by_outcome.items()}
        errors = {name: one[:0] for name, one in self.se.items()}
        return replace(self, customers=self.customers.clear(), by_outcome=nobody, se=errors)

    @property
    def is_open(self) -> bool:
        """Whether the log would show the least growth that is usual with a power below 50 %."""
        return self.model.growth.growth.is_open

    def has(self, offer_id: str) -> bool:
        """Whether its effect is known."""
        return offer_id in self.made_of

    def effects(self, offer_id: str) -> pl.DataFrame:
        """What the table EFFECTS needs of one offer, costs aside."""
        part = self.made_of[offer_id]
        value, discount, used = (self.by_outcome[name] @ part for name in OUTCOMES)
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
            "fold": np.zeros(len(value), np.int64),
            "held_out_value_minor": value,
            "held_out_discount_minor": discount,
            **dict.fromkeys(("d_value", "d_discount", "centred"), np.zeros(len(value))),
        }
        return pl.DataFrame(columns)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Rows that estimators read."""

    rows: pl.DataFrame
    evidence: Evidence
    """Of value."""
    outcomes: dict[str, Floats]
    coupon_seen: Floats
    """(n,): what order lines say was taken off in each row's window."""
    personal: PersonalDays

    def of(self, name: str) -> Evidence:
        """Evidence of one outcome."""
        return replace(self.evidence, outcome=self.outcomes[name], customer=self.customer)

    @property
    def customer(self) -> Ints:
        """(n,): numbers from 0."""
        return (self.rows["customer_id"].rank("dense").cast(pl.Int64) - 1).to_numpy()


@dataclass(frozen=True, eq=False)
class LogScale:
    """What a log says of all of its customers, on which any of them are described."""

    first_day: int
    """Of the data."""
    shares: ShareScale
    days: pl.DataFrame
    """Propensities by day; see `day_propensities`."""
    personal: PersonalDays
    past: UsualWeek
    """Before finished exposures."""
    now: UsualWeek
    rarely_drawn: frozenset[str]


@dataclass(frozen=True, eq=False)
class ShownModel:
    """What past exposures taught, by which effects on any customers can be told."""

    terms: tuple[OfferTerms, ...]
    growth: JudgedGrowth
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

    `never_harms`: for sure none of them lowers what is bought. Raises EvidenceError where there are no chances, too few
    finished exposures, or none of the configured offers.
    """
    exposures = read_exposures(log.exposures, log.rarely_drawn)
    rows, left_out = _finished(log, exposures)
    terms = _terms(rows, {one.offer_id: one for one in offers}, log.columns, left_out["same_day"])
    _check_costs(log.order_lines, offers)
    active = _active(log)
    before, days = _before(log, active, rows, engine, terms), day_propensities(exposures)
    evidence = _evidence(log, rows, days, before, terms)
    if unpriced := _unpriced(evidence, before, offers, log.columns):
        return _without(unpriced, log, offers, seed, engine, never_harms=never_harms)
    value = _with_earlier(evidence, exposures, [one.offer_id for one in terms], log.window_days)
    part, discount = _part(evidence.rows["customer_id"], seed), evidence.outcomes["coupon_minor"]
    past, now = (before.usual_week(one) for one in (evidence.rows, _coming_rows(log, active)))
    scale = LogScale(log.first_day, before.shares.scale, days, evidence.personal, past, now, log.rarely_drawn)
    redemption, propensity = RedemptionModel.fit(evidence.of("redeemed")), evidence.evidence.draw.mean(axis=0)
    once = are_used_once(before, evidence.rows, value.action, value.coding)
    value = _with_single_use(value, once, redemption, partial(before.order_worth, evidence.rows, past))
    growth = JudgedGrowth.fit(value, discount, part, never_harms=never_harms)
    model = ShownModel(terms, growth, redemption, propensity, once, scale)
    by_outcome, se = _predicted(model, log, active, before, exposures, (evidence, value))
    p_redeem = redemption.mean_gains(evidence.evidence.features)
    table = mean_effects([evidence.of(one) for one in OUTCOMES[:2]], p_redeem, seed, GROWTH, _carried(growth))
    made_of = _made_of(Coding.of(terms), offers, log.columns)
    learned = [one for one in offers if one.offer_id in model.names]
    notes = (*notes_on_use(evidence.coupon_seen, discount, evidence.evidence), *notes_on_coverage(learned, log.columns))
    return ShownEffects(active["customer_id"], made_of, by_outcome, se, table, model, notes)


def _unpriced(evidence: _Seen, before: Before, offers: Sequence[Offer], columns: Collection[str]) -> list[str]:
    """Return the ids of those offers that take money off of which no coupon says how much.

    It is not asked of offers under conditions: which orders these hold for is not known here.
    """
    takes_off = {one.offer_id for one in offers if one.effects() and is_known_from_orders(one, columns)}
    coupon, action = evidence.outcomes["coupon_minor"], evidence.evidence.action
    names = offers_of_unknown_cost(coupon, evidence.rows, action, before, evidence.evidence.offers)
    return [name for name in names if name in takes_off]


def _without(
    unpriced: Sequence[str], log: ShownLog, offers: Sequence[Offer], seed: int, engine: Engine, *, never_harms: bool
) -> ShownEffects:
    """Return what `learn_shown` learns of all other offers."""
    reason = Message(
        "no order after an exposure to {offers} has a coupon, so what that costs is not known, and nothing is learned "
        "of it; let 'coupon' of the order lines hold what it takes off",
        offers=list(unpriced),
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
    rows, _ = _finished(log, exposures)
    active = _active(log)
    before = _before(log, active, rows, engine, model.terms, model.scale)
    evidence = _evidence(log, rows, model.scale.days, before, model.terms, model.scale)
    value = _with_earlier(evidence, exposures, model.names, log.window_days)
    by_outcome, se = _predicted(model, log, active, before, exposures, (evidence, value))
    return replace(learned, customers=active["customer_id"], by_outcome=by_outcome, se=se)


def _finished(log: ShownLog, exposures: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return what `finished_exposures` does, less rows without a propensity: these only end the windows before them."""
    rows, left_out = finished_exposures(exposures, log.first_day, log.as_of_day, log.window_days)
    return rows.drop_nulls("propensity"), left_out


def _coming_rows(log: ShownLog, active: pl.DataFrame) -> pl.DataFrame:
    """Return customer_id and shown_day of the customers to predict for."""
    return active.with_columns(shown_day=pl.lit(log.as_of_day))


def _active(log: ShownLog) -> pl.DataFrame:
    """Return customer_id of who ordered lately, sorted."""
    return collect(distinct(log.order_lines.filter(_recent(log)), "customer_id"), "customer_id")


def _before(
    log: ShownLog, active: pl.DataFrame, rows: pl.DataFrame, engine: Engine, terms: tuple[OfferTerms, ...],
    scale: LogScale | None = None,
) -> Before:  # fmt: skip
    """Return what those who are active or stand in rows did before."""
    ids = engine.table(pl.concat([active, rows.select("customer_id")]).unique())
    first_day, shares = (log.first_day, None) if scale is None else (scale.first_day, scale.shares)
    return Before.of(log.order_lines, log.products, log.margins, ids, terms, first_day, shares)


def shown_enough(log: ShownLog, offers: Sequence[Offer]) -> frozenset[str]:
    """Return the ids of those offers that the log has exposures enough of to learn from, whatever is known of their
    costs. Raises the EvidenceError of `learn_shown`."""
    exposures = read_exposures(log.exposures, rarely_drawn(count_exposures(log.exposures)))
    rows, left_out = _finished(log, exposures)
    terms = _terms(rows, {one.offer_id: one for one in offers}, log.columns, left_out["same_day"])
    _check_costs(log.order_lines, offers)
    return frozenset(_made_of(Coding.of(terms), offers, log.columns))


def _check_costs(order_lines: Frame, offers: Sequence[Offer]) -> None:
    """Raises EvidenceError where offers take money off and no order line says that an offer ever did."""
    if not any(one.effects() and one.kind not in NEVER_IN_ORDERS for one in offers):
        return
    off = [nw.col(name).abs().max().alias(name) for name in ("discount_minor", "coupon_minor")]
    discount, coupon = collect(order_lines.select(*off)).row(0)
    if coupon:
        return
    if discount:
        raise EvidenceError(
            Message(
                "the offers that were shown take money off, but order lines have no coupons, and their discounts are "
                "not surely higher with an offer than without, so what offers cost is not known and the exposures are "
                "not used; map 'coupon' of the order lines"
            )
        )
    raise EvidenceError(
        Message(
            "the offers that were shown take money off, but no order line says that anything was taken off, so what "
            "they cost is not known and the exposures are not used; map 'coupon', 'discount' or 'list_value' of the "
            "order lines"
        )
    )


def _made_of(shown: Coding, offers: Sequence[Offer], columns: Collection[str]) -> dict[str, Floats]:
    """Return the weights of shown offers, and of those between their depths; others are beyond what is known.

    An offer that was shown stands for itself, also beside one with the same terms.
    """
    itself = dict(zip((one.offer_id for one in shown.tested), np.eye(len(shown.tested)), strict=True))
    weights: dict[str, Floats] = {}
    for offer in offers:
        with suppress(EvidenceError):
            own = itself.get(offer.offer_id)
            weights[offer.offer_id] = shown.weights([terms_of(offer, columns)])[:, 0] if own is None else own
    return weights


def _recent(log: ShownLog) -> nw.Expr:
    return nw.col("order_day") >= log.as_of_day - YEAR_DAYS


def _terms(
    rows: pl.DataFrame, offers: dict[str, Offer], columns: Collection[str], n_same_day: int
) -> tuple[OfferTerms, ...]:
    """Return the terms of nothing and of the offers that were shown often enough.

    `n_same_day` exposures were left out because their customer was shown several things on a day.
    """
    counts = {name: n for name, n in rows["offer_id"].value_counts().iter_rows() if name in (NO_OFFER, *offers)}
    terms_by_offer = {name: terms_of(offers[name], columns) for name in sorted(counts) if name != NO_OFFER}
    family = len({one.family for one in terms_by_offer.values()}) < len(terms_by_offer)
    fewest = FEWEST_OF_FAMILY if family and sum(counts.values()) >= 2 * FEWEST else FEWEST
    often = [name for name in terms_by_offer if counts[name] >= fewest]
    if counts.get(NO_OFFER, 0) < fewest or not often:
        if n_same_day > rows.height:
            raise EvidenceError(
                Message(
                    "{n} exposures are of customers who were shown several things on one day, so that nobody knows "
                    "what an order followed, and only {left} others are left; log one exposure for each customer and "
                    "day",
                    n=n_same_day,
                    left=rows.height,
                )
            )
        raise EvidenceError(
            Message(
                "the exposures hold {nothing} finished windows in which deliberately nothing was shown and {offers} "
                "configured offers with {least} finished windows each; to learn effects from them both are needed, "
                "{least} of each, so log those who get nothing too",
                nothing=counts.get(NO_OFFER, 0),
                offers=len(often),
                least=fewest,
            )
        )
    return (NO_OFFER_TERMS, *(terms_by_offer[name] for name in often))


def _evidence(
    log: ShownLog, rows: pl.DataFrame, days: pl.DataFrame, before: Before, terms: tuple[OfferTerms, ...],
    scale: LogScale | None = None,
) -> _Seen:  # fmt: skip
    """Return what estimators read; `days` has the propensities of days, `scale` what is known of the whole log."""
    drawn = decided(days, rows, [one.offer_id for one in terms], None if scale is None else scale.personal)
    kept, action = drawn.rows, drawn.action
    outcomes, part = exposure_outcomes(before.days, kept), _part_of_window(kept, log.window_days)
    coupon_seen = outcomes["coupon_minor"].to_numpy()
    coupon = with_hidden_costs(coupon_seen, kept, action, before, terms)
    table = {
        "value_minor": outcomes["value_minor"].to_numpy() / part,
        "coupon_minor": coupon / part,
        "redeemed": (coupon > 0).astype(np.float64),
    }
    covered, orders = before.covered(kept, before.usual_week(kept) if scale is None else scale.past)
    evidence = Evidence(
        before.features(kept),
        action,
        table["value_minor"],
        drawn.chance,
        terms,
        covered=covered,
        orders=orders,
        categories=before.shares.before(kept),
        usual_chance=drawn.usual_chance,
        weight=drawn.weight,
        age=(log.as_of_day - kept["shown_day"]).cast(pl.Float64).to_numpy(),
        part=part,
    )
    return _Seen(kept, evidence, table, coupon_seen, drawn.personal)


def _part_of_window(rows: pl.DataFrame, window_days: int) -> Floats:
    """(n,): how much of a whole window each row has; in so much less the same comes of it."""
    return np.asarray((rows["until_day"] - rows["shown_day"]).to_numpy() / window_days, dtype=np.float64)


def _with_earlier(evidence: _Seen, exposures: pl.DataFrame, names: list[str], window_days: int) -> Evidence:
    """Return the evidence of value with the offers that each row's customer was given before."""
    return replace(
        evidence.of(OUTCOMES[0]),
        earlier=earlier_offers(exposures, evidence.rows, names, window_days, LAGS),
        earlier_rows=earlier_rows(exposures, evidence.rows, window_days, LAGS),
    )


def _predicted(
    model: ShownModel, log: ShownLog, active: pl.DataFrame, before: Before, exposures: pl.DataFrame,
    past: tuple[_Seen, Evidence],
) -> tuple[dict[str, Floats], dict[str, Floats]]:  # fmt: skip
    """Effects and errors by outcome of the active customers, of whom their past windows tell as well."""
    evidence, value = past
    now = _coming_rows(log, active)
    coming = _coming(model, now, before, earlier_offers(exposures, now, model.names, log.window_days, LAGS))
    numbers = dict(zip(evidence.rows["customer_id"].to_list(), evidence.customer.tolist(), strict=True))
    whose = np.array([numbers.get(one, -1) for one in now["customer_id"].to_list()], dtype=np.int64)
    grown = model.growth.effects(coming, model.growth.signals(value, whose))
    used = model.redemption.rates(coming.features)
    by_outcome = dict(zip(OUTCOMES, (grown.value, grown.discount, used), strict=True))
    se = dict(zip(OUTCOMES, (grown.value_se, grown.discount_se), strict=False))
    return by_outcome, se


def _carried(growth: JudgedGrowth) -> tuple[float, float]:
    """Return what carries over, and how often chance alone would show as much."""
    learned = growth.growth
    return float(learned.carry.sum()), float(chi2.sf(learned.carry_z2, LAGS))


def _coming(model: ShownModel, now: pl.DataFrame, before: Before, earlier: Ints) -> Evidence:
    """Return the customers to predict for, before anything is shown to them."""
    nothing, (covered, orders) = np.zeros(now.height), before.covered(now, model.scale.now)
    chance = np.tile(model.propensity, (now.height, 1))
    coming = Evidence(
        before.features(now), nothing.astype(np.int64), nothing, chance, model.terms, earlier=earlier,
        covered=covered, orders=orders, categories=before.shares.before(now),
    )  # fmt: skip
    order_worth = partial(before.order_worth, now, model.scale.now)
    return _with_single_use(coming, model.is_used_once, model.redemption, order_worth)


def _with_single_use(
    rows: Evidence, once: Bools, redemption: RedemptionModel, order_worth: Callable[[], Floats]
) -> Evidence:
    """Return rows with what offers that are good for one order take off; an amount is the same whatever the order."""
    if not once.any():
        return rows
    per_use = np.where([one.amount for one in rows.offers], 1.0, order_worth())
    return replace(rows, used_once=np.where(once, redemption.rates(rows.features) * per_use, 0.0))


def _part(customers: pl.Series, seed: int) -> Ints:
    """Number the part of each customer from 0, by hash: the same customer is always in the same part."""
    ids = customers.unique()
    parts = [int(PARTS * bucket(str(one), f"shown-{seed}")) for one in ids]
    return customers.replace_strict(dict(zip(ids, parts, strict=True)), return_dtype=pl.Int64).to_numpy()
