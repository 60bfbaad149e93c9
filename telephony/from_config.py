"""The [phone] section of lingsheng.toml in the telephone's own words."""

from store.config import Phone
from telephony.settings import (
    AccountSettings,
    EngineSettings,
    HeadsetSettings,
    LocationServers,
    QualitySettings,
    Srtp,
    Transport,
    TrustSettings,
    Voice,
)

JITTER_MS = {"lan": 60, "wan": 120}


def line_settings(phone: Phone, account_id: str, id_uri: str, password: str) -> AccountSettings:
    return AccountSettings(
        account_id,
        id_uri,
        phone.registrar or None,
        user=phone.user,
        password=password,
        transport=Transport(phone.transport),
        backup_registrar=phone.backup_registrar or None,
    )


def engine_settings(phone: Phone, recordings_dir: str) -> EngineSettings:
    tls = phone.transport == "tls"
    plain = (Transport.UDP, Transport.TCP)
    return EngineSettings(
        sip_port=phone.sip_port,
        bind_address=phone.sip_host,
        transports=(*plain, Transport.TLS) if tls else plain,
        rtp_port_first=phone.rtp_port,
        recordings_dir=recordings_dir,
        jitter_ms=JITTER_MS[phone.network],
        srtp=Srtp(phone.srtp),
        tls_ca_file=phone.tls_ca_file or None,
        quality=QualitySettings(mos_min=phone.mos_percent_min / 100),
        headset=headset_settings(phone) if phone.headset else None,
        hold_voice=Voice(phone.hold_wav or None),
        late_offers=phone.late_offers,
        location_servers=LocationServers(phone.location_servers, phone.location_ca_file or None),
    )


def trust_settings(phone: Phone, monitor_secret: str) -> TrustSettings:
    return TrustSettings(phone.trusted_sources, monitor_secret, strangers_ring=phone.strangers == "ring")


def headset_settings(phone: Phone) -> HeadsetSettings:
    """Devices and volume; of use to whoever rings where `headset` is false as well."""
    return HeadsetSettings(
        phone.ear,
        phone.mouth,
        phone.speaker,
        phone.ring_percent,
        phone.hands_free,
        phone.hook_serial,
        phone.hook_hid,
    )
