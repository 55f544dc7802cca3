"""Files that are searched for the id of a customer."""

import re

_HASHES = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{8}){2,}(?![0-9a-f])")


def without_hashes(content):
    """Bytes without random ids and hashes, which hold the digits of any customer by chance.

    Their length is a multiple of eight digits; with an id of another length behind it one is kept.
    """
    return _HASHES.sub(b"", content)
