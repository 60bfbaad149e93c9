"""What the library in use can do: asked at start, so that a better build is used where a site has one."""

from importlib.util import find_spec

import pjsua2 as pj

from telephony.messages import Capabilities
from telephony.pjsip import native
from telephony.pjsip.configuration import CALLS_MAX

OPUS = "opus/"


def probe(endpoint: pj.Endpoint, *, short_transactions: bool, sees_sources: bool) -> Capabilities:
    """Call after `libStart` and `set_codecs`. IPv6 is read from the build: trying it aborts this one."""
    every = [str(c.codecId) for c in endpoint.codecEnum2()]
    codecs = [c for c in endpoint.codecEnum2() if c.priority > 0]
    built = native.built_with()
    return Capabilities(
        version=endpoint.libVersion().full,
        codecs=tuple(c.codecId for c in sorted(codecs, key=lambda c: -int(c.priority))),
        audio_devices=tuple(d.name for d in endpoint.audDevManager().enumDev2()),
        tls=len(endpoint.utilSslGetAvailableCiphers()) > 0,
        srtp=len(endpoint.srtpCryptoEnum()) > 0,
        calls_max=native.calls_max(CALLS_MAX),
        dtls_srtp=native.offers_dtls(),
        opus=any(codec.startswith(OPUS) for codec in every),
        ipv6=bool(built.get("PJ_HAS_IPV6")),
        sockets_max=built.get("PJ_IOQUEUE_MAX_HANDLES", 0),
        echo_canceller=native.has(*native.ECHO_CALLS),
        headset_bridge=find_spec("PySide6.QtMultimedia") is not None,
        short_transactions=short_transactions,
        sees_sources=sees_sources,
    )
