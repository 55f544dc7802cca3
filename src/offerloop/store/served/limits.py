"""What is left of coupon templates, so that a price promises nothing that the ledger would refuse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from offerloop.offers import Balance, CouponTemplate, OfferLeft, Redemption
from offerloop.store.connect import clock
from offerloop.store.reading import read_customers, read_redemptions, read_templates
from offerloop.store.schema import locks, templates


@dataclass(frozen=True)
class CheckoutUse:
    """What a checkout holds or has used of coupons itself, and which is therefore left for it."""

    lock_key: str | None = None
    """The key of its locks."""
    redemption_ids: tuple[str, ...] = ()

    def redemptions(self, connection: Connection, customer_id: str | None) -> list[Redemption]:
        """Return the redemptions that are the customer's, and were not rolled back as a whole."""
        made = read_redemptions(connection, self.redemption_ids).values() if self.redemption_ids else ()
        return [one for one in made if one.customer_id == customer_id and not one.whole]


def limited_templates(connection: Connection) -> frozenset[str]:
    """Return the templates whose uses or money are limited."""
    columns = (templates.c.limit_total, templates.c.limit_per_customer, templates.c.budget_minor)
    limited = select(templates.c.template_id).where(or_(*(one.is_not(None) for one in columns)))
    return frozenset(connection.execute(limited).scalars())


def limits_left(
    connection: Connection, template_ids: Collection[str], customer_id: str | None, own: CheckoutUse
) -> dict[str, OfferLeft]:
    """Return what is left of templates for one more use of a customer.

    Locks that have run out hold nothing, nor do those of this checkout, which its redemption takes the place of.
    """
    templates = read_templates(connection, template_ids)
    people = [(one, customer_id) for one in templates if customer_id is not None]
    customers = {place[0]: balance for place, balance in read_customers(connection, people).items()}
    free, free_of_customer = _free(connection, templates, own.lock_key, None), dict[str, Balance]()
    if customer_id is not None:
        free_of_customer = _free(connection, templates, own.lock_key, customer_id)
    used = _taken_back(own.redemptions(connection, customer_id))
    return {
        name: _left(
            template,
            template.balance + free.get(name, Balance()) + used[name],
            customers.get(name, Balance()) + free_of_customer.get(name, Balance()) + used[name],
        )
        for name, template in templates.items()
    }


def _free(
    connection: Connection, template_ids: Collection[str], lock_key: str | None, customer_id: str | None
) -> dict[str, Balance]:
    """Return what locks give back that hold nothing any more, by template, of all customers or of one."""
    over = (locks.c.expires_at <= clock(connection)) | (locks.c.lock_key == lock_key)
    counted = select(locks.c.template_id, func.count(), func.sum(locks.c.amount_minor))
    counted = counted.where(locks.c.template_id.in_(template_ids), over)
    if customer_id is not None:
        counted = counted.where(locks.c.customer_id == customer_id)
    return {
        name: Balance(n_locked=-count, reserved_minor=-int(minor))
        for name, count, minor in connection.execute(counted.group_by(locks.c.template_id))
    }


def _taken_back(redemptions: Iterable[Redemption]) -> dict[str, Balance]:
    """Return by template what limits count less when redemptions are not counted."""
    less = defaultdict[str, Balance](Balance)
    for redemption in redemptions:
        less[redemption.template_id] += Balance(
            n_used=-1, spent_minor=redemption.rolled_back_minor - redemption.amount_minor
        )
    return less


def _left(template: CouponTemplate, balance: Balance, of_customer: Balance) -> OfferLeft:
    terms = template.terms
    return OfferLeft(
        uses=None if terms.limit_total is None else terms.limit_total - balance.n_taken,
        uses_of_customer=None if terms.limit_per_customer is None else terms.limit_per_customer - of_customer.n_taken,
        minor=None if terms.budget_minor is None else terms.budget_minor - balance.taken_minor,
    )
