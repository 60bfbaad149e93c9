"""Bodies the centre sends: one reader and one writer per message, in the order of their ids.

The readers serve the simulator and the tests; same signatures as in `uplink`.
"""

from datetime import UTC

from radio.terminal.fields import Cursor, dword, read_text, read_time_utc, word, write_text, write_time
from radio.terminal.messages import (
    AskLocation,
    ConfirmAlarm,
    Passthrough,
    PlatformAnswer,
    Question,
    RegisterAnswer,
    RegisterResult,
    ServerTime,
    SetEvents,
    Text,
    TrackLocation,
)

TEXT_BYTES_MAX = 1024
LABEL_BYTES_MAX = 20
FLAG_URGENT_2013 = 1 << 0
FLAG_URGENT_2019 = 0b10  # bits 0-1 are one number in 2019: 01 service, 10 urgent, 11 notice
FLAG_DISPLAY = 1 << 2
FLAG_SPEAK = 1 << 3
DELETE_ALL_EVENTS, REPLACE_EVENTS, DELETE_SOME_EVENTS = 0, 1, 4


def read_platform_answer(body: bytes, is_2019: bool) -> PlatformAnswer:
    cursor = Cursor(body)
    return PlatformAnswer(cursor.number(2), cursor.number(2), cursor.number(1))


def write_platform_answer(message: PlatformAnswer, is_2019: bool) -> bytes:
    return word(message.reply_serial) + word(message.reply_id) + bytes((message.result,))


def read_server_time(body: bytes, is_2019: bool) -> ServerTime:
    return ServerTime(read_time_utc(Cursor(body).take(6)))


def write_server_time(message: ServerTime, is_2019: bool) -> bytes:
    return b"\x00" * 6 if message.at_ms is None else write_time(message.at_ms, zone=UTC)


def read_register_answer(body: bytes, is_2019: bool) -> RegisterAnswer:
    cursor = Cursor(body)
    return RegisterAnswer(cursor.number(2), cursor.number(1), read_text(cursor.rest()))


def write_register_answer(message: RegisterAnswer, is_2019: bool) -> bytes:
    """The code follows only with result 0."""
    code = write_text(message.code) if message.result == RegisterResult.OK else b""
    return word(message.reply_serial) + bytes((message.result,)) + code


def read_ask_location(body: bytes, is_2019: bool) -> AskLocation:
    return AskLocation()


def write_ask_location(message: AskLocation, is_2019: bool) -> bytes:
    return b""


def read_track_location(body: bytes, is_2019: bool) -> TrackLocation:
    cursor = Cursor(body)
    interval_s = cursor.number(2)
    return TrackLocation(interval_s, cursor.number(4) if cursor.left >= 4 else 0)


def write_track_location(message: TrackLocation, is_2019: bool) -> bytes:
    """Interval 0 stops the tracking and nothing follows it."""
    if message.interval_s == 0:
        return word(0)
    return word(message.interval_s) + dword(message.valid_s)


def read_confirm_alarm(body: bytes, is_2019: bool) -> ConfirmAlarm:
    cursor = Cursor(body)
    return ConfirmAlarm(cursor.number(2), cursor.number(4))


def write_confirm_alarm(message: ConfirmAlarm, is_2019: bool) -> bytes:
    return word(message.serial) + dword(message.alarms)


def read_text_message(body: bytes, is_2019: bool) -> Text:
    cursor = Cursor(body)
    flag = cursor.number(1)
    kind = cursor.number(1) if is_2019 else 1
    return Text(flag, read_text(cursor.rest()), kind)


def write_text_message(message: Text, is_2019: bool) -> bytes:
    head = bytes((message.flag, message.kind)) if is_2019 else bytes((message.flag,))
    return head + write_text(message.text, bytes_max=TEXT_BYTES_MAX)


def read_set_events(body: bytes, is_2019: bool) -> SetEvents:
    """0x8301: what follows `delete all` is ignored, ids without labels follow `delete some`."""
    cursor = Cursor(body)
    action = cursor.number(1)
    if action == DELETE_ALL_EVENTS:
        return SetEvents(action)
    count = cursor.number(1)
    if action == DELETE_SOME_EVENTS:
        return SetEvents(action, tuple((cursor.number(1), "") for _ in range(count)))
    return SetEvents(action, tuple((cursor.number(1), cursor.text(cursor.number(1))) for _ in range(count)))


def write_set_events(message: SetEvents, is_2019: bool) -> bytes:
    head = bytes((message.action,))
    if message.action == DELETE_ALL_EVENTS:
        return head
    head += bytes((len(message.events),))
    if message.action == DELETE_SOME_EVENTS:
        return head + bytes(event_id for event_id, _ in message.events)
    return head + b"".join(_label(event_id, text, length_bytes=1) for event_id, text in message.events)


def read_question(body: bytes, is_2019: bool) -> Question:
    cursor = Cursor(body)
    flag = cursor.number(1)
    question = cursor.text(cursor.number(1))
    answers = []
    while cursor.left:
        answer_id = cursor.number(1)
        answers.append((answer_id, cursor.text(cursor.number(2))))
    return Question(flag, question, tuple(answers))


def write_question(message: Question, is_2019: bool) -> bytes:
    question = write_text(message.question, bytes_max=255)
    answers = b"".join(_label(answer_id, text, length_bytes=2) for answer_id, text in message.answers)
    return bytes((message.flag, len(question))) + question + answers


def _label(number: int, text: str, *, length_bytes: int) -> bytes:
    raw = write_text(text, bytes_max=LABEL_BYTES_MAX)
    return bytes((number,)) + len(raw).to_bytes(length_bytes, "big") + raw


def read_platform_passthrough(body: bytes, is_2019: bool) -> Passthrough:
    cursor = Cursor(body)
    return Passthrough(cursor.number(1), cursor.rest(), upward=False)
