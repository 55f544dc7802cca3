"""What a cell of the column `consent` says: yes, no, or nothing. Whatever is none of these stops the run."""

from __future__ import annotations

import narwhals as nw

from offerloop.events.cells import blank

AGREEMENTS = (
    "1", "true", "yes", "y", "t", "j", "ja", "wahr", "oui", "o", "si", "sí", "sì", "s", "optin", "optedin", "in",
    "agree", "agreed", "accept", "accepted", "allow", "allowed", "consent", "consented", "given", "grant", "granted",
    "subscribed", "erteilt", "zugestimmt", "是", "有", "同意", "已同意", "允许", "已授权", "接受",
)  # fmt: skip
"""Texts of agreement, in small letters and without spaces, hyphens and underscores."""
REFUSALS = (
    "0", "false", "no", "n", "f", "nein", "falsch", "non", "optout", "optedout", "out", "disagree", "disagreed",
    "decline", "declined", "deny", "denied", "refuse", "refused", "reject", "rejected", "revoked", "withdrawn",
    "unsubscribed", "never", "noconsent", "notgiven", "notgranted", "abgelehnt", "widerrufen", "verweigert", "否",
    "不", "无", "不同意", "未同意", "拒绝", "已拒绝", "撤回", "已撤回", "未授权", "不允许", "不接受",
)  # fmt: skip
"""Texts of refusal, written likewise."""


def agrees(cell: nw.Expr) -> nw.Expr:
    """Return whether a text cell agrees to personalised offers; an empty one does not."""
    return _bare(cell).is_in(AGREEMENTS).fill_null(value=False)


def is_unclear(cell: nw.Expr) -> nw.Expr:
    """Return whether a text cell says something that is neither agreement nor refusal."""
    return ~blank(cell) & ~agrees(cell) & ~_bare(cell).is_in(REFUSALS).fill_null(value=False)


def _bare(cell: nw.Expr) -> nw.Expr:
    """Return the text in small letters, whole numbers without decimals."""
    return cell.str.to_lowercase().str.replace_all(r"[\s_-]", "").str.replace_all(r"[.,]0+$", "")
