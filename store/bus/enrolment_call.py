"""The new machine's side of enrolment: makes its keys, asks with its code, takes over what it is given."""

from pathlib import Path

import zmq

from store.bus.enrolment_door import public_pair
from store.bus.keys import KeyFileError, own_keys, own_sign_key, pin_hub_key
from store.bus.roster import RosterError, RosterFile, pin_roster_key, write_whole
from store.bus.sockets import Context, command_client
from store.core.enrolment import Answer, Enrolled, Knock, Wait, decode_answer, fingerprint, is_name
from store.core.wire import MESSAGE_BYTES_MAX, BadMessage, encode

PENDING = "pending"
"""What the keys of this machine are called until it has a name."""


class EnrolmentCall:
    """One code at one hub ("host:port" of its door of enrolment). One thread."""

    def __init__(self, address: str, code: str, folder: Path) -> None:
        """Keys are made in `folder` where there are none yet. Raises KeyFileError."""
        self._folder = folder
        self._keys = own_keys(folder, PENDING)
        sign = own_sign_key(folder, PENDING)
        self._knock = Knock(code, self._keys.public, sign.public)
        self.fingerprint = fingerprint(self._keys.public, sign.public)
        """Of this machine's keys, to be compared with what the administrator sees."""
        self._shown: set[tuple[str, str]] = set()
        self._context = Context()
        self._socket = command_client(self._context, self._keys, public_pair().public)
        self._socket.maxmsgsize = MESSAGE_BYTES_MAX
        self._socket.connect(f"tcp://{address}")

    def ask(self, wait_ms: int) -> Answer | None:
        """Ask once; `None`: no answer within `wait_ms`."""
        while self._socket.poll(0):
            self._socket.recv()  # of a question we gave up
        try:
            if not self._socket.poll(wait_ms, zmq.POLLOUT):
                return None
            self._socket.send(encode(self._knock), zmq.DONTWAIT)
        except zmq.Again:
            return None
        if not self._socket.poll(wait_ms):
            return None
        try:
            answer = decode_answer(self._socket.recv())
        except BadMessage:
            return None
        if isinstance(answer, Wait):
            self._shown.add((answer.hub_public, answer.roster_public))
        return answer

    def take_over(self, enrolled: Enrolled) -> None:
        """Write what the machine needs into its folder. Raises RosterError, KeyFileError.

        Its keys get its name; the roster key, the roster, the hubs' addresses and at last the hub's key, by
        which the machine counts as enrolled, are kept. Only keys whose fingerprint, and no other, was shown
        here are taken: the door proves nothing, and whoever stands in between would give his own.
        """
        folder = self._folder
        if not is_name(enrolled.machine):
            raise KeyFileError(f"not a name: {enrolled.machine}")
        if self._shown != {(enrolled.hub_public, enrolled.roster_public)}:
            raise KeyFileError(
                "中枢指纹未在本机核对或已改变，请管理员重新邀请 "
                "the hub's fingerprint was not shown here, or it is another one now: ask for a new invitation"
            )
        pin_roster_key(folder, enrolled.roster_public)
        RosterFile(folder / "roster.json").take_news(enrolled.roster)
        write_whole(folder / "hubs", "\n".join(enrolled.hubs).encode() + b"\n")
        try:
            for kind in ("key", "sign"):
                (folder / f"{PENDING}.{kind}").replace(folder / f"{enrolled.machine}.{kind}")
        except OSError as error:
            raise RosterError(f"{folder}: {error}") from error
        pin_hub_key(folder, enrolled.hub_public)

    def close(self) -> None:
        self._socket.close(0)
        self._context.term()


def hubs_of(folder: Path) -> tuple[str, ...]:
    """The addresses this machine was given when it was enrolled; empty where it was not."""
    try:
        return tuple((folder / "hubs").read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError):
        return ()
