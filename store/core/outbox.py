"""The outbox of one machine: what was ordered and has no verdict yet, in order, retried with the same id.

Pure; whoever owns it keeps a durable copy. A timeout is never a failure: an entry is sent again after 0.3,
0.6, 1.2 … 2 s until its verdict or its deadline; after that the dispatcher decides, never the program. Each
Cmd names its predecessor, and the hub decides none before its predecessor: loss never changes the order.
"""

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from store.core.messages import Cmd

RETRY_MS = (300, 600, 1200, 2000)
"""Waits between sends; the last one repeats."""
HELD_UP_MS = 30
WINDOW = 64
"""Entries on the way at once; the rest wait behind them."""


class Waiting(Struct, frozen=True):
    """What is kept on disk of one command. `token` and `second` prove who gave it."""

    cid: str
    body: bytes
    at: int
    deadline_at: int
    token: bytes = b""
    second: bytes = b""


class _Line(Struct):
    waiting: Waiting
    sends: int = 0
    sent_at: int = 0
    due_at: int = 0
    parked: bool = False


class Outbox:
    """First in, first decided. Times in ms; `now` is an argument everywhere."""

    def __init__(self, kept: list[Waiting]) -> None:
        self._lines = {waiting.cid: _Line(waiting) for waiting in kept}

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, cid: str) -> bool:
        return cid in self._lines

    def put(self, waiting: Waiting) -> None:
        """Take a command that is already safe on disk."""
        self._lines[waiting.cid] = _Line(waiting)

    def due(self, now: int) -> list[Cmd]:
        """What has to be sent now, in order; each counts as sent."""
        cmds: list[Cmd] = []
        after: str | None = None
        for line in islice(self._moving(), WINDOW):
            if line.due_at <= now:
                line.due_at = now + RETRY_MS[min(line.sends, len(RETRY_MS) - 1)]
                line.sends += 1
                line.sent_at = now
                cmds.append(_cmd(line.waiting, after))
            after = line.waiting.cid
        return cmds

    def settle(self, cid: str, now: int) -> Waiting | None:
        """A verdict came: forget the command. `None`: it was settled before.

        The next one may have come to the hub too early and been held: if its answer is not here by now, it
        goes out again at once, so that a disturbed order costs round trips and not whole retry rounds.
        """
        line = self._lines.pop(cid, None)
        if line is None:
            return None
        following = next(self._moving(), None)
        if following is not None and following.sends and now - following.sent_at >= HELD_UP_MS:
            following.due_at = now
        return line.waiting

    def waiting(self) -> list[Waiting]:
        """Everything without a verdict, in order."""
        return [line.waiting for line in self._lines.values()]

    def renew(self, waiting: Waiting) -> None:
        """The same command with another token; it moves again if it was parked."""
        line = self._lines[waiting.cid]
        line.waiting, line.parked = waiting, False

    def park(self, cid: str) -> None:
        """Its giver's log-in ran out and somebody else sits here: it waits for them, and nothing for it."""
        line = self._lines.get(cid)
        if line is not None:
            line.parked = True

    def _moving(self) -> Iterator[_Line]:
        return (line for line in self._lines.values() if not line.parked)

    def expire(self, now: int) -> list[Waiting]:
        """Commands whose deadline passed without a verdict; they may still have happened."""
        late = [line.waiting for line in self._lines.values() if now > line.waiting.deadline_at]
        for waiting in late:
            del self._lines[waiting.cid]
        return late

    def send_again(self, now: int) -> None:
        """The hub is back: everything is due at once."""
        for line in self._lines.values():
            line.due_at = now
            line.sends = 0

    def next_due(self) -> int | None:
        """When `due` or `expire` has something to do next; `None`: empty."""
        if not self._lines:
            return None
        first = [line.due_at for line in islice(self._moving(), WINDOW)]
        return min([*first, *(line.waiting.deadline_at + 1 for line in self._lines.values())])


def _cmd(waiting: Waiting, after: str | None) -> Cmd:
    return Cmd(
        cid=waiting.cid,
        body=waiting.body,
        at=waiting.at,
        deadline_at=waiting.deadline_at,
        token=waiting.token,
        second=waiting.second,
        after=after,
    )
