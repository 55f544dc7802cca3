"""What was shown: the percentages of a table of offers, its ids, and whether exposures name the same."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import polars as pl

from offerloop.errors import InputError
from offerloop.events import VALIDITY, ZERO_OFFER, holds_words
from offerloop.mapping.contents import SourceColumn, is_flag, is_money, is_number, is_offer, is_words
from offerloop.mapping.matching import HOLDS, SAME, ColumnMatch, is_called, match, name_score, reference
from offerloop.mapping.misfit import behind_file
from offerloop.mapping.propensities import check_propensities
from offerloop.mapping.times import column_values, forms_of, seconds_and_days
from offerloop.message import Message, Share
from offerloop.offers import NO_OFFER, OFFER_KIND_NAMES, guess_currency, names_no_offer, offer_kind, parse_offer
from offerloop.workspace import SampleRows

TERMS = frozenset({
    "percent", "amount", "on", "max_discount", "min_spend", "spend", "save", "hours", "text", "takes", "funded_share",
    "channel", "contact_cost", "quiet_hours", "p_redeem", "incremental", "value", "products", "brands", "shops", "buy",
    "get", "except", "terms", *VALIDITY,
})  # fmt: skip
"""Fields of offers of any kind: further columns of a table of offers that mean something."""
LIMITS = {"products": "product_id", "brands": "brand", "shops": "store_id"}
"""Terms that say what an offer holds for, and the columns of order lines with the same names."""
OF_GIFTS = ("product", "quantity", "worth")
"""Columns that say what is given."""
SUMS = {"min_spend": is_number, "amount": is_money, "max_discount": is_number}
"""Columns of a least spend, of what is taken off and of the most of it, and what they must hold."""
APART = (*OF_GIFTS, *VALIDITY, *SUMS, "terms")
"""Columns of a table of offers that are not known by their names alone."""
_IN_WORDS = 0.5
"""Share of the cells, at least, that must be short forms of offers, where a column says the terms in words."""
_TENTHS = 10
"""Numbers below it in a column of 折 are tenths of the price: 8.5 is 85 % of it."""
_GIFT = re.compile("gift|gratis|cadeau|geschenk|赠", re.IGNORECASE)
"""What is called so says what is given, and limits nothing."""


_RANKS = 0.1
"""What a name further down in a list of known ones may count less, and be one of them still."""
_LISTED = 0.5
"""Share of the listed offers that must have been shown, where no name says which columns hold them."""


def without_other_terms(columns: dict[str, SourceColumn]) -> dict[str, SourceColumn]:
    """Columns that may be ours under another name: a maximum discount, say, is no percentage."""
    return {name: column for name, column in columns.items() if name not in TERMS - {"percent", "on"}}


def offer_terms(match: ColumnMatch) -> None:
    """A percentage is read as one also where it is written as a share; it makes a coupon, and names the offer."""
    _without_other_types(match)
    _take_gifts(match)
    _take_validity(match)
    match.notes += _limits_not_read(match)
    _take_sums(match)
    percent = match.column("percent")
    if percent is None:
        _take_words(match)
        return
    _take_percent(match, percent)
    if "offer_id" not in match.guesses:
        match.take(
            "offer_id", percent.name, (percent.name,), Message("assumed: no column names the offers, their depth does")
        )
    if "kind" not in match.guesses:
        match.take("kind", "'coupon'", (), Message("assumed: a percentage off, and no column says a kind"))


def _without_other_types(offers: ColumnMatch) -> None:
    """Read no kind of offer from a type of something else, such as of items, that names none."""
    kinds = offers.column("kind")
    if kinds is None or offers.is_given("kind") or name_score(kinds.name, "offers", "kind")[0] >= SAME - _RANKS:
        return
    if not any(offer_kind(value) in OFFER_KIND_NAMES for value in kinds.values):
        del offers.guesses["kind"]


def _take_percent(offers: ColumnMatch, percent: SourceColumn) -> None:
    """Read shares of a price, and in Chinese what of it is paid, as the percentage that is taken off."""
    name, why = reference(percent.name), offers.guesses["percent"].why
    if not percent.numeric:
        return
    least, most = (float(one or 0) for one in (percent.numbers.min(), percent.numbers.max()))  # type: ignore[arg-type]
    whole = 1 if most <= 1 else _TENTHS if most < _TENTHS else 100
    if "折" in percent.name and least >= (whole / 2 if whole != _TENTHS else 1):
        paid = name if whole == 100 else f"{name} * {100 // whole}"
        read_so = Message("{why}; it holds what is paid, as 折 says", context=("why a column is read so"), why=why)
        offers.take("percent", f"100 - {paid}", (percent.name,), read_so)
        offers.notes.append(
            Message(
                "'{column}' is read as what is paid of a price, so {cell} is {percent} off; else map percent to "
                "'{column}' as it is",
                column=percent.name,
                cell=str(percent.filled[0]),
                percent=Share(round(1 - float(percent.numbers[0]) / whole, 4)),
            )
        )
    elif most <= 1:
        read_so = Message("{why}; it holds shares", context=("why a column is read so"), why=why)
        offers.take("percent", f"{name} * 100", (percent.name,), read_so)


def _take_sums(offers: ColumnMatch) -> None:
    """Read a least spend, an amount off and the most of it from columns that are called so."""
    for ours, holds in SUMS.items():
        named = [one for one in offers.free() if one.name not in TERMS and holds(one)]
        called = next((one.name for one in named if name_score(one.name, "offers", ours)[0] >= SAME - _RANKS), None)
        if called is not None and not offers.is_given(ours):
            offers.take(ours, called, (called,), Message('guessed from the name "{name}"', name=called))


def _take_words(offers: ColumnMatch) -> None:
    """Read the terms from the column that says them in words, such as "满200减30" or "10% off", where one does."""
    if "terms" in offers.guesses or offers.columns.keys() & {"percent", "spend", "save", "buy", "text"}:
        return
    names = offers.column("offer_id")
    columns = [one for one in (*offers.free(), *([names] if names else [])) if is_words(one)]
    shares = [(_share_in_words(one), name_score(one.name, "offers", "terms"), one.name) for one in columns]
    share, _, name = max(shares, default=(0.0, (0.0, ()), ""))
    if share < _IN_WORDS:
        return
    offers.take("terms", name, (name,), Message("guessed: most of its cells are offers in words"))
    if "kind" not in offers.guesses:
        offers.take("kind", "'coupon'", (), Message("assumed: no column says a kind, and the words may say another"))
    other = next((cell for cell in offers.columns[name].filled if not _is_short_form(cell)), None)
    if other is not None:
        offers.notes.append(
            Message(
                "'{cell}' in '{column}' is not understood as an offer; offerloop parse-offer says why",
                cell=other,
                column=name,
            )
        )


def _share_in_words(column: SourceColumn) -> float:
    return float(np.mean([_is_short_form(cell) for cell in column.filled])) if column.filled.len() else 0.0


@cache
def _is_short_form(text: str) -> bool:
    try:
        parse_offer(text, guess_currency(text))
    except InputError:
        return False
    return True


def _take_gifts(offers: ColumnMatch) -> None:
    """Read what gifts are from columns that say nothing of other offers: there the same names mean something else."""
    kinds = offers.column("kind")
    if kinds is None:
        return
    named = kinds.cells.cast(pl.String).fill_null("")
    is_gift = pl.Series([offer_kind(one) == "gift" for one in named], dtype=pl.Boolean)
    free = [one for one in offers.free() if one.name not in TERMS]
    of_gifts, of_others = ({one.name: _rows_of(one, rows) for one in free} for rows in (is_gift, ~is_gift))
    shared = {name: column for name, column in of_gifts.items() if of_others[name].filled.len()}
    own = {name: column for name, column in of_gifts.items() if name not in shared}
    offers.guesses |= match(own, "offers", OF_GIFTS).guesses
    left = [one for one in OF_GIFTS if one not in offers.guesses]
    offers.notes += [
        Message(
            "'{column}' is not read as '{term}' of gifts, as it says something of other offers too; leave it empty "
            "there",
            column=guess.written,
            term=term,
        )
        for term, guess in match(shared, "offers", left).guesses.items()
    ]


def _take_validity(offers: ColumnMatch) -> None:
    """Read from when on and until when offers hold from columns of times, which may be empty for most offers."""
    for ours in (one for one in VALIDITY if not offers.is_given(one)):
        scored = [(name_score(column.name, "offers", ours)[0], column.name) for column in offers.free() if column.dated]
        score, name = max(scored, default=(0.0, ""))
        if score > HOLDS:
            offers.take(ours, reference(name), (name,), Message('guessed from the name "{name}"', name=name))


def check_validity(offers: ColumnMatch, sample: SampleRows, form: str | None) -> None:
    """Raise InputError naming the file, the row and the columns where an offer ends before it starts.

    `form` is that of the source's times, where they leave it open.
    """
    if not set(VALIDITY) <= offers.guesses.keys():
        return
    (first, _), (last, are_days) = (_instants(offers, name, sample, form) for name in VALIDITY)
    is_wrong = (last < first if are_days else last <= first).fill_null(value=False)
    if is_wrong.any():
        starts, ends = (offers.guesses[name].written for name in VALIDITY)
        raise InputError(
            Message(
                "'{place}'{row}, column '{column}': the offer ends before it starts in '{starts}'; correct one of them",
                place=str(sample.place),
                row=behind_file(is_wrong.arg_max()),
                column=ends,
                starts=starts,
            )
        )


def _instants(offers: ColumnMatch, ours: str, sample: SampleRows, form: str | None) -> tuple[pl.Series, bool]:
    forms = forms_of(offers, ours, sample)
    cells = column_values(sample.head, offers.guesses[ours].written, sample.decimal)
    return seconds_and_days(cells, (form or forms[0]) if forms else None)


def _rows_of(column: SourceColumn, rows: pl.Series) -> SourceColumn:
    return SourceColumn(column.name, column.cells.filter(rows), column.decimal)


def _limits_not_read(match: ColumnMatch) -> list[Message]:
    """Return notes on columns of products, brands or shops whose names are not those of the terms."""
    columns = [one.name for one in match.unused() if one.filled.len() and not _GIFT.search(one.name)]
    named = {
        term: next((name for name in columns if is_called(re.sub("s$", "", name, flags=re.IGNORECASE), ours)), None)
        for term, ours in LIMITS.items()
        if term not in match.columns
    }
    return [
        Message(
            "'{column}' limits no offer; if offers hold only for what stands there, name the column '{term}'",
            column=name,
            term=term,
        )
        for term, name in named.items()
        if name is not None
    ]


def carried_terms(match: ColumnMatch) -> list[str]:
    """Their columns that are terms of offers under our own names."""
    return [column.name for column in match.unused() if column.name in TERMS]


def check_exposures(offers: ColumnMatch | None, exposures: ColumnMatch, sample: SampleRows) -> None:
    """Have both sides name offers alike, and say what exposures without propensities cannot teach.

    Raises InputError naming the file, the row and the column where propensities are none, or no offer shown is listed,
    and for a table with a column for each offer.
    """
    _check_long(offers, exposures, sample)
    listed: frozenset[str] = frozenset()
    if offers is not None:
        _by_cells(offers, exposures)
        _same_ids(offers, exposures, sample)
        ids = offers.column("offer_id")
        listed = frozenset() if ids is None else ids.values
    check_propensities(exposures, listed, sample)


def _check_long(offers: ColumnMatch | None, exposures: ColumnMatch, sample: SampleRows) -> None:
    """Raise InputError where columns that are called after listed offers each say yes or no of one."""
    shown, ids = _guessed(exposures, "offer_id"), None if offers is None else offers.column("offer_id")
    if shown is None or ids is None or shown.values & ids.values:
        return
    flags = [one for one in (shown, *exposures.free()) if is_flag(one)]
    flags = [one for one in flags if any(holds_words(one.name, offer) for offer in sorted(ids.values))]
    if len(flags) > 1:
        raise InputError(
            Message(
                "'{place}': '{column}' and '{other}' say yes or no, as if each offer had a column; write a row for "
                "each customer and time instead, with the id of the offer that was shown in one column",
                place=str(sample.place),
                column=flags[0].name,
                other=flags[1].name,
            )
        )


def _by_cells(offers: ColumnMatch, exposures: ColumnMatch) -> None:
    """Where no name says which column of the exposures has the offers, take the one that holds what the table lists."""
    if "offer_id" in exposures.guesses:
        return
    fixed = offers.column("offer_id") if offers.is_given("offer_id") else None
    listing = [fixed] if fixed else [one for one in offers.columns.values() if one.distinct == one.cells.len()]
    others = {name: column for name in ("policy", "campaign_id") if (column := _guessed(exposures, name))}
    candidates = [one for one in (*exposures.free(), *others.values()) if is_offer(one)]
    alike = [(one, other) for one in candidates for other in listing if _holds(one, other)]
    if not alike:
        return
    shown, listed = max(alike, key=lambda pair: (len(pair[0].values & pair[1].values), not pair[1].numeric))
    for name in (name for name, column in others.items() if column is shown):
        del exposures.guesses[name]
    why = Message("guessed: '{column}' of the offers holds the same", column=listed.name)
    exposures.take("offer_id", shown.name, (shown.name,), why)


def _guessed(match: ColumnMatch, ours: str) -> SourceColumn | None:
    """The column that is read as one of ours, where nobody said that it is."""
    return None if match.is_given(ours) else match.column(ours)


def _holds(shown: SourceColumn, listed: SourceColumn) -> bool:
    """Return whether a column holds what a table lists; numbers count only where it holds no others, as weeks do."""
    n_shared = len(shown.values & listed.values)
    if not n_shared or n_shared < _LISTED * len(listed.values):
        return False
    return not listed.numeric or all(_is_zero(one) or names_no_offer(one) for one in shown.values - listed.values)


def _is_zero(value: str) -> bool:
    return bool(pl.Series([value]).str.contains(ZERO_OFFER)[0])


def _same_ids(offers: ColumnMatch, exposures: ColumnMatch, sample: SampleRows) -> None:
    """Exposures may name offers by another column of the table than the one that was taken for the id."""
    shown = exposures.column("offer_id")
    if shown is None:
        return
    named = {value for value in shown.values if value != NO_OFFER and not _is_zero(value)}
    now = offers.column("offer_id")
    nothing = {value for value in named - (now.values if now else set()) if names_no_offer(value)}
    exposures.notes += [_read_as_nothing(shown.name, value) for value in sorted(nothing)]
    named -= nothing
    if not named:
        return
    shared_values = {name: column.values & named for name, column in offers.columns.items()}
    if now is not None and shared_values[now.name]:
        exposures.notes += _unlisted(shown, named - shared_values[now.name])
        return
    best = max(shared_values, key=lambda name: len(shared_values[name]))
    if not shared_values[best]:
        raise InputError(_no_offer(shown, now, named, sample))
    exposures.notes += _unlisted(shown, named - shared_values[best])
    for other in [ours for ours, one in offers.guesses.items() if one.theirs == (best,) and not offers.is_given(ours)]:
        del offers.guesses[other]
    offers.take(
        "offer_id", best, (best,), Message("guessed: '{column}' of the exposures holds the same", column=shown.name)
    )


def _read_as_nothing(column: str, value: str) -> Message:
    return Message("'{value}' in '{column}' is read as: deliberately nothing was shown", value=value, column=column)


def _unlisted(shown: SourceColumn, unknown: set[str]) -> list[Message]:
    """Return a note on offers that were shown and are not listed: nothing is learned of these."""
    share = float(shown.filled.cast(pl.String).is_in(sorted(unknown)).mean() or 0)  # type: ignore[arg-type]
    if not unknown or not share:
        return []
    return [
        Message(
            "{share} of the offers shown in '{column}' are not listed, such as '{offer}'; if it is a listed one under "
            "another name, use the same ids in both files, and if it means that nothing was shown, write none",
            share=Share(max(round(share, 2), 0.01)),
            column=shown.name,
            offer=sorted(unknown)[0],
        )
    ]


def _no_offer(shown: SourceColumn, listed: SourceColumn | None, named: set[str], sample: SampleRows) -> Message:
    cells = sample.head[shown.name].cast(pl.String).str.strip_chars()
    place = cells.is_in(sorted(named)).arg_max()
    some: Message | str = ""
    if listed is not None:
        some = Message(" (such as {examples})", context="behind an error", examples=sorted(listed.values)[:3])
    return Message(
        "'{place}'{row}, column '{column}': '{offer}' is none of the offers that are listed{some}; use the same ids in "
        "both files",
        place=str(sample.place),
        row=behind_file(place),
        column=shown.name,
        offer=sorted(named)[0] if place is None else str(cells[place]),
        some=some,
    )
