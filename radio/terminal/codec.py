"""The one table of message ids: reader and writer of each, and who sends it.

`decode` turns a frame's body into a message or a BodyError, `encode` a message into id and body.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from radio.terminal import downlink, uplink
from radio.terminal import messages as m

TERMINAL_ANSWER = 0x0001
HEARTBEAT = 0x0002
LOG_OUT = 0x0003
ASK_TIME = 0x0004
TERMINAL_RESEND = 0x0005
REGISTER = 0x0100
AUTHENTICATE = 0x0102
LOCATION_REPORT = 0x0200
LOCATION_ANSWER = 0x0201
EVENT_REPORT = 0x0301
QUESTION_ANSWER = 0x0302
DRIVER_CARD = 0x0702
LOCATION_BATCH = 0x0704
PASSTHROUGH = 0x0900
PLATFORM_ANSWER = 0x8001
RESEND_PARTS = 0x8003
SERVER_TIME = 0x8004
REGISTER_ANSWER = 0x8100
ASK_LOCATION = 0x8201
TRACK_LOCATION = 0x8202
CONFIRM_ALARM = 0x8203
TEXT = 0x8300
SET_EVENTS = 0x8301
QUESTION = 0x8302
PLATFORM_PASSTHROUGH = 0x8900


class Layout(Struct, frozen=True):
    """Type, reader `(body, is_2019)` and writer `(message, is_2019)` of one message id."""

    kind: type[m.Message]
    read: Callable[[bytes, bool], m.Message]
    write: Callable[[Any, bool], bytes]


_U, _D = uplink, downlink
LAYOUTS: dict[int, Layout] = {
    TERMINAL_ANSWER: Layout(m.TerminalAnswer, _U.read_terminal_answer, _U.write_terminal_answer),
    HEARTBEAT: Layout(m.Heartbeat, _U.read_heartbeat, _U.write_empty),
    LOG_OUT: Layout(m.LogOut, _U.read_log_out, _U.write_empty),
    ASK_TIME: Layout(m.AskTime, _U.read_ask_time, _U.write_empty),
    TERMINAL_RESEND: Layout(m.ResendRequest, _U.read_terminal_resend, _U.write_resend),
    REGISTER: Layout(m.Register, _U.read_register, _U.write_register),
    AUTHENTICATE: Layout(m.Authenticate, _U.read_authenticate, _U.write_authenticate),
    LOCATION_REPORT: Layout(m.Location, _U.read_location, _U.write_location),
    LOCATION_ANSWER: Layout(m.LocationAnswer, _U.read_location_answer, _U.write_location_answer),
    EVENT_REPORT: Layout(m.EventReport, _U.read_event_report, _U.write_event_report),
    QUESTION_ANSWER: Layout(m.QuestionAnswer, _U.read_question_answer, _U.write_question_answer),
    DRIVER_CARD: Layout(m.DriverCard, _U.read_driver_card, _U.write_driver_card),
    LOCATION_BATCH: Layout(m.LocationBatch, _U.read_location_batch, _U.write_location_batch),
    PASSTHROUGH: Layout(m.Passthrough, _U.read_passthrough, _U.write_passthrough),
    PLATFORM_ANSWER: Layout(m.PlatformAnswer, _D.read_platform_answer, _D.write_platform_answer),
    RESEND_PARTS: Layout(m.ResendRequest, _U.read_resend, _U.write_resend),
    SERVER_TIME: Layout(m.ServerTime, _D.read_server_time, _D.write_server_time),
    REGISTER_ANSWER: Layout(m.RegisterAnswer, _D.read_register_answer, _D.write_register_answer),
    ASK_LOCATION: Layout(m.AskLocation, _D.read_ask_location, _D.write_ask_location),
    TRACK_LOCATION: Layout(m.TrackLocation, _D.read_track_location, _D.write_track_location),
    CONFIRM_ALARM: Layout(m.ConfirmAlarm, _D.read_confirm_alarm, _D.write_confirm_alarm),
    TEXT: Layout(m.Text, _D.read_text_message, _D.write_text_message),
    SET_EVENTS: Layout(m.SetEvents, _D.read_set_events, _D.write_set_events),
    QUESTION: Layout(m.Question, _D.read_question, _D.write_question),
    PLATFORM_PASSTHROUGH: Layout(m.Passthrough, _D.read_platform_passthrough, _U.write_passthrough),
}

# Two messages have one shape in both directions: `upward` says which id is meant.
_BY_DIRECTION: dict[type[m.Message], tuple[int, int]] = {
    m.ResendRequest: (RESEND_PARTS, TERMINAL_RESEND),
    m.Passthrough: (PLATFORM_PASSTHROUGH, PASSTHROUGH),
}
_IDS = {layout.kind: msg_id for msg_id, layout in LAYOUTS.items() if layout.kind not in _BY_DIRECTION}


def decode(msg_id: int, body: bytes, *, is_2019: bool) -> m.Message:
    """The message of a body; `Other` for an id outside the table, BodyError for a body that does not fit."""
    layout = LAYOUTS.get(msg_id)
    return m.Other(msg_id, body) if layout is None else layout.read(body, is_2019)


def encode(message: m.Message, *, is_2019: bool) -> tuple[int, bytes]:
    """(message id, body) in the layout of the line it goes to."""
    if isinstance(message, m.Other):
        return message.msg_id, message.body
    msg_id = message_id(message)
    return msg_id, LAYOUTS[msg_id].write(message, is_2019)


def message_id(message: m.Message) -> int:
    """The id under which a message travels."""
    kind = type(message)
    if isinstance(message, m.ResendRequest | m.Passthrough):
        return _BY_DIRECTION[kind][message.upward]
    return message.msg_id if isinstance(message, m.Other) else _IDS[kind]
