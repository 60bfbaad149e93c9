"""The machine-readable tail of an order text: JT/T 808 has no field for an order number or a fence.

    <text for the crew> #<order_no>/<term>/<site>[/s<lon>,<lat>][/h<lon>,<lat>][/r<order_no>][/c]

    s  the scene, h  the hospital: WGS-84 degrees      r  the order this one replaces
    c  a recall: nothing new to do, the order named by r is called off
A plain terminal shows the tail as it is; one that knows it keeps the fence of `Fence`.
"""

import re
from enum import StrEnum

from msgspec import Struct

from radio.errors import OrderTextError
from radio.terminal.downlink import TEXT_BYTES_MAX
from radio.terminal.fields import write_text

_WORD = re.compile(r"[^\s#/,]{1,40}")
_TAIL = re.compile(r"\s?#([^\s#/,]{1,40})/(\d{1,9})/([^\s#/,]{1,40})((?:/[^\s#/]+)*)$")
_POINT = re.compile(r"(-?\d{1,3}(?:\.\d{1,7})?),(-?\d{1,2}(?:\.\d{1,7})?)")

DONE_REMEMBERED = 16

Point = tuple[float, float]  # lon, lat


class OrderTail(Struct, frozen=True):
    """What the tail says. None or "": the field is not there."""

    order_no: str
    term: int
    site: str
    scene: Point | None = None
    hospital: Point | None = None
    replaces: str = ""
    recall: bool = False


def write_order(text: str, tail: OrderTail) -> str:
    """The text with its tail; the words for the crew are cut where both do not fit 1024 GBK bytes."""
    for name in (tail.order_no, tail.site, tail.replaces or "-"):
        if not _WORD.fullmatch(name):
            raise OrderTextError(f"cannot be written into an order text: {name!r}")
    if not 0 <= tail.term <= 999_999_999:
        raise OrderTextError(f"term {tail.term}")
    machine = f" #{tail.order_no}/{tail.term}/{tail.site}"
    if tail.scene:
        machine += f"/s{tail.scene[0]:.6f},{tail.scene[1]:.6f}"
    if tail.hospital:
        machine += f"/h{tail.hospital[0]:.6f},{tail.hospital[1]:.6f}"
    if tail.replaces:
        machine += f"/r{tail.replaces}"
    if tail.recall:
        machine += "/c"
    room = TEXT_BYTES_MAX - len(write_text(machine))
    words = write_text(text, bytes_max=room).decode("gbk")
    return words + machine


def read_order(text: str) -> tuple[str, OrderTail] | None:
    """(words for the crew, tail), None for a text that is no order. Unknown fields are skipped."""
    found = _TAIL.search(text)
    if found is None:
        return None
    order_no, term, site, rest = found.groups()
    fields = {part[0]: part[1:] for part in rest.split("/") if part}
    tail = OrderTail(
        order_no,
        int(term),
        site,
        _point(fields.get("s")),
        _point(fields.get("h")),
        fields.get("r", ""),
        "c" in fields,
    )
    return text[: found.start()], tail


def _point(text: str | None) -> Point | None:
    found = _POINT.fullmatch(text) if text else None
    return (float(found[1]), float(found[2])) if found else None


class Verdict(StrEnum):
    """What a terminal does with an order."""

    ACCEPT = "accept"
    DUPLICATE = "duplicate"  # the same order again: acknowledged, not done twice
    STALE = "stale"  # from a centre that no longer commands
    ON_MISSION = "on_mission"  # a second order that replaces nothing


class Fence(Struct, frozen=True):
    """The terminal's memory: the highest (term, site) ever obeyed, the order being done ("" none) and
    the last ones done.

    This is what makes a cut-off centre safe: two sites cannot both move one ambulance.
    """

    highest: tuple[int, str] = (0, "")
    doing: str = ""
    done: tuple[str, ...] = ()

    def judge(self, tail: OrderTail) -> tuple[Verdict, "Fence"]:
        """The verdict on an order and the memory after it. A lower (term, site) is refused, and any
        second order unless it replaces the one being done."""
        rank = (tail.term, tail.site)
        if rank < self.highest:
            return Verdict.STALE, self
        if tail.order_no == self.doing or tail.order_no in self.done:
            return Verdict.DUPLICATE, Fence(rank, self.doing, self.done)
        if self.doing and tail.replaces != self.doing:
            return Verdict.ON_MISSION, self
        ended = Fence(rank, self.doing, self.done).finished() if self.doing else Fence(rank, "", self.done)
        if tail.recall:
            return Verdict.ACCEPT, Fence(rank, "", _remember(ended.done, tail.order_no))
        return Verdict.ACCEPT, Fence(rank, tail.order_no, ended.done)

    def finished(self) -> "Fence":
        """The order is done: repeated once more it is a duplicate, and the next one is welcome."""
        return Fence(self.highest, "", _remember(self.done, self.doing))


def _remember(done: tuple[str, ...], order_no: str) -> tuple[str, ...]:
    return (*done, order_no)[-DONE_REMEMBERED:] if order_no else done
