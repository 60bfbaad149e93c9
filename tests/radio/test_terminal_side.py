"""The terminal's half as transcripts: what the centre says, what the terminal does."""

from itertools import count

from radio.ambulance import Ambulance, Pace
from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.facts import Now
from radio.terminal.framing import Framer
from radio.terminal.header import line_for, parse_frame
from radio.terminal.order_text import OrderTail, Verdict, write_order
from radio.terminal.parts import build_frames
from radio.terminal_side import BATCH_REPORTS, Reaction, TerminalSide, Waits

IDENTITY = m.Register(23, 1, "LS", "sim", "1", 2, "黑A1")
WALL = 1_772_323_750_000
REPORT = Ambulance((126.6, 45.7), Pace(), speedup=1, seed=1).report(WALL)


class Centre:
    """Speaks to one terminal on a fake clock."""

    def __init__(self) -> None:
        self.side = TerminalSide(line_for("13900000000"), IDENTITY, Waits())
        self.now = Now(WALL, 0)
        self.serials = count(100)
        self.last = Reaction()

    def later(self, ms: int) -> list[m.Message]:
        self.now = Now(self.now.wall_ms + ms, self.now.steady_ms + ms)
        return self.took(self.side.tick(self.now))

    def says(self, message: m.Message) -> list[m.Message]:
        wire = b"".join(build_frames(self.side.line, message, self.serials))
        return self.took(self.side.receive(wire, self.now))

    def took(self, reaction: Reaction) -> list[m.Message]:
        self.last = reaction
        frames = [parse_frame(piece) for wire in reaction.out for piece in Framer().feed(wire)]
        return [codec.decode(frame.msg_id, frame.body, is_2019=False) for frame in frames]

    def log_in(self) -> list[m.Message]:
        """Serials 0 and 1 of the terminal; what it says once it is in."""
        assert self.took(self.side.connected(self.now)) == [IDENTITY]
        (claim,) = self.says(m.RegisterAnswer(0, 0, "code"))
        assert isinstance(claim, m.Authenticate)
        assert claim.code == "code"
        return self.says(m.PlatformAnswer(1, codec.AUTHENTICATE, 0))


def test_log_in_heartbeat_and_the_code_is_kept() -> None:
    centre = Centre()
    assert centre.log_in() == []
    assert centre.later(29_999) == []
    assert centre.later(1) == [m.Heartbeat()]
    centre.side.lost()
    (again,) = centre.took(centre.side.connected(centre.now))
    assert isinstance(again, m.Authenticate)


def test_log_in_that_leads_nowhere() -> None:
    centre = Centre()
    centre.side.connected(centre.now)
    assert centre.says(m.RegisterAnswer(0, 4)) == []
    centre.later(5_000)
    assert centre.last.hang_up
    centre.side.code = "old"
    centre.side.connected(centre.now)
    centre.says(m.PlatformAnswer(1, codec.AUTHENTICATE, 1))
    assert centre.last.hang_up
    assert centre.side.code == ""


def test_a_key_is_repeated_under_its_serial_until_answered_and_the_next_waits() -> None:
    centre = Centre()
    centre.log_in()
    assert centre.took(centre.side.press(2, centre.now)) == [m.EventReport(2)]
    first = centre.last.out
    assert centre.took(centre.side.press(3, centre.now)) == []
    assert centre.later(5_000) == [m.EventReport(2)]
    assert centre.last.out == first
    assert centre.says(m.PlatformAnswer(2, codec.EVENT_REPORT, 0)) == [m.EventReport(3)]
    assert centre.side.unanswered_keys == 1


def test_positions_without_answer_come_again_as_a_batch() -> None:
    centre = Centre()
    centre.log_in()
    assert centre.took(centre.side.report(REPORT, centre.now)) == [m.Location(REPORT)]
    centre.took(centre.side.report(REPORT, centre.now))
    centre.says(m.PlatformAnswer(2, codec.LOCATION_REPORT, 0))
    centre.side.lost()
    for _ in range(BATCH_REPORTS):
        assert centre.took(centre.side.report(REPORT, centre.now)) == []
    centre.side.connected(centre.now)
    batches = centre.says(m.PlatformAnswer(4, codec.AUTHENTICATE, 0))
    assert batches == [
        m.LocationBatch(True, (REPORT,) * BATCH_REPORTS),
        m.LocationBatch(True, (REPORT,)),
    ]


def test_orders_texts_and_everything_else_are_answered() -> None:
    centre = Centre()
    centre.log_in()
    tail = OrderTail("a", 2, "CITY", (126.6, 45.7))
    order = m.Text(0x0D, write_order("急" * 600, tail))  # longer than one frame
    assert centre.says(order) == [m.TerminalAnswer(100 + 2, codec.TEXT, 0)]
    assert [(seen.tail, seen.verdict) for seen in centre.last.orders] == [(tail, Verdict.ACCEPT)]
    stale = m.Text(0x0D, write_order("去", OrderTail("b", 1, "CITY")))
    assert [answer.result for answer in centre.says(stale) if isinstance(answer, m.TerminalAnswer)] == [1]
    assert centre.last.orders[0].verdict == Verdict.STALE
    assert centre.says(m.Text(0x0D, "请回电")) == [m.TerminalAnswer(105, codec.TEXT, 0)]
    assert centre.says(m.TrackLocation(5, 60)) == [m.TerminalAnswer(106, codec.TRACK_LOCATION, 0)]
    assert centre.says(m.Other(0x8103, b"")) == [m.TerminalAnswer(107, 0x8103, 3)]
    assert centre.says(m.Other(codec.TEXT, b"")) == [m.TerminalAnswer(108, codec.TEXT, 2)]
    assert centre.says(m.ServerTime(WALL)) == []


def test_noise_from_the_centre_is_survived() -> None:
    centre = Centre()
    centre.log_in()
    assert centre.took(centre.side.receive(b"\x7e\x01\x02\x7e", centre.now)) == []
    assert centre.says(m.SetEvents(1, ((2, "出车"),))) == [m.TerminalAnswer(100 + 2, codec.SET_EVENTS, 0)]
