"""A far end made of one UDP socket: answers a call of ours with the session descriptions a test wants."""

import re
import socket
import threading

KEPT = re.compile(r"^(?:Via|From|To|Call-ID|CSeq):[^\r]*", re.MULTILINE | re.IGNORECASE)
NUMBER = re.compile(r"^(?:Call-ID|CSeq):[^\r]*", re.MULTILINE | re.IGNORECASE)
TURN = re.compile(r"^CSeq:\s*(\d+)", re.MULTILINE | re.IGNORECASE)
PACKET_BYTES_MAX = 65_535
GOODBYE_S = 2.0
Said = tuple[int, str]
"""A code and a session description, "" for none."""


class Callee:
    """`first` is said to an INVITE, `again` to a re-INVITE; `deaf_to`: methods it says nothing to, and with
    "487" among them never that the INVITE is over. Use as a context.

    `answered_again`: the phone has acknowledged what was said to its re-INVITE, so it has dealt with it.
    """

    def __init__(
        self, first: tuple[Said, ...], again: tuple[Said, ...] = (), deaf_to: frozenset[str] = frozenset()
    ) -> None:
        self._first, self._again, self._deaf_to = first, again, deaf_to
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._port = self._socket.getsockname()[1]
        self.uri = f"sip:callee@127.0.0.1:{self._port}"
        self.answered_again = threading.Event()
        self._numbers: set[str] = set()
        self._answers: dict[str, bytes] = {}
        self._last_code = 0
        self._asked_again = ""
        self._over = threading.Event()
        self._invite: str | None = None
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Callee":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Not before the goodbye: a call without it keeps one of the library's four places for 8 s."""
        self._over.wait(GOODBYE_S)
        self._socket.sendto(b"", ("127.0.0.1", self._port))
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while True:
            octets, source = self._socket.recvfrom(PACKET_BYTES_MAX)
            if not octets:
                return
            if octets[:1] < b"\x80":  # else it is audio
                self._hear(octets.decode("utf-8", "replace"), source)

    def _hear(self, message: str, source: tuple[str, int]) -> None:
        line = message.partition("\r\n")[0]
        if line.startswith("INVITE") and self._said_again(message, source):
            return
        match line.split()[0]:
            case "INVITE":
                again = ";tag=" in next(line for line in KEPT.findall(message) if line.startswith("To:"))
                for code, sdp in self._again if again else self._first:
                    self._say(message, source, code, sdp)
                if again:
                    self._asked_again = turn(message)
                self._invite = None if again or self._first[-1][0] >= 200 else message
            case "ACK":
                if self._last_code >= 300:
                    self._over.set()
                if turn(message) == self._asked_again:
                    self.answered_again.set()
            case "SIP/2.0":
                pass
            case "BYE":
                self._say(message, source, 200)
                self._over.set()
            case method if method in self._deaf_to:
                pass
            case method:
                self._say(message, source, 200)
                if method == "CANCEL" and self._invite is not None and "487" not in self._deaf_to:
                    self._say(self._invite, source, 487)

    def _said_again(self, message: str, source: tuple[str, int]) -> bool:
        """Until it has our answer the phone says it again, and hears the last of it again."""
        number = "".join(NUMBER.findall(message))
        again = number in self._numbers
        if again and number in self._answers:
            self._socket.sendto(self._answers[number], source)
        self._numbers.add(number)
        return again

    def _say(self, request: str, source: tuple[str, int], code: int, sdp: str = "") -> None:
        body = sdp.encode("utf-8", "surrogateescape")
        kept = [
            line if ";tag=" in line or line[:3] != "To:" else line + ";tag=callee"
            for line in KEPT.findall(request)
        ]
        content = ["Content-Type: application/sdp"] if body else []
        head = (
            f"SIP/2.0 {code} Said",
            *kept,
            f"Contact: <{self.uri}>",
            *content,
            f"Content-Length: {len(body)}",
        )
        if "INVITE" in NUMBER.findall(request)[-1]:
            self._last_code = code
        answer = "\r\n".join((*head, "", "")).encode() + body
        self._answers["".join(NUMBER.findall(request))] = answer
        self._socket.sendto(answer, source)


def turn(message: str) -> str:
    """The number of its CSeq: an ACK has its INVITE's (RFC 3261 13.2.2.4)."""
    found = TURN.search(message)
    assert found
    return found[1]
