"""The platform's side of one terminal connection as a state machine without clock or socket.

`receive`, `tick`, `send` and `settle` take the time and give a `Step`: frames to write, facts to
report, and why to close. State changes in place: it is one object per connection at 10,000 messages/s.
The rule it keeps: a key is answered by `settle` only, when somebody has stored it; a position at once.
"""

import struct
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from msgspec import Struct, field

from radio.errors import BodyError
from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.facts import (
    Answered,
    Fact,
    Faulty,
    LoggedOut,
    Moved,
    Now,
    Online,
    Position,
    Pressed,
    Refused,
    Unanswered,
)
from radio.terminal.header import Frame, Line, build_frame
from radio.terminal.keys import key_of, set_bits
from radio.terminal.outgoing import Outbox, Outgoing
from radio.terminal.parts import SERIALS, Assembler, build_frames
from radio.terminal.platform import Platform
from radio.terminal.position import LocationReport
from radio.terminal.roster import Terminal
from radio.terminal.timing import position_of

_ANSWER = struct.Struct(">HHB")  # reply serial, reply id, result
LABELS_HANDLE = "key-labels"
REFUSALS_MAX = 5  # registrations and authentications turned down before the connection is closed


class Step(Struct):
    """What one input led to. `close` "": the connection goes on."""

    out: list[bytes] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    close: str = ""


class Session:
    """One connection. `terminal` is None until 0x0102 was accepted."""

    def __init__(self, platform: Platform, address: str, now: Now) -> None:
        self.terminal: Terminal | None = None
        self._platform = platform
        self._address = address
        self._opened_ms = now.steady_ms
        self._heard_ms = now.steady_ms
        self._line: Line | None = None
        self._serials: Iterator[int] = (number % SERIALS for number in count())
        self._outgoing = Outbox(platform.limits)
        self._assembler = Assembler()
        self._refusals = 0

    @property
    def phone(self) -> str:
        """The proven number, "" before authentication."""
        return self.terminal.phone if self.terminal else ""

    @property
    def is_2019(self) -> bool:
        """The layout the terminal speaks."""
        return self._line is not None and self._line.is_2019

    # --- in ---------------------------------------------------------------------------------------

    def receive(self, frame: Frame, now: Now) -> Step:
        """One good frame from the terminal."""
        step = Step()
        counters = self._platform.counters
        counters.frames += 1
        counters.wrong_lengths += not frame.length_ok
        if self.terminal is None:
            self._greet(frame, now, step)
            return step
        if frame.phone != self.terminal.phone:
            step.facts.append(Faulty(self.terminal.phone, f"speaks as {frame.phone}", frame.body))
            return step
        self._heard_ms = now.steady_ms
        self._line = frame.line
        if frame.encryption:
            counters.encrypted += 1
            self._reply(frame, m.Result.NOT_SUPPORTED, step)
        elif frame.total > 1:
            self._receive_part(frame, now, step)
        else:
            self._receive_whole(frame, now, step)
        return step

    def _receive_part(self, frame: Frame, now: Now, step: Step) -> None:
        """Every serial gets one answer: each part its own, part 1 the verdict on the whole."""
        before = self._assembler.discarded
        whole = self._assembler.add(frame, now.steady_ms)
        self._platform.counters.parts_discarded += self._assembler.discarded - before
        if frame.index != 1:
            self._reply(frame, m.Result.OK, step)
        if whole is not None:
            joined = Frame(
                whole.msg_id,
                whole.first_serial,
                frame.phone,
                frame.phone_bcd,
                frame.version,
                encryption=0,
                total=0,
                index=0,
                body=whole.body,
                length_ok=True,
            )
            self._receive_whole(joined, now, step)

    def _receive_whole(self, frame: Frame, now: Now, step: Step) -> None:
        try:
            message = codec.decode(frame.msg_id, frame.body, is_2019=frame.version is not None)
        except BodyError as wrong:
            self._platform.counters.bad_bodies += 1
            self._reply(frame, m.Result.BAD_MESSAGE, step)
            step.facts.append(Faulty(self.phone, f"0x{frame.msg_id:04x}: {wrong}", frame.body))
            return
        handle = _HANDLERS.get(type(message))
        if handle is None:
            self._platform.counters.unread += 1
            self._reply(frame, m.Result.NOT_SUPPORTED, step)
            return
        handle(self, frame, message, now, step)

    # --- before authentication --------------------------------------------------------------------

    def _greet(self, frame: Frame, now: Now, step: Step) -> None:
        """Only 0x8100 and, with result 1, 0x8001 leave before 0x0102 is accepted (1.4)."""
        self._line = frame.line
        try:
            message = codec.decode(frame.msg_id, frame.body, is_2019=frame.version is not None)
        except BodyError as wrong:
            self._platform.counters.bad_bodies += 1
            step.facts.append(Faulty(frame.phone, f"0x{frame.msg_id:04x}: {wrong}", frame.body))
            message = m.Other(frame.msg_id, frame.body)
        if isinstance(message, m.Register):
            self._register(frame, message, now, step)
        elif isinstance(message, m.Authenticate):
            self._authenticate(frame, message, now, step)
        else:
            self._reply(frame, m.Result.FAILED, step)
        if self._refusals >= REFUSALS_MAX:
            step.close = "refused too often"

    def _register(self, frame: Frame, message: m.Register, now: Now, step: Step) -> None:
        if not self._platform.registrations.allow(self._address, now.steady_ms):
            self._refuse(frame.phone, "too many registrations from this address", step)
            return
        result, code = self._platform.roster.register(frame.phone, message)
        if result != m.RegisterResult.OK:
            self._refuse(frame.phone, f"register: {result.name}", step)
        self._write(m.RegisterAnswer(frame.serial, result, code), step)

    def _authenticate(self, frame: Frame, message: m.Authenticate, now: Now, step: Step) -> None:
        terminal = self._platform.roster.proves(frame.phone, message.code)
        if terminal is None:
            self._refuse(frame.phone, "authenticate: wrong code", step)
            self._reply(frame, m.Result.FAILED, step)
            return
        is_new = self.terminal is None
        self.terminal = terminal
        self._heard_ms = now.steady_ms
        self._reply(frame, m.Result.OK, step)
        if is_new:
            step.facts.append(Online(terminal.phone))
            if self._platform.labels:
                labels = m.SetEvents(1, self._platform.labels)
                step.out += self.send(labels, LABELS_HANDLE, now)

    def _refuse(self, phone: str, why: str, step: Step) -> None:
        self._refusals += 1
        self._platform.counters.refused += 1
        step.facts.append(Refused(phone, why))

    # --- after authentication ---------------------------------------------------------------------

    def _on_acknowledged(self, frame: Frame, message: m.Message, now: Now, step: Step) -> None:
        """Heartbeats, driver cards: nothing to do but answer."""
        self._reply(frame, m.Result.OK, step)

    def _on_log_out(self, frame: Frame, message: m.LogOut, now: Now, step: Step) -> None:
        self._reply(frame, m.Result.OK, step)
        step.facts.append(LoggedOut(self.phone))
        step.close = "logged out"

    def _on_ask_time(self, frame: Frame, message: m.AskTime, now: Now, step: Step) -> None:
        self._write(m.ServerTime(now.wall_ms), step)

    def _on_location(self, frame: Frame, message: m.Location, now: Now, step: Step) -> None:
        terminal = self._proven()
        mark = hash((frame.serial, frame.body))
        if terminal.positions.has(mark, now.steady_ms):
            self._platform.counters.duplicates += 1
            if mark not in terminal.pressing:
                self._reply(frame, m.Result.OK, step)
            return
        terminal.positions.add(mark, now.steady_ms)
        moved = self._move(message.report, now, step, kept=False)
        rising = self._rising(terminal, message.report)
        if rising:  # at the time that is believed: a dead clock says 2000
            at_ms = moved.at_ms if moved else None
            self._press(frame, tuple(sorted(rising)), mark, now, step, at_ms=at_ms)
        else:
            self._reply(frame, m.Result.OK, step)

    def _on_location_answer(self, frame: Frame, message: m.LocationAnswer, now: Now, step: Step) -> None:
        self._move(message.report, now, step, kept=False)
        self._answered(message.reply_serial, codec.ASK_LOCATION, m.Result.OK, step)

    def _on_batch(self, frame: Frame, message: m.LocationBatch, now: Now, step: Step) -> None:
        terminal = self._proven()
        mark = hash((frame.msg_id, frame.serial, frame.body))
        self._platform.counters.bad_bodies += message.lost
        if terminal.others.has(mark, now.steady_ms):
            self._platform.counters.duplicates += 1
        else:
            terminal.others.add(mark, now.steady_ms)
            for report in message.reports:
                self._move(report, now, step, kept=message.stored)
        self._reply(frame, m.Result.OK, step)

    def _on_key(self, frame: Frame, message: m.Message, now: Now, step: Step) -> None:
        terminal = self._proven()
        rule = key_of(self._platform.rules, message)
        if rule is None:
            self._platform.counters.unread += 1
            is_vendor = isinstance(message, m.Passthrough)
            self._reply(frame, m.Result.OK if is_vendor else m.Result.NOT_SUPPORTED, step)
            return
        mark = hash((frame.msg_id, frame.serial, frame.body))
        gave, stored_ms = terminal.last_key
        repeated = gave == rule.gives and now.steady_ms - stored_ms < self._platform.limits.key_repeat_ms
        if mark in terminal.pressing:
            self._platform.counters.duplicates += 1  # answered when the first one is stored
        elif repeated or terminal.others.has(mark, now.steady_ms):
            self._platform.counters.duplicates += 1
            self._reply(frame, m.Result.OK, step)
        else:
            self._press(frame, (rule.gives,), mark, now, step, at_ms=None)

    def _on_answer(self, frame: Frame, message: m.TerminalAnswer, now: Now, step: Step) -> None:
        self._answered(message.reply_serial, message.reply_id, message.result, step)

    def _on_resend(self, frame: Frame, message: m.ResendRequest, now: Now, step: Step) -> None:
        """0x0005: the same parts again."""
        parts = self._outgoing.parts(message.first_serial, message.indexes)
        step.out += parts
        if not parts:
            self._reply(frame, m.Result.FAILED, step)

    def _proven(self) -> Terminal:
        assert self.terminal is not None
        return self.terminal

    def _move(self, report: LocationReport, now: Now, step: Step, *, kept: bool) -> Position | None:
        terminal = self._proven()
        if not report.is_on_earth:
            self._platform.counters.bad_bodies += 1
            where = f"{report.lat_e6}/{report.lon_e6}"
            step.facts.append(Faulty(terminal.phone, f"position not on earth: {where}", b""))
            return None
        self._platform.counters.positions += 1
        position = position_of(terminal, report, now.wall_ms, kept=kept)
        step.facts.append(Moved(terminal.phone, position))
        return position

    def _rising(self, terminal: Terminal, report: LocationReport) -> frozenset[str]:
        """Bits that were not set in the report before; a held SOS counts once."""
        if not self._platform.bit_rules:
            return frozenset()
        held = set_bits(self._platform.bit_rules, report)
        rising = held - terminal.held
        terminal.held = held
        return rising

    def _press(
        self, frame: Frame, gives: tuple[str, ...], mark: int, now: Now, step: Step, *, at_ms: int | None
    ) -> None:
        terminal = self._proven()
        terminal.pressing.add(mark)
        self._platform.counters.keys += len(gives)
        raw = frame.msg_id.to_bytes(2, "big") + frame.serial.to_bytes(2, "big") + frame.body
        step.facts.append(
            Pressed(
                terminal.phone, gives, at_ms, now.wall_ms, raw, mark, frame.line, frame.serial, frame.msg_id
            )
        )

    def settle(self, pressed: Pressed, now: Now, *, stored: bool) -> list[bytes]:
        """The keys are stored: the 0x8001 that tells the terminal. Not stored: nothing, it will repeat."""
        terminal = self._proven()
        terminal.pressing.discard(pressed.mark)
        if not stored:
            terminal.held -= frozenset(pressed.gives)
            terminal.positions.forget(pressed.mark)
            return []
        terminal.others.add(pressed.mark, now.steady_ms)
        terminal.last_key = (pressed.gives[-1], now.steady_ms)
        answer = m.PlatformAnswer(pressed.reply_serial, pressed.reply_id, m.Result.OK)
        return build_frames(pressed.line, answer, self._serials)

    # --- out --------------------------------------------------------------------------------------

    def send(
        self, message: m.Message, handle: str, now: Now, *, expires_ms: int | None = None
    ) -> list[bytes]:
        """Frames of a platform message that is repeated until answered; [] when too many wait already
        or nobody is proven yet. The outcome comes as `Answered` or `Unanswered` with the handle.
        `expires_ms`: wall time after which it is not repeated any more, None for no such time."""
        if self._line is None or self.terminal is None or self._outgoing.is_full:
            return []
        first = next(self._serials)
        frames = build_frames(self._line, message, _then(first, self._serials))
        waiting = Outgoing(handle, codec.message_id(message), frames, expires_ms)
        self._outgoing.add(first, waiting, now)
        return list(frames)

    def call_back(self, handle: str) -> None:
        """Repeat what was sent with this handle no more; a late answer to it is nobody's."""
        self._outgoing.drop(handle)

    def tick(self, now: Now) -> Step:
        """Repetitions, parts to ask for, silence. Call about once a second."""
        step = Step()
        limits = self._platform.limits
        if self.terminal is None:
            if now.steady_ms - self._opened_ms >= limits.login_ms:
                step.close = "not authenticated in time"
            return step
        if now.steady_ms - self._heard_ms >= limits.silence_ms:
            step.close = "silent"
            return step
        before = self._assembler.discarded
        for missing in self._assembler.overdue(now.steady_ms):
            self._write(m.ResendRequest(missing.first_serial, missing.indexes), step)
        self._platform.counters.parts_discarded += self._assembler.discarded - before
        again, given_up = self._outgoing.due(now)
        self._platform.counters.repeated_out += len(again)
        step.out += again
        step.facts += [Unanswered(self.phone, handle) for handle in given_up]
        return step

    def _answered(self, serial: int, message_id: int, result: int, step: Step) -> None:
        waiting = self._outgoing.answered(serial, message_id)
        if waiting is not None:
            step.facts.append(Answered(self.phone, waiting.handle, result))

    def _reply(self, frame: Frame, result: int, step: Step) -> None:
        """0x8001, written without the codec's detour: half of all frames on the wire are this one."""
        assert self._line is not None
        body = _ANSWER.pack(frame.serial, frame.msg_id, result)
        step.out.append(build_frame(self._line, codec.PLATFORM_ANSWER, next(self._serials), body))

    def _write(self, message: m.Message, step: Step) -> None:
        assert self._line is not None
        step.out += build_frames(self._line, message, self._serials)


def _then(first: int, following: Iterator[int]) -> Iterator[int]:
    yield first
    yield from following


_HANDLERS: dict[type[m.Message], Callable[[Session, Frame, Any, Now, Step], None]] = {
    m.Heartbeat: Session._on_acknowledged,
    m.DriverCard: Session._on_acknowledged,
    m.LogOut: Session._on_log_out,
    m.AskTime: Session._on_ask_time,
    m.Register: Session._register,
    m.Authenticate: Session._authenticate,
    m.Location: Session._on_location,
    m.LocationAnswer: Session._on_location_answer,
    m.LocationBatch: Session._on_batch,
    m.EventReport: Session._on_key,
    m.QuestionAnswer: Session._on_key,
    m.Passthrough: Session._on_key,
    m.TerminalAnswer: Session._on_answer,
    m.ResendRequest: Session._on_resend,
}
