"""The [acd] section of lingsheng.toml as the link of one seat."""

from store.config import Acd
from telephony.acd.ami import AmiSettings
from telephony.acd.esl import EslSettings
from telephony.acd.hunt_group import FeatureCodes
from telephony.acd.hunt_queue import HuntQueue
from telephony.acd.links import AsteriskLink, FreeSwitchLink, NoLink, SayBy, SipOnlyLink, SipOrders
from telephony.acd.port import AcdLink
from telephony.acd.tcp_link import Address

SAY_BY = {"publish": SayBy(codes=None), "codes": SayBy(FeatureCodes(), publish=False)}


def acd_link(acd: Acd, phone: SipOrders, extension: str, secret: str) -> AcdLink:
    """`extension`: the seat's number at the exchange. Agents are named as the exchanges' own samples do."""
    host, _, port = acd.address.rpartition(":")
    if acd.kind in SAY_BY:
        ask = HuntQueue(host, int(port), acd.queue) if acd.address else None
        return SipOnlyLink(phone, SAY_BY[acd.kind], ask)
    if acd.kind == "asterisk":
        ami = AmiSettings(acd.user, secret, acd.queue, extension, f"PJSIP/{extension}")
        return AsteriskLink(Address(host, int(port), acd.ca_file or None), ami)
    if acd.kind == "freeswitch":
        domain = "" if "@" in acd.queue else "@default"
        esl = EslSettings(secret, acd.queue + domain, f"{extension}@default", f"user/{extension}")
        return FreeSwitchLink(Address(host, int(port), acd.ca_file or None), esl)
    return NoLink()
