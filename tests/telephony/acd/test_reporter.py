"""What is told to the hub beside the exchange: each change once, a queue that lasts again, who gave up."""

from dispatch.commands import Command
from dispatch.distribution import ReportGaveUp, ReportQueue
from telephony.acd.port import AcdFact, CallerGaveUp, QueuePicture, Waiting
from telephony.acd.reporter import DEADLINE_S, Reporter


class Rig:
    """An exchange that answers what it is told to, and a hub that notes."""

    def __init__(self) -> None:
        self.answer: tuple[AcdFact, ...] | None = (QueuePicture("120", 0),)
        self.orders: list[tuple[Command, float | None]] = []
        self._reporter = Reporter("01", lambda: self.answer, lambda *order: self.orders.append(order))

    def at(self, now_ms: int, *, connected: bool = True) -> list[Command]:
        self.orders.clear()
        self._reporter.turn(now_ms, 100, connected)
        return [command for command, _ in self.orders]


def test_each_change_is_told_once_and_a_lasting_queue_again() -> None:
    rig = Rig()
    assert rig.at(0) == [], "nobody waits, nobody has waited"
    rig.answer = (QueuePicture("120", 5_000, (Waiting("k1", "139", 1, 4_000, True),)),)
    [told] = rig.at(1_000)
    assert isinstance(told, ReportQueue)
    assert (told.name, told.depth, told.site, told.calls[0].since_at) == ("120", 1, "01", 4_100)
    assert rig.orders[0][1] == DEADLINE_S
    assert rig.at(2_000) == []
    assert len(rig.at(11_000)) == 1
    rig.answer = (QueuePicture("120", 20_000),)
    assert [one.depth for one in rig.at(12_000) if isinstance(one, ReportQueue)] == [0]
    assert rig.at(60_000) == []


def test_without_a_hub_the_queue_is_not_kept_for_later_and_who_gave_up_is() -> None:
    rig = Rig()
    waiting = (Waiting("k1", "139", 1, 4_000),)
    rig.answer = (QueuePicture("120", 5_000, waiting), CallerGaveUp("120", "138", 5_000, 2_000, call="k0"))
    [told] = rig.at(0, connected=False)
    assert isinstance(told, ReportGaveUp)
    assert (told.number, told.came_at, told.gave_up_at, len(told.call_id)) == ("138", 3_100, 5_100, 32)
    assert rig.orders[0][1] is None
    rig.answer = None
    assert rig.at(1_000) == [], "a silent exchange says nothing of its queue"
    rig.answer = (QueuePicture("120", 6_000, waiting),)
    assert len(rig.at(2_000)) == 1
