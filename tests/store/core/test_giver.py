"""Who gave a command: what a machine brings by itself, what a person adds, what neither may claim."""

import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.administration import Act, NoteAdministration
from dispatch.decide import decide
from dispatch.floor import Floor
from dispatch.kinds import Role, SeatKind, SeatState, SuspendReason
from dispatch.refusals import NotAllowed, NotPossible
from dispatch.words import Dispatcher, Seat
from store.core.batch import UNSUPPORTED, Work
from store.core.giver import work_of
from store.core.messages import Cmd
from store.core.roster import Machine, MachineRole
from store.core.seals import SignKey
from store.core.tokens import Seals, Token, seal
from store.core.wire import encode

NOW = 1_790_000_000_000
SIGN = SignKey("hub", b"h" * 32)
SEAT = Machine("seat-01", "k" * 40, MachineRole.SEAT, "01", "02")
FLOOR = Floor(
    seats={"s1": Seat("s1", "01", "01"), "r1": Seat("r1", "90", "01", kind=SeatKind.RESERVE)},
    dispatchers={"d1": Dispatcher("d1", "1001", "王芳", frozenset({Role.DISPATCHER}))},
)


def given(command: object, machine: Machine = SEAT, *, second: bool = False, token: bool = True) -> Work:
    sealed = seal(Token(machine.public_key, "d1", "s1", NOW - 1, NOW + 1, second), SIGN) if token else b""
    asked = Cmd(cid="c" * 32, body=encode(command), at=NOW, deadline_at=NOW + 1, token=sealed)
    work = work_of(machine, asked, FLOOR, Seals(SIGN), NOW)
    assert work is not None
    return work


def test_person_seat_machine_and_site_are_proven_not_claimed() -> None:
    work = given(cmd.SetSeatState("s1", SeatState.AWAY))
    assert work.order is not None
    assert (work.by, work.seat_id, work.machine, work.site) == ("d1", "s1", "seat-01", "02")
    assert work.order.roles == frozenset({Role.DISPATCHER, Role.SEAT})


def test_a_proof_of_a_second_person_brings_no_rights() -> None:
    work = given(cmd.SuspendVehicle("v1", SuspendReason.FUEL), second=True)
    assert work.order is not None
    assert decide(FLOOR, work.order, NOW) == NotAllowed("SuspendVehicle")


@pytest.mark.parametrize(("later_ms", "counts"), [(0, True), (9 * 60_000, True), (3_600_000, False)])
def test_a_proof_of_a_second_person_is_not_kept_for_backdated_orders(later_ms: int, counts: bool) -> None:
    """When an order was given is the seat's word: an old proof fits whatever is given that time."""
    session = Token(SEAT.public_key, "d1", "s1", NOW - 1, NOW + 86_400_000)
    proof = Token(SEAT.public_key, "d2", None, NOW, NOW + 300_000, second=True)
    at, now = NOW + 1000, NOW + 300_000 + later_ms
    asked = Cmd("c" * 32, encode(cmd.LogOut("s1")), at, NOW * 2, seal(session, SIGN), seal(proof, SIGN))
    work = work_of(SEAT, asked, FLOOR, Seals(SIGN), now)
    assert work is not None
    assert work.order is not None
    assert work.order.second_id == ("d2" if counts else None)


@pytest.mark.parametrize("who", ["d1", "d2"])
def test_whose_account_was_disabled_gives_and_confirms_nothing_whenever_it_was(who: str) -> None:
    people = {
        key: Dispatcher(key, key, key, frozenset({Role.DISPATCHER}), barred=key == who)
        for key in ("d1", "d2")
    }
    floor = Floor(seats=FLOOR.seats, dispatchers=people)
    session = seal(Token(SEAT.public_key, "d1", "s1", NOW - 1, NOW + 9), SIGN)
    proof = seal(Token(SEAT.public_key, "d2", None, NOW - 1, NOW + 9, second=True), SIGN)
    asked = Cmd("c" * 32, encode(cmd.LogOut("s1")), NOW - 3_600_000, NOW, session, proof)
    work = work_of(SEAT, replace(asked, at=NOW), floor, Seals(SIGN), NOW)
    assert work is not None
    assert (work.refusal, work.by) == (NotPossible("account_disabled"), "d1"), "and it is audited"
    assert work_of(SEAT, replace(asked, second=b""), floor, Seals(SIGN), NOW).refusal == (
        NotPossible("account_disabled") if who == "d1" else None
    )


@pytest.mark.parametrize("role", list(MachineRole))
@pytest.mark.parametrize(
    "command", [cmd.LogIn("s1", "d1"), cmd.LogOut("s1"), NoteAdministration(Act.STRIKE, "seat-01")]
)
def test_no_machine_gives_orders_in_a_hubs_name(role: MachineRole, command: cmd.Command) -> None:
    machine = Machine("x", "x" * 40, role, "01" if role is MachineRole.SEAT else "")
    work = given(command, machine, token=False)
    assert work.order is not None
    assert isinstance(decide(FLOOR, work.order, NOW), NotAllowed)


def test_a_machine_enrolled_as_reserve_only_reads_at_a_seat_of_another_kind() -> None:
    reserve = Machine("seat-01", "k" * 40, MachineRole.SEAT, "01", reserve=True)
    assert given(cmd.SuspendVehicle("v1", SuspendReason.FUEL), reserve).refusal == NotPossible(
        "reserve_not_active"
    )
    assert given(cmd.ReportRinging("c1", "138"), reserve).refusal is None, "a call is never lost"
    at_reserve_seat = Machine("seat-90", "k" * 40, MachineRole.SEAT, "90", reserve=True)
    assert given(cmd.SuspendVehicle("v1", SuspendReason.FUEL), at_reserve_seat).refusal is None


def test_what_this_hub_does_not_know_is_refused_with_its_sender() -> None:
    asked = Cmd(cid="c" * 32, body=b"\x81\xa2is\xa5Dance", at=NOW, deadline_at=NOW + 1)
    work = work_of(SEAT, asked, FLOOR, Seals(SIGN), NOW)
    assert work is not None
    assert (work.refusal, work.machine, work.site) == (UNSUPPORTED, "seat-01", "02")
