"""Orders in any order, while far ends come, hold and go: the phone never dies, loses or mixes up a call."""

import os
import random
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode
from telephony.settings import TrustSettings, Voice

pytestmark = [pytest.mark.process, pytest.mark.nightly]
TRUST = TrustSettings(("127.0.0.1",), "the site's secret")
SEED = int(os.environ.get("LINGSHENG_SEED", "7"))
STEPS = 400
MODES = list(MonitorMode)


def test_no_sequence_of_orders_costs_the_phone(make_seat: Callable[..., Any], tmp_path: Path) -> None:
    """Two far ends and a supervisor; each step one order of anybody, often at the worst moment."""
    dice = random.Random(SEED)
    wav = tmp_path / "prompt.wav"
    with wave.open(str(wav), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))
    seat = make_seat(trust=TRUST, hold_voice=Voice(tone_hz=1900))
    others = [make_seat(trust=TRUST, recordings_dir=None) for _ in range(3)]
    pids = [s.phone.child.pid for s in (seat, *others)]
    phone = seat.phone

    def step() -> None:
        other = dice.choice(others)
        calls = list(phone.calls)
        theirs = list(other.phone.calls)
        if len(calls) < 3 and dice.random() < 0.5:
            dice.choice([lambda: other.phone.dial(seat.uri), lambda: phone.dial(other.uri)])()
            return
        if not calls:
            return
        c, d = dice.choice(calls), dice.choice(calls)
        orders: list[Callable[[], object]] = [
            lambda: phone.answer(c),
            lambda: phone.answer(c),
            lambda: phone.hold(c),
            lambda: phone.talk_to(c),
            lambda: phone.confer((c, d)),
            phone.swap,
            phone.leave_conference,
            phone.rejoin_conference,
            lambda: phone.say(c, str(wav)),
            lambda: phone.stop_saying(c),
            lambda: phone.metronome(c, dice.random() < 0.5),
            lambda: phone.send_digits(c, "1#", by_info=dice.random() < 0.5),
            lambda: phone.transfer(c, others[0].uri),
            lambda: phone.transfer_to(c, d),
            lambda: other.phone.supervise(seat.uri, c, dice.choice(MODES)),
        ]
        if theirs:
            t = dice.choice(theirs)
            orders += [
                lambda: other.phone.answer(t),
                lambda: other.phone.hold(t),
                lambda: other.phone.talk_to(t),
                lambda: other.phone.hang_up(t),
                lambda: other.phone.change_supervision(t, dice.choice(MODES)),
            ]
        if dice.random() < 0.1:
            orders = [lambda: phone.hang_up(c)]
        dice.choice(orders)()

    for _ in range(STEPS):
        step()
        seat.heard.meanwhile(dice.choice([0.0, 0.01, 0.05, 0.15]))
        talking = [v for v in phone.calls.values() if v.place is CallPlace.ASIDE]
        assert len(talking) != 1 or seat.heard.meanwhile(0.2) is None
    for other in others:
        for call_id in list(other.phone.calls):
            other.phone.hang_up(call_id)
    for call_id in list(phone.calls):
        phone.hang_up(call_id)
    seat.heard.meanwhile(3.0)
    assert [s.phone.child.pid for s in (seat, *others)] == pids, f"nobody died, seed {SEED}"
    assert not phone.calls
    assert not phone.monitors
    for other in others:
        other.heard.meanwhile(0.0)
        assert not other.heard.of(msg.PhoneFault)
    assert not seat.heard.of(msg.PhoneFault)
    began = {e.call_id for e in seat.heard.of(msg.CallAnswered)}
    assert began <= {e.call_id for e in seat.heard.of(msg.RecordingClosed)}
