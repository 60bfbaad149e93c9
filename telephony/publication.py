"""A seat's state as a presence document kept at the exchange: which PUBLISH is due (pure).

RFC 3903: first the whole document, then renewals without it, so that a renewal never says an old state again;
412 means the exchange has forgotten, and gets the whole document. Digest: RFC 7616, MD5 and SHA-256.
"""

import hashlib
import re
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from telephony.sip_headers import SipRequest

EXPIRES_S = 120
RENEW_S = 60.0
AGAIN_S = 5.0
FORGOTTEN = 412
CHALLENGES = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}
PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')
HASHES = {"": "md5", "md5": "md5", "sha-256": "sha256"}


class Publish(Struct, frozen=True):
    """One request; `renews`: without a body."""

    headers: tuple[tuple[str, str], ...]
    note: str
    renews: bool


class Publication:
    """Times are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self.note = ""
        self._etag = ""
        self._said = ""  # the note the exchange has
        self._due_s: float | None = None
        self._under_way: str | None = None
        self._proof = ""

    def want(self, note: str, now_s: float) -> None:
        """This from now on; it is said as soon as it can be."""
        self.note, self._due_s = note, now_s

    def due(self, now_s: float) -> Publish | None:
        """The request to send now, `None`: nothing, or one is under way."""
        if self._due_s is None or self._under_way is not None or now_s < self._due_s:
            return None
        renews = bool(self._etag) and self._said == self.note
        self._under_way = self.note
        headers = [("Event", "presence"), ("Expires", str(EXPIRES_S))]
        if self._etag:
            headers.append(("SIP-If-Match", self._etag))
        if self._proof:
            name, _, value = self._proof.partition(":")
            headers.append((name, value))
        return Publish(tuple(headers), self.note, renews)

    def challenge(self, code: int, answer: SipRequest, user: str, password: str, uri: str) -> bool:
        """True: the same is to be sent again with a proof; the exchange asked and had none yet."""
        header, own = CHALLENGES.get(code, ("", ""))
        asked = answer.first(header) if header else ""
        if not asked or self._proof or not user:
            return False
        proof = digest(asked, user, password, uri)
        if proof is None:
            return False
        self._proof, self._under_way = f"{own}:{proof}", None
        return True

    def answered(self, code: int, answer: SipRequest, now_s: float) -> bool:
        """The final answer; True when it is news: another note, or it went wrong."""
        said, self._under_way, self._proof = self._under_way or "", None, ""
        if 200 <= code < 300:
            news = said != self._said
            self._etag, self._said = answer.first("sip-etag"), said
            self._due_s = now_s + RENEW_S if said == self.note else now_s
            return news
        self._etag = self._said = ""
        self._due_s = now_s if code == FORGOTTEN else now_s + AGAIN_S
        return code != FORGOTTEN


def document(note: str, uri: str) -> str:
    """A presence document (RFC 3863) that says this note."""
    open_or_closed = "open" if note == "ready" else "closed"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<presence xmlns="urn:ietf:params:xml:ns:pidf" entity={quoteattr(uri)}><tuple id="seat">'
        f"<status><basic>{open_or_closed}</basic></status><note>{escape(note)}</note></tuple>"
        f"<note>{escape(note)}</note></presence>"
    )


def digest(asked: str, user: str, password: str, uri: str, method: str = "PUBLISH") -> str | None:
    """The answer to a Digest challenge; `None` for a kind we do not know. Its nonce is used once (nc 1)."""
    fields = {key.lower(): quoted or token for key, quoted, token in PARAMETER.findall(asked)}
    name = HASHES.get(fields.get("algorithm", "").lower())
    realm, nonce = fields.get("realm", ""), fields.get("nonce", "")
    if name is None or not nonce or not asked.lower().startswith("digest"):
        return None
    secret, request = _hash(name, f"{user}:{realm}:{password}"), _hash(name, f"{method}:{uri}")
    said = f'username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}"'
    if "auth" in re.split(r"[\s,]+", fields.get("qop", "")):
        client = _hash(name, nonce)[:16]
        proof = _hash(name, f"{secret}:{nonce}:00000001:{client}:auth:{request}")
        said += f', qop=auth, nc=00000001, cnonce="{client}"'
    else:
        proof = _hash(name, f"{secret}:{nonce}:{request}")
    said += f', response="{proof}"'
    said += f", algorithm={fields['algorithm']}" if fields.get("algorithm") else ""
    said += f', opaque="{fields["opaque"]}"' if fields.get("opaque") else ""
    return f"Digest {said}"


def _hash(name: str, text: str) -> str:
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()
