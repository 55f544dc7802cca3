"""What customers did, in our words: logs of shops say `pv`, `add_to_cart` or 收藏 for a view, a cart and a wish."""

from __future__ import annotations

import narwhals as nw

from offerloop.engine import Frame, collect
from offerloop.events.columns.cells import blank
from offerloop.message import Message

VIEW, CART, WISH, RATING, PURCHASE = "view", "cart", "wish", "rating", "purchase"
_WORDS = {
    VIEW: (
        "view", "viewed", "views", "pageview", "productview", "viewproduct", "itemview", "viewitem", "pv", "click",
        "clicked", "clicks", "浏览", "点击", "查看", "ansicht", "aufruf", "klick", "vue", "clic", "vista",
    ),
    CART: (
        "cart", "addtocart", "addedtocart", "addcart", "basket", "addtobasket", "加购", "加入购物车", "购物车",
        "warenkorb", "indenwarenkorb", "panier", "ajoutaupanier", "carrito", "añadiralcarrito",
    ),
    WISH: (
        "wish", "wishlist", "addtowishlist", "fav", "favorite", "favourite", "like", "liked", "收藏", "喜欢",
        "merkliste", "wunschliste", "favori", "favorito",
    ),
    RATING: ("rating", "rated", "rate", "review", "评分", "评价", "bewertung", "valoración"),
    PURCHASE: (
        "purchase", "purchased", "buy", "bought", "order", "ordered", "transaction", "sale", "购买", "下单", "支付",
        "成交", "kauf", "gekauft", "bestellung", "achat", "acheté", "commande", "compra", "comprado", "pedido",
    ),
}  # fmt: skip
"""Small letters without spaces, hyphens and underscores."""
_SHOWN = 6


def known_kind(cell: nw.Expr) -> nw.Expr:
    """Return the kind that a text cell means, or the cell itself where that is not known."""
    bare, meant = cell.str.to_lowercase().str.replace_all(r"[\s_-]", ""), cell
    for kind, words in _WORDS.items():
        meant = nw.when(bare.is_in(words)).then(nw.lit(kind)).otherwise(meant)
    return meant


def unknown_kinds(events: Frame) -> list[Message]:
    """Return a note with the kinds of events, in our words, that mean nothing to us; none where there is none."""
    kind = nw.col("kind")
    others = events.filter(~kind.is_in(tuple(_WORDS)), ~blank(kind))
    names = collect(others.select("kind").unique(), "kind")["kind"].to_list()
    if not names:
        return []
    return [
        Message(
            "nothing is made of events of the kind {kinds}; known are {known}",
            kinds=[f"'{name}'" for name in names[:_SHOWN]],
            known=[VIEW, CART, WISH, RATING],
        )
    ]
