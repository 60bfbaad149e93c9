"""A caller made of one UDP socket: says exactly what a test or a bench wants said, odd INVITEs included."""

import contextlib
import itertools
import re
import socket
import time
from typing import NamedTuple

WAIT_S = 5.0
RTP = b"\x80"  # how every packet of audio begins (RFC 3550 5.1)
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {rtp_port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)


class Dialled(NamedTuple):
    """One INVITE we sent, and when."""

    branch: str
    call_id: str
    sent_mono_ns: int


class RawCaller:
    wait_s = WAIT_S

    def __init__(self, seat_port: int, host: str = "127.0.0.1", here: str | None = None) -> None:
        """`host`: the address of the seat; `here` ours, `None`: the one that reaches it."""
        self._seat = (host, seat_port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._here = here or _address_towards(host)
        self._socket.bind((self._here, 0))
        self._port = self._socket.getsockname()[1]
        self._number = itertools.count(1)
        self._made: dict[str, Dialled] = {}
        self._tos: dict[str, str] = {}

    def invite(
        self,
        number: str = "13904510001",
        *,
        body: str | None = None,
        extra: str = "",
        content: str = "application/sdp",
    ) -> Dialled:
        """`body` "" is a late offer, `None` an ordinary PCMA offer. `extra`: whole header lines."""
        n = next(self._number)
        branch, call_id = f"z9hG4bK-{self._port}-{n}", f"raw-{self._port}-{n}"
        sdp = SDP.format(rtp_port=self._port).replace("127.0.0.1", self._here) if body is None else body
        extra += f"P-Asserted-Identity: <sip:{number}@{self._here}>\r\n"
        if sdp:
            extra += f"Content-Type: {content}\r\n"
        message = self._request("INVITE", branch, call_id, extra, sdp)
        call = self._made[call_id] = Dialled(branch, call_id, time.monotonic_ns())
        self._socket.sendto(message, self._seat)
        return call

    def cancel(self, call: Dialled) -> None:
        self._socket.sendto(self._request("CANCEL", call.branch, call.call_id), self._seat)

    def final(self, call: Dialled) -> int:
        """Wait for the INVITE's final answer, acknowledge it, return its code."""
        while True:
            answer = self.receive()
            if not answer.startswith("SIP/2.0"):  # the far end asks for something
                continue
            code = int(answer.split()[1])
            if code >= 200 and call.call_id in answer and re.search(r"CSeq:\s*1 INVITE", answer):
                self._acknowledge(call, answer)
                return code

    def _acknowledge(self, call: Dialled, answer: str) -> None:
        to = re.search(r"^To:.*$", answer, re.MULTILINE)
        assert to
        self._tos[call.call_id] = to[0].strip()
        ack = self._request("ACK", call.branch, call.call_id, to=self._tos[call.call_id])
        self._socket.sendto(ack, self._seat)

    def bye(self, call: Dialled, extra: str = "") -> None:
        """End a call that `final` acknowledged. `extra`: whole header lines."""
        octets = self._request("BYE", f"{call.branch}b", call.call_id, extra, to=self._tos[call.call_id])
        self._socket.sendto(octets.replace(b"CSeq: 1 ", b"CSeq: 2 "), self._seat)

    def take_bye(self) -> None:
        """Wait until the seat hangs up and confirm it: else its phone repeats the BYE for half a minute."""
        while not (bye := self.receive()).startswith("BYE "):
            pass
        self._confirm(bye)

    def see_off(self, quiet_s: float) -> None:
        """Confirm whatever ends our calls, until nothing has come for so long."""
        self.wait_s = quiet_s
        with contextlib.suppress(TimeoutError):
            while True:
                message = self.receive()
                if message.startswith("BYE "):
                    self._confirm(message)
                elif re.match(r"SIP/2\.0 [3-6]", message):
                    self._acknowledge(self._made[re.search(r"raw-\d+-\d+", message)[0]], message)

    def _confirm(self, bye: str) -> None:
        kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq):.*$", bye, re.MULTILINE | re.IGNORECASE)
        head = "\r\n".join(line.strip() for line in kept)
        self._socket.sendto(f"SIP/2.0 200 OK\r\n{head}\r\nContent-Length: 0\r\n\r\n".encode(), self._seat)

    def options(self) -> int:
        """Is the phone alive? Its answer's code."""
        return self.outside("OPTIONS")

    def outside(self, method: str, extra: str = "", to: str | None = None) -> int:
        """The code of the answer to a request outside calls. `extra`: whole header lines, `to`: that one."""
        n = next(self._number)
        branch, call_id = f"z9hG4bK-{self._port}-{n}", f"raw-{self._port}-{n}"
        self._socket.sendto(self._request(method, branch, call_id, extra, to=to), self._seat)
        while call_id not in (answer := self.receive()):
            pass
        return int(answer.split()[1])

    def receive(self) -> str:
        """The next SIP message; raises `TimeoutError` after `wait_s`."""
        self._socket.settimeout(self.wait_s)
        while (packet := self._socket.recv(65_535))[:1] >= RTP:  # the audio of a call comes here too
            pass
        return packet.decode("utf-8", "replace")

    def close(self) -> None:
        self._socket.close()

    def _request(
        self, method: str, branch: str, call_id: str, extra: str = "", body: str = "", to: str | None = None
    ) -> bytes:
        uri, here = f"sip:120@{self._seat[0]}:{self._seat[1]}", self._here
        head = (
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {here}:{self._port};branch={branch}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:raw@{here}>;tag={call_id}\r\n{to or f'To: <{uri}>'}\r\n"
            f"Call-ID: {call_id}\r\nCSeq: 1 {method}\r\nContact: <sip:raw@{here}:{self._port}>\r\n{extra}"
        )
        return f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def _address_towards(host: str) -> str:
    """The address of this machine that packets to `host` go out from; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))
        return str(probe.getsockname()[0])
