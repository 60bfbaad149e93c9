"""What a seat and its vault process say to each other: one msgspec JSON frame each."""

from typing import Literal

import msgspec
from msgspec import Struct

from telephony.archive.catalogue import Search
from telephony.archive.labels import Label


class Look(Struct, frozen=True, tag=True):
    """Search the vault; a `Looked` answers."""

    ticket: int
    wanted: Search


class Fetch(Struct, frozen=True, tag=True):
    """Bring a recording of another seat into a folder here; a `Fetched` answers."""

    ticket: int
    label: Label
    into: str


class Looked(Struct, frozen=True, tag=True):
    ticket: int
    labels: tuple[Label, ...]
    trouble: str = ""


class Fetched(Struct, frozen=True, tag=True):
    """`file` is on this machine, "": the vault has it no more; `trouble` "" is none."""

    ticket: int
    file: str
    trouble: str = ""


Fault = Literal["", "away", "full", "own", "part"]
"""The vault cannot be reached; it is full; some of our own cannot be read; some of the vault cannot."""
FLAWS_MAX = 100


class VaultState(Struct, frozen=True, tag=True):
    """`waiting` recordings are not in the vault as they are now.

    Of `unread` days of it nothing is in the catalogue yet. `flawed` own recordings cannot be put in: `flaws`
    are the newest of them, newest first, at most `FLAWS_MAX`, each with `label` (unreadable), `unlabelled`
    (has none), `missing` (its sound), `damaged` or `another` (the vault has another of this name).
    """

    waiting: int = 0
    unread: int = 0
    fault: Fault = ""
    words: str = ""
    flaws: tuple[tuple[str, str], ...] = ()
    flawed: int = 0


Question = Look | Fetch
Reply = Looked | Fetched | VaultState

_questions: "msgspec.json.Decoder[Question]" = msgspec.json.Decoder(Question)
_replies: "msgspec.json.Decoder[Reply]" = msgspec.json.Decoder(Reply)
encode = msgspec.json.encode


def decode_question(frame: bytes) -> Question:
    """Raises `msgspec.MsgspecError`."""
    return _questions.decode(frame)


def decode_reply(frame: bytes) -> Reply:
    """Raises `msgspec.MsgspecError`."""
    return _replies.decode(frame)
