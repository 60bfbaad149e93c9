"""INVITEs with broken SDP, abused multiparts and headers, and odd methods: seeds for the fuzz run."""

from collections.abc import Iterator

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
MEDIA = "m=audio 40000 RTP/AVP 8\r\n"
HEAD = SDP.partition("m=")[0]

HOSTILE = {
    "address": SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 " + "h" * 254),
    "address of control": SDP + "a=rtcp:40001 IN IP4 " + "h" * 300 + "\r\n",
    "streams": SDP + MEDIA * 20,
    "nowhere": HEAD.replace("c=IN IP4 127.0.0.1\r\n", "") + MEDIA.replace("40000", "0"),
}
"""What aborts the library: a host of 254 characters fails an assertion of its; streams use up its sockets; it
reads the address of a stream also where none is needed (port 0)."""
UNUSABLE = {
    "no session": "v=0\r\n",
    "no address": HEAD.replace("c=IN IP4 127.0.0.1\r\n", "") + MEDIA,
    "no such host": SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 127.-1.0.1"),
    "no streams": HEAD,
    "no sound": HEAD + "m=video 40000 RTP/AVP 31\r\n",
    "port 0": HEAD + MEDIA.replace("40000", "0"),
    "port 99999": HEAD + MEDIA.replace("40000", "99999"),
    "unknown codec": HEAD + "m=audio 40000 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000\r\na=fmtp:97 mode=99999\r\n",
    "bytes": HEAD + MEDIA + "a=\udcff\udcfe\x00\r\n",
}
"""What no call can use."""


def invite(
    body: str | bytes, *, kind: str = "application/sdp", extra: str = "", method: str = "INVITE"
) -> bytes:
    """`PORT`, `N` stand for the sender's port and the message's number; `fill` puts them in."""
    octets = body if isinstance(body, bytes) else body.encode("utf-8", "surrogateescape")
    head = (
        f"{method} sip:120@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:PORT;branch=z9hG4bK-fuzz-N\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:fuzz@127.0.0.1>;tag=fN\r\nTo: <sip:120@127.0.0.1>\r\n"
        f"Call-ID: fuzz-PORT-N\r\nCSeq: 1 {method}\r\nContact: <sip:fuzz@127.0.0.1:PORT>\r\n{extra}"
        f"Content-Type: {kind}\r\nContent-Length: {len(octets)}\r\n\r\n"
    )
    return head.encode("utf-8", "surrogateescape") + octets


def fill(message: bytes, port: int, number: int) -> bytes:
    """A message of its own: new branch, Call-ID and tag, so that it is nobody's repetition."""
    own = b"%d.%d" % (port, number)
    message = message.replace(b"PORT", b"%d" % port).replace(b"tag=fN", b"tag=f" + own)
    return message.replace(b"z9hG4bK", b"z9hG4bK" + own).replace(b"Call-ID: ", b"Call-ID: " + own + b".")


def sdp_cases() -> Iterator[bytes]:
    """Session descriptions that are wrong in one way each."""
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", MEDIA.strip()]
    for at in range(len(lines)):
        yield "\r\n".join(line for n, line in enumerate(lines) if n != at) + "\r\n"
    for line in (
        *("c=IN IP6 ::1", "c=IN IP4 999.1.1.1", "c=IN IP4", "c=ATM NSAP 47", "c=IN IP4 no.such.host.invalid"),
        *("m=audio 0 RTP/AVP 8", "m=audio 99999 RTP/AVP 8", "m=audio -1 RTP/AVP 8", "m=audio x RTP/AVP 8"),
        *("m=audio 40000/9999 RTP/AVP 8", "m=audio 40000 RTP/SAVP 8", "m=audio 40000 UDP/TLS/RTP/SAVPF 8"),
        *("m=audio 40000 RTP/AVP", "m=audio 40000 RTP/AVP 999", "m=video 40000 RTP/AVP 31", "m=", "m=a 1"),
        "m=audio 40000 RTP/AVP " + " ".join(str(n) for n in range(128)),
        "m=image 40000 udptl t38",
    ):
        key = line[:2]
        yield (HEAD + MEDIA).replace(
            next(p for p in (HEAD + MEDIA).split("\r\n") if p.startswith(key)), line, 1
        )
    for attribute in (
        *(
            "rtpmap:8",
            "rtpmap:",
            "rtpmap:8 /8000",
            "rtpmap:8 PCMA/0",
            "rtpmap:8 PCMA/99999999999",
            "rtpmap:x Y/Z",
        ),
        *(
            "fmtp:",
            "fmtp:8",
            "fmtp:101 0-99999",
            "fmtp:97 mode=99999",
            "ptime:0",
            "ptime:-5",
            "ptime:99999999",
        ),
        *(
            "sendonly\r\na=recvonly\r\na=inactive",
            "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
            "crypto:",
            "candidate:",
        ),
        *("rtcp:0", "rtcp:99999 IN IP4 1.2.3.4", "fingerprint:sha-256 00", "x" * 4000, "\udcff\udcfe\x00"),
        "rtpmap:97 iLBC/8000\r\na=fmtp:97 mode=99999",
    ):
        yield f"{HEAD}{MEDIA}a={attribute}\r\n"
    yield HEAD + MEDIA * 14
    yield "v=0\n" * 500
    yield "\x00" * 200
    yield SDP * 3


def multipart_cases() -> Iterator[bytes]:
    """Bodies in parts: (content type, body) as whole INVITEs."""
    sdp_part = f"--b\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n"
    place = "--b\r\nContent-Type: application/pidf+xml\r\nContent-ID: <a@b>\r\n\r\n<presence/>\r\n"
    for kind, body in (
        ("multipart/mixed;boundary=b", f"{sdp_part}{place}--b--\r\n"),
        ("multipart/mixed;boundary=b", f"{place}{sdp_part}"),
        ("multipart/mixed", f"{sdp_part}--b--"),
        ('multipart/mixed;boundary=""', f"{sdp_part}--b--"),
        ('multipart/mixed;boundary="b', f"{sdp_part}--b--"),
        ("multipart/mixed;boundary=" + "b" * 500, sdp_part),
        ("multipart/mixed;boundary=b", "--b--"),
        ("multipart/mixed;boundary=b", "--b"),
        ("multipart/mixed;boundary=b", "--b\r\n--b\r\n--b\r\n--b--"),
        ("multipart/mixed;boundary=b", "--b\r\n\r\n" * 200),
        ("multipart/mixed;boundary=b", "--b\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n" * 50),
        ("multipart/mixed;boundary=b", "--b\r\nContent-Type\r\n\r\nx\r\n--b--"),
        ("multipart/mixed;boundary=b", "--b\r\n: \r\n\r\n--b--"),
        ("multipart/mixed;boundary=b", ""),
        ("multipart/alternative;boundary=-", "---\r\n\r\n-----"),
    ):
        yield invite(body, kind=kind)


def header_cases() -> Iterator[bytes]:
    """Headers nobody should send."""
    for extra in (
        *("Require: 100rel, x\r\n", "Replaces: x;to-tag=1;from-tag=2\r\n", "Session-Expires: 1\r\n"),
        *("Session-Expires: 99999999999\r\n", "Expires: -1\r\n", "Supported: \r\n", "Supported: ,,,\r\n"),
        *("P-Asserted-Identity: <sip:\r\n", 'P-Asserted-Identity: "\r\n', "P-Asserted-Identity: <tel:>\r\n"),
        *(
            "Geolocation: <\r\n",
            "Call-Info: <cid:>;purpose=\r\n",
            "Alert-Info: <http://x>;info=alert-autoanswer\r\n",
        ),
        *(
            "Route: <sip:127.0.0.1;lr>\r\n" * 40,
            "Record-Route: <sip:x;lr>\r\n" * 60,
            "Via: SIP/2.0/UDP x\r\n" * 60,
        ),
        *(
            "X-Long: " + "y" * 20_000 + "\r\n",
            "X:\r\n" * 500,
            "X-\udcff\udcfe: \udc80\r\n",
            " folded first\r\n",
        ),
        *("Contact: *\r\n", "To: <sip:other>\r\n", "CSeq: 99999999999 INVITE\r\n", "Content-Length: 5\r\n"),
        *(
            "Max-Forwards: x\r\n",
            "Authorization: Digest\r\n",
            'Authorization: Digest username="' + "a" * 3000 + '"\r\n',
        ),
    ):
        yield invite(SDP, extra=extra)


def method_cases() -> Iterator[bytes]:
    for method in (
        *(
            "ACK",
            "BYE",
            "CANCEL",
            "PRACK",
            "UPDATE",
            "INFO",
            "REFER",
            "NOTIFY",
            "SUBSCRIBE",
            "MESSAGE",
            "PUBLISH",
        ),
        *("REGISTER", "OPTIONS", "NEW", "invite", "X" * 300),
    ):
        yield invite("", method=method)
    yield invite("")
    yield b"\r\n\r\n"
    yield b"\x00"
    yield b"INVITE"
    yield b"SIP/2.0 200 OK\r\n\r\n"


def all_cases() -> list[bytes]:
    return [
        *(invite(sdp) for sdp in sdp_cases()),
        *multipart_cases(),
        *header_cases(),
        *method_cases(),
    ]
