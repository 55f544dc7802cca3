"""Products that a customer would like, each with the reason why it is shown, as a sentence."""

from __future__ import annotations

from offerloop.commands.explain.findings import LikedProduct
from offerloop.commands.explain.teller import Teller


def liked_pairs(tell: Teller) -> list[tuple[str, str]]:
    """Return for a marketer the kind of list, once, and a line for each product."""
    if _is_refused(tell):
        ids = tell.listed(_popular(tell, "profile"))
        return [(tell.say("profile.liked_popular"), tell.say("profile.products", ids=ids))] if ids else []
    pairs = []
    for task, products in tell.facts.liked.by_task.items():
        labels = [tell.say(f"profile.liked_{task}"), *[""] * len(products)]
        pairs += [(label, _because(tell, "profile", one)) for label, one in zip(labels, products, strict=False)]
    return pairs


def liked_lines(tell: Teller) -> list[str]:
    """Return for the customer a line for each list."""
    if _is_refused(tell):
        lists = {"popular": _popular(tell, "customer")}
    else:
        liked = tell.facts.liked.by_task.items()
        lists = {task: [_because(tell, "customer", one) for one in products] for task, products in liked}
    return [
        tell.say(f"customer.liked_{name}", products=tell.listed(texts, "semicolon"))
        for name, texts in lists.items()
        if texts
    ]


def _is_refused(tell: Teller) -> bool:
    """Who refuses personalisation gets what is popular, for both tasks the same."""
    return tell.facts.decision.reason == "no_consent"


def _popular(tell: Teller, family: str) -> list[str]:
    return [_named(one.product_id, one.text, family) for one in tell.facts.liked.repeat]


def _because(tell: Teller, family: str, one: LikedProduct) -> str:
    """A product and the code of its reason, such as ``bought:7`` or ``goes_with:12``."""
    code, _, about = one.reason.partition(":")
    key = "bought_once" if (code, about) == ("bought", "1") else code
    other = _named(about, one.about_text, family)
    return tell.say(f"{family}.because.{key}", product=_named(one.product_id, one.text, family), about=other)


def _named(product_id: int | str, text: str | None, family: str) -> str:
    """A product by its text; for a marketer with the id beside it."""
    if not text or text == product_id:
        return str(product_id)
    return text if family == "customer" else f"{text} ({product_id})"
