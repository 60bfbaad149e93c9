"""Looking for another hub, going home, and showing a log-in to the next hub that commands."""

from store.bus.link_resume import AGAIN_MS, Resuming
from store.bus.link_scout import HOME_MS, LOOK_MS_MAX, PAUSE_MS, Ours, Scout
from store.core.messages import LoginOk, Resume, Tick, Welcome
from store.core.seat_logic import LoginCame, SeatLogic
from store.core.wire import Epoch, Mode, encode

EPOCH = Epoch(2, "01", 4)


def welcome(epoch: Epoch = EPOCH, seq: int = 1000, mode: str = Mode.NORMAL) -> Welcome:
    return Welcome(
        proto=2,
        site="01",
        instance="hub",
        machine="seat-01",
        epoch=epoch,
        seq=seq,
        now_at=1,
        events_port=2,
        positions_port=3,
        mode=mode,
    )


class FakeConnection:
    """A hub that admits at once and says `says`; None: it stays silent."""

    def __init__(self, address: str, says: Welcome | None) -> None:
        self.address = address
        self.says = says
        self.closed = False

    def handshakes(self, ready: object) -> list[bool]:
        return [True]

    def send(self, frame: bytes) -> bool:
        return True

    def receive(self, ready: object) -> list[bytes]:
        return [encode(self.says)] if self.says else []

    def close(self) -> None:
        self.closed = True


def looks(
    says: dict[str, Welcome | None], ours: Ours, turns: int = 20, step: int = 100
) -> list[tuple[int, str]]:
    """(ms, address) of every move the scout proposes."""
    scout = Scout(lambda address: FakeConnection(address, says[address]))
    moves = []
    for turn in range(turns):
        better = scout.turn({}, ours, turn * step)
        if better is not None:
            moves.append((turn * step, better))
    return moves


def stranded(*addresses: str) -> Ours:
    return Ours(addresses, EPOCH, 1000, homeward=False)


def test_nobody_moves_to_a_hub_that_is_silent_fenced_cut_off_older_or_behind() -> None:
    for says in (
        None,
        welcome(mode=Mode.FENCED),
        welcome(mode=Mode.CUT_OFF),
        welcome(Epoch(1, "02", 9)),
        welcome(seq=800),
    ):
        assert looks({"a": says}, stranded("a"), turns=60) == []


def test_the_first_hub_that_commands_is_taken() -> None:
    says = {"a": None, "b": welcome(mode=Mode.CUT_OFF), "c": welcome(Epoch(3, "02", 1), seq=900)}
    (at, address), *_ = looks(says, stranded("a", "b", "c"), turns=100)
    assert address == "c"
    assert at <= 2 * (LOOK_MS_MAX + PAUSE_MS) + 500


def test_home_has_to_be_well_twice() -> None:
    home = Ours(("home",), EPOCH, 1000, homeward=True)
    moves = looks({"home": welcome()}, home, turns=40)
    assert moves[0][0] >= HOME_MS
    assert moves[0][1] == "home"


def ok(journaled: bool) -> LoginOk:
    return LoginOk(
        id="a" * 32, token=b"t", dispatcher_id="d", roles=(), expires_at=9, seat_id="s", journaled=journaled
    )


def test_a_log_in_the_journal_lacks_is_shown_until_it_is_answered_or_over() -> None:
    logic = SeatLogic([], 0)
    resuming = Resuming()
    resuming.logged_in(ok(journaled=False))
    logic.on_message(Tick(epoch=EPOCH, seq=0, now_at=0, mode=Mode.CUT_OFF), 0)
    logic.replica._whole = True
    assert resuming.due(logic, b"t", 0) is None, "nobody commands"
    logic.on_message(Tick(epoch=EPOCH, seq=0, now_at=0, mode=Mode.NORMAL), 10)
    assert resuming.due(logic, b"t", 10) == Resume(id="a" * 32, token=b"t")
    assert resuming.due(logic, b"t", 20) is None, "on its way"
    assert resuming.due(logic, b"t", 10 + AGAIN_MS - 1100) is None
    logic.on_message(Tick(epoch=EPOCH, seq=0, now_at=0, mode=Mode.NORMAL), 10 + AGAIN_MS)
    assert resuming.due(logic, b"t", 10 + AGAIN_MS) is not None
    assert resuming.answered(LoginCame("a" * 32, ok(journaled=True), None))
    assert resuming.due(logic, b"t", 10 + 3 * AGAIN_MS) is None
    resuming.logged_in(ok(journaled=False))
    assert resuming.due(logic, b"", 10 + AGAIN_MS) is None, "logged out meanwhile"
    resuming.logged_in(ok(journaled=True))
    assert resuming.due(logic, b"t", 10 + AGAIN_MS) is None
