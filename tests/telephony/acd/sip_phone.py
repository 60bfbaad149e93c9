"""A telephone of one UDP socket and a thread: registers, answers as told, dials codes, publishes, calls."""

import hashlib
import itertools
import queue
import re
import socket
import threading
from typing import NamedTuple

WAIT_S = 5.0
TALK = 200
BUSY = 486
AWAY = 480
NEVER = 0
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)


class Message(NamedTuple):
    start: str
    headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def code(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0


def parse(packet: bytes) -> Message:
    lines = packet.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
    pairs = (line.partition(":") for line in lines[1:])
    return Message(lines[0], tuple((name.strip().lower(), value.strip()) for name, _, value in pairs))


class SipPhone:
    """`policy`: the final code for every INVITE, NEVER lets it ring. `invited` gets each call's Call-ID.

    `asked`: every request that came, ACK left out.
    """

    def __init__(
        self, exchange: int, number: str, password: str = "", domain: str = "120.test", *, user: str = ""
    ) -> None:
        """`user`: whose password it is, "" the number's."""
        self.number, self.password, self.domain = number, password, domain
        self.user = user or number
        self.policy = TALK
        self.invited: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.cancelled: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.asked: list[Message] = []
        self._exchange = ("127.0.0.1", exchange)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._count = itertools.count(1)
        self._thread = threading.Thread(target=self._run, name=f"phone-{number}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def register(self, expires: int = 60) -> int:
        return self._challenged("REGISTER", f"sip:{self.domain}", f"Expires: {expires}\r\n")

    def is_answered(self, within_s: float) -> bool:
        """Whether the exchange says anything at all to a REGISTER: to this one, or late to an earlier one."""
        self.send(self.request("REGISTER", f"sip:{self.domain}", self.new_ids()))
        try:
            return self.answers.get(timeout=within_s).code > 0
        except queue.Empty:
            return False

    def publish(self, note: str) -> int:
        body = f"<presence><note>{note}</note></presence>"
        extra = "Event: presence\r\nContent-Type: application/pidf+xml\r\n"
        return self._challenged("PUBLISH", f"sip:{self.number}@{self.domain}", extra, body)

    def dial(self, target: str, extra: str = "") -> int:
        """The final code of a call to a number of the exchange. `extra`: whole header lines."""
        extra += "Content-Type: application/sdp\r\n"
        return self._challenged("INVITE", f"sip:{target}@{self.domain}", extra, SDP)

    def call(self, target: str = "120", extra: str = "") -> "Dialled":
        """A caller's call without waiting for its end; see `Dialled`. `extra`: whole header lines."""
        return Dialled(self, target, extra)

    def asks(self, method: str, target: str, extra: str = "") -> int:
        """The final code of a request outside of a call, without any password."""
        ids = self.new_ids()
        self.send(self.request(method, f"sip:{target}@{self.domain}", ids, extra))
        return self.final(ids[0]).code

    def send(self, text: str) -> None:
        self._socket.sendto(text.encode(), self._exchange)

    def request(
        self, method: str, uri: str, ids: tuple[str, str, int], extra: str = "", body: str = "", to: str = ""
    ) -> str:
        call_id, branch, cseq = ids
        target = f"<sip:{self.number}@{self.domain}>" if method == "REGISTER" else f"<{uri}>"
        return (
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{self.number}@{self.domain}>;tag=t{self.port}\r\n"
            f"To: {to or target}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n"
            f"Contact: <sip:{self.number}@127.0.0.1:{self.port}>\r\n{extra}"
            f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        )

    def new_ids(self) -> tuple[str, str, int]:
        n = next(self._count)
        return f"call-{self.port}-{n}", f"z9hG4bK-{self.port}-{n}", 1

    def _challenged(self, method: str, uri: str, extra: str = "", body: str = "") -> int:
        call_id, branch, _ = self.new_ids()
        self.send(self.request(method, uri, (call_id, branch, 1), extra, body))
        answer = self.final(call_id)
        if answer.code not in (401, 407):
            self._ack(method, uri, (call_id, branch, 1), answer)
            return answer.code
        self._ack(method, uri, (call_id, branch, 1), answer)
        name = "Authorization" if answer.code == 401 else "Proxy-Authorization"
        challenge = answer.one("www-authenticate" if answer.code == 401 else "proxy-authenticate")
        proof = f"{name}: {self._digest(method, uri, challenge)}\r\n"
        self.send(self.request(method, uri, (call_id, branch + "b", 2), extra + proof, body))
        answer = self.final(call_id, cseq=2)
        self._ack(method, uri, (call_id, branch + "b", 2), answer)
        return answer.code

    def _ack(self, method: str, uri: str, ids: tuple[str, str, int], answer: Message) -> None:
        if method == "INVITE":
            self.send(self.request("ACK", uri, ids, to=answer.one("to")))

    def _digest(self, method: str, uri: str, challenge: str) -> str:
        realm, nonce = re.findall(r'(?:realm|nonce)="([^"]*)"', challenge)
        md5 = lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # noqa: E731
        secret = md5(f"{self.user}:{realm}:{self.password}")
        proof = md5(f"{secret}:{nonce}:{md5(f'{method}:{uri}')}")
        fields = {"username": self.user, "realm": realm, "nonce": nonce, "uri": uri, "response": proof}
        return "Digest " + ", ".join(f'{key}="{value}"' for key, value in fields.items())

    def final(self, call_id: str, cseq: int = 1, within_s: float = WAIT_S) -> Message:
        while True:
            answer = self.answers.get(timeout=within_s)
            number, _, method = answer.one("cseq").partition(" ")
            mine = (answer.one("call-id"), int(number)) == (call_id, cseq) and method != "CANCEL"
            if mine and answer.code >= 200:
                return answer

    def _run(self) -> None:
        while packet := self._socket.recv(65_535):
            message = parse(packet)
            if message.code:
                self.answers.put(message)
            elif not message.start.startswith("ACK"):
                self._serve(message)

    def _serve(self, message: Message) -> None:
        method = message.start.split()[0]
        self.asked.append(message)
        if method == "INVITE":
            self.invited.put(message.one("call-id"))
            self._reply(message, 180)
            self._pending = message
            if self.policy:
                self._reply(message, self.policy)
        elif method == "CANCEL":
            self._reply(message, 200)
            self._reply(self._pending, 487)
            self.cancelled.put(message.one("call-id"))
        else:
            self._reply(message, 200)

    def _reply(self, message: Message, code: int) -> None:
        kept = ("via", "record-route", "from", "call-id", "cseq")
        lines = [f"{name.title()}: {value}" for name, value in message.headers if name in kept]
        body = SDP if code == 200 and message.start.startswith("INVITE") else ""
        extra = "Content-Type: application/sdp\r\n" if body else ""
        tag = "" if "tag=" in message.one("to") else f";tag=s{self.port}"
        head = f"SIP/2.0 {code} Said\r\n" + "\r\n".join(lines)
        head += f"\r\nTo: {message.one('to')}{tag}\r\nContact: <sip:{self.number}@127.0.0.1:{self.port}>\r\n"
        self.send(f"{head}{extra}Content-Length: {len(body)}\r\n\r\n{body}")


class Dialled:
    """A caller's call: cancel it, wait for its final answer, ask something within it, hang up."""

    def __init__(self, phone: SipPhone, target: str, extra: str = "") -> None:
        self.phone, self.ids = phone, phone.new_ids()
        self.uri = f"sip:{target}@{phone.domain}"
        self.phone.send(
            phone.request("INVITE", self.uri, self.ids, f"{extra}Content-Type: application/sdp\r\n", SDP)
        )

    @property
    def call_id(self) -> str:
        return self.ids[0]

    def final(self, within_s: float = WAIT_S) -> int:
        answer = self.phone.final(self.call_id, within_s=within_s)
        self.answer = answer
        if answer.code < 300:
            self._along_the_route("ACK", 1)
        else:
            self.phone._ack("INVITE", self.uri, self.ids, answer)
        return answer.code

    def cancel(self) -> None:
        self.phone.send(self.phone.request("CANCEL", self.uri, self.ids))

    def hang_up(self) -> None:
        """BYE; its own answer is waited for."""
        self._along_the_route("BYE", 2)
        assert self.phone.final(self.call_id, cseq=2).code == 200

    def asks(self, method: str, cseq: int, extra: str = "") -> int:
        """The final code of a request within the call."""
        self._along_the_route(method, cseq, extra)
        return self.phone.final(self.call_id, cseq=cseq).code

    def _along_the_route(self, method: str, cseq: int, extra: str = "") -> None:
        """A request inside the call: to the far end's contact, by the recorded route (RFC 3261 12.2)."""
        contact = re.search(r"<([^>]*)>", self.answer.one("contact"))
        assert contact
        routes = "".join(f"Route: {route}\r\n" for route in reversed(self.answer.all("record-route")))
        ids = (self.call_id, self.ids[1] + method, cseq)
        self.phone.send(self.phone.request(method, contact[1], ids, routes + extra, to=self.answer.one("to")))
