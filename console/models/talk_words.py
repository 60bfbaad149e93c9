"""Numbers as people say them: a SIP address is nobody's number."""


def number_of(target: str) -> str:
    """The user of a SIP address, `sip:110@exchange:5060;lr` -> `110`; anything else as it is."""
    scheme, _, rest = target.strip("<>").partition(":")
    if scheme.lower() == "tel":
        return rest.partition(";")[0]
    if scheme.lower() not in {"sip", "sips"} or "@" not in rest:
        return target
    return rest.partition("@")[0].partition(";")[0]
