"""Names by which tables of trials and logs of offers say that somebody deliberately got nothing."""

from __future__ import annotations

import re

_OFFERS = {
    "(?:no|without)": "(special )?offer|(promo|coupon|discount|voucher) code|promo|promotion|coupon|discount|voucher|"
    "deal|incentive|reward|gift|treatment|intervention|action|campaign|contact|message|(e[ -]?)?mail|mailing|letter|"
    "sms|push|notification|ad|advert|advertisement|advertising|exposure",
    "(?:ohne|kein(?:e[nrms]?|s)?)": "angebot|gutschein|rabatt|aktion|werbung|(e-?)?mail|mailing|kontakt|brief|coupon|"
    "ansprache|behandlung|maßnahme|newsletter|nachricht|prämie",
    "(?:sans|aucune?)": "offre|coupon|remise|r[eé]duction|promo|promotion|op[eé]ration|(e-?)?mail|courrier|contact",
    "(?:sin|ning[uú]n[oa]?)": "oferta|cup[oó]n|descuento|promoci[oó]n|(e-?)?mail|correo|contacto",
    "(?:senza|nessun[oa]?)": "offerta|coupon|buono|sconto|promo|promozione|(e-?)?mail|contatto",
    "(?:sem|nenhuma?)": "oferta|cupo[mn]|cup[aã]o|desconto|promo|promo[cç][aã]o|(e-?)?mail|contat?to",
    "(?:geen|zonder)": "aanbieding|aanbod|actie|coupon|korting|kortingscode|(e-?)?mail|contact",
    "(?:bez|brak)": "oferty|kuponu|rabatu|promocji|(e-?)?maila?|kontaktu",
}
"""What an arm goes without that gets nothing; one without shipping costs, or a minimum, gets an offer."""
_WITHOUT = "|".join(rf"{without}([ -]+({words})(e?[ns]|e)?){{0,2}}" for without, words in _OFFERS.items())
_CONTROL = re.compile(
    rf"(0(\.0+)?%?|false|none|nothing|holdout|placebo|untreated|{_WITHOUT}"
    r"|control([ -]?(group|arm))?|kontroll(e|[ -]?gruppe|[ -]?arm)|(groupe )?t[eé]moin|(groupe (de )?)?contr[oô]le"
    r"|grupo (de )?control[eo]?|gruppo (di )?controllo|controlegroep|grupa kontrolna|kontrol grubu"
    r"|controll?o|żad(en|na|ne)|hiçbiri|((teklif|indirim) )?yok"
    r"|なし|없음"
    r"|特典なし|クーポンなし|割引なし|対照群|コントロール群?|혜택 ?없음|쿠폰 ?없음|할인 ?없음|대조군|통제 ?집단"
    r"|对照(组.*)?|控制组.*|空白组.*|不发.*)",
    re.I,
)


def names_no_offer(name: str) -> bool:
    """Return whether a name says that whoever has it got nothing, such as "control", "no offer" or "不发券"."""
    return _CONTROL.fullmatch(name.strip().replace("_", " ")) is not None
