"""The exchange of a site: kamailio's configuration by `telephony.acd.hunt_group`, and its telephones.

City seats are hunted, the longest idle one first; after `overflow_s` the telephones registered as the group
ring too: the reserve seats in service. Passwords are made once and kept in the kit's secrets.
"""

import secrets as words
from pathlib import Path
from typing import Any

import msgspec

from store.deploy.city_file import CityFile, CityMachine
from store.private_file import write_private
from telephony.acd.hunt_group import HuntGroup, HuntGroupError, Telephone, configuration

PASSWORD_BYTES = 18
CONTROL_PORT = 5062
SIP_PORT = 5060

_known = msgspec.json.Decoder(dict[str, str])


def telephone_passwords(folder: Path, city: CityFile) -> dict[str, str]:
    """Of every seat by its number; new seats get one. Raises OSError, msgspec.MsgspecError."""
    path = folder / "telephones.json"
    known: dict[str, str] = {}
    if path.exists():
        known = _known.decode(path.read_bytes())
    made = {m.seat: words.token_urlsafe(PASSWORD_BYTES) for m in city.running("seat") if m.seat not in known}
    if made or not path.exists():
        path.unlink(missing_ok=True)
        write_private(path, msgspec.json.encode(known | made))
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
    """[phone] of a seat: registered at its exchange, and at another one where there is one."""
    exchanges = [one.address for one in city.nearest_first(machine, city.running("exchange"))]
    backup = {"backup_registrar": f"sip:{exchanges[1]}"} if len(exchanges) > 1 else {}
    group = {} if city.kind_of(machine) == "centre" else {"ring_group": city.telephone.group}
    return {
        "sip_host": machine.address,
        "registrar": f"sip:{exchanges[0]}",
        "user": machine.seat,
        "password_file": f"{city.path('config', machine)}/phone.password",
        "trusted_sources": exchanges,
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
