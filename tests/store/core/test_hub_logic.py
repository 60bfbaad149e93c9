"""The hub's protocol without store or sockets: what comes in, what goes out, and when nothing may."""

from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import Role, SeatState
from dispatch.order import Order
from dispatch.words import Dispatcher, Seat
from store.core.batch import decide_batch
from store.core.hub_logic import (
    WAITING_PER_MACHINE_MAX,
    CheckPerson,
    HubLogic,
    Identity,
    Origin,
    Output,
    Publish,
    Reply,
    TakePositions,
)
from store.core.journal import Head
from store.core.messages import (
    Ack,
    Catch,
    Cmd,
    Evs,
    Hello,
    Login,
    LoginOk,
    LoginRefused,
    Nack,
    Positions,
    Resume,
    Tick,
    Welcome,
    decode_from_hub,
)
from store.core.roster import Machine, MachineRole
from store.core.seals import SignKey
from store.core.site_messages import Late
from store.core.wire import Epoch, Mode, Position, encode

SIGN = SignKey("hub-a", b"s" * 32)
NOW = 1_790_000_000_000
EPOCH = Epoch(1, "01", 3)
SEAT = Origin(Machine("seat-01", "k" * 40, MachineRole.SEAT, "01"), b"r1")
GATEWAY = Origin(Machine("gateway", "g" * 40, MachineRole.GATEWAY), b"r2")


def floor() -> Floor:
    person = Dispatcher("d1", "1001", "王芳", frozenset({Role.DISPATCHER}))
    return Floor(seats={"s1": Seat("s1", "01", "01")}, dispatchers={"d1": person})


def hub() -> HubLogic:
    return HubLogic(Identity("01", "hub-a", EPOCH, SIGN, 5571, 5572), floor(), Head())


def read(outputs: list[Output]) -> list[object]:
    """Answers and publications as messages, in order."""
    return [decode_from_hub(output.frame) for output in outputs if isinstance(output, Reply | Publish)]


def write(logic: HubLogic) -> list[object]:
    """Let the writer commit what waits."""
    works = logic.next_batch()
    batch = decide_batch(logic.floor, works, {}, logic.head, EPOCH, NOW)
    return read(logic.on_committed(batch, NOW))


def log_in(logic: HubLogic, *, second: bool = False) -> LoginOk:
    login = Login(id="a" * 32, staff_number="1001", password="x", second=second)
    (check,) = logic.on_message(SEAT, login, NOW)
    assert isinstance(check, CheckPerson)
    answers = read(logic.on_person(check, "", 0, NOW)) or write(logic)
    assert isinstance(answers[-1], LoginOk)
    return answers[-1]


def order(cid: str, token: bytes, **options: object) -> Cmd:
    body = encode(cmd.SetSeatState("s1", SeatState.AWAY))
    return Cmd(cid=cid, body=body, at=NOW, deadline_at=NOW + 1000, token=token, **options)


def test_welcome_says_where_to_listen_and_which_seat_this_is() -> None:
    (welcome,) = read(hub().on_message(SEAT, Hello(), NOW))
    assert isinstance(welcome, Welcome)
    assert (welcome.epoch, welcome.events_port, welcome.seat_id) == (EPOCH, 5571, "s1")
    (nack,) = read(hub().on_message(SEAT, Hello(proto_min=9, proto_max=9), NOW))
    assert nack == Nack(reason="version", text="1-2")


def test_publish_comes_before_the_answer_and_both_after_the_commit() -> None:
    logic = hub()
    token = log_in(logic).token
    assert logic.on_message(SEAT, order("c1", token), NOW) == []
    published, answer = write(logic)
    assert isinstance(published, Evs)
    assert isinstance(answer, Ack)
    assert (answer.cid, answer.refusal, answer.seq) == ("c1", b"", published.evs[-1].seq)


def test_a_twin_of_a_command_on_its_way_is_not_answered() -> None:
    logic = hub()
    token = log_in(logic).token
    logic.on_message(SEAT, order("c1", token), NOW)
    works = logic.next_batch()
    assert logic.on_message(SEAT, order("c1", token), NOW) == []
    assert logic.next_batch() == [], "one batch at a time"
    batch = decide_batch(logic.floor, works, {}, logic.head, EPOCH, NOW)
    answers = [message for message in read(logic.on_committed(batch, NOW)) if isinstance(message, Ack)]
    assert [answer.cid for answer in answers] == ["c1"]


def test_a_held_command_is_forgotten_without_a_word() -> None:
    logic = hub()
    token = log_in(logic).token
    logic.on_message(SEAT, order("c2", token, after="c1"), NOW)
    assert write(logic) == []
    logic.on_message(SEAT, order("c1", token), NOW)
    logic.on_message(SEAT, order("c2", token, after="c1"), NOW)
    assert [message.cid for message in write(logic) if isinstance(message, Ack)] == ["c1", "c2"]


def test_too_much_is_busy_and_a_fenced_hub_takes_nothing() -> None:
    logic = hub()
    token = log_in(logic).token
    for n in range(WAITING_PER_MACHINE_MAX):
        assert logic.on_message(SEAT, order(f"c{n}", token), NOW) == []
    assert read(logic.on_message(SEAT, order("more", token), NOW)) == [Nack(reason="busy", cid="more")]
    logic.mode = Mode.FENCED
    assert read(logic.on_message(SEAT, order("late", token), NOW)) == [Nack(reason="fenced", cid="late")]
    assert logic.next_batch() == []


def test_a_token_of_a_second_person_gives_no_orders() -> None:
    logic = hub()
    second = log_in(logic, second=True)
    logic.on_message(SEAT, order("c1", second.token), NOW)
    (answer,) = write(logic)
    assert isinstance(answer, Ack)
    assert b"NotAllowed" in answer.refusal


def test_a_wrong_password_and_an_unknown_seat_are_refused() -> None:
    logic = hub()
    login = Login(id="b" * 32, staff_number="1001", password="x")
    (wrong,) = read(logic.on_person(CheckPerson(SEAT, login), "wrong", 0, NOW))
    assert wrong == LoginRefused(id=login.id, reason="wrong")
    stray = Origin(Machine("seat-09", "z" * 40, MachineRole.SEAT, "09"), b"r9")
    (refused,) = read(logic.on_person(CheckPerson(stray, login), "", 0, NOW))
    assert refused == LoginRefused(id=login.id, reason="no_seat")


def test_positions_are_taken_from_gateways_only() -> None:
    positions = Positions(batch=(Position("v1", 1, 2, 3),))
    assert hub().on_message(GATEWAY, positions, NOW) == [TakePositions(positions.batch)]
    assert read(hub().on_message(SEAT, positions, NOW)) == [Nack(reason="bad_message")]


def test_catching_up_from_the_ring_or_told_to_take_a_snapshot() -> None:
    logic = hub()
    log_in(logic)
    (caught,) = read(logic.on_message(SEAT, Catch(epoch=EPOCH, from_seq=1), NOW))
    assert isinstance(caught, Evs)
    assert caught.ok
    assert [ev.seq for ev in caught.evs] == [1]
    for wrong in (Catch(epoch=EPOCH, from_seq=9), Catch(epoch=Epoch(1, "01", 2), from_seq=1)):
        (refused,) = read(logic.on_message(SEAT, wrong, NOW))
        assert refused == Evs(epoch=EPOCH, evs=(), ok=False)


def test_the_tick_tells_how_long_the_store_keeps_us_waiting() -> None:
    logic = hub()
    token = log_in(logic).token
    logic.on_message(SEAT, order("c1", token), NOW)
    logic.next_batch()
    (tick,) = read(logic.on_time(NOW + 1500))
    assert isinstance(tick, Tick)
    assert (tick.store_age_ms, tick.waiting, tick.seq) == (1500, 1, 1)


def test_a_late_order_waits_until_its_giver_has_the_verdict() -> None:
    """The giver asks the new holder himself and is told no, while the old one hands the same order in."""
    logic = hub()
    relay = Origin(Machine("relay-02", "r" * 40, MachineRole.RELAY, site="02"), b"line")
    token = log_in(logic).token
    logic.on_message(SEAT, Cmd(cid="c1", body=b"?", at=NOW, deadline_at=NOW + 1000, token=token), NOW)
    handed_in = Order("c1", cmd.SetSeatState("s1", SeatState.AWAY), NOW, "seat-01", frozenset({Role.HUB}))
    late = Late(cid="c1", order=encode(handed_in), site="02", term=1, seq=9, hlc=9)
    assert logic.on_message(relay, late, NOW) == []
    answers = write(logic)
    assert [type(answer) for answer in answers] == [Ack], "no word to the other site that it is merged"
    logic.on_message(relay, late, NOW)
    assert [work.order.late.site for work in logic.next_batch() if work.order and work.order.late] == ["02"]


def test_a_site_hands_in_only_what_it_accepted_itself() -> None:
    logic = hub()
    relay = Origin(Machine("relay-02", "r" * 40, MachineRole.RELAY, site="02"), b"line")
    order = Order("c1", cmd.SetSeatState("s1", SeatState.AWAY), NOW, "seat-01", frozenset({Role.HUB}))
    logic.on_message(relay, Late(cid="c1", order=encode(order), site="03", term=1, seq=9, hlc=9), NOW)
    assert logic.next_batch() == []
    assert logic.bad_messages["relay-02"] == 1


def test_log_ins_waiting_for_the_store_are_bounded() -> None:
    logic = hub()
    token = log_in(logic).token
    for n in range(WAITING_PER_MACHINE_MAX + 50):
        logic.on_message(SEAT, Resume(id=f"r{n}", token=token), NOW)
    tick = decode_from_hub(logic.on_time(NOW)[0].frame)
    assert isinstance(tick, Tick)
    assert tick.waiting == WAITING_PER_MACHINE_MAX
