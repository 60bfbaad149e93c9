"""Options of the library's call orders: codes, headers, the identity we assert."""

import pjsua2 as pj


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


def one_line(text: str) -> str:
    """Nothing that could start another header."""
    return "".join(c for c in text if c.isprintable())
