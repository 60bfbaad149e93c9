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
BOSS = "1001 王芳"
Order = Callable[[], object]


class Storm:
    """Two far ends and a supervisor; each step is one order of anybody, often at the worst moment."""

    def __init__(self, seat: Any, others: list[Any], wav: Path) -> None:
        self.seat, self.others, self.wav = seat, others, wav
        self.dice = random.Random(SEED)

    def step(self) -> None:
        phone, other = self.seat.phone, self.dice.choice(self.others)
        calls = list(phone.calls)
        if len(calls) < 3 and self.dice.random() < 0.5:
            self.dice.choice([lambda: other.phone.dial(self.seat.uri), lambda: phone.dial(other.uri)])()
        elif calls:
            c, d = self.dice.choice(calls), self.dice.choice(calls)
            orders = [*self.of_the_seat(c, d), lambda: self.supervise(other, c), *self.of_the_far_end(other)]
            if self.dice.random() < 0.1:
                orders = [lambda: phone.hang_up(c)]
            self.dice.choice(orders)()

    def of_the_seat(self, c: str, d: str) -> list[Order]:
        phone, dice = self.seat.phone, self.dice
        return [
            lambda: phone.answer(c),
            lambda: phone.answer(c),
            lambda: phone.hold(c),
            lambda: phone.talk_to(c),
            lambda: phone.confer((c, d)),
            phone.swap,
            phone.leave_conference,
            phone.rejoin_conference,
            lambda: phone.say(c, str(self.wav)),
            lambda: phone.stop_saying(c),
            lambda: phone.metronome(c, dice.random() < 0.5),
            lambda: phone.send_digits(c, "1#", by_info=dice.random() < 0.5),
            lambda: phone.transfer(c, self.others[0].uri),
            lambda: phone.transfer_to(c, d),
        ]

    def supervise(self, other: Any, c: str) -> object:
        return other.phone.supervise(self.seat.uri, c, self.dice.choice(MODES), BOSS)

    def of_the_far_end(self, other: Any) -> list[Order]:
        """Nothing while it has no call."""
        if not other.phone.calls:
            return []
        phone, t = other.phone, self.dice.choice(list(other.phone.calls))
        return [
            lambda: phone.answer(t),
            lambda: phone.hold(t),
            lambda: phone.talk_to(t),
            lambda: phone.hang_up(t),
            lambda: phone.change_supervision(t, self.dice.choice(MODES)),
        ]

    def blow(self) -> None:
        """All steps; whoever is in a conference is not in it alone."""
        heard, calls = self.seat.heard, self.seat.phone.calls
        for _ in range(STEPS):
            self.step()
            heard.meanwhile(self.dice.choice([0.0, 0.01, 0.05, 0.15]))
            talking = [v for v in calls.values() if v.place is CallPlace.ASIDE]
            assert len(talking) != 1 or heard.meanwhile(0.2) is None

    def calm_down(self) -> None:
        """Everybody hangs up."""
        for one in (*self.others, self.seat):
            for call_id in list(one.phone.calls):
                one.phone.hang_up(call_id)
        self.seat.heard.meanwhile(3.0)


def test_no_sequence_of_orders_costs_the_phone(make_seat: Callable[..., Any], tmp_path: Path) -> None:
    wav = tmp_path / "prompt.wav"
    with wave.open(str(wav), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))
    seat = make_seat(trust=TRUST, hold_voice=Voice(tone_hz=1900))
    others = [make_seat(trust=TRUST, recordings_dir=None) for _ in range(3)]
    pids = [s.phone.child.pid for s in (seat, *others)]
    storm = Storm(seat, others, wav)
    storm.blow()
    storm.calm_down()
    assert [s.phone.child.pid for s in (seat, *others)] == pids, f"nobody died, seed {SEED}"
    assert not seat.phone.calls
    assert not seat.phone.monitors
    for other in others:
        other.heard.meanwhile(0.0)
        assert not other.heard.of(msg.PhoneFault)
    assert not seat.heard.of(msg.PhoneFault)
    began = {e.call_id for e in seat.heard.of(msg.CallAnswered)}
    assert began <= {e.call_id for e in seat.heard.of(msg.RecordingClosed)}
