"""Options of the library's call orders: codes, headers, the identity we assert."""

from collections.abc import Sequence

import pjsua2 as pj

from telephony import messages as msg
from telephony.location.writing import PIDF_TYPE


def with_code(sip_code: int) -> pj.CallOpParam:
    options = pj.CallOpParam(True)
    options.statusCode = sip_code
    return options


def header(name: str, value: str) -> pj.SipHeader:
    """`value` must not come from outside unless it went through `one_line`."""
    made = pj.SipHeader()
    made.hName, made.hValue = name, value
    return made


def asserted(number: str, name: str) -> pj.CallOpParam:
    """A call that says who calls (P-Asserted-Identity, RFC 3325); an empty number says nothing."""
    options = pj.CallOpParam(True)
    if number:
        quoted = one_line(name).replace("\\", "\\\\").replace('"', '\\"')
        value = f'"{quoted}" <sip:{one_line(number)}@lingsheng.invalid>'
        options.txOption.headers.append(header("P-Asserted-Identity", value))
    return options


def convey(options: pj.CallOpParam, documents: Sequence[msg.Conveyed]) -> None:
    """Documents beside the offer, each named by a header (RFC 6442, 7852); the library adds the offer."""
    if documents:
        kind = options.txOption.multipartContentType
        kind.type, kind.subType = "multipart", "mixed"
    for number, one in enumerate(documents):
        main, _, sub = one.content_type.partition("/")
        cid = f"{number}@conveyed.lingsheng.invalid"
        part = pj.SipMultipartPart()
        part.contentType.type, part.contentType.subType, part.body = main, sub, one.body
        part.headers.append(header("Content-ID", f"<{cid}>"))
        options.txOption.multipartParts.append(part)
        if one.content_type == PIDF_TYPE:
            options.txOption.headers.append(header("Geolocation", f"<cid:{cid}>"))
        else:
            purpose = one_line(sub.removesuffix("+xml"))
            options.txOption.headers.append(header("Call-Info", f"<cid:{cid}>;purpose={purpose}"))


def one_line(text: str) -> str:
    """Nothing that could start another header."""
    return "".join(c for c in text if c.isprintable())
