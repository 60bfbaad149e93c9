"""The command line: verb first, vehicle before incident. `/pc A03`, `／派车　03`, `/jd 12`.

Full and half width are equal, an unambiguous prefix is enough, and a refusal says what to type instead.
"""

import unicodedata
from collections.abc import Iterable

from msgspec import Struct

from console.i18n import say
from console.models.labels import word
from console.models.latest import serial, short
from console.verb import Verb
from console.verbs import VERBS, allowed
from dispatch.floor import Floor
from dispatch.kinds import IncidentState, Role
from dispatch.words import Incident, Vehicle

HISTORY_MAX = 50


class Parsed(Struct, frozen=True):
    """A verb with what it takes; or, `verb` None, `trouble` says what to type instead."""

    verb: Verb | None = None
    vehicle: Vehicle | None = None
    incident: Incident | None = None
    row: int = 0
    words: tuple[str, ...] = ()
    trouble: str = ""


def plain(text: str) -> str:
    """Half width, no slash, lower case, single spaces."""
    half = unicodedata.normalize("NFKC", text).replace("、", "/").strip().lstrip("/")
    return " ".join(half.lower().split())


def parse(text: str, floor: Floor, roles: Iterable[Role]) -> Parsed:
    """What the line means; never guesses between two meanings."""
    words = plain(text).split(" ")
    if not words[0]:
        return Parsed(trouble=say("输入命令，例如：/派车 03　F1 列出全部命令"))
    found = verbs_like(words[0])
    if not found:
        return Parsed(trouble=say("没有命令“{word}”，F1 列出全部命令", word=words[0]))
    if len(found) > 1:
        return Parsed(
            trouble=say("不止一个：{names}", names="  ".join(name_and_word(verb) for verb in found[:6]))
        )
    if not allowed(found[0], roles):
        return Parsed(trouble=say("当前角色无权“{name}”", name=found[0].name))
    return _with_target(found[0], words[1:], floor)


def name_and_word(verb: Verb) -> str:
    return f"{verb.name}({verb.words[0]})" if verb.words else verb.name


def verbs_like(text: str) -> list[Verb]:
    """Verbs named by this text: a whole word wins, else every prefix counts."""
    named = [(verb, {verb.id, verb.zh, verb.en.lower(), *verb.words}) for verb in VERBS]
    whole = [verb for verb, names in named if text in names]
    return whole or [verb for verb, names in named if any(name.startswith(text) for name in names)]


def complete(text: str) -> str:
    """The line with its verb written out, when only one fits; else the text as it is."""
    words = plain(text).split(" ", 1)
    found = verbs_like(words[0]) if words[0] else []
    if len(found) != 1:
        return text
    return f"/{found[0].name} {words[1] if len(words) > 1 else ''}"


def _with_target(verb: Verb, words: list[str], floor: Floor) -> Parsed:
    if not words or not verb.takes:
        return Parsed(verb)
    if verb.takes == "words":
        return Parsed(verb, words=tuple(words))
    if verb.takes == "row":
        if words[0].isdigit() and int(words[0]) > 0:
            return Parsed(verb, row=int(words[0]))
        return Parsed(trouble=say("行号是数字，例如：/选 2"))
    if verb.takes == "vehicle":
        return _named_vehicle(verb, words[0], floor)
    return _named_incident(verb, words[0], floor, closed=verb.takes == "closed")


def _named_vehicle(verb: Verb, text: str, floor: Floor) -> Parsed:
    found = vehicles_like(floor, text)
    if len(found) == 1:
        return Parsed(verb, vehicle=found[0])
    if not found:
        return Parsed(trouble=say("没有车辆“{text}”，写车号或末几位数字", text=text))
    numbers = "  ".join(f"{vehicle.number} {word(vehicle.state)}" for vehicle in found[:5])
    return Parsed(trouble=say("不止一辆：{numbers}", numbers=numbers))


def _names(text: str, number: str, floor: Floor) -> bool:
    """`12`, `0012`, `02-0012` and the whole number name an incident."""
    alike = serial(number).lstrip("0") == text.lstrip("0")
    return alike or text in {short(number, floor), number.lower()}


def _named_incident(verb: Verb, text: str, floor: Floor, *, closed: bool) -> Parsed:
    found = [
        incident
        for incident in floor.incidents.values()
        if (incident.state is IncidentState.CLOSED) is closed and _names(text.lower(), incident.number, floor)
    ]
    if len(found) == 1:
        return Parsed(verb, incident=found[0])
    if found:
        numbers = "  ".join(f"{short(one.number, floor)} {one.place.address}" for one in found[:5])
        return Parsed(trouble=say("不止一件：{numbers}", numbers=numbers))
    if closed:
        return Parsed(trouble=say("没有已结束的事件“{text}”，写事件号末四位", text=text))
    return Parsed(trouble=say("没有进行中的事件“{text}”，写事件号末四位", text=text))


def vehicles_like(floor: Floor, text: str) -> list[Vehicle]:
    """Vehicles of this number, plate or last digits; the whole number wins."""
    wanted = text.upper()
    whole = [v for v in floor.vehicles.values() if wanted in {v.number.upper(), v.plate.upper()}]
    if whole:
        return whole
    digits = wanted.lstrip("0")
    ends = [v for v in floor.vehicles.values() if _digits(v.number).lstrip("0") == digits and digits]
    return ends or [v for v in floor.vehicles.values() if v.number.upper().endswith(wanted)]


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())
