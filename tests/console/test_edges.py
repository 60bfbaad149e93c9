"""The edges of the seat: binding, bridge, hub link, navigator and phone settings in words of the window."""

import gc
import sys
import threading

import pytest
from PySide6.QtCore import QObject

import console.bridge
from console.bridge import QUEUE_MAX, Bridge
from console.hub_seat import HubSeat, link_of
from console.models.desk import Desk
from console.pathfinder import NoPaths, Pathfinder
from console.ports import (
    Expired,
    FloorLoaded,
    Happened,
    HubMode,
    Link,
    LogInAnswered,
    LogInNeeded,
    Moved,
    Ranked,
    Suggestions,
    VerdictCame,
)
from console.seat import phone_settings
from console.selftest import BindingLeaksError, check_binding
from dispatch import events as ev
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.words import Point
from store.bus.link_state import LinkState
from store.config import Config, Phone
from store.core import seat_logic
from store.core.messages import LoginOk, LoginRefused
from store.core.replica import Applied
from store.core.seat_logic import Phase
from store.core.wire import EPOCH_ZERO, Ev, Mode, Position
from store.exits import CannotStartError

EMITS = 5_000
DRIFT_MAX = 100


def test_the_binding_does_not_leak():
    check_binding()


@pytest.mark.parametrize("leaking", [None, True])
def test_a_leaking_binding_is_refused(monkeypatch, leaking):
    counts = iter((5_000, 4_000))
    monkeypatch.setattr(sys, "getrefcount", lambda thing: next(counts) if thing is leaking else 9)
    with pytest.raises(BindingLeaksError):
        check_binding()


@pytest.mark.parametrize("hears", [False, True])
def test_thousands_of_signals_cost_no_reference(hears):
    """What aborted a window after 570 signals, with the PySide6 in use."""
    probe = QObject()
    heard = []
    if hears:
        probe.objectNameChanged.connect(heard.append)
    probe.objectNameChanged.emit("first")
    before = [sys.getrefcount(thing) for thing in (None, True, False)]
    for _ in range(EMITS):
        probe.objectNameChanged.emit("probe")
    after = [sys.getrefcount(thing) for thing in (None, True, False)]
    assert all(left > was - DRIFT_MAX for was, left in zip(before, after, strict=True)), (before, after)
    assert len(heard) == (EMITS + 1 if hears else 0)


class Notices:
    """A link that has these notices."""

    def __init__(self, *notices: object) -> None:
        self.notices = list(notices)
        self.state = LinkState(phase=Phase.LIVE, latency_ms=3)

    def drain(self) -> list[object]:
        notices, self.notices = self.notices, []
        return notices

    def take_positions(self) -> dict[str, Position]:
        return {"v1": Position("v1", 7, 45_000_000, 126_000_000, 385, 90)}


def applied(seq: int) -> Applied:
    return Applied(Ev(seq, "c", 0, b""), ev.SeatLoggedOut("s1", seq))


def test_notices_become_messages_in_order():
    refused = LoginRefused(id="b", reason="locked", wait_s=9)
    ok = LoginOk(
        id="a",
        token=b"t",
        dispatcher_id="d1",
        roles=("dispatcher", "future_role"),
        expires_at=0,
        seat_id="s1",
    )
    hub = HubSeat(
        Notices(
            seat_logic.FloorReplaced(Floor(), EPOCH_ZERO, 0),
            applied(1),
            applied(2),
            seat_logic.VerdictCame("c", None, EPOCH_ZERO, 2),
            applied(3),
            seat_logic.Expired("d"),
            seat_logic.LoginCame("a", ok, None),
            seat_logic.LoginCame("b", None, refused),
            seat_logic.LoginNeeded("c"),
        )
    )
    told = hub.drain()
    kinds = [
        FloorLoaded,
        Happened,
        VerdictCame,
        Happened,
        Expired,
        LogInAnswered,
        LogInAnswered,
        LogInNeeded,
        Moved,
        Link,
    ]
    assert [type(one) for one in told] == kinds
    assert [len(one.events) for one in told if isinstance(one, Happened)] == [2, 1]
    assert told[5].roles == {Role.DISPATCHER}
    assert told[6].wait_s == 9
    assert told[8] == Moved("v1", 126.0, 45.0, 7, 38.5, 90.0)
    assert not [one for one in hub.drain() if isinstance(one, Link)], "the same state is told once"


@pytest.mark.parametrize(
    ("state", "mode"),
    [
        (LinkState(), HubMode.CUT_OFF),
        (LinkState(phase=Phase.RED), HubMode.CUT_OFF),
        (LinkState(phase=Phase.AMBER), HubMode.SLOW),
        (LinkState(phase=Phase.CATCHING_UP), HubMode.CATCHING_UP),
        (LinkState(phase=Phase.REVOKED), HubMode.NOT_ENROLLED),
        (LinkState(phase=Phase.LIVE), HubMode.NORMAL),
        (LinkState(phase=Phase.LIVE, store_age_ms=2_000), HubMode.STORE_SWITCH),
        (LinkState(phase=Phase.LIVE, mode=Mode.SYNC_WAIT), HubMode.AWAITING_COPY),
        (LinkState(phase=Phase.LIVE, mode=Mode.DISK_FULL), HubMode.DISK_FULL),
        (LinkState(phase=Phase.LIVE, mode=Mode.FENCED), HubMode.REVOKED),
        (LinkState(phase=Phase.LIVE, mode="a mode of tomorrow"), HubMode.NORMAL),
    ],
)
def test_the_state_of_the_link_in_words(state, mode):
    assert link_of(state).mode is mode


def test_without_the_child_the_navigator_still_answers(tmp_path):
    told: list[object] = []
    paths = Pathfinder(tmp_path / "none.sqlite", told.append)
    paths.rank("i", Point(126.6, 45.7), {"v1": Point(126.7, 45.7)})
    paths.search("中山路", Point(126.6, 45.7))
    paths.route("i", Point(126.6, 45.7), "v1", Point(126.7, 45.7))
    paths.reverse(Point(126.6, 45.7))
    ranked = told[0]
    assert isinstance(ranked, Ranked)
    assert ranked.key == "i"
    assert ranked.times[0].estimated
    assert told[1] == Suggestions("中山路", ())
    assert len(told) == 4
    NoPaths().search("x", None)


def test_messages_of_other_threads_reach_the_desk_in_order(seat, qtbot):
    taken: list[object] = []
    desk: Desk = seat.desk
    desk.take = taken.append
    bridge = Bridge(desk, lambda topics: None, lambda: None)
    writer = threading.Thread(target=lambda: [bridge.post(n) for n in range(500)])
    writer.start()
    writer.join()
    qtbot.waitUntil(lambda: bridge.drain() is None and len(taken) >= 500, timeout=2_000)
    assert taken[-500:] == list(range(500))
    for _ in range(QUEUE_MAX + 5):
        bridge.post(1)
    assert bridge.dropped == 5


def test_what_is_rung_is_drawn_at_once_and_a_flood_by_the_timer_only(seat, qapp, monkeypatch):
    monkeypatch.setattr(console.bridge, "DRAIN_MS", 60_000)
    drawn: list[object] = []
    bridge = Bridge(seat.desk, drawn.append, lambda: None)
    bridge.start()
    try:
        seat.desk.changes()
        bridge.post(Link(HubMode.SLOW))
        qapp.processEvents()
        assert len(drawn) == 1
        for mode in HubMode:
            bridge.post(Link(mode))
        qapp.processEvents()
        assert len(drawn) == 1, "the rest waits for the timer"
    finally:
        bridge.stop()
        gc.unfreeze()


def test_phone_settings_by_the_configuration(tmp_path):
    direct = phone_settings(Config())
    assert direct.accounts[0].registrar is None
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    phone = Phone(registrar="sip:pbx:5060", user="8001", password_file=str(secret))
    account = phone_settings(Config(phone=phone)).accounts[0]
    assert (account.id_uri, account.user, account.password) == ("sip:8001@pbx:5060", "8001", "s3cret")
    with pytest.raises(CannotStartError):
        phone_settings(Config(phone=Phone(password_file=str(tmp_path / "none"))))


class Broken:
    """A message no handler expects."""


def test_a_message_that_breaks_a_rule_costs_only_itself(seat, qtbot, caplog):
    seat.hub.drain()
    bridge = Bridge(seat.desk, lambda topics: None, lambda: None)
    seat.desk.hub = seat.hub
    bridge.post(VerdictCame("x", Broken()))
    bridge.post(Link(HubMode.SLOW))
    bridge.drain()
    bridge.drain()  # a slow first turn leaves the second message to the next
    assert seat.desk.link.mode is HubMode.SLOW
    assert "程序内部错误" in seat.desk.notices[-1].what
    assert "set aside" in caplog.text
