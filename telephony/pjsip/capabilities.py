"""What the library in use can do: asked at start, so that a better build is used where a site has one."""

import pjsua2 as pj

from telephony.messages import Capabilities
from telephony.pjsip.configuration import CALLS_MAX


def probe(endpoint: pj.Endpoint) -> Capabilities:
    """Call after `libStart` and `set_codecs`; IPv6 is not probed because asking aborts this build."""
    codecs = [c for c in endpoint.codecEnum2() if c.priority > 0]
    return Capabilities(
        version=endpoint.libVersion().full,
        codecs=tuple(c.codecId for c in sorted(codecs, key=lambda c: -int(c.priority))),
        audio_devices=tuple(d.name for d in endpoint.audDevManager().enumDev2()),
        tls=len(endpoint.utilSslGetAvailableCiphers()) > 0,
        srtp=len(endpoint.srtpCryptoEnum()) > 0,
        calls_max=CALLS_MAX,
    )
