"""What a centre writes in [phone] is what the telephone is told."""

from pathlib import Path

import pytest

from store.config import ConfigError, load_config
from telephony.from_config import engine_settings, line_settings, trust_settings
from telephony.settings import LocationServers, Srtp, Transport, TrustSettings

TEXT = """
[phone]
registrar = "sip:pbx1"
backup_registrar = "sip:pbx2"
user = "8001"
password_file = "pw"
transport = "tls"
tls_ca_file = "ca.pem"
srtp = "mandatory"
network = "wan"
headset = true
ear = "USB"
mos_percent_min = 340
hold_wav = "hold.wav"
late_offers = false
trusted_sources = ["10.1.0.0/16"]
location_servers = [".example.cn"]
location_ca_file = "lis.pem"
"""


def test_every_key_arrives(tmp_path: Path) -> None:
    (tmp_path / "l.toml").write_text(TEXT)
    phone = load_config(tmp_path / "l.toml").phone
    line = line_settings(phone, "desk", "sip:8001@pbx1", "secret")
    engine = engine_settings(phone, "rec")
    assert (line.registrar, line.backup_registrar, line.transport) == ("sip:pbx1", "sip:pbx2", Transport.TLS)
    assert engine.transports == (Transport.UDP, Transport.TCP, Transport.TLS)
    assert (engine.srtp, engine.jitter_ms, engine.quality.mos_min) == (Srtp.MANDATORY, 120, 3.4)
    assert engine.tls_ca_file == str(tmp_path / "ca.pem")
    assert (engine.hold_voice.wav, engine.late_offers) == (str(tmp_path / "hold.wav"), False)
    assert trust_settings(phone, "x") == TrustSettings(("10.1.0.0/16",), "x")
    assert engine.location_servers == LocationServers((".example.cn",), str(tmp_path / "lis.pem"))
    assert engine.headset is not None
    assert (engine.headset.ear, engine.headset.ring_percent) == ("USB", 80)


def test_by_default_nothing_of_sound_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "l.toml").write_text("")
    engine = engine_settings(load_config(tmp_path / "l.toml").phone, "rec")
    assert (engine.headset, engine.srtp, engine.jitter_ms) == (None, Srtp.OFF, 60)


def test_tls_without_authorities_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.toml").write_text('[phone]\ntransport = "tls"\n')
    with pytest.raises(ConfigError, match="tls_ca_file"):
        load_config(tmp_path / "l.toml")


def test_a_trusted_source_is_an_address(tmp_path: Path) -> None:
    (tmp_path / "l.toml").write_text('[phone]\ntrusted_sources = ["the exchange"]\n')
    with pytest.raises(ConfigError, match="trusted_sources"):
        load_config(tmp_path / "l.toml")
