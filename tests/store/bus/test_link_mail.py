"""Between the bus thread and its owner: order, one ring, and an owner that falls behind."""

from dispatch.events import SeatStateChanged
from dispatch.floor import Floor
from dispatch.kinds import SeatState
from store.bus.link_mail import NOTICES_MAX, Mail
from store.core.replica import Applied
from store.core.seat_logic import FloorReplaced, VerdictCame
from store.core.wire import EPOCH_ZERO, Ev, Position

EVENT = SeatStateChanged("s", 1, SeatState.AWAY)


def applied(seq: int) -> Applied:
    return Applied(Ev(seq, "c", 1, b""), EVENT)


def test_the_owner_is_rung_once_until_it_comes() -> None:
    rings: list[int] = []
    mail = Mail(lambda: rings.append(1))
    for seq in range(3):
        mail.post([applied(seq)])
        mail.ring()
    assert len(rings) == 1
    assert [notice.ev.seq for notice in mail.take_notices()] == [0, 1, 2]
    mail.ring()
    assert len(rings) == 2


def test_an_owner_that_falls_behind_gets_the_floor_and_keeps_its_verdicts() -> None:
    mail = Mail(lambda: None)
    verdict = VerdictCame("c", None, EPOCH_ZERO, 1)
    assert mail.post([verdict, *(applied(seq) for seq in range(NOTICES_MAX - 1))])
    assert not mail.post([applied(NOTICES_MAX)])
    floor = FloorReplaced(Floor(), EPOCH_ZERO, 1)
    mail.replace_backlog(floor)
    assert mail.take_notices() == [verdict, floor]


def test_only_the_newest_position_of_a_vehicle_waits() -> None:
    mail = Mail(lambda: None)
    mail.post_positions([Position("v", 2, 0, 0), Position("v", 1, 9, 9), Position("w", 1, 0, 0)])
    assert {name: position.at for name, position in mail.take_positions().items()} == {"v": 2, "w": 1}
    assert mail.take_positions() == {}
