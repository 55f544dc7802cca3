"""The words of a column's name, and whether it holds a known one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ı": "i", "ø": "o"})
_SIMPLIFIED = str.maketrans(
    "號會員編碼單訂購買賣價額數銷總實時間類別產貨優門鋪帳戶顧電話郵狀態發運費稅幣種標題稱條應區點減場際開關寶規計結項註後個積"
    "達縣國庫進備贈禮滿內說則領機組動營廠紅權啟認終錄線級細據資遞證歲齡職業學歷讓誌獎層",
    "号会员编码单订购买卖价额数销总实时间类别产货优门铺帐户顾电话邮状态发运费税币种标题称条应区点减场际开关宝规计结项注后个积"
    "达县国库进备赠礼满内说则领机组动营厂红权启认终录线级细据资递证岁龄职业学历让志奖层",
)
"""Traditional signs that headers have, and the simplified ones of the known names."""
_KANA, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\uac00-\ud7a3]")
_SIGNS = re.compile("[\u3040-\u30ff\uac00-\ud7a3\u4e00-\u9fff]")
_LONG = 5
"""Letters from which on the end of a word counts as a word, as in German compounds."""


def has_signs(text: str) -> bool:
    """Return whether a text has Chinese signs, kana or hangul, which no spaces part into words."""
    return _SIGNS.search(text) is not None


def has_kana(text: str) -> bool:
    """Return whether a text has signs that only Japanese has."""
    return _KANA.search(text) is not None


def has_hangul(text: str) -> bool:
    """Return whether a text has Korean signs."""
    return _HANGUL.search(text) is not None


def is_traditional(text: str) -> bool:
    """Return whether a text has signs that are written otherwise in simplified Chinese."""
    return text.translate(_SIMPLIFIED) != text


@lru_cache(maxsize=10_000)
def words_of(name: str) -> tuple[str, ...]:
    """Words in small letters, umlauts spelt out, other accents dropped; camelCase counts as two words."""
    spaced = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", unicodedata.normalize("NFKC", name).translate(_SIMPLIFIED))
    plain = unicodedata.normalize("NFD", spaced.lower().translate(_FOLDED))
    plain = unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", plain))
    return tuple(word for word in re.split(r"[\W_]+", plain) if word)


def holds_words(theirs: str, known_name: str) -> bool:
    """Return whether a known name occurs in a column's: as whole words, or as the end of a word."""
    theirs_words, known_words = words_of(theirs), words_of(known_name)
    short = "".join(known_words)
    if not short:
        return False
    if has_signs(short):
        return short in "".join(theirs_words)
    size = len(known_words)
    if any(theirs_words[start : start + size] == known_words for start in range(len(theirs_words) - size + 1)):
        return True
    return size == 1 and len(short) >= _LONG and any(word.endswith(short) for word in theirs_words)
