"""Products that a customer would like, each with the reason why it is shown, as a sentence."""

from __future__ import annotations

from offerloop.commands.explain.findings import LikedProduct
from offerloop.commands.explain.teller import Teller


def liked_pairs(_: Teller) -> list[tuple[str, str]]:
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
        labels = [_.say(f"profile.liked_{task}"), *[""] * len(products)]
        pairs += [(label, _because(_, "profile", one)) for label, one in zip(labels, products, strict=False)]
    return pairs


def liked_lines(_: Teller) -> list[str]:
    """Return for the customer a line for each list."""
    if _is_refused(_):
        lists = {"popular": _popular(_, "customer")}
    else:
        liked = _.facts.liked.by_task.items()
        lists = {task: [_because(_, "customer", one) for one in products] for task, products in liked}
    return [_.say(f"customer.liked_{name}", products=_.clauses(texts)) for name, texts in lists.items() if texts]


def _is_refused(_: Teller) -> bool:
    """Who refuses personalisation gets what is popular, for both tasks the same."""
    return _.facts.decision.reason == "no_consent"


def _popular(_: Teller, family: str) -> list[str]:
    return [_named(one.product_id, one.text, family) for one in _.facts.liked.repeat]


def _because(_: Teller, family: str, one: LikedProduct) -> str:
    """A product and the code of its reason, such as ``bought:7`` or ``goes_with:12``."""
    code, __, about = one.reason.partition(":")
    key = "bought_once" if (code, about) == ("bought", "1") else code
    other = _named(about, one.about_text, family)
    return _.say(f"{family}.because.{key}", product=_named(one.product_id, one.text, family), about=other)


def _named(product_id: int | str, text: str | None, family: str) -> str:
    """A product by its text; for a marketer with the id beside it."""
    if not text or text == product_id:
        return str(product_id)
    return text if family == "customer" else f"{text} ({product_id})"
