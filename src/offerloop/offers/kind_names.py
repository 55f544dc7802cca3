"""Names by which shops call the kinds of offers in lists of their own."""

from __future__ import annotations

import re

_KINDS = {
    "coupon": "(percent(age)?|fixed|amount)([ _-](off|discount|amount))?|discount|voucher|"
    "(优惠|折扣|打折|代金|抵扣|抵用|现金|立减|直减|无门槛)券?",
    "spend_and_save": "threshold([ _-](discount|coupon))?|阶梯满减|(每?满减|满额减|满折|满额折|满件折)券?",
    "flash_sale": "(限时)?(抢购|秒杀|闪购)价?|限时(特价|折扣|优惠)",
    "buy_x_get_y": "买赠|买[一二三1-3]?送[一1]?",
    "bundle": "组合价|组合优惠|套餐|套装",
    "gift": "free[ _-]gift|赠品券?|满赠|满额赠",
    "free_shipping": "free[ _-]delivery|满?(包邮|免邮|免运费)券?|运费券",
    "benefit": "权益",
}
_CALLED = {kind: re.compile(f"(?:{names})(?:活动|优惠)?", re.IGNORECASE) for kind, names in _KINDS.items()}


def offer_kind(name: str) -> str:
    """Return the kind that a name such as "满减券" or "Percentage" stands for, or the name where it is none."""
    bare = name.strip()
    own = re.sub("[ -]+", "_", bare.lower())
    if own in _KINDS:
        return own
    return next((kind for kind, called in _CALLED.items() if called.fullmatch(bare)), bare)
