"""Who may log in, as it travels between sites: verifiers only, compared by a digest, replaced as a whole."""

import hashlib
from collections.abc import Iterable

from store.core.site_messages import Account
from store.core.wire import encode


def digest_of(accounts: Iterable[Account]) -> bytes:
    """The same for the same accounts in any order."""
    ordered = sorted(accounts, key=lambda account: account.staff_number)
    return hashlib.sha256(encode(tuple(ordered))).digest()
