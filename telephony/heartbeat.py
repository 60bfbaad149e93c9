"""Is the exchange alive? Our own OPTIONS once a second (RFC 3261 11), on a thread and a socket of its own.

The native library notices a dead registrar after the next refresh and a time-out, tens of seconds; three
misses here take less than three seconds, over UDP, TCP and TLS. Any answer counts, whatever its code.
"""

import contextlib
import itertools
import socket
import ssl
import threading
import time

from msgspec import Struct
from msgspec.structs import replace

from telephony.facts import Words
from telephony.settings import Transport

BEAT_S = 1.0
MISS_S = 0.6  # how long an answer may take; a missed beat is followed by the next at once
MISSES_MAX = 3
BACK_ANSWERS = 2  # a flapping exchange is not alive for one answer
ANSWER_BYTES_MAX = 65_535
STOP_S_MAX = 2.0
EXPIRED, NOT_YET_VALID, WRONG_NAMES = 10, 9, {62, 64}  # X509_V_ERR_*: certificate, host name, IP address

SILENT = Words("交换机没有应答", "the exchange does not answer")
REFUSED = Words("交换机上没有程序在听（连接被拒）", "nothing listens at the exchange (connection refused)")
UNKNOWN_NAME = Words("找不到交换机的名字（域名解析失败）", "the exchange's name cannot be resolved")
UNREACHABLE = Words("到交换机的网络不通", "no network route to the exchange")
CERT_EXPIRED = Words("交换机的证书已过期或未生效", "the exchange's certificate is out of date")
CERT_NAME = Words(
    "交换机的证书不是发给这个地址的，已拒绝", "refused: the exchange's certificate is for another address"
)
CERT_UNTRUSTED = Words(
    "交换机的证书不是可信机构签发的，已拒绝",
    "refused: no trusted authority issued the exchange's certificate",
)
TLS_FAILED = Words("与交换机的加密连接建立不了", "no encrypted connection to the exchange")
NO_CA_FILE = Words("读不到可信机构证书文件", "the file of trusted authorities cannot be read")


class Target(Struct, frozen=True):
    """One registrar; `ca_file` is used for TLS only."""

    host: str
    port: int
    transport: Transport
    ca_file: str | None = None


class Pulse(Struct, frozen=True):
    """How a registrar stands. `alive` `None`: it has never answered, so silence says nothing yet.

    `returns` counts how often an answer came after a miss: it may have been restarted and forgotten us.
    """

    alive: bool | None = None
    round_trip_ms: float | None = None
    why: Words | None = None
    misses: int = 0
    answers: int = 0
    returns: int = 0


def answered(pulse: Pulse, round_trip_ms: float) -> Pulse:
    answers = pulse.answers + 1
    alive = True if pulse.alive is None or answers >= BACK_ANSWERS else pulse.alive
    returns = pulse.returns + (1 if pulse.misses else 0)
    why = None if alive else pulse.why
    return Pulse(alive, round_trip_ms, why, misses=0, answers=answers, returns=returns)


def missed(pulse: Pulse, why: Words) -> Pulse:
    """An exchange that never answered is not called dead, but why it is silent is known."""
    misses = pulse.misses + 1
    dead = misses >= MISSES_MAX
    alive = False if dead and pulse.alive is not None else pulse.alive
    told = why if dead or pulse.alive is None else pulse.why
    return replace(pulse, alive=alive, why=told, misses=misses, answers=0)


class Heartbeat:
    """Beats until `stop`. `pulse` is replaced, never changed: read it from any thread.

    `address`: the network address the target's name stands for, "" before it is known. `own_address`: the one
    of ours that the way there begins at, as of the newest connection, "" before there was one.
    """

    def __init__(self, target: Target) -> None:
        self.pulse = Pulse()
        self.address = self.own_address = ""
        self._target = target
        self._stopping = threading.Event()
        self._numbers = itertools.count(1)
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name=f"heartbeat-{target.host}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns at once; the thread ends within `MISS_S`."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            began_s = time.monotonic()
            why = self._beat()
            took_s = time.monotonic() - began_s
            if why is None:
                self.pulse = answered(self.pulse, took_s * 1000)
            else:
                self._close()
                self.pulse = missed(self.pulse, why)
            hurry = (why is not None and self.pulse.misses < MISSES_MAX) or self.pulse.alive is False
            self._stopping.wait(max(0.0, (MISS_S if hurry else BEAT_S) - took_s))
        self._close()

    def _beat(self) -> Words | None:
        """Ask once; `None` when it answered."""
        deadline_s = time.monotonic() + MISS_S
        try:
            link = self._socket or self._connect()
            branch = f"z9hG4bK-beat-{id(self):x}-{next(self._numbers)}"
            link.sendall(_options(self._target, branch, link.getsockname()[:2]))
            self._await(link, branch.encode(), deadline_s)
        except ssl.SSLCertVerificationError as error:
            return _certificate_words(error.verify_code)
        except TimeoutError:
            return SILENT
        except ssl.SSLError:
            return TLS_FAILED
        except ConnectionError:
            return REFUSED
        except socket.gaierror:
            return UNKNOWN_NAME
        except (FileNotFoundError, PermissionError):
            return NO_CA_FILE
        except OSError:
            return UNREACHABLE
        return None

    def _connect(self) -> socket.socket:
        target = self._target
        kind = socket.SOCK_DGRAM if target.transport is Transport.UDP else socket.SOCK_STREAM
        address = socket.getaddrinfo(target.host, target.port, socket.AF_INET, kind)[0][4]
        self.address = str(address[0])
        link = socket.socket(socket.AF_INET, kind)
        link.settimeout(MISS_S)
        try:
            link.connect(address)
            self.own_address = str(link.getsockname()[0])
            if target.transport is Transport.TLS:
                context = ssl.create_default_context(cafile=target.ca_file)
                link = context.wrap_socket(link, server_hostname=target.host)
        except OSError:
            link.close()
            raise
        self._socket = link
        return link

    def _await(self, link: socket.socket, branch: bytes, deadline_s: float) -> None:
        """Until the answer to this very question: an older one's may come late."""
        heard = b""
        while branch not in heard or b"\r\n\r\n" not in heard[heard.find(branch) :]:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            link.settimeout(left_s)
            packet = link.recv(ANSWER_BYTES_MAX)
            if not packet and self._target.transport is not Transport.UDP:
                raise ConnectionResetError
            heard = (heard + packet)[-ANSWER_BYTES_MAX:]

    def _close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # gone either way
                self._socket.close()
            self._socket = None


def _options(target: Target, branch: str, ours: tuple[str, int]) -> bytes:
    here = f"{ours[0]}:{ours[1]}"
    uri = f"sip:{target.host}:{target.port};transport={target.transport}"
    return (
        f"OPTIONS {uri} SIP/2.0\r\n"
        f"Via: SIP/2.0/{target.transport.upper()} {here};rport;branch={branch}\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:heartbeat@{here}>;tag={branch[8:]}\r\nTo: <{uri}>\r\n"
        f"Call-ID: {branch[8:]}@{here}\r\nCSeq: 1 OPTIONS\r\nContact: <sip:heartbeat@{here}>\r\n"
        "Accept: application/sdp\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def _certificate_words(code: int) -> Words:
    if code in WRONG_NAMES:
        return CERT_NAME
    return CERT_EXPIRED if code in {EXPIRED, NOT_YET_VALID} else CERT_UNTRUSTED
