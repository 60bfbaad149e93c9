"""Bodies a terminal sends: one reader and one writer per message, in the order of their ids.

Readers get `(body, is_2019)`, writers `(message, is_2019)`. The simulator writes what the gateway reads.
"""

from dispatch.moments import BEIJING
from radio.errors import BodyError
from radio.terminal.fields import (
    Cursor,
    read_text,
    read_time,
    word,
    write_fixed,
    write_text,
    write_time,
)
from radio.terminal.messages import (
    AskTime,
    Authenticate,
    DriverCard,
    EventReport,
    Heartbeat,
    Location,
    LocationAnswer,
    LocationBatch,
    LogOut,
    Passthrough,
    QuestionAnswer,
    Register,
    ResendRequest,
    TerminalAnswer,
)
from radio.terminal.position import LocationReport, read_report, write_report

# 0x0100: widths of maker, model, terminal id; the fixed part is 4 bytes more plus one for the colour.
REGISTER_WIDTHS = {2011: (5, 8, 7), 2013: (5, 20, 7), 2019: (11, 30, 30)}
REGISTER_FIXED_BYTES = {year: 5 + sum(widths) for year, widths in REGISTER_WIDTHS.items()}
PLATE_COLOURS = frozenset((0, 1, 2, 3, 4, 5, 9))
IMEI_BYTES = 15
SOFTWARE_BYTES = 20
BATCH_REPORTS_MAX = 1024  # nothing legal comes near: a part set is 512 KiB at most


def read_terminal_answer(body: bytes, is_2019: bool) -> TerminalAnswer:
    cursor = Cursor(body)
    return TerminalAnswer(cursor.number(2), cursor.number(2), cursor.number(1))


def write_terminal_answer(message: TerminalAnswer, is_2019: bool) -> bytes:
    return word(message.reply_serial) + word(message.reply_id) + bytes((message.result,))


def read_heartbeat(body: bytes, is_2019: bool) -> Heartbeat:
    return Heartbeat()


def read_log_out(body: bytes, is_2019: bool) -> LogOut:
    return LogOut()


def read_ask_time(body: bytes, is_2019: bool) -> AskTime:
    return AskTime()


def write_empty(message: object, is_2019: bool) -> bytes:
    return b""


def read_terminal_resend(body: bytes, is_2019: bool) -> ResendRequest:
    return read_resend(body, is_2019, upward=True)


def read_resend(body: bytes, is_2019: bool, *, upward: bool = False) -> ResendRequest:
    """0x8003 / 0x0005: the count is a BYTE, in 2019 a WORD."""
    cursor = Cursor(body)
    first = cursor.number(2)
    count = cursor.number(2 if is_2019 else 1)
    return ResendRequest(first, tuple(cursor.number(2) for _ in range(count)), upward)


def write_resend(message: ResendRequest, is_2019: bool) -> bytes:
    """At most 255 indexes fit the older layout; what is beyond has to be asked for again."""
    indexes = message.indexes[: 500 if is_2019 else 255]
    count = len(indexes).to_bytes(2 if is_2019 else 1, "big")
    return word(message.first_serial) + count + b"".join(map(word, indexes))


def read_register(body: bytes, is_2019: bool) -> Register:
    """0x0100 in all three layouts; see `register_layout` for how they are told apart."""
    layout = register_layout(body, is_2019)
    maker, model, terminal_id = REGISTER_WIDTHS[layout]
    cursor = Cursor(body)
    return Register(
        province=cursor.number(2),
        city=cursor.number(2),
        maker=cursor.text(maker),
        model=cursor.text(model),
        terminal_id=cursor.text(terminal_id),
        plate_colour=cursor.number(1),
        plate=read_text(cursor.rest()),
        layout=layout,
    )


def register_layout(body: bytes, is_2019: bool) -> int:
    """2011 and 2013 share a header: a short body is 2011, and so is one (with a 17-character VIN)
    whose colour byte makes sense at the 2011 place only."""
    if is_2019 and len(body) >= REGISTER_FIXED_BYTES[2019]:
        return 2019
    old, new = REGISTER_FIXED_BYTES[2011], REGISTER_FIXED_BYTES[2013]
    if len(body) < new:
        return 2011
    is_old = body[old - 1] in PLATE_COLOURS and body[new - 1] not in PLATE_COLOURS
    return 2011 if is_old else 2013


def write_register(message: Register, is_2019: bool) -> bytes:
    maker, model, terminal_id = REGISTER_WIDTHS[message.layout]
    return b"".join(
        (
            word(message.province),
            word(message.city),
            write_fixed(message.maker, maker),
            write_fixed(message.model, model),
            write_fixed(message.terminal_id, terminal_id),
            bytes((message.plate_colour,)),
            write_text(message.plate),
        )
    )


def read_authenticate(body: bytes, is_2019: bool) -> Authenticate:
    """0x0102. A 2019 body whose length byte does not fit is taken as a bare code, as some devices send it."""
    if not is_2019 or not body or len(body) < 1 + body[0] + IMEI_BYTES:
        return Authenticate(read_text(body))
    cursor = Cursor(body)
    code = cursor.text(cursor.number(1))
    return Authenticate(code, cursor.text(IMEI_BYTES), read_text(cursor.rest()[:SOFTWARE_BYTES]))


def write_authenticate(message: Authenticate, is_2019: bool) -> bytes:
    code = write_text(message.code, bytes_max=255)
    if not is_2019:
        return code
    software = write_fixed(message.software, SOFTWARE_BYTES)
    return bytes((len(code),)) + code + write_fixed(message.imei, IMEI_BYTES) + software


def read_location(body: bytes, is_2019: bool) -> Location:
    return Location(read_report(body))


def write_location(message: Location, is_2019: bool) -> bytes:
    return write_report(message.report)


def read_location_answer(body: bytes, is_2019: bool) -> LocationAnswer:
    cursor = Cursor(body)
    return LocationAnswer(cursor.number(2), read_report(cursor.rest()))


def write_location_answer(message: LocationAnswer, is_2019: bool) -> bytes:
    return word(message.reply_serial) + write_report(message.report)


def read_event_report(body: bytes, is_2019: bool) -> EventReport:
    return EventReport(Cursor(body).number(1))


def write_event_report(message: EventReport, is_2019: bool) -> bytes:
    return bytes((message.event_id,))


def read_question_answer(body: bytes, is_2019: bool) -> QuestionAnswer:
    cursor = Cursor(body)
    return QuestionAnswer(cursor.number(2), cursor.number(1))


def write_question_answer(message: QuestionAnswer, is_2019: bool) -> bytes:
    return word(message.reply_serial) + bytes((message.answer_id,))


def read_driver_card(body: bytes, is_2019: bool) -> DriverCard:
    """0x0702; the 2011 edition has no status and time: then everything is tail."""
    if len(body) < 7 or body[0] not in {1, 2}:
        return DriverCard(inserted=False, at_ms=None, tail=body)
    return DriverCard(inserted=body[0] == 1, at_ms=read_time(body[1:7]), tail=body[7:])


def write_driver_card(message: DriverCard, is_2019: bool) -> bytes:
    if message.at_ms is None:
        return message.tail
    return bytes((1 if message.inserted else 2,)) + write_time(message.at_ms, zone=BEIJING) + message.tail


def read_location_batch(body: bytes, is_2019: bool) -> LocationBatch:
    """0x0704. An unreadable item is counted; a length past the end gives what can be read."""
    cursor = Cursor(body)
    count, kind = cursor.number(2), cursor.number(1)
    reports: list[LocationReport] = []
    lost = 0
    for _ in range(min(count, BATCH_REPORTS_MAX)):
        try:
            reports.append(read_report(cursor.take(min(cursor.number(2), cursor.left))))
        except BodyError:
            lost += 1
    return LocationBatch(kind == 1, tuple(reports), lost)


def write_location_batch(message: LocationBatch, is_2019: bool) -> bytes:
    items = [write_report(report) for report in message.reports]
    head = word(len(items)) + bytes((1 if message.stored else 0,))
    return head + b"".join(word(len(item)) + item for item in items)


def read_passthrough(body: bytes, is_2019: bool) -> Passthrough:
    cursor = Cursor(body)
    return Passthrough(cursor.number(1), cursor.rest())


def write_passthrough(message: Passthrough, is_2019: bool) -> bytes:
    return bytes((message.kind,)) + message.content
