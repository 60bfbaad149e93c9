"""Who calls, read from the raw INVITE: pure, and total - any text gives an answer, never an error.

RFC 3261 20 and 25 (headers, addresses), RFC 3325 (P-Asserted-Identity), RFC 3966 (tel URI).
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

HEADERS_MAX = 200
VALUE_CHARS_MAX = 1024
NUMBER_CHARS_MAX = 64
NAME_CHARS_MAX = 128
COMPACT_NAMES = {
    "c": "content-type",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "v": "via",
    "s": "subject",
}
KEPT = {
    "p-asserted-identity",
    "p-preferred-identity",
    "from",
    "to",
    "history-info",
    "diversion",
    "alert-info",
    "call-info",
    "geolocation",
    "privacy",
    "user-agent",
    "supported",
}
WITHHELD = {"anonymous", "unavailable", "restricted", "unknown", "private"}
ADDRESS = re.compile(r'^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^<"]*?))\s*<(?P<uri>[^>]*)>')
URI_USER = re.compile(r"^(?:sips?:(?P<sip>[^@]*)(?=@)|tel:(?P<tel>[^;?]+))", re.IGNORECASE)
VISUAL_SEPARATORS = re.compile(r"[-.()\s]")
ANSWER_AFTER = re.compile(r";\s*answer-after\s*=\s*\"?(\d{1,4})", re.IGNORECASE)
AUTO_ANSWER = re.compile(r"\binfo\s*=\s*\"?(?:alert-autoanswer|auto-?answer|intercom)\b", re.IGNORECASE)
ANSWER_AFTER_S_MAX = 10
Q850_CAUSE = re.compile(r"^\s*Q\.850\s*;(?:.*;)?\s*cause\s*=\s*(\d{1,3})\b", re.IGNORECASE)
NETWORK_CAUSES = {27, 38, 41}  # Q.850: destination out of order, network out of order, temporary failure
ADDRESS_LINE = re.compile(r"(?:\A|[\r\n])(?:c=|a=rtcp:)([^\r\n]*)")
HOST_CHARS_MAX = 253  # RFC 1035 2.3.4
MEDIA_LINE = re.compile(r"(?:\A|[\r\n])m=")
MEDIA_MAX = 8
KEYS_KIND = "dtmf-relay"
KEYS = re.compile(r"Signal *= *(?:\d{1,2}|[A-D*#,!]) *\r\n", re.IGNORECASE)
CONNECTION_LINE = re.compile(r"(?:\A|[\r\n])c=")
CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""What is not seen, and what turns the order of reading: 10003333931 would be shown as 13933330001."""


class SipRequest(NamedTuple):
    """The start line's URI and the headers in order, names in lower case and long form."""

    uri: str
    headers: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def first(self, name: str) -> str:
        """The header's first value, empty when it is absent."""
        return next(iter(self.values(name)), "")


class Caller(NamedTuple):
    """`number` is empty when withheld or unreadable, `name` when there is none."""

    number: str
    name: str


def parse_request(message: str) -> SipRequest:
    """Start line and headers of a SIP request; the body is left alone, folded lines are joined."""
    head = clean_text(re.split(r"\r?\n\r?\n", message, maxsplit=1)[0])
    # Only CR LF ends a header: other line breaks inside a display name must not start one (RFC 3261 7.3.1).
    lines = re.split(r"\r?\n", re.sub(r"\r?\n[ \t]+", " ", head))
    start = lines[0].split()
    headers = []
    for line in lines[1 : HEADERS_MAX + 1]:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            headers.append((COMPACT_NAMES.get(key, key), value.strip()[:VALUE_CHARS_MAX]))
    return SipRequest(start[1] if len(start) > 1 else "", tuple(headers))


def caller_of(request: SipRequest) -> Caller:
    """Number and name from P-Asserted-Identity where the exchange sets one, else from From.

    The asserted number is used even under `Privacy: id`: the emergency service is entitled to it.
    """
    asserted = [address_of(part) for v in request.values("p-asserted-identity") for part in split_list(v)]
    sender = address_of(request.first("from"))
    number = next((c.number for c in asserted if c.number), "") or sender.number
    name = next((c.name for c in asserted if c.name), "") or sender.name
    return Caller(number, "" if name.lower() in WITHHELD or name == number else name)


def dialled_of(request: SipRequest) -> str:
    """The number the caller dialled: To, which keeps it on the way to a seat, else the request's own URI."""
    return address_of(request.first("to")).number or number_of(request.uri)


def kept_headers(request: SipRequest) -> tuple[tuple[str, str], ...]:
    """The headers worth keeping with the call, as received."""
    return tuple((k, v) for k, v in request.headers if k in KEPT or k.startswith("x-"))


def answer_after_s(request: SipRequest) -> float | None:
    """When an intercom call wants to be answered by itself; `None`: it does not, or in no sensible time.

    `Call-Info: <...>;answer-after=0`, `Alert-Info: <...>;info=alert-autoanswer`, `Answer-Mode: Auto`
    (RFC 5373).
    """
    for value in request.values("call-info") + request.values("alert-info"):
        match = ANSWER_AFTER.search(value)
        if match is not None:
            after_s = int(match[1])
            return float(after_s) if after_s <= ANSWER_AFTER_S_MAX else None
    auto = any(AUTO_ANSWER.search(v) for v in request.values("alert-info"))
    auto = auto or request.first("answer-mode").partition(";")[0].strip().lower() == "auto"
    return 0.0 if auto else None


def network_failed(request: SipRequest) -> bool:
    """True when whoever ends the call says that the line did, not a person (Reason, RFC 3326)."""
    causes = (Q850_CAUSE.match(part) for v in request.values("reason") for part in split_list(v))
    return any(match is not None and int(match[1]) in NETWORK_CAUSES for match in causes)


def has_offer(message: str) -> bool:
    """True when the request carries a body: an INVITE without one leaves the offer to us."""
    return re.split(r"\r?\n\r?\n", message, maxsplit=1)[1:] not in ([], [""])


def has_hostile_keys(message: str) -> bool:
    """True when an INFO brings key tones (application/dtmf-relay) that the native library cannot bear.

    It takes the line end after the signal for granted.
    """
    kinds = parse_request(message).values("content-type")
    body = "".join(re.split(r"\r?\n\r?\n", message, maxsplit=1)[1:])
    return any(KEYS_KIND in kind.lower() for kind in kinds) and KEYS.match(body) is None


def is_hostile_sdp(body: str) -> bool:
    """True when a session description (RFC 8866) says what the native library cannot bear.

    A host name longer than `HOST_CHARS_MAX`, more streams than `MEDIA_MAX`, or a stream without address: it
    is read even where port 0 refuses it. A lone CR ends a line for it, as here.
    """
    words = " ".join(ADDRESS_LINE.findall(body)).split()
    session, *streams = MEDIA_LINE.split(body)
    lacking = (CONNECTION_LINE.search(one) is None for one in streams)
    homeless = CONNECTION_LINE.search(session) is None and any(lacking)
    return max(map(len, words), default=0) > HOST_CHARS_MAX or len(streams) > MEDIA_MAX or homeless


def address_of(value: str) -> Caller:
    """A name-addr or addr-spec (RFC 3261 25.1)."""
    match = ADDRESS.match(value)
    if match is None:
        return Caller(number_of(value.strip().partition(";")[0]), "")
    name = match["token"] if match["quoted"] is None else re.sub(r"\\(.)", r"\1", match["quoted"])
    return Caller(number_of(match["uri"]), CONTROL.sub("", name).strip()[:NAME_CHARS_MAX])


def number_of(uri: str) -> str:
    """The user part of a sip/sips/tel URI as people dial it; empty for none, for withheld and for junk."""
    match = URI_USER.match(uri.strip())
    if match is None:
        return ""
    user = unquote(match["sip"] if match["tel"] is None else match["tel"], errors="replace")
    user = CONTROL.sub("", user.partition(";")[0].partition(":")[0])[:NUMBER_CHARS_MAX]
    if user.lower() in WITHHELD:
        return ""
    plain = VISUAL_SEPARATORS.sub("", user)
    return national(plain) if plain.lstrip("+").isdecimal() else user


def national(number: str) -> str:
    """A number of China in national form: mobiles as they are, land lines with their 0; others unchanged."""
    for prefix in ("+86", "0086"):
        rest = number.removeprefix(prefix)
        if rest != number and len(rest) >= 7:
            is_mobile = len(rest) == 11 and rest.startswith("1")
            return rest if is_mobile or rest.startswith("0") else "0" + rest
    return number


def split_list(value: str) -> list[str]:
    """A comma-separated header value, commas inside quotes and angle brackets left alone."""
    parts = re.findall(r'(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<]|["<])+', value)
    return [part.strip() for part in parts if part.strip()]


def clean_text(text: str) -> str:
    """Text that can be stored: bytes that are no UTF-8 are read as GB 18030, the rest replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        octets = text.encode("utf-8", "surrogateescape" if _only_escapes(text) else "replace")
        text = octets.decode("gb18030", "replace")
    return text.replace("\x00", "")


def _only_escapes(text: str) -> bool:
    return all(not 0xD800 <= ord(c) <= 0xDFFF or 0xDC80 <= ord(c) <= 0xDCFF for c in text)
