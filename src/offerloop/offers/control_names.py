"""Names by which tables of trials and logs of offers say that somebody deliberately got nothing."""

from __future__ import annotations

import re

_OFFERS = {
    "ohne": "angebot|gutschein|rabatt|aktion|werbung|(e-?)?mail|mailing|kontakt|brief|coupon",
    "sans": "offre|coupon|remise|r[eé]duction|promo|promotion|(e-?)?mail|courrier|contact",
    "sin": "oferta|cup[oó]n|descuento|promoci[oó]n|(e-?)?mail|correo|contacto",
}
"""What an arm goes without that gets nothing; one without shipping costs gets an offer."""
_WITHOUT = "|".join(rf"{without}([ -]+({words})(e?[ns]|e)?)?" for without, words in _OFFERS.items())
_CONTROL = re.compile(
    r"(0(\.0+)?%?|false|control\b.*|none|nothing|holdout|placebo|untreated|(no|without)(?!.*(shipping|delivery|postage|fee|cost|minimum))\b.*"
    rf"|{_WITHOUT}"
    r"|kontroll.*|kein\w*(?!.*(versand|liefer|porto|gebühr|kosten|mindest))\b.*|(groupe )?t[eé]moin\b.*|contr[oô]le\b.*"
    r"|(grupo (de )?)?control\b.*|对照.*|控制组.*|空白组.*|不发.*)",
    re.I,
)


def names_no_offer(name: str) -> bool:
    """Return whether a name says that whoever has it got nothing, such as "control", "no offer" or "不发券"."""
    return _CONTROL.fullmatch(name.strip().replace("_", " ")) is not None
