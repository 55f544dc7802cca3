"""Questions about offers, baskets and coupon codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rich.console import Console

import offerloop
from offerloop.api.arguments import plain_arguments, text_of
from offerloop.config import StrPath, as_path, path_text


@plain_arguments
def price(
    basket: offerloop.Document,
    offers: offerloop.Document,
    now: str | datetime | None = None,
    *,
    codes: StrPath | None = None,
    language: str | None = None,
) -> offerloop.PricedBasket:
    """Price a basket under offers: the best set of them, every cent accounted for, and why others do not apply.

    Both are JSON or TOML files, or what such files hold. `now` has an offset, such as 2026-11-11T20:00:00+08:00, and is
    the present moment by default. `codes` is a list of the codes that stand for offers, as for `import_codes`.

    >>> basket = {"currency": "USD", "lines": [{"product_id": "tea", "quantity": 6, "unit_price": "9.99"}]}
    >>> offers = {"currency": "USD", "offers": [{"kind": "spend_and_save", "spend": "50", "save": "10"}]}
    >>> price(basket, offers).total_minor
    4994
    """
    from offerloop.commands.price.task import price_files

    return price_files(basket, offers, now, language, codes)


@plain_arguments
def refund(
    basket: offerloop.Document,
    returned: Mapping[str, int],
    offers: offerloop.Document | None = None,
    now: str | datetime | None = None,
    *,
    before: Mapping[str, int] | None = None,
    given_back: str | None = None,
    codes: StrPath | None = None,
    rule: str | None = None,
    language: str | None = None,
) -> offerloop.RefundResult:
    """Count what to give back for units that return, by product: with the discounts kept, and with what stays priced
    again.

    `basket`, `offers`, `now` and `codes` are those of the purchase, as for `price`; `before` is what came back earlier,
    and `given_back` the sum of these refunds ("30.00"), which must be told where what stays is priced again.

    >>> basket = {"currency": "USD", "lines": [{"product_id": "tea", "quantity": 6, "unit_price": "9.99"}]}
    >>> offers = {"currency": "USD", "offers": [{"kind": "spend_and_save", "spend": "50", "save": "10"}]}
    >>> refund(basket, {"tea": 1}, offers).refund_minor
    {'kept': 832, 'repriced': 0}
    """
    from offerloop.commands.refund.task import refund_basket

    return refund_basket(basket, returned, offers, now, before or {}, rule, language, codes, given_back)


@plain_arguments
def replay(
    orders: StrPath,
    offers: offerloop.Document,
    *,
    products: StrPath | None = None,
    customers: StrPath | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    margin: str | float | None = None,
    codes: str = "all",
    out: StrPath | None = None,
    language: str | None = None,
    console: Console | None = None,
) -> offerloop.ReplayResult:
    """Compute what offers would have cost over past orders, assuming that nobody would have bought anything else.

    `orders`, `products` and `customers` are files or tables of a database (URL#table); `offers` is a file, or what such
    a file holds. `margin` is the share of the price that is left where no unit cost is known (0.3). `codes` says
    whether coupons that need a code are presented: `all` or `none`. `out` is a new folder for a report in `language`
    and its tables. Amounts of the tables are in minor units. Raises InputError for what cannot be read.
    """
    from offerloop.commands.replay.task import ReplayRequest
    from offerloop.commands.replay.task import replay as price_orders

    request = ReplayRequest(
        path_text(orders), offers, text_of(products), text_of(customers), currency, timezone, text_of(margin), codes
    )
    return price_orders(request, None if out is None else as_path(out), language, console)


@plain_arguments
def parse_offer(
    text: str, *, currency: str | None = None, language: str | None = None, reading: int | None = None
) -> offerloop.ParsedOffer:
    """Turn an offer in a few words, English, Chinese or German, into its terms, and back into words.

    A text that people use for two offers is refused, with both readings, unless the number of one `reading` is given.

    >>> dict(parse_offer("20% off over $50").terms)
    {'kind': 'spend_and_save', 'percent': 20, 'spend': '50'}
    """
    from offerloop.commands.parse_offer.task import short_offer

    return short_offer(text, currency, language, reading)


@plain_arguments
def codes(count: int, *, prefix: str = "", length: int = 12, out: StrPath | None = None) -> offerloop.CouponCodes:
    """Make coupon codes that are hard to guess and to mistype, and write them to the new file `out`, one per line."""
    from offerloop.commands.codes.task import codes as make_codes

    return make_codes(count, prefix, length, out)


@plain_arguments
def import_codes(existing: StrPath, *, template: str | None = None, store: str | None = None) -> offerloop.CodesInUse:
    """Read a list of codes in use, and make them coupons of a template in a ledger where both are named.

    Needs the extra `sql` for the ledger.
    """
    from offerloop.commands.codes.task import import_codes as take_over

    return take_over(existing, template, store)
