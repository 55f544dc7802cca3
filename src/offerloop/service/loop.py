"""`offerloop loop`: the next steps of a loop on a shop's own tables, or what it has done so far."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.config import Campaign, Config, Publish, StrPath, config_file, load_config
from offerloop.engine import ENGINES, Engine, collect
from offerloop.errors import EvidenceError, InputError
from offerloop.events import Events, prepare
from offerloop.flow import audiences, profile
from offerloop.loop.decide import Rules
from offerloop.loop.feed import DECIDED, FeedShop, facts_of, menu_of
from offerloop.loop.learning import Loop
from offerloop.loop.periods import go_on
from offerloop.money import to_text
from offerloop.offers import Offer
from offerloop.publishing import Parcels, carry, rows_of_period
from offerloop.response import known_margins, usual_baskets
from offerloop.store.journal import Journal

FOLDER = "loop"
BEGINNING = -1
"""The period under which a journal holds how the loop began."""
FORMAT = 2
"""Of the steps in a journal, in the record of how the loop began. It grows when older steps cannot be gone on with."""
FAR = 100_000
"""More periods than a loop will have."""


@dataclass(frozen=True)
class LoopState:
    """What a loop has done, and what it waits for."""

    periods: list[dict[str, Any]]
    awaited: str
    """Empty where the loop was not asked to go on."""
    file: Path | None
    """The offers of the newest period."""
    published: list[str]
    """Where these went."""
    currency: str
    log: str = ""
    """What was learned from exposures before the loop began, or why nothing was; empty where there are none."""

    @property
    def facts(self) -> dict[str, Any]:
        """For programs."""
        return {
            "periods": self.periods, "awaited": self.awaited, "file": None if self.file is None else str(self.file),
            "published": self.published, "log": self.log,
        }  # fmt: skip

    @property
    def text(self) -> str:
        """For people."""
        lines = [self._line(one) for one in self.periods] or ["nothing decided yet; --once takes the first step"]
        lines = [self.log, *lines] if self.log else lines
        lines += [self.awaited] if self.awaited else []
        return "\n".join(lines + ([str(self.file)] if self.file is not None else []) + self.published)

    def _line(self, one: dict[str, Any]) -> str:
        said = (
            f"period {one['period']}: {one['offered']} of {one['customers']} customers got an offer, "
            f"{one['explorers']} explored; {_why(one)}"
        )
        if "cost_minor" in one:
            said += f"; offers cost {to_text(round(one['cost_minor']), self.currency)}"
        if one.get("guardrails"):
            said += f"; guardrails on the period before: {one['guardrails']}" + (
                f" ({', '.join(one['reasons'])})" if one["reasons"] else ""
            )
        changed = [f"{alarm['sign']} changed by {alarm['change']:+.2g}" for alarm in one.get("alarms", [])]
        if changed:
            said += f"; ALARM: {', '.join(changed)}; what was learned before counts a quarter, and more is explored"
        return said


def _why(one: dict[str, Any]) -> str:
    """Why the plan went out, or did not."""
    if one["missed"]:
        return "no offers: the period was over before it was decided"
    if one["state"] == "stopped":
        return "no plan went out: the arms were not those that were drawn; find out why, and begin a new campaign"
    if one["sent"]:
        of = "the last good plan went out" if one["state"] == "rest" else "the plan went out"
        return f"{of} (chance of a gain {one['p_gain']:.0%}, {one['held']:.0%} held back)"
    if one["state"] == "rest":
        return "no plan went out: it was rolled back, and rests"
    return (
        f"no plan went out: nothing shows yet that it would gain (shown {one['shown']:.1f} standard errors, "
        f"hoped for {one['hoped']:.1f}; chance of a gain {one['p_gain']:.0%})"
    )


def take_steps(path: StrPath, store: str | None, *, once: bool) -> LoopState:
    """Go on as far as the orders reach, or only tell. Raises InputError for a shop that a loop cannot be made of."""
    path = config_file(path)
    config = load_config(path)
    campaign = _campaign(config)
    folder = path.parent / FOLDER
    if not once and store is None and not (folder / "journal.db").exists():
        return LoopState([], "", None, [], config.shop.currency)
    folder.mkdir(exist_ok=True)
    journal = Journal.open(store or f"sqlite:///{folder / 'journal.db'}", campaign.id)
    try:
        _check_format(journal)
        done = _go_on(config, campaign, folder, journal) if once else _Steps("", [], "")
        rows = facts_of([one for one in journal.recorded() if one[0] > BEGINNING])
    finally:
        journal.engine.dispose()
    newest = folder / f"period-{rows[-1]['period']:04d}.csv" if rows else None
    if newest is None or not newest.exists():
        return LoopState(rows, done.awaited, None, [], config.shop.currency, done.log)
    sent = _published(config, campaign.id, done.offers, newest) if once else []
    return LoopState(rows, done.awaited, newest, sent, config.shop.currency, done.log)


def _check_format(journal: Journal) -> None:
    """Raises InputError for a journal whose steps this program cannot go on with."""
    begun = journal.known(BEGINNING, "begin")
    if begun is None:
        return
    written = begun.get("format") or _format_of(journal)
    if written > FORMAT:
        raise InputError(
            f"the loop's journal '{journal.place}' is of format {written} and this program knows {FORMAT}; use the "
            "newer program"
        )
    if written < FORMAT:
        raise InputError(
            f"the loop's journal '{journal.place}' is of format {written}, which an early version wrote, and this "
            f"program goes on only with format {FORMAT}; move the journal and its period files away to begin anew, or "
            "finish the loop with that version"
        )


def _format_of(journal: Journal) -> int:
    """The format of a journal that does not say it: the second one has everything that a period's facts need."""
    decided = [body for _, step, body in journal.recorded() if step == "decide"]
    return 2 if all(body.keys() >= {*DECIDED, "customers"} for body in decided) else 1


def _published(config: Config, campaign_id: str, offers: list[Offer], file: Path) -> list[str]:
    """Carry the newest period's offers to where `[[publish]]` says; what was carried before stays."""
    if not config.publish:
        return []
    given, record = pl.read_csv(file, infer_schema=False), file.with_suffix("")
    given = given.with_columns(pl.col("propensity").cast(pl.Float64))
    record.mkdir(exist_ok=True)
    name, currency = f"{campaign_id}-{file.stem}", config.shop.currency

    def rows(settings: Publish) -> pl.DataFrame:
        return rows_of_period(given, offers, campaign_id, name, currency, settings)

    return carry(Parcels(name, record, file.parent.parent, rows), list(config.publish), None).lines


def _campaign(config: Config) -> Campaign:
    if len(config.campaigns) != 1:
        raise InputError(f"a loop runs one campaign, and the configuration has {len(config.campaigns)}")
    if config.business_as_usual is not None:
        raise InputError(
            "a loop does not compare itself with business as usual yet; remove [business_as_usual] for it, or compare "
            "with 'offerloop run' and 'offerloop readout'"
        )
    return config.campaigns[0]


@dataclass(frozen=True)
class _Steps:
    """What came of going on."""

    awaited: str
    offers: list[Offer]
    log: str


def _go_on(config: Config, campaign: Campaign, folder: Path, journal: Journal) -> _Steps:
    engine: Engine = ENGINES.load("duckdb")()
    events = prepare(config, engine)
    categories = usual_baskets(events.merchandise_lines, events.products, config.response).categories
    offers = config.offers_of(campaign, categories, events.offers)
    menu = menu_of(offers, by_expected=campaign.budget_basis == "expected")
    plan, lot = (config.minor(one, campaign) for one in (campaign.budget, campaign.explore_budget))
    loop = Loop(menu, plan + lot, Rules(explore=lot / max(plan + lot, 1)))
    terms = [f"{one.offer_id}: {one.label()}" for one in offers]
    now = {"format": FORMAT, "first_day": events.as_of_day, "offers": terms, "days": config.evaluate.window_days}
    begun = journal.once(BEGINNING, "begin", lambda: now)
    for name, what in (("offers", f"the offers of campaign '{campaign.id}'"), ("days", "evaluate.window_days")):
        if begun[name] != now[name]:
            raise InputError(f"{what} changed since the loop began; give the campaign a new id to begin another")
    shop = _shop(config, campaign, events, offers, folder, engine, begun["first_day"])
    log = _learn_from_log(loop, shop)
    awaited = go_on(shop, loop, journal, FAR, config.seed, lambda _: None)
    return _Steps("" if awaited is None else str(awaited), offers, log)


def _learn_from_log(loop: Loop, shop: FeedShop) -> str:
    """Let a loop learn from what was shown before it began; return what is to be said of that."""
    if not collect(shop.events.exposures.select("customer_id").head(1)).height:
        return ""
    try:
        logged = shop.logged()
    except EvidenceError as error:
        return f"nothing learned from before the loop began: {error}"
    for one in logged:
        loop.learn(one)
    shown = sum(len(one.given) for one in logged)
    return f"learned from {shown:,} exposures in {len(logged)} periods before the loop began" if logged else ""


def _shop(
    config: Config,
    campaign: Campaign,
    events: Events,
    offers: list[Offer],
    folder: Path,
    engine: Engine,
    first_day: int,
) -> FeedShop:
    allowed = audiences(events, profile(events), config).campaigns[campaign.id]
    return FeedShop(
        events=events,
        margins=known_margins(events.order_lines, events.products, config.shop.margin),
        offers=offers,
        allowed=allowed,
        holdout=(config.experiment.holdout_seed, config.experiment.holdout),
        engine=engine,
        folder=folder,
        first_day=first_day,
        days=config.evaluate.window_days,
    )
