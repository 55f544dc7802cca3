"""What the files of a read-out are refused for, by counts of their customers."""

from __future__ import annotations

from offerloop.commands.readout.inputs import BuyerOrders, PastRun, Period
from offerloop.commands.readout.shards.redemptions import own_shares
from offerloop.commands.readout.shards.survey import Survey
from offerloop.commands.readout.side_files import SideFiles, a_customer_of
from offerloop.errors import InputError, SourceError, near_miss
from offerloop.message import Message
from offerloop.money import to_minor
from offerloop.report import iso_day


def check_buyers(run: PastRun, counts: Survey, orders: BuyerOrders, period: Period) -> None:
    """Raise InputError when nobody ordered in the period, or nobody whom the run knows."""
    if counts.buyers == 0:
        raise InputError(
            Message(
                "'{path}' has no order from {first} to {last}; give other days",
                path=orders.name,
                first=iso_day(period.first),
                last=iso_day(period.last),
            )
        )
    if counts.strangers == counts.buyers:
        raise InputError(
            Message(
                "none of the {n_customers} customers who order in '{path}' from {first} to {last} is a customer "
                "of the run, such as {customer}; use the same customer ids as the run's orders",
                n_customers=counts.buyers,
                customer=a_customer_of(run, orders.engine),
                path=orders.name,
                first=iso_day(period.first),
                last=iso_day(period.last),
            )
        )


def check_redemptions(run: PastRun, counts: Survey, files: SideFiles, *, tell_costs: bool) -> None:
    """Raise SourceError for offers that the run does not have, and InputError for amounts that cannot be used.

    Where they alone `tell_costs` InputError is raised as well if no row does.
    """
    if counts.redeemed is None or files.redemptions is None:
        return
    redeemed, path, shares = counts.redeemed, files.redemptions.path, own_shares(run.offers)
    unknown = sorted(redeemed.offers - shares.keys())
    if unknown:
        raise SourceError(
            Message(
                "'{path}' redeems the offer '{offer}', which the run does not have{near}",
                path=str(path),
                offer=unknown[0],
                near=near_miss(unknown[0], shares),
            )
        )
    amount = redeemed.wrong_amount
    if amount is not None and to_minor(repr(amount), run.config.shop.currency) < 0:
        raise InputError(
            Message(
                "'{path}' has an amount below zero, {amount}; write what was taken off as 1.50",
                path=str(path),
                amount=f"{amount:.2f}",
            )
        )
    if tell_costs and 0 < redeemed.rows == redeemed.without_offer + redeemed.without_amount:
        raise InputError(
            Message(
                "no row of '{path}' has both an offer_id and an amount, so what the offers cost is not known; fill "
                "both in, or leave the file out, so that the cost is the forecast one",
                path=str(path),
            )
        )
