"""Two people at a seat of a test who take command, hand it over, and settle what is in conflict."""

import time
from collections.abc import Callable
from typing import Any

from dispatch import commands as cmd
from dispatch.kinds import ConflictChoice, Role, VehicleKind
from dispatch.sites import CITY, Site
from dispatch.words import Dispatcher, Point, Station, Vehicle
from store.core.command_messages import CommandAnswer, Evidence, EvidenceReq, HandOver, TakeCommand
from store.core.ids import new_id
from store.core.seat_logic import Told
from tests.store.conftest import Desk

LEADER, OTHER = "1002", "1001"
PATIENT_S = 20.0
AGAIN_S = 0.2


def two_sites(districts: tuple[str, ...] = ("江北区",)) -> list[cmd.Command]:
    """Centre 01, district 02, and a shift leader."""
    leader = Dispatcher("d1002", LEADER, "李强", frozenset({Role.DISPATCHER, Role.SHIFT_LEADER}))
    return [
        cmd.RegisterSite(Site("01", "市中心")),
        cmd.RegisterSite(Site("02", "江北分中心", districts)),
        cmd.RegisterDispatcher(leader),
        cmd.RegisterStation(Station("st2", "S2", "江北区站", Point(126.6, 45.8), districts[0])),
        *(
            cmd.RegisterVehicle(Vehicle(f"d{n}", f"9{n:02d}", f"D{n:05d}", VehicleKind.BASIC, "st2"))
            for n in (1, 2)
        ),
    ]


def told(desk: Desk, limit_s: float = 15.0, meanwhile: Callable[[], Any] = lambda: None) -> Any:
    """The next answer to a question about command; `meanwhile` is done at every notice until then."""

    def found() -> Any:
        meanwhile()
        for notice in desk.other:
            if isinstance(notice, Told):
                desk.other.remove(notice)
                return notice.message
        return None

    return desk.wait(found, "an answer about command", limit_s)


def evidence(desk: Desk, scope: str = CITY) -> Evidence:
    desk.link.ask(EvidenceReq(scope=scope))
    answer = told(desk)
    assert isinstance(answer, Evidence)
    return answer


def proofs(desk: Desk, leader: str = LEADER, other: str = OTHER) -> tuple[bytes, bytes]:
    """Session of the first, proof of the second, at this seat."""
    first = desk.login(leader)
    second = desk.login(other, second=True)
    assert first.ok is not None, first
    assert second.ok is not None, second
    return first.ok.token, second.ok.token


def take(
    desk: Desk, scope: str = CITY, proven: tuple[bytes, bytes] | None = None, **how: Any
) -> CommandAnswer:
    token, second = proven or proofs(desk)
    fields = {"reason": "中心失联", "order_no": "令-1", "token": token, "second": second, **how}
    desk.link.ask(TakeCommand(id=new_id(), scope=scope, **fields))
    answer = told(desk)
    assert isinstance(answer, CommandAnswer)
    return answer


def take_when_silent(
    desk: Desk, scope: str = CITY, proven: tuple[bytes, bytes] | None = None, **how: Any
) -> CommandAnswer:
    """The holder's last word to our site may have come after its last one to our relay: asked again."""
    proven = proven or proofs(desk)
    return _patiently(desk, lambda: take(desk, scope, proven, **how), {"holder_alive"})


def hand_over(
    desk: Desk, to_site: str, scope: str = CITY, proven: tuple[bytes, bytes] | None = None
) -> CommandAnswer:
    token, second = proven or proofs(desk)
    desk.link.ask(
        HandOver(
            id=new_id(),
            scope=scope,
            to_site=to_site,
            reason="恢复",
            order_no="令-2",
            token=token,
            second=second,
        )
    )
    answer = told(desk)
    assert isinstance(answer, CommandAnswer)
    return answer


def hand_back(
    desk: Desk, to_site: str, scope: str = CITY, proven: tuple[bytes, bytes] | None = None
) -> CommandAnswer:
    """To a site that has just come back: people try again until it is heard and has everything."""
    proven = proven or proofs(desk)
    return _patiently(desk, lambda: hand_over(desk, to_site, scope, proven), {"behind", "not_connected"})


def _patiently(desk: Desk, ask: Callable[[], CommandAnswer], passing: set[str]) -> CommandAnswer:
    """The first answer that is none of those that pass by themselves, or the last one of a while."""
    end = time.monotonic() + PATIENT_S
    while (answer := ask()).reason in passing and time.monotonic() < end:
        asked = time.monotonic()
        desk.wait(lambda asked=asked: time.monotonic() > asked + AGAIN_S)
    return answer


def settle_all(desk: Desk, choice: ConflictChoice = ConflictChoice.KEEP_OURS) -> int:
    """Settle every open conflict; how many there were."""
    open_ones = [c.id for c in desk.floor.conflicts.values() if c.settled is None]
    for key in open_ones:
        verdict = desk.order(cmd.SettleConflict(key, choice, "已核实"))
        assert verdict.refusal is None, verdict
    return len(open_ones)
