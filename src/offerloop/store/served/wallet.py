"""Coupons by customer and by template, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from offerloop.offers import CouponStatus
from offerloop.store.connect import clock
from offerloop.store.reading import read_coupons, read_statuses
from offerloop.store.schema import coupons


@dataclass(frozen=True)
class CouponListed:
    """One coupon of a list."""

    code: str
    template_id: str
    customer_id: str | None
    status: CouponStatus


def coupons_of_customer(connection: Connection, customer_id: str, after: str, limit: int) -> list[CouponListed]:
    """Return coupons that are a customer's, by code, from behind `after` on."""
    return _listed(connection, select(coupons.c.code).where(coupons.c.customer_id == customer_id), after, limit)


def coupons_of_template(connection: Connection, template_id: str, after: str, limit: int) -> list[CouponListed]:
    """Return coupons of a template, by code, from behind `after` on."""
    return _listed(connection, select(coupons.c.code).where(coupons.c.template_id == template_id), after, limit)


def _listed(connection: Connection, wanted: Select[Any], after: str, limit: int) -> list[CouponListed]:
    page = wanted.where(coupons.c.code > after).order_by(coupons.c.code).limit(limit)
    codes = list(connection.execute(page).scalars())
    page_of_coupons = read_coupons(connection, codes)
    statuses = read_statuses(connection, page_of_coupons, clock(connection))
    return [
        CouponListed(code, coupon.template_id, coupon.customer_id, statuses[code])
        for code, coupon in ((one, page_of_coupons[one]) for one in codes)  # by the database's order, as the page is
    ]
