"""Which encoding of one byte a sign a text in Latin letters is in: that in which its letters are those of a language.

Western, Central European and Turkish texts share most bytes: `è` of the first is `č` of the second. So it counts whose
letters explain all that are not ASCII, and those that the encodings read differently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

WESTERN, CENTRAL, TURKISH = "cp1252", "cp1250", "cp1254"
_LANGUAGES = {
    WESTERN: (
        "äüöß", "éèàâæçêëîïôœùû", "óíñáéúü¿¡ºª", "ãçéàáâêíóôõúüºª", "àèùéìíòóú", "ëéïäöüèêó", "åäöé", "øåæéö", "äöåšž",
        "áíóéúýðþæö", "àèçéíïòóúü",
    ),
    CENTRAL: ("łęóąćńśźż", "íážěčďéňóřšťúůý", "íážčäďéĺľňóôŕšťúý", "áéőíóöúüű", "čšžćđ", "ăîţâş"),
    TURKISH: ("ışüçğöâîû",),
}  # fmt: skip
"""The letters of the languages that each is for, three of the commonest first: German, French, Spanish, Portuguese,
Italian, Dutch, Swedish, Danish or Norwegian, Finnish, Icelandic and Catalan; Polish, Czech, Slovak, Hungarian, Croatian
or Slovenian, and Romanian; Turkish. The first three of Czech and Slovak are without č and ě, whose bytes
are `è` and `ì` of French and Italian."""
_COMMONEST = 3
_CLEARLY = 0.1
"""The lead over another encoding that makes a guess a sure one."""
_LETTERS, _IN_WORDS = 0.8, 0.5
"""Shares of the signs that are letters, and that stand beside a letter of ASCII, in texts in Latin letters."""
_UNITS = re.compile(r"(?<=\bm)[²³]|(?<=[cdk]m)[²³]|(?<=\b[nN])[º°]|(?<=\d)[°ºª²³]")
"""Signs of units and numbers, which say nothing of the language."""


def latin_encodings(sample: bytes, candidates: Sequence[str]) -> tuple[str, ...]:
    """Return the encoding of a text whose signs beyond ASCII mostly are letters, beside plain letters.

    Behind it stand others of the `candidates` that are about as likely and read some signs differently. Nothing for
    other texts.
    """
    texts = {name: sample.decode(name, errors="replace") for name in candidates}
    shares = {name: _letters_and_in_words(text) for name, text in texts.items()}
    if not any(letters >= _LETTERS and in_words >= _IN_WORDS for letters, in_words in shares.values()):
        return ()
    counts = _counts(sample)
    if not counts:
        return (WESTERN,)
    scores = {name: max(_explained(counts, letters, name) for letters in _LANGUAGES[name]) for name in texts}
    best = max(scores.values())
    first = next(name for name in texts if scores[name] == best)
    near = [name for name in texts if scores[name] > best - _CLEARLY and texts[name] != texts[first]]
    return (first, *near)


def _counts(sample: bytes) -> Counter[int]:
    """Count the bytes beyond ASCII that are a letter in some encoding, without those of units and numbers."""
    units = {one.start() for one in _UNITS.finditer(sample.decode(WESTERN, errors="replace"))}
    counts = Counter(byte for place, byte in enumerate(sample) if byte > 127 and place not in units)
    return Counter({byte: n for byte, n in counts.items() if any(_sign(byte, name).isalpha() for name in _LANGUAGES)})


def _explained(counts: Counter[int], letters: str, encoding: str) -> float:
    """Return the smaller share of signs that are letters of a language: of all, and of those that are read differently.

    It is 0 where none of the commonest letters of the language occurs.
    """
    signs = {byte: _sign(byte, encoding).lower() for byte in counts}
    if not any(sign in letters[:_COMMONEST] for sign in signs.values()):
        return 0.0
    apart = [byte for byte in counts if len({_sign(byte, name) for name in _LANGUAGES}) > 1]
    among = [list(counts), apart] if apart else [list(counts)]
    return min(
        sum(counts[one] for one in some if signs[one] in letters) / sum(counts[one] for one in some) for some in among
    )


def _sign(byte: int, encoding: str) -> str:
    return bytes([byte]).decode(encoding, errors="replace")


def _letters_and_in_words(text: str) -> tuple[float, float]:
    """Return which share of the signs beyond ASCII are letters, and which stands beside a letter of ASCII."""
    signs = list(re.finditer(r"[^\x00-\x7f]", text))
    letters = sum(sign[0].isalpha() for sign in signs)
    in_words = sum(bool(re.search("[A-Za-z]", text[max(one.start() - 1, 0) : one.end() + 1])) for one in signs)
    return letters / max(len(signs), 1), in_words / max(len(signs), 1)
