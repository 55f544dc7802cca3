"""Whether a column of discounts or coupons holds amounts, or shares and percentages, which are no money."""

from __future__ import annotations

from offerloop.mapping.amounts.before_discount import shows_full_price
from offerloop.mapping.amounts.shares import (
    ROLES,
    PriceShare,
    called,
    paid_column,
    share_of_price,
    usual_most,
    worth_before,
)
from offerloop.mapping.contents import SourceColumn, is_money
from offerloop.mapping.matching import ColumnMatch, as_factor, reference, says
from offerloop.message import Message
from offerloop.workspace import SampleRows


def discounts(match: ColumnMatch, sample: SampleRows) -> None:
    """Discounts that are mostly written below zero are turned, those of one unit count for all of them; shares and
    percentages are no amounts and go."""
    units = match.column("quantity")
    for ours in ROLES:
        column = match.column(ours)
        if column is None or paid_column(match) is None or match.is_given(ours):
            continue
        if share_of_price(match, sample, column):
            del match.guesses[ours]  # `discount_notes` says so
            continue
        off = f"-{reference(column.name)}" if _mostly_below_zero(column) else reference(column.name)
        if units is not None and says(column.name, "of_unit"):
            why = Message("{why}, a unit's", context="why a column is read so", why=match.guesses[ours].why)
            match.take(ours, f"{off} * {reference(units.name)}", (column.name, units.name), why)
        elif _mostly_below_zero(column):
            match.take(ours, off, (column.name,), match.guesses[ours].why)


def one_of_several_discounts(match: ColumnMatch, sample: SampleRows) -> None:
    """Leave discounts to what list prices exceed the rest by, where they stand in several columns."""
    if "discount" not in match.guesses or match.is_given("discount"):
        return
    others = [one for one in called(match, "discount") if is_money(one) and not share_of_price(match, sample, one)]
    if others and {"list_price", "list_value"} & set(match.guesses):
        names = [f"'{name}'" for name in (*match.guesses.pop("discount").theirs[:1], *(one.name for one in others))]
        text = Message("{columns} are parts of the discount: what list prices exceed the rest by counts", columns=names)
        match.notes.append(text)


def _mostly_below_zero(column: SourceColumn) -> bool:
    """Return whether more numbers are below zero than above: a few of the other sign are corrections or errors."""
    return int((column.numbers < 0).sum()) > int((column.numbers > 0).sum())


def discount_notes(match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return a note for each column of discounts that holds shares, mapped or left out."""
    notes: dict[str, Message] = {}
    for ours in ROLES:
        mapped = match.column(ours)
        for column in [mapped] if mapped else called(match, ours):
            if column.numeric and not column.dated and (share := share_of_price(match, sample, column)):
                notes.setdefault(column.name, _share_note(match, sample, column, ours, share))
    return list(notes.values())


def _share_note(match: ColumnMatch, sample: SampleRows, column: SourceColumn, ours: str, share: PriceShare) -> Message:
    """Return what to do with a column of shares."""
    largest, entry = usual_most(column), _amount_of_share(match, sample, ours, share)
    remedy = Message("; if they are shares of the price, map {entry}", entry=entry) if entry else ""
    held = (
        Message("'{column}' seems to hold shares or percentages, up to {largest}; a discount must be an amount{remedy}")
        if largest == column.numbers.max()
        else Message(
            "'{column}' seems to hold shares or percentages, mostly up to {largest}; a discount must be an "
            "amount{remedy}"
        )
    )
    return held.with_values(column=column.name, largest=f"{largest:g}", remedy=remedy)


def _amount_of_share(match: ColumnMatch, sample: SampleRows, ours: str, share: PriceShare) -> str:
    """Return what makes an amount of shares, and of the price before them what was paid; empty where nothing is."""
    if "paid" not in match.guesses:
        worth = worth_before(match)
        return f'{ours} = "{worth} * {share.taken}"' if worth else ""
    paid = as_factor(match, match.guesses["paid"].written)
    if shows_full_price(match, sample, share):
        return f'paid = "{paid} * {share.left}", {ours} = "{paid} * {share.taken}"'
    worth = worth_before(match) or f"{paid} / {share.left}"
    return f'{ours} = "{worth} * {share.taken}"'
