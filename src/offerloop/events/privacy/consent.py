"""What a cell of `consent` or of `opt_out` says: agreement, refusal, or nothing. Anything else stops the run."""

from __future__ import annotations

import unicodedata

import narwhals as nw

from offerloop.events.columns.cells import blank
from offerloop.message import either

_YES = (
    "1", "true", "yes", "y", "t", "j", "ja", "wahr", "oui", "o", "vrai", "si", "sí", "sì", "s", "verdadero",
    "tak", "evet", "sim", "はい", "あり", "有り", "예", "네",
    "是", "是的", "有", "真", "✓", "✔", "√",
)  # fmt: skip
_NO = (
    "0", "false", "no", "n", "f", "nein", "falsch", "non", "faux", "falso",
    "nie", "hayır", "hayir", "não", "nao", "nee", "いいえ", "なし", "無し", "아니오", "아니요",
    "否", "不", "不是", "无", "没有", "假", "✗", "✘",
)  # fmt: skip
_SUBSCRIBED = (
    "optin", "optedin", "doubleoptin", "singleoptin", "subscribed", "subscriber", "notunsubscribed", "notoptedout",
    "angemeldet", "abonniert", "inscrit", "inscrite", "abonné", "abonnée", "suscrito", "suscrita", "alta",
    "订阅", "已订阅", "订阅中", "未退订", "未拒收",
)  # fmt: skip
"""States that mean the same in both columns: the customer may be written to."""
_UNSUBSCRIBED = (
    "optout", "optedout", "unsubscribed", "unsubscribe", "notsubscribed", "nonsubscribed", "neversubscribed",
    "notoptedin", "donotcontact", "abgemeldet", "abbestellt", "nichtabonniert", "widersprochen",
    "désinscrit", "désinscrite", "désabonné", "désabonnée", "desuscrito", "nosuscrito", "baja", "dadodebaja",
    "disiscritto", "disiscritta", "afgemeld", "uitgeschreven", "descadastrado", "descadastrada", "wypisany", "wypisana",
    "配信停止", "수신거부",
    "退订", "已退订", "未订阅", "取消订阅", "已取消订阅", "拒收", "已拒收",
)  # fmt: skip
_AGREED = (
    "in", "on", "agree", "agreed", "accept", "accepts", "accepted", "allow", "allows", "allowed", "consent",
    "consented", "given", "grant", "granted", "permitted", "authorised", "authorized", "enabled", "willing",
    "confirmed", "erteilt", "zugestimmt", "eingewilligt", "einverstanden", "akzeptiert", "erlaubt",
    "accepte", "accepté", "acceptée", "d'accord", "autorisé", "autorisée", "consenti",
    "acepta", "aceptado", "aceptada", "deacuerdo", "autorizado", "autorizada", "permitido", "consentido",
    "accetta", "accettato", "accettata", "iscritto", "iscritta", "akkoord", "toegestaan", "ingeschreven",
    "aceita", "aceito", "aceite", "inscrito", "inscrita", "udzielona", "wyrażona", "onaylı", "izinli", "kabul",
    "同意する", "希望する", "許可", "購読中", "동의", "동의함", "수신동의", "허용",
    "同意", "已同意", "允许", "已允许", "授权", "已授权", "接受", "已接受", "接收", "愿意", "可以", "开启",
    "已开启", "开",
)  # fmt: skip
_REFUSED = (
    "out", "off", "disagree", "disagreed", "decline", "declines", "declined", "deny", "denied", "refuse", "refuses",
    "refused", "reject", "rejects", "rejected", "revoked", "withdrawn", "objected", "never", "noconsent", "disabled",
    "unwilling", "pending", "unconfirmed", "notagreed", "notaccepted", "notallowed", "notconsented", "notgiven",
    "notgranted", "notpermitted", "notauthorised", "notauthorized",
    "abgelehnt", "widerrufen", "verweigert", "nichterteilt", "nichteinverstanden", "nichterlaubt", "keineeinwilligung",
    "refuse", "refusé", "refusée", "pasd'accord", "nonautorisé", "nonautorisée", "nonconsenti", "retiré",
    "rechaza", "rechazado", "rechazada", "noacepta", "noaceptado", "endesacuerdo", "noautorizado", "nopermitido",
    "denegado", "revocado",
    "rifiuta", "rifiutato", "rifiutata", "revocato", "negato", "geweigerd", "ingetrokken", "nietakkoord",
    "niettoegestaan", "recusa", "recusado", "recusada", "negado", "revogado", "brak", "odmowa", "cofnięta", "wycofana",
    "onaysız", "izinsiz", "reddedildi", "同意しない", "希望しない", "拒否", "미동의", "동의안함", "거부",
    "不同意", "未同意", "拒绝", "已拒绝", "撤回", "已撤回", "未授权", "不授权", "不允许", "未允许", "禁止", "不接受",
    "未接受", "不接收", "拒绝接收", "不愿意", "不可以", "关闭", "已关闭", "关",
)  # fmt: skip
_MARKS = ("x", "×", "☒", "☑")
"""Marks of those who opted out, beside whom the cells of all others are empty."""
_DATE = (
    r"^\s*([12]\d{3}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]([12]\d)?\d\d\b|"
    r"[12]\d{3}(0[1-9]|1[0-2])[0-3]\d\s*$|\d{1,2}\.? \p{L}{3,10}\.? [12]\d{3}|\p{L}{3,10}\.? \d{1,2},? [12]\d{3})"
)
"""A day, as the column of those who opted out says when they did."""
_PAIRS = (
    ("yes", "no"), ("1", "0"), ("true", "false"), ("opt-in", "opt-out"), ("subscribed", "unsubscribed"),
    ("agreed", "refused"), ("ja", "nein"), ("oui", "non"), ("sí", "no"), ("是", "否"), ("同意", "不同意"),
    ("接受", "拒绝"), ("允许", "不允许"), ("愿意", "不愿意"),
)  # fmt: skip
ACCEPTED_ANSWERS = tuple(either(pair) for pair in _PAIRS)
"""Answers that messages name."""


def _plain(*lists: tuple[str, ...]) -> list[str]:
    """Return texts as cells are compared: also without accents, no apostrophes."""
    texts = [text.replace("'", "") for one in lists for text in one]
    bare = ["".join(sign for sign in unicodedata.normalize("NFD", text) if ord(sign) != 0x301) for text in texts]
    return list(dict.fromkeys([*texts, *bare]))


_IS_AGREEMENT = {"consent": _plain(_YES, _SUBSCRIBED, _AGREED), "opt_out": _plain(_NO, _SUBSCRIBED)}
_IS_REFUSAL = {"consent": _plain(_NO, _UNSUBSCRIBED, _REFUSED), "opt_out": _plain(_YES, _UNSUBSCRIBED, _MARKS)}
"""Answers in small letters without spaces, hyphens and underscores. A state such as `unsubscribed` means the same in
both columns; a yes is agreement in one and refusal in the other; anything else means something in `consent` only."""
ANSWER_COLUMNS = tuple(_IS_AGREEMENT)
"""Columns of customers that say whether they agree."""
_STATES = _plain(_SUBSCRIBED, _UNSUBSCRIBED)


def agrees(cell: nw.Expr, column: str = "consent") -> nw.Expr:
    """Return whether a text cell of `consent` or `opt_out` agrees to personalised offers; an empty one does not."""
    return _bare(cell).is_in(_IS_AGREEMENT[column]).fill_null(value=False)


def is_unclear(cell: nw.Expr, column: str = "consent") -> nw.Expr:
    """Return whether a text cell says something that is neither agreement nor refusal."""
    refuses = _bare(cell).is_in(_IS_REFUSAL[column])
    refuses = (refuses | cell.str.contains(_DATE) if column == "opt_out" else refuses).fill_null(value=False)
    return ~blank(cell) & ~agrees(cell, column) & ~refuses


def is_state(cell: nw.Expr) -> nw.Expr:
    """Return whether a text cell says by itself, whatever its column is called, if its customer is subscribed."""
    return _bare(cell).is_in(_STATES).fill_null(value=False)


def _bare(cell: nw.Expr) -> nw.Expr:
    """Return the text in small letters, whole numbers without decimals."""
    return cell.str.to_lowercase().str.replace_all(r"[\s_'’\x{2010}-\x{2015}-]", "").str.replace_all(r"[.,]0+$", "")
