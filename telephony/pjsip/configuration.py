"""Our settings in the words of pjsua2. Every odd value here keeps a rule that was paid for with a crash."""

import json

import pjsua2 as pj

from telephony.settings import AccountSettings, EngineSettings, Srtp, Transport

USER_AGENT = "Lingsheng"
CALLS_MAX = 4
CODEC_PRIORITY = {"PCMA/8000": 255, "PCMU/8000": 250, "G722/16000": 240, "telephone-event/8000": 200}
JITTER_FACTOR_MAX = 2  # how far the fixed start of the jitter buffer may grow
JITTER_MS_MAX = 500
JITTER_DISCARD_STATIC = 1  # PJMEDIA_JB_DISCARD_STATIC
REGISTER_RETRY_S = 5
REGISTER_FIRST_RETRY_S = 1
REGISTER_RANDOM_S = 2
UNREGISTER_MS_MAX = 500
NEGOTIATION_MS_MAX = 4000  # TLS: an exchange that hung amid it would be waited for without end

TRANSPORT_TYPES = {
    Transport.UDP: pj.PJSIP_TRANSPORT_UDP,
    Transport.TCP: pj.PJSIP_TRANSPORT_TCP,
    Transport.TLS: pj.PJSIP_TRANSPORT_TLS,
}
SRTP_USE = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.MANDATORY: pj.PJMEDIA_SRTP_MANDATORY,
}


def endpoint_config(settings: EngineSettings) -> pj.EpConfig:
    config = pj.EpConfig()
    config.logConfig.level = 4 if settings.sip_log_file else 1
    config.logConfig.consoleLevel = 0
    config.logConfig.filename = settings.sip_log_file or ""
    config.uaConfig.threadCnt = 0  # one thread owns the library: ours
    config.uaConfig.maxCalls = CALLS_MAX
    config.uaConfig.userAgent = USER_AGENT
    media = config.medConfig
    media.clockRate = settings.clock_rate_hz
    media.noVad = True  # a recording has no holes
    media.ecTailLen = 0
    media.sndAutoCloseTime = -1  # else the bridge's clock stops and calls fail for ever after ~254
    media.jbInit = media.jbMinPre = settings.jitter_ms
    media.jbMaxPre = settings.jitter_ms * JITTER_FACTOR_MAX
    media.jbMax = JITTER_MS_MAX
    _discard_seldom(media)
    return config


def _discard_seldom(media: pj.MediaConfig) -> None:
    """Shorten the jitter buffer only when it holds twice what the jitter needs.

    The library's own choice cuts 10 ms pieces out of speech for seconds; a stalled network must still not
    leave a lasting delay. The property takes no number in this build, its JSON form does.
    """
    written, wanted = pj.JsonDocument(), pj.JsonDocument()
    written.writeObject(media)
    fields = json.loads(written.saveString())
    fields["MediaConfig"]["jbDiscardAlgo"] = JITTER_DISCARD_STATIC
    wanted.loadString(json.dumps(fields))
    wanted.readObject(media)


def transport_config(settings: EngineSettings, transport: Transport) -> pj.TransportConfig:
    """TLS takes the port after the others'. Server certificates are verified: the default is not to."""
    config = pj.TransportConfig()
    config.boundAddress = settings.bind_address
    config.qosType = pj.PJ_QOS_TYPE_SIGNALLING
    config.port = settings.sip_port
    if transport is Transport.TLS:
        config.port = settings.sip_port + 1 if settings.sip_port else 0
        config.tlsConfig.verifyServer = True
        config.tlsConfig.msecTimeout = NEGOTIATION_MS_MAX
        config.tlsConfig.CaListFile = settings.tls_ca_file or ""
    return config


def account_config(
    engine: EngineSettings, account: AccountSettings, registrar: str | None
) -> pj.AccountConfig:
    """The account at one of the line's registrars, `None` for direct SIP."""
    config = pj.AccountConfig()
    config.idUri = account.id_uri
    if registrar is not None:
        config.regConfig.registrarUri = f"{registrar};transport={account.transport}"
        config.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", "*", account.user, 0, account.password),
        )
    registration = config.regConfig
    registration.timeoutSec = account.register_s
    registration.retryIntervalSec = REGISTER_RETRY_S
    registration.firstRetryIntervalSec = REGISTER_FIRST_RETRY_S
    registration.randomRetryIntervalSec = REGISTER_RANDOM_S
    registration.unregWaitMsec = UNREGISTER_MS_MAX
    if engine.session_timer_s:
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
        config.callConfig.timerMinSESec = config.callConfig.timerSessExpiresSec = engine.session_timer_s
    _keep_contact(config, account.transport)
    media = config.mediaConfig
    media.srtpUse = SRTP_USE[engine.srtp]
    media.srtpSecureSignaling = 1 if account.transport is Transport.TLS else 0
    media.srtpOpt.keyings = pj.IntVector([pj.PJMEDIA_SRTP_KEYING_SDES])
    media.transportConfig.boundAddress = engine.bind_address
    media.transportConfig.port = engine.rtp_port_first
    media.transportConfig.portRange = engine.rtp_port_count
    media.transportConfig.qosType = pj.PJ_QOS_TYPE_VOICE
    return config


def _keep_contact(config: pj.AccountConfig, transport: Transport) -> None:
    """A seat's contact is its own fixed port, whatever the registrar saw, so that a restart replaces it.

    Over TLS the exchange can only come back by the connection we opened: we have no certificate of our own.
    """
    if transport is not Transport.TLS:
        config.natConfig.contactRewriteUse = 0
        config.natConfig.viaRewriteUse = 0


def set_codecs(endpoint: pj.Endpoint) -> None:
    """Our codecs in our order, all others off: a hostile fmtp line aborts some of them."""
    for codec in endpoint.codecEnum2():
        name = codec.codecId.rpartition("/")[0]
        endpoint.codecSetPriority(codec.codecId, CODEC_PRIORITY.get(name, 0))
