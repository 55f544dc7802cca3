"""`offerloop refund`: what to give back for units of a basket, or of an order of the service, by either rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from offerloop.commands.refund.findings import RULES, RefundResult, ReturnedLine
from offerloop.commands.refund.printed import is_printed, read_printed
from offerloop.config import StrPath, as_path, config_file, load_config, report_language
from offerloop.errors import InputError, check_known
from offerloop.events import with_variables
from offerloop.message import Message
from offerloop.money import to_minor, to_text
from offerloop.offers import (
    Basket,
    CodeList,
    Given,
    Offer,
    Priced,
    basket_kept,
    price,
    read_basket,
    read_code_list,
    refund_kept,
    refund_repriced,
)
from offerloop.workspace import Document, document_name, epoch_second, read_document, read_offers_file

Returned = Sequence[str] | Mapping[str, int]
"""Units that come back: ["tea=1"] or {"tea": 1}."""


@dataclass(frozen=True)
class _Purchase:
    """What was bought, and how it is priced again."""

    priced: Priced
    basket: Basket | None = None
    """None where only the price is known."""
    reprice: Callable[[Basket], Priced] | None = None


def refund_basket(
    basket: Document,
    returned: Returned,
    offers: Document | None = None,
    now: str | datetime | None = None,
    before: Returned = (),
    rule: str | None = None,
    language: str | None = None,
    codes: StrPath | None = None,
    given_back: str | None = None,
) -> RefundResult:
    """Count the refund for a basket that was bought at a moment under a file of offers, or was priced before.

    `given_back` is the sum of earlier refunds, in major units: where what stays is priced again it depends on the order
    in which units came back, which `before` does not tell. Raises InputError for a bad file, for units that were not
    bought, for codes that no list explains, and where what was given back before is not told.
    """
    document = read_document(basket)
    bought = _bought(document, document_name(basket, "basket"), offers, now, rule, codes)
    earlier, rules = _places(bought.priced, before), _rules(rule, whole=bought.basket)
    counted = {"kept": refund_kept(bought.priced, earlier).total_minor} if "kept" in rules else {}
    if "repriced" in rules:
        counted["repriced"] = _given_back(bought.priced, earlier, given_back)
    elif given_back is not None:
        raise InputError(Message("--given-back is for what stays priced again; with the discounts kept it is counted"))
    return _result(bought, _places(bought.priced, returned), earlier, counted, language)


def refund_order(
    shop: StrPath,
    order_id: str,
    returned: Returned,
    store: str | None = None,
    rule: str | None = None,
    language: str | None = None,
) -> RefundResult:
    """Count the refund for an order that was entered at the service, after what was given back before.

    Nothing is recorded. Raises InputError for an order that is not there, and for units that were not bought.
    """
    from offerloop.serving import BoughtBasket  # late: a basket from a file does without a database
    from offerloop.store import Database, find_purchase, offers_text

    config = config_file(shop)
    url = store or with_variables(load_config(config).data.url, "data.store")
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).is_file():
        raise InputError(Message("there is no database '{path}'; name that of the service with --store", path=file))
    folder = config.parent.resolve()
    database = Database.open(url)
    try:
        purchase = database.read(lambda connection: find_purchase(connection, order_id))
        if purchase is None:
            raise InputError(
                Message("there is no order '{order_id}' in the database of the service", order_id=order_id)
            )
        text = database.read(lambda connection: offers_text(connection, purchase.offers_hash))
    finally:
        database.close()
    if rule is not None and purchase.rule not in (None, rule):
        raise InputError(Message("the order's refunds are counted by another rule"))
    bought = BoughtBasket.of(folder, purchase, text)
    whole = _Purchase(bought.price(bought.basket), bought.basket, bought.price)
    counted = dict.fromkeys(_rules(rule or purchase.rule, whole=bought.basket), purchase.given_back_minor)
    return _result(whole, _places(whole.priced, returned), purchase.returned or {}, counted, language)


def _bought(
    document: object,
    name: str,
    offers: Document | None,
    now: str | datetime | None,
    rule: str | None,
    codes: StrPath | None,
) -> _Purchase:
    if isinstance(document, Mapping) and is_printed(document):
        if rule == "repriced" or any(one is not None for one in (offers, now, codes)):
            raise InputError(
                Message("what stays cannot be priced again from a printed price; name the basket and its --offers")
            )
        with _errors_of(name):
            return _Purchase(read_printed(document))
    if offers is None:
        raise InputError(Message("a basket needs --offers, the file under which it was bought"))
    offers_file, at = read_offers_file(offers), epoch_second(now)
    with _errors_of(name):
        parsed = read_basket(document)
    basket = _with_codes(parsed, offers_file.offers, codes)

    def reprice(kept: Basket) -> Priced:
        return price(kept, offers_file.offers, at, offers_file.policy)

    return _Purchase(reprice(basket), basket, reprice)


@contextmanager
def _errors_of(name: str) -> Iterator[None]:
    """Put the name of the basket's file before an error."""
    try:
        yield
    except InputError as error:
        raise InputError(Message("'{name}': {error}", context="error", name=name, error=error.message)) from None


def _with_codes(basket: Basket, offers: Sequence[Offer], codes: StrPath | None) -> Basket:
    """Return the basket with the offers that its codes stand for."""
    if codes is not None:
        return CodeList.of(read_code_list(as_path(codes))).basket(basket)
    unknown = sorted(basket.codes - {one.offer_id for one in offers})
    if unknown:
        raise InputError(
            Message(
                "the code '{code}' of the basket is the id of no offer; name the list with --codes", code=unknown[0]
            )
        )
    return basket


def _rules(rule: str | None, whole: Basket | None) -> tuple[str, ...]:
    if rule is not None:
        check_known(Message("rule", context="kind of name"), rule, RULES)
        return (rule,)
    return RULES if whole is not None else RULES[:1]


def _given_back(priced: Priced, earlier: Mapping[int, int], written: str | None) -> int:
    """Return the sum of earlier refunds where what stays was priced again."""
    if written is None:
        if earlier:
            raise InputError(
                Message(
                    "what stays priced again depends on what was given back before; "
                    "name the sum with --given-back, or take --rule kept"
                )
            )
        return 0
    if not earlier:
        raise InputError(Message("--given-back is for what came back earlier; name these units with --before"))
    minor = _minor(written, priced.currency)
    if not 0 <= minor <= priced.total_minor:
        raise InputError(
            Message(
                "'{amount}' cannot have been given back: {paid} {currency} was paid",
                amount=written,
                paid=to_text(priced.total_minor, priced.currency),
                currency=priced.currency,
            )
        )
    return minor


def _minor(written: str, currency: str) -> int:
    try:
        return to_minor(written, currency)
    except InputError as error:
        raise InputError(
            Message("'{field}': {error}", context="error", field="--given-back", error=error.message)
        ) from None


def _result(
    bought: _Purchase,
    returned: Mapping[int, int],
    before: Mapping[int, int],
    given_back: Mapping[str, int],
    language: str | None,
) -> RefundResult:
    priced, lost, gifts = bought.priced, tuple[str, ...](), tuple[Given, ...]()
    refunds = {rule: _refund(bought, rule, returned, before, minor) for rule, minor in given_back.items()}
    if "repriced" in refunds:
        lost, gifts = _lost(bought, returned, before)
    kept = refund_kept(priced, returned, before)
    lines = tuple(
        ReturnedLine(place + 1, priced.lines[place].line.product_id, returned[place], kept.lines[place])
        for place in sorted(returned)
    )
    products = [one.line.product_id for one in priced.lines]
    return RefundResult(
        priced.currency, priced.total_minor, lines, {rule: minor for rule, (minor, _) in refunds.items()},
        refunds.get("kept", (0, 0))[1], given_back, lost, gifts,
        report_language(language, priced.currency, products=products),
    )  # fmt: skip


def _refund(
    bought: _Purchase, rule: str, returned: Mapping[int, int], before: Mapping[int, int], given_back: int
) -> tuple[int, int]:
    """Return what to give back now, and the shipping in it where that is known."""
    if rule == "kept" or bought.basket is None or bought.reprice is None:
        kept = refund_kept(bought.priced, returned, before)
        return kept.total_minor, kept.shipping_minor
    return refund_repriced(bought.priced, bought.basket, returned, bought.reprice, before, given_back), 0


def _lost(
    bought: _Purchase, returned: Mapping[int, int], before: Mapping[int, int]
) -> tuple[tuple[str, ...], tuple[Given, ...]]:
    """Return the offers that no longer hold for what stays, and the gifts that came with them."""
    if bought.basket is None or bought.reprice is None:
        return (), ()
    kept = basket_kept(bought.priced, bought.basket, returned, before)
    still = {one.offer_id for one in bought.reprice(kept).applied} if kept.lines else set[str]()
    lost = [one for one in bought.priced.applied if one.offer_id not in still]
    gifts = (gift for one in lost for gift in one.gives if gift.product_id is not None)
    return tuple(one.offer_id for one in lost), tuple(gifts)


def _places(priced: Priced, written: Returned) -> dict[int, int]:
    """Return units by position of their line, from tea=1 or @2=1."""
    pairs = (_whole_units(*one) for one in written.items()) if isinstance(written, Mapping) else map(_split, written)
    places: dict[int, int] = {}
    for name, count in pairs:
        place = _place(priced, name)
        places[place] = places.get(place, 0) + count
    return {place: count for place, count in places.items() if count}


def _whole_units(name: str, count: object) -> tuple[str, int]:
    if not isinstance(count, int) or isinstance(count, bool):
        raise InputError(
            Message("units that come back are whole numbers, not {count} of '{name}'", count=str(count), name=name)
        )
    return name, count


def _split(written: str) -> tuple[str, int]:
    name, _, count = written.rpartition("=")
    if not name or not count.isdecimal() or not 0 < int(count) < _MOST:
        raise InputError(Message("units that come back are written like tea=1 or @2=1, not '{text}'", text=written))
    return name, int(count)


_MOST = 10**9


def _place(priced: Priced, name: str) -> int:
    lines = [place for place, one in enumerate(priced.lines) if one.line.product_id == name and one.line.counts]
    if len(lines) == 1:
        return lines[0]
    if lines:
        numbers = [f"@{place + 1}" for place in lines]
        raise InputError(Message("'{name}' stands in several lines; name one of {lines}", name=name, lines=numbers))
    if name[:1] == "@" and name[1:].isdecimal() and 0 < int(name[1:]) <= len(priced.lines):
        return int(name[1:]) - 1
    raise InputError(Message("there is no '{name}' in the basket", name=name))
