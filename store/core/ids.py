"""The only place ids are minted: UUIDv7, so that they sort by birth and need no central counter."""

import uuid_utils


def new_id() -> str:
    """A new id as 32 hex characters."""
    return uuid_utils.uuid7().hex
