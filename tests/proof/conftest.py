"""The server of tests/store, for proofs on both kinds of store."""

from tests.store.conftest import postgres, store_url

__all__ = ["postgres", "store_url"]
