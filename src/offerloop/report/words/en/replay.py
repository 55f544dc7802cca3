"""English: the page of a replay."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "replay.tile.touched": "Orders touched",
    "replay.tile.touched_note": "{share} of {orders} orders",
    "replay.tile.discount": "Discount",
    "replay.tile.discount_note": "{share} of {before} before",
    "replay.tile.cost": "Paid by the shop",
    "replay.tile.cost_note": "discount and gifts, less {funded} that suppliers pay",
    "replay.tile.margin": "Margin after",
    "replay.tile.margin_note": "{before} before",
    "replay.chart.day": "When the discount would have been given, by day",
    "replay.chart.week": "When the discount would have been given, by week",
    "replay.axis.day": "day",
    "replay.axis.week": "week",
    "replay.column.day": "day",
    "replay.column.week": "week from",
    "replay.column.orders": "orders",
    "replay.column.touched": "touched",
    "replay.column.before": "before",
    "replay.column.discount": "discount",
    "replay.column.funded": "paid by suppliers",
    "replay.column.gifts": "gifts",
    "replay.column.margin_before": "margin before",
    "replay.column.margin_after": "margin after",
    "replay.column.offer": "offer",
    "replay.column.label": "what it is",
    "replay.column.biggest": "largest in one order",
    "replay.column.rule": "why",
    "replay.column.rows": "rows",
    "replay.note.codes_all": (
        "Offers that need a code count as if every customer had presented it: the most that they could have cost."
    ),
    "replay.note.codes_none": "Offers that need a code touch nothing: nobody is taken to have presented one.",
    "replay.note.without_segment": (
        "Segments are not known, so these offers touch nothing: {offers}. A file of customers with the column "
        "'segment' (--customers) would tell."
    ),
    "replay.note.without_channel": ("The orders have no column 'channel', so these offers touch nothing: {offers}."),
    "replay.note.without_category": (
        "Categories are not known, so these offers touch nothing: {offers}. A product list with the column "
        "'category' (--products) would tell."
    ),
    "replay.note.without_brand": (
        "Brands are not known, so these offers touch nothing: {offers}. A product list with the column 'brand' "
        "(--products) would tell."
    ),
    "replay.note.without_store_id": (
        "The orders have no column 'store_id', so these offers on shops touch nothing: {offers}."
    ),
    "replay.note.shipping": "What shipping cost is not in order lines: free shipping takes nothing off here.",
    "replay.note.order_number": (
        "A customer's orders are counted within the file only: whoever bought before its first day counts as new."
    ),
    "replay.note.days_only": (
        "The orders have days without a time of day: each is priced at the beginning of its day, which hours of offers "
        "rarely hold."
    ),
    "replay.note.reused": (
        "{n} order numbers stand for orders of several customers or days: each customer's day counts as an order of "
        "its own."
    ),
    "replay.note.zone": "Days are those of {zone}, which is assumed; --timezone names another.",
    "replay.note.no_margin": (
        "What products cost the shop is not known, so no margin is given: --margin 0.3 or a column 'unit_cost' would "
        "tell."
    ),
    "replay.note.some_margin": (
        "What products cost is known for {known} of {lines} lines only, so no margin is given: --margin 0.3 would "
        "stand in for the others."
    ),
    "replay.note.margin": "The margin of {lines} lines without a unit cost is taken to be {share} %.",
}
