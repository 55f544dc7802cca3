"""What every kind of offer may say in a file: what it is about, when it holds, and how it combines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.conditions import NO_CONDITIONS, Conditions, Measured
from offerloop.offers.purchase import ANY_PURCHASE, NAMES_OF_A_PURCHASE, PurchaseConditions
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Lane, Stacking
from offerloop.offers.window import ALWAYS, DAYS, Window

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms

HOUR = 3600
_MEASURED = {
    "before": Measured.BEFORE, "parallel": Measured.BEFORE, "after": Measured.AFTER, "cascading": Measured.AFTER,
}  # fmt: skip
_LANES: dict[str, Lane | None] = {one.value: one for one in Lane}


def scope_of(terms: WrittenTerms) -> Scope:
    """Return the products that an offer covers.

    They are read from `on` (categories), `products`, `brands`, `shops`, `attributes`, `price_from`, `price_to`,
    `only_full_price` and `except`.
    """
    scope = Scope(
        products=terms.names("products"),
        categories=terms.categories(),
        brands=terms.names("brands"),
        shops=terms.names("shops"),
        least_minor=None if terms.get("price_from") is None else terms.money("price_from"),
        most_minor=None if terms.get("price_to") is None else terms.money("price_to"),
        but=terms.scope("except"),
        attributes=terms.attribute_tests("attributes"),
        only_full_price=terms.flag("only_full_price"),
    )
    return EVERYTHING if scope == EVERYTHING else scope


def conditions_of(terms: WrittenTerms) -> Conditions:
    """Return what must hold: `min_spend`, `min_count`, `measured`, segments, channels, `any_of` and `none_of`."""
    measured = terms.one_of("measured", _MEASURED, Measured.BEFORE)
    conditions = replace(
        _conditions_of(terms),
        measured=measured,
        any_of=_groups(terms, "any_of"),
        none_of=_groups(terms, "none_of"),
        window=window_of(terms),
        code_needed=terms.flag("code_needed"),
    )
    return NO_CONDITIONS if conditions == NO_CONDITIONS else conditions


def _conditions_of(terms: WrittenTerms) -> Conditions:
    """What may also stand inside `any_of` and `none_of`."""
    order = terms.get("order_number")
    return Conditions(
        min_minor=0 if terms.get("min_spend") is None else terms.money("min_spend"),
        min_count=0 if terms.get("min_count") is None else terms.whole("min_count"),
        measured_on=terms.scope("measured_on"),
        contains=terms.scope("contains"),
        segments=terms.names("segments"),
        not_segments=terms.names("not_segments", may_be_empty=True),
        contains_not=terms.scope("contains_not"),
        order_number=None if order is None else terms.whole("order_number"),
        bought_in=terms.names("bought_in"),
        not_bought_in=terms.names("not_bought_in", may_be_empty=True),
        purchase=_purchase_of(terms),
    )


def _purchase_of(terms: WrittenTerms) -> PurchaseConditions:
    lifetime = terms.get("min_lifetime_spend")
    purchase = PurchaseConditions(
        **{name: terms.names(name, may_be_empty=name.startswith("not_")) for name in NAMES_OF_A_PURCHASE},
        min_lifetime_minor=0 if lifetime is None else terms.money("min_lifetime_spend"),
        attributes=terms.attribute_tests("basket_attributes"),
    )
    return ANY_PURCHASE if purchase == ANY_PURCHASE else purchase


def _groups(terms: WrittenTerms, field: str) -> tuple[Conditions, ...]:
    written = terms.get(field)
    if written is None:
        return ()
    groups = []
    what = Message("a table of '{field}'", context="subject of an error", field=field)
    for row in terms.rows(field, written, what):
        groups.append(_conditions_of(row))
        row.finish()
        if groups[-1] == NO_CONDITIONS:
            raise InputError(Message("each table of '{field}' needs a condition", field=field))
    return tuple(groups)


def window_of(terms: WrittenTerms) -> Window:
    """Return when an offer holds, from `starts_at`, `ends_at`, `hours`, `days`, `between` and `timezone`.

    A day without a time counts as a whole, as the first or the last one. Without `ends_at` it ends `hours` after it
    starts; a flash sale without `starts_at` lasts that long from when a customer hears of it.
    """
    zone = terms.text("timezone", terms.zone)
    clock, start = _clock(zone), terms.get("starts_at")
    first, last = None if start is None else instant(start, clock, "starts_at"), _end(terms, clock)
    hours = None if terms.get("hours") is None else terms.whole("hours")
    counts = terms.of_the_past or terms.written.get("kind") == "flash_sale" or (first is not None and last is None)
    if hours is not None and not counts:
        raise InputError(Message("'hours' goes with 'starts_at' and without 'ends_at'; write 'ends_at' instead"))
    if first is not None and last is None and hours is not None:
        last = first + hours * HOUR
    if first is not None and last is not None and last <= first:
        raise InputError(
            Message(
                "'ends_at' ({ends_at}) must be after 'starts_at' ({starts_at})",
                ends_at=str(terms.get("ends_at")),
                starts_at=str(terms.get("starts_at")),
            )
        )
    window = Window(first, last, _weekdays(terms), _between(terms), zone)
    return ALWAYS if window == Window(zone=zone) else window


def _clock(zone: str) -> ZoneInfo:
    """Return a time zone by its name. Raises InputError for a name that is unknown."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            Message("'timezone' must be a name such as \"Asia/Shanghai\", not '{zone}'", zone=zone)
        ) from None


def _weekdays(terms: WrittenTerms) -> frozenset[int]:
    """Return the days of the week of `days`, Monday as 0; none for every day."""
    days = terms.names("days")
    if not days <= set(DAYS):
        raise InputError(
            Message(
                "'days' must be of {days}, not '{wrong}'",
                days=", ".join(DAYS),
                wrong=", ".join(sorted(days - set(DAYS))),
            )
        )
    return frozenset(DAYS.index(day) for day in days)


def instant(written: object, clock: ZoneInfo, field: str) -> int:
    """Epoch seconds of a date and time; without an offset it is read on the zone's clock."""
    try:
        at = written if isinstance(written, datetime) else datetime.fromisoformat(str(written))
    except ValueError:
        raise InputError(
            Message("'{field}' must be like \"2026-11-11T00:00:00\", not '{value}'", field=field, value=str(written))
        ) from None
    return int((at if at.tzinfo is not None else at.replace(tzinfo=clock)).timestamp())


def _end(terms: WrittenTerms, clock: ZoneInfo) -> int | None:
    """Return the first instant after `ends_at`; None without one, and after the last day of the calendar."""
    written = terms.get("ends_at")
    try:
        day = date.fromisoformat(str(written))
    except ValueError:
        return None if written is None else instant(written, clock, "ends_at")
    return None if day == date.max else instant(day + timedelta(1), clock, "ends_at")


def _between(terms: WrittenTerms) -> tuple[time, time] | None:
    written = terms.get("between")
    if written is None:
        return None
    try:
        hours = [time.fromisoformat(part.strip()) for part in str(written).split("-")]
    except ValueError:
        hours = []
    if len(hours) != 2 or any(one.tzinfo is not None for one in hours):
        raise InputError(
            Message("'between' must be like \"18:00-22:00\", midnight being 00:00, not '{value}'", value=str(written))
        )
    return hours[0], hours[1]


def stacking_of(terms: WrittenTerms) -> Stacking:
    """Return what an offer combines with, and whether it is announced.

    It is read from `lane`, `priority`, `exclusive`, `stackable`, `group`, `not_with` and `announced`.
    An offer of a group is stackable unless it says otherwise: it competes inside its group.
    """
    priority = terms.get("priority", 0)
    if type(priority) is not int:
        raise InputError(Message("'priority' must be a whole number, not '{priority}'", priority=str(priority)))
    exclusive, group = terms.flag("exclusive"), "" if terms.get("group") is None else terms.text("group", "")
    stackable = terms.flag("stackable", default=bool(group) and not exclusive)
    if exclusive and stackable:
        raise InputError(Message("an offer cannot be both 'exclusive' and 'stackable'"))
    announced = None if terms.get("announced") is None else terms.flag("announced")
    lane, not_with = terms.one_of("lane", _LANES, None), terms.names("not_with", may_be_empty=True)
    return Stacking(lane, priority, exclusive, stackable, group, not_with, announced)
