"""The exchange of a site: kamailio's configuration by `telephony.acd.hunt_group`, and the seats' telephones.

City seats are hunted, the longest idle one first; after `overflow_s` the telephones registered as the group
ring too: the reserve seats in service. Passwords, and what the supervisors of a site sign with, are made once
and kept in the kit's secrets.
"""

import secrets as words
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from store.deploy.city_file import CityFile, CityMachine
from store.private_file import replace_private
from telephony.acd.hunt_group import HuntGroup, HuntGroupError, Telephone, configuration

PASSWORD_BYTES = 18
MONITOR_FILE = "monitor.secret"
CONTROL_PORT = 5062
SIP_PORT = 5060

_known = msgspec.json.Decoder(dict[str, str])


def telephone_passwords(folder: Path, city: CityFile) -> dict[str, str]:
    """Of every seat by its number; new seats get one. Raises OSError, msgspec.MsgspecError."""
    return _kept(folder / "telephones.json", (machine.seat for machine in city.running("seat")))


def monitor_secrets(folder: Path, city: CityFile) -> dict[str, str]:
    """What supervisors sign with, one a site, by its code. Raises OSError, msgspec.MsgspecError."""
    return _kept(folder / "monitors.json", (machine.site for machine in city.running("seat")))


def _kept(path: Path, names: Iterable[str]) -> dict[str, str]:
    """A word for each name: what the file knows stays, whatever else is needed is made."""
    known = _known.decode(path.read_bytes()) if path.exists() else {}
    made = {name: words.token_urlsafe(PASSWORD_BYTES) for name in names if name not in known}
    if made or not path.exists():
        replace_private(path, msgspec.json.encode(known | made))
    return known | made


def kamailio_cfg(city: CityFile, machine: CityMachine, passwords: dict[str, str]) -> str:
    """Of one exchange. Raises HuntGroupError where a word of city.toml does not fit."""
    telephone = city.telephone
    seats = city.running("seat")
    hunted = [one for one in seats if one.site == machine.site and city.kind_of(one) == "centre"]
    others = [one for one in seats if one not in hunted]
    addresses = [f"{kind}:{machine.address}:{SIP_PORT}" for kind in ("udp", "tcp")]
    return configuration(
        HuntGroup(
            listen=tuple(addresses),
            domain=telephone.domain or f"sip{city.city.code}.lingsheng",
            control=f"udp:127.0.0.1:{CONTROL_PORT}",
            trunks=telephone.trunks,
            group=telephone.group,
            seats=tuple(Telephone(one.seat, passwords[one.seat]) for one in hunted),
            telephones=tuple(Telephone(one.seat, passwords[one.seat]) for one in others),
            overflow_s=telephone.overflow_s,
            ring_s=telephone.ring_s,
            last_resort=telephone.last_resort,
        )
    )


def phone_section(city: CityFile, machine: CityMachine) -> dict[str, Any]:
    """[phone] of a seat: spoken through its own sound, registered at its exchange, and at another one where
    there is one; without an exchange in city.toml the sound and the supervisors' secret only.
    """
    config = city.path("config", machine)
    own = {"headset": True, "monitor_secret_file": f"{config}/{MONITOR_FILE}"}
    if not city.running("exchange"):
        return own
    exchanges = [one.address for one in city.nearest_first(machine, city.running("exchange"))]
    backup = {"backup_registrar": f"sip:{exchanges[1]}"} if len(exchanges) > 1 else {}
    group = {} if city.kind_of(machine) == "centre" else {"ring_group": city.telephone.group}
    return {
        "sip_host": machine.address,
        "registrar": f"sip:{exchanges[0]}",
        "user": machine.seat,
        "password_file": f"{config}/phone.password",
        "trusted_sources": exchanges,
        **own,
        **backup,
        **group,
    }


def acd_section(city: CityFile, machine: CityMachine) -> dict[str, Any]:
    """[acd]: a seat says its state by PUBLISH; the machine of the exchange asks the queue beside it."""
    section: dict[str, Any] = {"queue": city.telephone.group}
    if "seat" in machine.runs:
        section["kind"] = "publish"
    if "exchange" in machine.runs:
        section["address"] = f"127.0.0.1:{CONTROL_PORT}"
    return section


def wrong_exchange(city: CityFile) -> str:
    """What the generator says of these facts; "" when they fit."""
    passwords = {machine.seat: "x" for machine in city.running("seat")}
    for machine in city.running("exchange"):
        try:
            kamailio_cfg(city, machine, passwords)
        except HuntGroupError as error:
            return str(error)
    return ""
