"""What seat and phone process say to each other: tagged structs in MessagePack, checked by their decode.

Orders (`orders.py`) go in, past-tense facts (`facts.py`) come out. Both are read from here under one name.
"""

import msgspec

from telephony.errors import *  # noqa: F403 - see below
from telephony.errors import BadMessageError
from telephony.facts import *  # noqa: F403 - this module is where both sides read them
from telephony.facts import AnyEvent, Event
from telephony.orders import *  # noqa: F403 - see above
from telephony.orders import AnyCommand, Command

_encoder = msgspec.msgpack.Encoder()
_command_decoder: msgspec.msgpack.Decoder[AnyCommand] = msgspec.msgpack.Decoder(AnyCommand)
_event_decoder: msgspec.msgpack.Decoder[AnyEvent] = msgspec.msgpack.Decoder(AnyEvent)


def encode(message: Command | Event) -> bytes:
    return _encoder.encode(message)


def decode_command(frame: bytes) -> AnyCommand:
    """Raises `BadMessageError`."""
    try:
        return _command_decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadMessageError(str(error)) from error


def decode_event(frame: bytes) -> AnyEvent:
    """Raises `BadMessageError`."""
    try:
        return _event_decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadMessageError(str(error)) from error
