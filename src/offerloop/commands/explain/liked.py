"""Products that a customer would like, each with the reason why it is shown, as a sentence."""

from __future__ import annotations

from offerloop.commands.explain.explanation_localizer import ExplanationLocalizer
from offerloop.commands.explain.findings import LikedProduct
from offerloop.message import Message

LISTS = {
    "repeat": Message("may buy next", context="customer profile"),
    "new": Message("may like, new", context="customer profile"),
}
"""What the lists of products are called, for a marketer."""
LISTS_FOR_CUSTOMERS = {
    "repeat": Message("For your next purchase: {products}."),
    "new": Message("New to you: {products}.", context="products for a customer"),
    "popular": Message("Popular at the moment: {products}."),
}
"""The same for the customer."""
BECAUSE = {
    "bought": Message("{product}: bought on {about} days", context="reason for a product"),
    "bought_once": Message("{product}: bought on one day"),
    "goes_with": Message("{product}: goes with {about}, which this customer bought"),
    "new_like": Message("{product}: not sold before, described like {about}"),
    "popular": Message("{product}: popular at the moment"),
}
"""Why a product is shown, for a marketer, by the code of the reason."""
BECAUSE_FOR_CUSTOMERS = {
    "bought": Message("{product}, which you bought on {about} days"),
    "bought_once": Message("{product}, which you bought on one day"),
    "goes_with": Message("{product}, which goes with {about} that you bought"),
    "new_like": Message("{product}, new in our shop and much like {about}"),
    "popular": Message("{product}, popular at the moment"),
}
"""The same for the customer."""


def liked_pairs(_: ExplanationLocalizer) -> list[tuple[str, str]]:
    """Return for a marketer the kind of list, once, and a line for each product."""
    if _is_refused(_):
        ids = _.listed(_popular(_, "profile"))
        return (
            [
                (
                    _("most people buy", context="customer profile"),
                    _("{ids} (the same for all who refuse personalisation)", ids=ids),
                )
            ]
            if ids
            else []
        )
    pairs = []
    for task, products in _.facts.liked.by_task.items():
        labels = [_(LISTS[task]), *[""] * len(products)]
        pairs += [(label, _because(_, "profile", one)) for label, one in zip(labels, products, strict=False)]
    return pairs


def liked_lines(_: ExplanationLocalizer) -> list[str]:
    """Return for the customer a line for each list."""
    if _is_refused(_):
        lists = {"popular": _popular(_, "customer")}
    else:
        liked = _.facts.liked.by_task.items()
        lists = {task: [_because(_, "customer", one) for one in products] for task, products in liked}
    return [_(LISTS_FOR_CUSTOMERS[name], products=_.clauses(texts)) for name, texts in lists.items() if texts]


def _is_refused(_: ExplanationLocalizer) -> bool:
    """Who refuses personalisation gets what is popular, for both tasks the same."""
    return _.facts.decision.reason == "no_consent"


def _popular(_: ExplanationLocalizer, family: str) -> list[str]:
    return [_named(one.product_id, one.text, family) for one in _.facts.liked.repeat]


def _because(_: ExplanationLocalizer, family: str, product: LikedProduct) -> str:
    """A product and the code of its reason, such as ``bought:7`` or ``goes_with:12``."""
    code, __, about = product.reason.partition(":")
    key = "bought_once" if (code, about) == ("bought", "1") else code
    other = _named(about, product.about_text, family)
    reasons = BECAUSE_FOR_CUSTOMERS if family == "customer" else BECAUSE
    return _(reasons[key], product=_named(product.product_id, product.text, family), about=other)


def _named(product_id: int | str, text: str | None, family: str) -> str:
    """A product by its text; for a marketer with the id beside it."""
    if not text or text == product_id:
        return str(product_id)
    return text if family == "customer" else f"{text} ({product_id})"
