"""[acd] of lingsheng.toml chooses the link."""

from pathlib import Path

import pytest

from store.config import Acd, ConfigError, load_config
from telephony.acd.from_config import acd_link
from telephony.acd.links import AsteriskLink, FreeSwitchLink, NoLink, SipOnlyLink
from telephony.acd.port import Ability
from telephony.virtual import VirtualPhone


@pytest.mark.parametrize(
    ("acd", "kind", "able"),
    [
        (Acd(), NoLink, set()),
        (Acd("publish"), SipOnlyLink, {Ability.SEAT_STATE}),
        (Acd("codes", address="127.0.0.1:5062"), SipOnlyLink, {Ability.SEAT_STATE, Ability.QUEUE}),
        (Acd("asterisk", address="127.0.0.1:9"), AsteriskLink, set(Ability)),
        (Acd("freeswitch", address="127.0.0.1:9"), FreeSwitchLink, set(Ability)),
    ],
)
def test_the_configuration_chooses_the_link(acd: Acd, kind: type, able: set[Ability]) -> None:
    link = acd_link(acd, VirtualPhone(lambda _event: None), "8001", "secret")
    assert type(link) is kind
    assert link.abilities == able
    link.start(lambda _fact: None)
    link.stop()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "asterisk"', "[acd] 用 asterisk 时还须有 address 与 secret_file"),
        ('kind = "publish"\naddress = "10.0.0.1"', "[acd] address 应为 主机:端口"),
    ],
)
def test_what_does_not_fit_is_refused_in_plain_words(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "lingsheng.toml"
    file.write_text(f"[acd]\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=said.replace("[", r"\[")):
        load_config(file)
