"""A centre without an ACD: kamailio's configuration from a few facts. The longest idle seat rings first.

One function makes every exchange of ours: with seats it hunts and overflows to the telephones registered as
the group (the reserve seats in service); without seats it rings those alone. Where no telephone could take
a call, the exchange above is told at once. A proxy holds a caller for about a minute; a longer queue needs an
ACD. Pure but for reading its template.
"""

import hashlib
import re
from pathlib import Path
from string import Template

from msgspec import Struct

from telephony.errors import TelephonyError

TEMPLATE = Path(__file__).with_name("kamailio.cfg.template")
OVERFLOW_S = 10
RING_S = 8
REST_S = 30
GIVE_UP_S = 60
NOBODY_S = 0
AGAIN_MS = 1_000
LATER_MS = 3_000
LOOK_S = 6
PLACES = 29
"""Branches of a call that kamailio grants us: `max_branches` in the template, but one."""
SEATS_MAX = 400
NUMBER = re.compile(r"[0-9A-Za-z_-]{1,32}")
CODE = re.compile(r"[*#0-9]{2,8}")
HOST = re.compile(r"[0-9A-Za-z.-]{1,253}")
ADDRESS = re.compile(r"[0-9a-fA-F.:]{3,45}")
LISTEN = re.compile(r"(?:udp|tcp|tls):[0-9A-Za-z.-]+:\d{1,5}")
CONTROL = re.compile(r"(?:udp:[0-9A-Za-z.-]+:\d{1,5}|unix:[0-9A-Za-z._/-]+)")
PATH = re.compile(r"[0-9A-Za-z._/-]{1,400}")
SIP_URI = re.compile(r"sips?:[0-9A-Za-z_.+-]+@[0-9A-Za-z.-]+(?::\d{1,5})?")


class HuntGroupError(TelephonyError):
    """The facts contradict each other, or one could smuggle something into the configuration."""


class Telephone(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may register."""

    number: str
    password: str

    def __repr__(self) -> str:
        return f"Telephone({self.number!r})"


class FeatureCodes(Struct, frozen=True, forbid_unknown_fields=True):
    """What a seat dials to say its state; the exchange answers 603 with the state in its words."""

    ready: str = "*71"
    paused: str = "*72"
    away: str = "*73"
    busy: str = "*74"


class HuntGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """`seats`: the city's, hunted one by one. `group_password`: of telephones that register as the group and
    have no number of their own; the others register with theirs.
    `domain`: a name, or an address that no telephone has: requests to it are the exchange's own.
    `telephones`: may register and be called, are never hunted. `certificate`: a PEM file with its key, for
    addresses that begin with tls.

    `trunks`: addresses callers may come from; anybody else who is no telephone hears nothing and is counted.
    They bring calls and nothing else: no REFER, Replaces or code, no header that answers a seat by itself.
    `overflow_s`: after this the district seats ring too. `ring_s`: how long one seat rings.
    `rest_s`: how long a seat that let it ring is passed over. `last_resort`: where a call goes that nobody
    took in `give_up_s`, "" answers 480. `nobody_s`: how long one waits where no seat is registered and nobody
    of the group is, or all of it refuse; then it goes the same way.
    """

    listen: tuple[str, ...]
    domain: str
    control: str
    trunks: tuple[str, ...]
    group: str = "120"
    group_password: str = ""
    seats: tuple[Telephone, ...] = ()
    telephones: tuple[Telephone, ...] = ()
    certificate: str = ""
    codes: FeatureCodes = FeatureCodes()
    overflow_s: int = OVERFLOW_S
    ring_s: int = RING_S
    rest_s: int = REST_S
    give_up_s: int = GIVE_UP_S
    nobody_s: int = NOBODY_S
    last_resort: str = ""
    modules: str = "/usr/lib/x86_64-linux-gnu/kamailio/modules/"


def configuration(group: HuntGroup) -> str:
    """The text of kamailio.cfg. It holds no password, only digests of them. Raises `HuntGroupError`."""
    _check(group)
    telephones = [*group.seats, *group.telephones]
    if group.group_password:
        telephones.append(Telephone(group.group, group.group_password))
    last = (
        f'    if ($rU != $null) {{ $ru = "{group.last_resort}"; route(RELAY); }}' if group.last_resort else ""
    )
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        listen="\n".join(f"listen={one}" for one in group.listen),
        tls=_tls(group.certificate),
        domain=group.domain,
        control=group.control,
        modules=group.modules,
        group=group.group,
        trunks=" || ".join(f'$si == "{one}"' for one in group.trunks) or "1 == 0",
        accounts="\n".join(f'    $sht(ha1=>{t.number}) = "{_ha1(t, group.domain)}";' for t in telephones),
        codes=r"[*#]",
        code_lines="\n".join(_code_lines(group.codes)),
        weigh_lines="\n".join(f'    $var(one) = "{seat.number}"; route(WEIGH);' for seat in group.seats),
        seat_lines="\n".join(_seat_lines(group)),
        overflow_s=group.overflow_s if group.seats else 0,
        ring_ms=group.ring_s * 1000,
        rest_s=group.rest_s,
        give_up_s=group.give_up_s,
        nobody_s=group.nobody_s,
        again_ms=AGAIN_MS,
        later_ms=LATER_MS,
        look_s=LOOK_S,
        places=PLACES,
        last_resort=last,
    )


def _tls(certificate: str) -> str:
    if not certificate:
        return ""
    values = {"certificate": certificate, "private_key": certificate, "tls_method": "TLSv1.2+"}
    lines = [f'modparam("tls", "{name}", "{value}")' for name, value in values.items()]
    return "\n".join(["enable_tls=yes", 'loadmodule "tls.so"', *lines])


def _code_lines(codes: FeatureCodes) -> list[str]:
    states = {"ready": codes.ready, "paused": codes.paused, "away": codes.away, "busy": codes.busy}
    return [f'    if ($rU == "{code}") $var(said) = "{state}";' for state, code in states.items()]


def _seat_lines(group: HuntGroup) -> list[str]:
    uris = [f"sip:{seat.number}@{group.domain}" for seat in group.seats]
    return [f'    if (registered("location", "{uri}")) $var(anybody) = 1;' for uri in uris]


def _ha1(telephone: Telephone, realm: str) -> str:
    """RFC 2617 3.2.2.2: what digest needs of a password."""
    text = f"{telephone.number}:{realm}:{telephone.password}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _check(group: HuntGroup) -> None:
    """Every word that goes into the text is of the form it should have."""
    numbers = [one.number for one in (*group.seats, *group.telephones)]
    codes = [getattr(group.codes, name) for name in group.codes.__struct_fields__]
    wanted = [
        (LISTEN, group.listen),
        (HOST, (group.domain,)),
        (CONTROL, (group.control,)),
        (ADDRESS, group.trunks),
        (NUMBER, (group.group, *numbers)),
        (CODE, codes),
        (SIP_URI, (group.last_resort,) if group.last_resort else ()),
        (PATH, (group.certificate,) if group.certificate else ()),
    ]
    for form, words in wanted:
        for word in words:
            if form.fullmatch(word) is None:
                raise HuntGroupError(f"not usable in a configuration: {word!r}")
    if len(set(numbers)) < len(numbers) or group.group in numbers or len(set(codes)) < len(codes):
        raise HuntGroupError("a number or a code is there twice")
    if bool(group.certificate) != any(one.startswith("tls:") for one in group.listen):
        raise HuntGroupError("a certificate and an address for tls go together")
    if not group.listen or len(numbers) > SEATS_MAX or '"' in group.modules:
        raise HuntGroupError("no address to listen on, or too many seats")
    if (
        not 0 < group.ring_s <= group.give_up_s
        or not 0 <= group.overflow_s < group.give_up_s
        or not 0 <= group.nobody_s <= group.give_up_s
        or group.rest_s < 1
    ):
        raise HuntGroupError("the times contradict each other")
