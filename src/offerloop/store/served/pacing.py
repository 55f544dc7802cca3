"""What a plan has truly spent, and the price of each campaign's budget by it, which one worker sets for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, true, union_all, update

from offerloop.store.connect import clock, inserting
from offerloop.store.schema import customer_keys, decisions, duties, further_shown, history, pacing, templates

OF_CAMPAIGN = "/"
"""Stands between a campaign's id and the rest of the id of a coupon template of it."""


@dataclass(frozen=True)
class PlanProgress:
    """How far a plan has got, by its decisions on record."""

    n_customers: int
    """Customers who were decided on."""
    n_offers: Mapping[str, int]
    """Customers who were shown an offer of the plan, by campaign."""


def hold_duty(connection: Connection, name: str, holder: str, seconds: int) -> bool:
    """Take or keep a duty for a while, and say whether it is the holder's."""
    now = clock(connection)
    row = {"name": name, "holder": holder, "held_until": now + seconds}
    connection.execute(inserting(connection, duties).values(row).on_conflict_do_nothing())
    is_free = (duties.c.name == name) & ((duties.c.holder == holder) | (duties.c.held_until <= now))
    taken = update(duties).where(is_free).values(holder=holder, held_until=now + seconds)
    return connection.execute(taken.returning(duties.c.name)).one_or_none() is not None


def templates_of(campaign: str) -> ColumnElement[bool]:
    """Return the condition of the coupon templates of a campaign."""
    beginning = campaign + OF_CAMPAIGN
    return or_(
        templates.c.template_id == campaign,
        func.substr(templates.c.template_id, 1, len(beginning)) == beginning,  # SQLite's LIKE ignores case
    )


def redeemed_minor(connection: Connection, campaigns: Iterable[str]) -> dict[str, int]:
    """Return what redemptions in the ledger cost, by campaign: of coupon templates with its id, or that begin with it
    and a slash."""
    return {
        campaign: int(
            connection.execute(
                select(func.coalesce(func.sum(templates.c.spent_minor), 0)).where(templates_of(campaign))
            ).scalar_one()
        )
        for campaign in sorted(campaigns)
    }


def begin_pacing(connection: Connection, version: str, before_minor: Mapping[str, int]) -> dict[str, int]:
    """Remember what had been redeemed before a policy was paced, and return what was so at its beginning."""
    begun = {
        "version": version, "price": 0.0, "spent_minor": 0, "at": clock(connection), "late_minor": 0,
        "entry_id": _newest_entry(connection),
    }  # fmt: skip
    rows = [{**begun, "campaign_id": name, "before_minor": minor} for name, minor in sorted(before_minor.items())]
    if rows:
        connection.execute(inserting(connection, pacing).on_conflict_do_nothing(), rows)
    started = select(pacing.c.campaign_id, pacing.c.before_minor).where(pacing.c.version == version)
    return {row.campaign_id: row.before_minor for row in connection.execute(started)}


def late_minor(connection: Connection, version: str) -> dict[str, int]:
    """Return what was redeemed of earlier plans since a policy is paced, by campaign: by customers to whom other plans
    showed its offers and this one has shown none. Each entry of the history is read once.

    Customers whom no decision on record names, such as those of public codes, count as the policy's.
    """
    newest, late = _newest_entry(connection), dict[str, int]()
    for row in connection.execute(select(pacing).where(pacing.c.version == version)).all():
        of_campaign = select(templates.c.template_id).where(templates_of(row.campaign_id))
        are_new = history.c.history_id > (newest if row.entry_id is None else row.entry_id)
        minor = select(func.coalesce(func.sum(history.c.spent_minor), 0)).where(
            are_new,
            history.c.history_id <= newest,
            history.c.template_id.in_(of_campaign),
            _is_shown(row.campaign_id, version) == 0,
        )
        late[row.campaign_id] = row.late_minor + int(connection.execute(minor).scalar_one())
        place = (pacing.c.version == version) & (pacing.c.campaign_id == row.campaign_id)
        values = {"late_minor": late[row.campaign_id], "entry_id": newest}
        connection.execute(update(pacing).where(place).values(values))
    return late


def _newest_entry(connection: Connection) -> int:
    return connection.execute(select(func.max(history.c.history_id))).scalar_one() or 0


def _is_shown(campaign_id: str, version: str) -> ColumnElement[int]:
    """Return whether a policy has shown an offer of a campaign to the customer of an entry, as 1 or 0; null where no
    policy has."""
    beside = (further_shown.c.decision_id == decisions.c.decision_id) & (further_shown.c.campaign_id == campaign_id)
    of_version = case((decisions.c.version == version, 1), else_=0)
    shown = (
        select(func.max(of_version))
        .select_from(customer_keys)
        .join(decisions, decisions.c.customer_key == customer_keys.c.customer_key)
        .join(further_shown, beside, isouter=True)
        .where(customer_keys.c.customer_id == history.c.customer_id)
        .where((decisions.c.campaign_id == campaign_id) | further_shown.c.campaign_id.is_not(None))
    )
    return shown.correlate(history).scalar_subquery()


def shown_of(connection: Connection, version: str, of_newcomers: Collection[str]) -> PlanProgress:
    """Count the customers of a policy's decisions on record.

    What was taken of leased budgets is not the plan's, nor are customers of whom a reason `of_newcomers` comes first.
    """
    is_newcomer = [decisions.c.answer.contains(f'"reasons":["{one}"', autoescape=True) for one in of_newcomers]
    in_plan = and_(true(), *(~one for one in is_newcomer))
    of_policy = (decisions.c.version == version) & (decisions.c.leased_minor == 0) & in_plan
    customers = func.count(decisions.c.customer_key.distinct())
    n = connection.execute(select(customers).where(of_policy)).scalar_one()
    first = select(decisions.c.campaign_id, decisions.c.customer_key).where(
        of_policy, decisions.c.campaign_id.is_not(None)
    )
    further = select(further_shown.c.campaign_id, further_shown.c.customer_key).where(
        further_shown.c.version == version
    )
    offers = union_all(first, further).subquery()
    counts = select(offers.c.campaign_id, func.count(offers.c.customer_key.distinct())).group_by(offers.c.campaign_id)
    return PlanProgress(n, {row[0]: row[1] for row in connection.execute(counts)})


def set_price(connection: Connection, version: str, campaign_id: str, price: float, spent_minor: int) -> None:
    """Keep the price of a campaign's budget, and the true spend that it was solved from."""
    place = (pacing.c.version == version) & (pacing.c.campaign_id == campaign_id)
    values = {"price": price, "spent_minor": spent_minor, "at": clock(connection)}
    connection.execute(update(pacing).where(place).values(values))


def prices_of(connection: Connection, version: str) -> dict[str, float]:
    """Return the price of each campaign's budget that has one."""
    query = select(pacing.c.campaign_id, pacing.c.price).where(pacing.c.version == version, pacing.c.price > 0)
    return {row.campaign_id: row.price for row in connection.execute(query)}
