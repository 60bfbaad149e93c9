"""What a phone process is told: the engine at its start (argv, no secrets), the accounts through the pipe."""

import enum

from msgspec import Struct


class Transport(enum.StrEnum):
    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Srtp(enum.StrEnum):
    OFF = "off"
    OPTIONAL = "optional"
    MANDATORY = "mandatory"


class Voice(Struct, frozen=True):
    """What one end says: a WAV file played in a loop, else a tone, else silence (both unset)."""

    wav: str | None = None
    tone_hz: int = 0


class QualitySettings(Struct, frozen=True):
    """Beyond these a call is called bad: MOS below 3.6 annoys most people (ITU-T G.107, appendix)."""

    mos_min: float = 3.6
    loss_percent_max: float = 3.0
    jitter_ms_max: float = 60.0
    dead_air_ms: int = 1600  # with the looks of `pjsip.watch`: told within 2 s of the last packet


class HeadsetSettings(Struct, frozen=True):
    """Sound devices by id, name or part of a name; "" is the system's own choice.

    `hands_free` cancels the echo of a loudspeaker; a headset needs none. `hook_serial` is a pyserial URL,
    `hook_hid` a raw report file; "" is none.
    """

    ear: str = ""
    mouth: str = ""
    speaker: str = ""
    ring_percent: int = 80
    hands_free: bool = False
    hook_serial: str = ""
    hook_hid: str = ""


class LocationServers(Struct, frozen=True):
    """Whom to ask where a caller is: exact host names, or ".example.cn" for all below; by default nobody.

    `ca_file` None: the system's. `answer_s_max` counts from connecting to the last byte. Plain http is
    refused unless `plain_http`.
    """

    hosts: tuple[str, ...] = ()
    ca_file: str | None = None
    answer_s_max: float = 4.0
    plain_http: bool = False

    def knows(self, host: str) -> bool:
        name = host.lower().rstrip(".")
        return any(name == h.lower() or (h.startswith(".") and name.endswith(h.lower())) for h in self.hosts)


class EngineSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The native engine of one seat. Ports are fixed per seat so that its contact survives a restart.

    `sip_port` 0 takes any free port (test callers only: a seat that records needs a fixed one).
    `recordings_dir` `None` records nothing. `rtp_port_first`..`+rtp_port_count` carry the audio.
    `jitter_ms` is the fixed start of the jitter buffer: 60 on a good LAN, 120 over a WAN.
    `hold_voice` is what a caller on hold hears. `one_operator` False: several people share this phone (test
    callers), so that its calls neither hold nor hear each other. `late_offers` False: an INVITE without an
    offer (RFC 3261 13.2.1) is refused with 488.
    `headset` `None` loads no sound at all: tests, callers; calls are then answered in silence.
    `session_timer_s` frees a call whose far end died silently (RFC 4028; 90 is its minimum, 0 is off).
    """

    sip_port: int = 5060
    bind_address: str = "0.0.0.0"  # noqa: S104 - the firewall admits the exchange only
    transports: tuple[Transport, ...] = (Transport.UDP, Transport.TCP)
    rtp_port_first: int = 40_000
    rtp_port_count: int = 38
    recordings_dir: str | None = None
    microphone: Voice = Voice()
    hold_voice: Voice = Voice()
    one_operator: bool = True
    late_offers: bool = True
    clock_rate_hz: int = 16_000
    jitter_ms: int = 60
    session_timer_s: int = 90
    srtp: Srtp = Srtp.OFF
    tls_ca_file: str | None = None
    quality: QualitySettings = QualitySettings()
    headset: HeadsetSettings | None = None
    location_servers: LocationServers = LocationServers()
    sip_log_file: str | None = None


class AccountSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One line. `registrar` `None` is direct SIP: the exchange sends calls straight to our port.

    `backup_registrar` is registered at the same time, with the same user; calls go by it while the heartbeat
    calls the first one dead.
    """

    account_id: str
    id_uri: str
    registrar: str | None = None
    user: str = ""
    password: str = ""
    transport: Transport = Transport.UDP
    register_s: int = 60
    backup_registrar: str | None = None

    def __repr__(self) -> str:
        return f"AccountSettings({self.account_id!r}, {self.id_uri!r}, registrar={self.registrar!r})"


class TrustSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the phone obeys beyond ringing: by default nobody.

    `sources`: addresses and networks ("10.1.0.0/16") of the exchange: their intercom calls are answered at
    once, their transfers followed, their supervisors heard. `monitor_secret`: what supervisors of this site
    sign with; "" lets nobody in. Where sources are named, calls from elsewhere are refused and counted
    unless `strangers_ring`; a registrar's own address is never a stranger's.
    """

    sources: tuple[str, ...] = ()
    monitor_secret: str = ""
    strangers_ring: bool = False

    def __repr__(self) -> str:
        return f"TrustSettings({self.sources!r})"


class PhoneSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """All a seat needs for its phone. The first account takes calls no other account matches.

    `accepting` False: callers hear 480 until `accept_calls` (a reserve seat starts calm).
    """

    engine: EngineSettings = EngineSettings()
    accounts: tuple[AccountSettings, ...] = ()
    accepting: bool = True
    trust: TrustSettings = TrustSettings()
