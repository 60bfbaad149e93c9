"""Qt's event loop, on the sound thread: devices opened, supervised, rung. Imported by that thread only.

The devices are looked at whenever the system says that they changed, and once a second whether they still
run. A call knows nothing of it: while a device is missing its buffer is silent, and fills when it is back.
"""

import logging
import queue
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtMultimedia import QAudioDevice, QMediaDevices

from telephony.facts import AnyEvent, HeadsetState, RingChanged, SoundDevice, SoundLevels
from telephony.headset.bells import Bells
from telephony.headset.choosing import Choice, choose, words_for
from telephony.headset.ends import Ends
from telephony.headset.levels import FLOOR_DB
from telephony.headset.pulse import PulseServer
from telephony.headset.ringing import RingPlan, SoftTones
from telephony.headset.rings import RingFamily, percent_of, ring_tone
from telephony.headset.sound import Ring, RingOnce, TryOut, Use, Wish
from telephony.headset.streams import Ear, Mouth
from telephony.headset.trial import Trial
from telephony.settings import HeadsetSettings

TURN_MS = 20
SUPERVISE_MS = 1000

log = logging.getLogger(__name__)
Devices = Mapping[str, QAudioDevice]


class Chosen(NamedTuple):
    """The devices there are, and those that are used."""

    outputs: Devices
    inputs: Devices
    ear: Choice
    mouth: Choice
    speaker: Choice


class QtLoop:
    """Owns every Qt object; made, run and ended on the sound thread."""

    def __init__(
        self,
        settings: HeadsetSettings,
        ends: Ends,
        tell: Callable[[AnyEvent], None],
        wishes: queue.SimpleQueue[Wish | None],
    ) -> None:
        self._settings, self._ends, self._tell, self._wishes = settings, ends, tell, wishes
        self._mouth: Mouth | None = None
        self._ear: Ear | None = None
        self._bells = Bells()
        self._server = PulseServer()
        self._chosen: Chosen | None = None
        self._told: HeadsetState | None = None
        self._plan: RingPlan | None = None
        self._rung = RingChanged("")
        self._soft = SoftTones()
        self._trial: Trial | None = None

    def run(self) -> None:
        """Until the wish `None` comes."""
        application = QCoreApplication.instance() or QCoreApplication([])
        devices, turns, supervision = QMediaDevices(), QTimer(), QTimer()
        devices.audioInputsChanged.connect(self._look)
        devices.audioOutputsChanged.connect(self._look)
        turns.timeout.connect(lambda: self._turn(application))
        supervision.timeout.connect(self._look)
        for family in RingFamily:  # made now: a call must not wait for its tone
            ring_tone(family, percent_of(self._settings.ring_percent))
        self._look()
        turns.start(TURN_MS)
        supervision.start(SUPERVISE_MS)
        application.exec()
        self._bells.close()
        self._server.close()
        for stream in (self._mouth, self._ear):
            if stream is not None:
                stream.close()

    def _turn(self, application: QCoreApplication) -> None:
        while not self._wishes.empty():
            wish = self._wishes.get()
            if wish is None:
                application.quit()
                return
            try:
                self._grant(wish)
            except Exception:  # the thread goes on: calls are up
                log.exception("sound")
        self._sound_softly()

    def _grant(self, wish: Wish) -> None:
        match wish:
            case Use(settings):
                self._settings = settings
                self._look()
            case Ring(plan):
                self._ring(plan)
            case TryOut(trial_id):
                self._begin_trial(trial_id)
            case RingOnce(family):
                self._ring_once(RingFamily(family))

    def _look(self) -> None:
        """Open what should be used and is not, or no longer, and say how it stands."""
        before, chosen = self._chosen, self._choose()
        self._chosen = chosen
        if self._ear is None or self._ear.broken or before is None or before.ear != chosen.ear:
            self._open_ear(_of(chosen.outputs, chosen.ear))
        if self._mouth is None or self._mouth.broken or before is None or before.mouth != chosen.mouth:
            self._open_mouth(_of(chosen.inputs, chosen.mouth))
        moved = before is None or (before.speaker, before.ear) != (chosen.speaker, chosen.ear)
        lasting = self._plan is not None and not self._plan.waiting
        if self._plan is not None and lasting and (moved or self._bells.broken):
            self._sound_bells(self._plan, chosen)
        state = _state(chosen)
        if state != self._told:
            self._told = state
            self._tell(state)

    def _choose(self) -> Chosen:
        outputs = {_id(d): d for d in QMediaDevices.audioOutputs() if not self._gone(_id(d), output=True)}
        inputs = {_id(d): d for d in QMediaDevices.audioInputs() if not self._gone(_id(d), output=False)}
        own_ear, own_mouth = _id(QMediaDevices.defaultAudioOutput()), _id(QMediaDevices.defaultAudioInput())
        wanted = self._settings
        return Chosen(
            outputs,
            inputs,
            choose(wanted.ear, _named(outputs), own_ear),
            choose(wanted.mouth, _named(inputs), own_mouth),
            choose(wanted.speaker, _named(outputs), own_ear),
        )

    def _gone(self, device_id: str, *, output: bool) -> bool:
        return self._server.lacks(device_id, output=output)

    def _open_ear(self, device: QAudioDevice | None) -> None:
        if self._ear is not None:
            self._ear.close()
        self._ear = None if device is None else Ear(device, self._ends.ear)

    def _open_mouth(self, device: QAudioDevice | None) -> None:
        if self._mouth is not None:
            self._mouth.close()
        self._mouth = None if device is None else Mouth(device, self._heard)

    def _heard(self, audio: bytes) -> None:
        self._ends.mouth.put(audio)
        if self._trial is None:
            return
        level_db = self._trial.level_due()
        if level_db is not None:
            self._tell(SoundLevels(FLOOR_DB, level_db))
        if self._trial.take(audio):
            self._end_trial(self._trial)

    def _ring(self, plan: RingPlan | None) -> None:
        before, self._plan = self._plan, plan
        if plan is None or plan.waiting:
            self._bells.silence()
        elif plan != before and self._chosen is not None:
            self._sound_bells(plan, self._chosen)
        rung = RingChanged("") if plan is None else RingChanged(plan.family, plan.in_headset)
        if rung != self._rung:
            self._rung = rung
            self._tell(rung)

    def _sound_bells(self, plan: RingPlan, chosen: Chosen) -> None:
        """On the speaker, and in the headset where that is another device and may be disturbed."""
        wanted = [chosen.speaker, chosen.ear] if plan.in_headset else [chosen.speaker]
        outputs = {c.device.id: chosen.outputs[c.device.id] for c in wanted if c.device is not None}
        tone = ring_tone(plan.family, percent_of(self._settings.ring_percent))
        self._bells.ring(tone, list(outputs.values()))

    def _sound_softly(self) -> None:
        """Somebody waits while somebody is spoken to: a tone on the speaker, and no more for a while.

        Where the only output is the ear that listens, it is so soft there that it covers no word.
        """
        plan, chosen = self._plan, self._chosen
        waiting = frozenset[str]() if plan is None else plan.waiting
        if not self._soft.due(waiting, time.monotonic_ns() // 1_000_000) or plan is None or chosen is None:
            return
        output = _of(chosen.outputs, chosen.speaker)
        in_ear = chosen.speaker.device == chosen.ear.device
        percent = percent_of(self._settings.ring_percent)
        if output is not None:
            self._bells.play(ring_tone(plan.family, percent, in_ear=in_ear), output)

    def _ring_once(self, family: RingFamily) -> None:
        """One period on the speaker, so that somebody hears how loud it is. A real ring goes before it."""
        output = None if self._chosen is None else _of(self._chosen.outputs, self._chosen.speaker)
        if output is not None and self._plan is None:
            self._bells.play(ring_tone(family, percent_of(self._settings.ring_percent)), output)

    def _begin_trial(self, trial_id: str) -> None:
        self._trial = Trial(trial_id)
        if self._mouth is None:
            self._end_trial(self._trial)

    def _end_trial(self, trial: Trial) -> None:
        self._trial = None
        self._tell(trial.result())
        output = None if self._chosen is None else _of(self._chosen.outputs, self._chosen.ear)
        if output is not None and trial.recorded:
            self._bells.play(trial.recorded, output)


def _id(device: QAudioDevice) -> str:
    return bytes(device.id().data()).decode("utf-8", "replace")


def _named(devices: Devices) -> list[SoundDevice]:
    return [SoundDevice(key, device.description()) for key, device in devices.items()]


def _of(devices: Devices, choice: Choice) -> QAudioDevice | None:
    return None if choice.device is None else devices.get(choice.device.id)


def _state(chosen: Chosen) -> HeadsetState:
    ear, mouth, speaker = (
        c.device.name if c.device is not None else "" for c in (chosen.ear, chosen.mouth, chosen.speaker)
    )
    return HeadsetState(
        ear,
        mouth,
        speaker,
        as_wanted=chosen.ear.as_wanted and chosen.mouth.as_wanted and chosen.speaker.as_wanted,
        why=words_for(chosen.ear, chosen.mouth, chosen.speaker),
        ears=tuple(_named(chosen.outputs)),
        mouths=tuple(_named(chosen.inputs)),
    )
