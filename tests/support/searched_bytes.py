"""Files that are searched for the id of a customer."""

import re

_HASHES = re.compile(rb"(?<![0-9a-f])[a-f]{0,3}(?:[0-9a-f]{8}){2,}(?=[a-f]{0,3}(?![0-9a-f]))")


def without_hashes(content):
    """Bytes without random ids and hashes, which hold the digits of any customer by chance.

    Their length is a multiple of eight digits, and words before and behind them may end and begin with letters that are
    digits too, as a database writes no separators. With an id of another length beside it one is kept.
    """
    return _HASHES.sub(b"", content)
