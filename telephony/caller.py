"""People who really call 120: SIP calls with an asserted number and a voice. `python -m telephony.caller`.

Programs use `caller_phone`, which is a `Phone` that records nothing and takes any free port, and `dial`; it
carries four calls at a time. By hand: one call from the options, or any number from JSON lines on stdin,
`{"type":"Call","to":"sip:120@127.0.0.1","number":"13904510001"}` or `{"type":"HangUp","call_id":"..."}`;
every event is a JSON line on stdout.
"""

import argparse
import queue
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from telephony import messages as msg
from telephony.phone import Phone
from telephony.settings import AccountSettings, EngineSettings, PhoneSettings, Transport, Voice
from telephony.speech import caller_voice

READY_S_MAX = 10.0
STOP_S = 3.0
CALLER_RTP_PORT_FIRST = 46_000
EXIT_NOT_ANSWERED = 1


class Call(Struct, frozen=True, tag=True):
    """`wav` plays that file, else `say` is spoken where the machine can, else a tone sounds.

    `seconds` `None`: until the far end hangs up, or a HangUp comes.
    """

    to: str
    number: str = ""
    name: str = ""
    wav: str | None = None
    say: str = ""
    seconds: float | None = None
    conveyed: tuple[msg.Conveyed, ...] = ()


class HangUp(Struct, frozen=True, tag=True):
    call_id: str


_orders: msgspec.json.Decoder[Call | HangUp] = msgspec.json.Decoder(Call | HangUp)


def caller_phone(
    on_event: Callable[[msg.AnyEvent], None],
    bind_address: str = "127.0.0.1",
    rtp_port_first: int = CALLER_RTP_PORT_FIRST,
) -> Phone:
    """A phone for callers; `dial` it when `ready` and its line are reported."""
    engine = EngineSettings(
        sip_port=0,
        bind_address=bind_address,
        transports=(Transport.UDP,),
        rtp_port_first=rtp_port_first,
        session_timer_s=0,
        one_operator=False,
    )
    account = AccountSettings("caller", f"sip:caller@{bind_address}")
    return Phone(PhoneSettings(engine, (account,)), on_event)


def place(phone: Phone, call: Call, speech_folder: Path) -> str | None:
    """Make the call; its id, `None` when the phone is not ready."""
    voice = Voice(wav=call.wav) if call.wav else caller_voice(call.say, speech_folder)
    return phone.dial(
        call.to,
        asserted_number=call.number,
        asserted_name=call.name,
        voice=voice,
        seconds_max=call.seconds,
        conveyed=call.conveyed,
    )


def main(argv: list[str] | None = None) -> int:
    options = _options().parse_args(argv)
    events: queue.SimpleQueue[msg.AnyEvent] = queue.SimpleQueue()
    phone = caller_phone(events.put, options.bind, options.rtp_port)
    phone.start()
    try:
        while not isinstance(events.get(timeout=READY_S_MAX), msg.LineState):
            pass
        if options.to is None:
            return _serve_lines(phone, events, Path(options.speech))
        call = Call(options.to, options.number, options.name, options.wav, options.say, options.seconds)
        place(phone, call, Path(options.speech))
        return _watch_one(events)
    except KeyboardInterrupt:
        return EXIT_NOT_ANSWERED
    except queue.Empty:
        print("the caller's phone does not start", file=sys.stderr)
        return EXIT_NOT_ANSWERED
    finally:
        phone.stop(STOP_S)


def _serve_lines(phone: Phone, events: "queue.SimpleQueue[msg.AnyEvent]", speech: Path) -> int:
    printer = threading.Thread(target=_print_all, args=(events,), name="printer", daemon=True)
    printer.start()
    for line in sys.stdin.buffer:
        try:
            order = _orders.decode(line)
        except msgspec.MsgspecError as error:
            print(f"not an order: {error}", file=sys.stderr)
            continue
        if isinstance(order, HangUp):
            phone.hang_up(order.call_id)
        else:
            place(phone, order, speech)
    return 0


def _print_all(events: "queue.SimpleQueue[msg.AnyEvent]") -> None:
    while True:
        _print(events.get())


def _watch_one(events: "queue.SimpleQueue[msg.AnyEvent]") -> int:
    while True:
        event = events.get()
        _print(event)
        if isinstance(event, msg.CallEnded):
            return 0 if event.answered else EXIT_NOT_ANSWERED
        if isinstance(event, msg.CommandRefused):
            return EXIT_NOT_ANSWERED


def _print(event: msg.AnyEvent) -> None:
    print(msgspec.json.encode(event).decode(), flush=True)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m telephony.caller", description=__doc__)
    parser.add_argument("--to", help="SIP address to call; without it orders are read from stdin")
    parser.add_argument("--number", default="", help="the caller's number (P-Asserted-Identity)")
    parser.add_argument("--name", default="", help="the caller's name")
    parser.add_argument("--wav", help="what the caller says: a WAV file, looped")
    parser.add_argument("--say", default="", help="what the caller says: Chinese text")
    parser.add_argument("--seconds", type=float, help="hang up so long after the answer")
    parser.add_argument("--bind", default="127.0.0.1", help="own address")
    parser.add_argument("--rtp-port", type=int, default=CALLER_RTP_PORT_FIRST, help="first audio port")
    parser.add_argument("--speech", default=tempfile.gettempdir(), help="folder for spoken texts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
