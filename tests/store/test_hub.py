"""The hub as a real process with real links, on SQLite and PostgreSQL: several seats, refusals, restarts."""

import os
import signal
import threading
from pathlib import Path

import pytest

from dispatch import commands as cmd
from dispatch.kinds import CloseReason, SeatState, VehicleState
from dispatch.refusals import NeedsSecondPerson, NotAllowed, VehicleTaken
from store.bus import clock
from store.core.ids import new_id
from store.core.seat_logic import Expired, Phase
from store.core.wire import FIX_VALID, FROM_MEMORY, Mode, Position
from store.hub import Hub
from store.hub_admin import set_account
from tests.store.conftest import PASSWORD, City, Desk, master_data

pytestmark = pytest.mark.process
KILLS = int(os.environ.get("LINGSHENG_KILLS", "5"))
COMMANDS_PER_KILL = 200


def test_second_seat_sees_the_first_and_is_told_who_has_the_vehicle(city: City) -> None:
    first, second = city.seat("01"), city.seat("02")
    incident = first.open_incident()
    second.wait(lambda: incident in second.floor.incidents, "the incident on the second seat")
    assert first.order(cmd.AssignVehicle(new_id(), incident, "v1")).refusal is None
    refusal = second.order(cmd.AssignVehicle(new_id(), second.open_incident(), "v1")).refusal
    assert isinstance(refusal, VehicleTaken)
    assert (refusal.seat_number, refusal.dispatcher_name) == ("01", "王芳")
    second.wait(lambda: second.floor.vehicles["v1"].state is VehicleState.BUSY)


def test_race_for_a_vehicle_has_one_winner(city: City) -> None:
    seats = [city.seat(number) for number in ("01", "02", "03")]
    incidents = [seat.open_incident() for seat in seats]
    for number in range(1, 6):
        orders = [
            (seat, seat.link.order(cmd.AssignVehicle(new_id(), incident, f"v{number}")))
            for seat, incident in zip(seats, incidents, strict=True)
        ]
        refusals = [seat.verdict(cid).refusal for seat, cid in orders]
        assert refusals.count(None) == 1
        assert all(isinstance(refusal, VehicleTaken) for refusal in refusals if refusal is not None)


def wait_equal(desks: list[Desk]) -> None:
    """All desks come to the same floor; an answer may overtake the events it follows, on another socket."""

    def equal() -> bool:
        for desk in desks:
            desk.take()
        return all(desk.floor == desks[0].floor for desk in desks)

    for desk in desks:
        desk.wait_live()
    desks[0].wait(equal, "the same floor")


def test_killed_in_the_middle_nothing_acknowledged_is_lost(city: City) -> None:
    """kill -9 in the middle of 200 commands, again and again; the seats recover by themselves."""
    seats = [city.seat("01"), city.seat("02")]
    kills = KILLS if "sqlite" in city.config.store.url else max(2, KILLS // 2)
    calls: set[str] = set()
    cut_short = 0
    for cycle in range(kills):
        orders = []
        for n in range(COMMANDS_PER_KILL):
            command = cmd.ReportRinging(new_id(), f"138{n:08d}")
            orders.append((seats[n % 2], seats[n % 2].link.order(command)))
            calls.add(command.call_id)
        seat, cid = orders[cycle * 37 % 120]
        seat.verdict(cid)
        city.kill_hub()
        cut_short += sum(one.link.state.unsent for one in seats)
        city.start_hub()
        for seat, cid in orders:
            assert seat.verdict(cid, 30.0).refusal is None
    print(f"{kills} kills, {kills * COMMANDS_PER_KILL} commands, {cut_short} unanswered at the kills")
    assert cut_short > 0, "the kills came in the middle"
    for desk in seats:
        desk.wait(lambda desk=desk: set(desk.floor.calls) == calls, "every call that was answered for")
    wait_equal(seats)
    for desk in seats:
        desk.wait(lambda desk=desk: desk.link.state.unsent == 0, "an empty outbox")
    assert city.stop_hub() == 0
    assert city.rebuild() == 0, "the chain is whole and the state says what the journal says"


def test_a_frozen_hub_is_replaced_and_finds_itself_fenced(city: City) -> None:
    """SIGSTOP, another hub takes over, SIGCONT: the seats are with the new one, the old one only shows."""
    file, address = city.second_hub()
    hubs = (*city.config.hub.hubs, address)
    seat, old_wall = city.desk("seat-01", hubs=hubs), city.desk("wall")
    for desk in (seat, old_wall):
        desk.wait_live()
    assert seat.login("1001").ok is not None
    first, second = city.process, None
    assert first is not None
    try:
        os.kill(first.pid, signal.SIGSTOP)
        second = city.spawn_hub(file)
        assert seat.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).epoch.boot == 2
        assert seat.link.state.hub == address
        os.kill(first.pid, signal.SIGCONT)
        old_wall.wait(lambda: old_wall.link.state.mode == Mode.FENCED, "the old hub knows")
        assert seat.order(cmd.SetSeatState("seat01", SeatState.AWAY)).refusal is None
    finally:
        os.kill(first.pid, signal.SIGCONT)
        if second is not None:
            second.kill()
            second.wait(10)


def test_the_order_of_a_seat_survives_a_restart_of_the_seat(small_city: City) -> None:
    """What waits in the outbox is sent by the next process of the same seat, in order."""
    seat = small_city.seat("01")
    small_city.kill_hub()
    states = [SeatState.PAUSED, SeatState.READY, SeatState.AWAY]
    for state in states:
        seat.link.order(cmd.SetSeatState("seat01", state))
    seat.wait(lambda: seat.link.state.unsent == 3, "three on disk")
    seat.close()
    small_city.desks.remove(seat)
    small_city.start_hub()
    again = small_city.desk("seat-01")
    again.wait(lambda: len(again.verdicts) == 3, "three verdicts")
    again.wait(lambda: again.floor.seats["seat01"].state is SeatState.AWAY)


def test_an_order_past_its_deadline_is_given_back_to_the_dispatcher(small_city: City) -> None:
    seat = small_city.seat("01")
    small_city.kill_hub()
    cid = seat.link.order(cmd.SetSeatState("seat01", SeatState.AWAY), deadline_s=0.5)
    seat.wait(lambda: Expired(cid) in seat.other, "expiry")
    small_city.start_hub()
    seat.wait_live()
    assert seat.floor.seats["seat01"].state is SeatState.READY


def test_silence_is_shown_and_ends(small_city: City) -> None:
    wall = small_city.desk("wall")
    wall.wait_live()
    small_city.kill_hub()
    wall.wait(lambda: wall.link.state.phase is Phase.AMBER, "amber")
    wall.wait(lambda: wall.link.state.phase is Phase.RED, "red")
    small_city.start_hub()
    wall.wait_live()
    assert wall.link.state.latency_ms is None or wall.link.state.latency_ms < 5000


@pytest.mark.parametrize("step_ms", [-3_600_000, 3_600_000])
def test_a_wall_clock_that_is_set_silences_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step_ms: int
) -> None:
    """Hub and seat of one machine, its clock set by an hour: ticks, orders and the watch on them go on."""
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    steps, wall_ms = [0], clock._wall_ms
    monkeypatch.setattr(clock, "_wall_ms", lambda: wall_ms() + sum(steps))
    ours = Hub(city.config, master_data)
    running = threading.Thread(target=ours.run)
    running.start()
    seat = city.seat("01")
    steps.append(step_ms)
    due = ours._tick_at + 1000
    seat.wait(lambda: ours._tick_at >= due, "five more ticks")
    assert seat.link.state.phase is Phase.LIVE
    assert seat.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).refusal is None
    at = seat.floor.seats["seat01"].state_since
    assert abs(at - wall_ms() - step_ms) < 10_000, "facts get the time the clock shows"
    steps.append(step_ms)
    ours.stop()
    running.join(10)
    seat.wait(lambda: seat.link.state.phase is Phase.RED, "the silence is noticed")
    city.close()


def test_log_in_refusals_second_person_and_rights(small_city: City) -> None:
    seat = small_city.seat("01")
    wrong = seat.login("1002", "nonsense").refused
    assert wrong is not None
    assert wrong.reason == "wrong"
    incident = seat.open_incident()
    close = cmd.CloseIncident(incident, CloseReason.OTHER, "无车可派")
    assert isinstance(seat.order(close).refusal, NeedsSecondPerson)
    second = seat.login("1002", second=True).ok
    assert second is not None
    assert seat.order(close, second=second.token).refusal is None
    assert seat.floor.incidents[incident].closing.second_id == "d1002"
    assert seat.floor.seats["seat01"].dispatcher_id == "d1001"
    wall = small_city.desk("wall")
    wall.wait_live()
    assert isinstance(wall.order(cmd.TakeIncident(incident)).refusal, NotAllowed)


def test_a_token_outlives_the_hub_and_wrong_passwords_lock(city: City) -> None:
    seat = city.seat("01")
    city.kill_hub()
    city.start_hub()
    assert seat.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).refusal is None
    set_account(city.config, "1003", "another word")
    reasons = [seat.login("1003", PASSWORD, second=True).refused.reason for _ in range(6)]
    assert reasons == ["wrong"] * 5 + ["locked"]


def test_positions_reach_the_wall_only_newest_and_from_the_gateway_only(small_city: City) -> None:
    wall, gateway, seat = small_city.desk("wall"), small_city.desk("gateway"), small_city.desk("seat-02")
    for desk in (wall, gateway, seat):
        desk.wait_live()
    seen: dict[str, Position] = {}

    def arrived() -> bool:
        gateway.link.send_positions([Position("v1", 1000, 45_700_000, 126_600_000, 300, 90)])
        gateway.link.send_positions([Position("v1", 2000, 45_710_000, 126_600_000, 300, 90)])
        gateway.link.send_positions([Position("v1", 3000, 0, 0, flags=FIX_VALID | FROM_MEMORY)])
        seat.link.send_positions([Position("v1", 9000, 0, 0)])
        seen.update(wall.link.take_positions())
        return seen.get("v1", Position("v1", 0, 0, 0)).at == 2000

    wall.wait(arrived, "the newest position")
    assert seen["v1"].lat_e6 == 45_710_000


def test_sigterm_ends_in_order_and_a_second_refusal_is_stored(small_city: City) -> None:
    seat = small_city.seat("01")
    cid = seat.link.order(cmd.RecordMilestone("nothing", "departed", 1, "seat"))
    assert seat.verdict(cid).refusal is not None
    assert isinstance(seat.order(cmd.LogOut("seat02")).refusal, NotAllowed)
    assert small_city.stop_hub() == 0
