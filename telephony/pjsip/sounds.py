"""What is played into calls: prompts, the metronome, the hold announcement. Each call has its own players."""

import itertools
from collections.abc import Callable, Collection
from typing import NamedTuple

import pjsua2 as pj

from telephony.errors import EngineError
from telephony.messages import AnyEvent, MetronomeSwitched, PhoneFault, PromptBegan, PromptEnded
from telephony.pjsip.engine import Engine
from telephony.pjsip.voice import linger, metronome, open_prompt, open_voice, played_s
from telephony.routing import Kind, Port


class Prompt(NamedTuple):
    """One that plays now; `number` tells it from the next one."""

    number: int
    wav: str
    player: pj.AudioMediaPlayer


class Sounds:
    """Lives on the library's one thread; `changed` is called when the routing has to look again."""

    def __init__(self, engine: Engine, emit: Callable[[AnyEvent], None], changed: Callable[[], None]) -> None:
        self._engine, self._emit, self._changed = engine, emit, changed
        self._numbers = itertools.count()
        self._prompts: dict[str, Prompt] = {}
        self._metronomes: dict[str, pj.ToneGenerator] = {}
        self._holds: dict[str, pj.AudioMedia | None] = {}

    def say(self, call_id: str, wav: str, loop: bool) -> None:
        """Raises `EngineError` when the file cannot be played."""
        player = open_prompt(wav, loop)
        duration_s = played_s(player)
        self.stop_saying(call_id)
        prompt = self._prompts[call_id] = Prompt(next(self._numbers), wav, player)
        self._emit(PromptBegan(call_id, wav, duration_s))
        self._changed()
        if not loop:
            self._engine.defer(lambda: self._over(call_id, prompt.number), duration_s)

    def stop_saying(self, call_id: str, *, whole: bool = False) -> None:
        prompt = self._prompts.pop(call_id, None)
        if prompt is not None:
            linger(self._engine, prompt.player)
            self._emit(PromptEnded(call_id, prompt.wav, whole))
            self._changed()

    def metronome(self, call_id: str, on: bool) -> None:
        if on == (call_id in self._metronomes):
            return
        if on:
            self._metronomes[call_id] = metronome()
        else:
            del self._metronomes[call_id]
        self._emit(MetronomeSwitched(call_id, on))
        self._changed()

    def hold(self, call_ids: Collection[str]) -> None:
        """These calls are on hold, and no others: each hears the announcement from its beginning."""
        for call_id in [c for c in self._holds if c not in call_ids]:
            linger(self._engine, self._holds.pop(call_id))
        for call_id in call_ids:
            if call_id not in self._holds:
                self._holds[call_id] = self._announcement()

    def forget(self, call_id: str) -> None:
        """The call has ended."""
        self.stop_saying(call_id)
        self.metronome(call_id, False)

    def close(self) -> None:
        self._prompts.clear()
        self._metronomes.clear()
        self._holds.clear()

    def prompt_plays(self, call_id: str) -> bool:
        return call_id in self._prompts

    def metronome_plays(self, call_id: str) -> bool:
        return call_id in self._metronomes

    def media(self, port: Port) -> pj.AudioMedia | None:
        """`None` for what does not play."""
        match port.kind:
            case Kind.PROMPT if port.call_id in self._prompts:
                return self._prompts[port.call_id].player
            case Kind.METRONOME:
                return self._metronomes.get(port.call_id)
            case Kind.HOLD:
                return self._holds.get(port.call_id)
            case _:
                return None

    def _over(self, call_id: str, number: int) -> None:
        prompt = self._prompts.get(call_id)
        if prompt is not None and prompt.number == number:
            self.stop_saying(call_id, whole=True)

    def _announcement(self) -> pj.AudioMedia | None:
        """Without its file the caller waits in silence, and somebody is told."""
        try:
            return open_voice(self._engine.settings.hold_voice)
        except EngineError as error:
            self._emit(PhoneFault(f"hold announcement: {error}"))
            return None
