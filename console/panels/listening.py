"""Listening to one recording: its picture, play and pause, ten seconds back, faster, from marker to marker.

Keys come from whoever holds the keyboard (`key`): Enter plays, arrows move, - and + change the speed.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from console.archivist import Picture
from console.i18n import say
from console.models.ages import span
from console.panels.waveform import Waveform
from console.panels.widgets import ChoiceRow, button, row_of, set_property, text
from console.speaker import Speaker
from console.theme import Theme

SPEEDS = (0.75, 1.0, 1.25, 1.5, 2.0)
SPEEDS_PX = 280
STEP_MS = 5_000
NEAR_MS = 300
MARK_MS = 100


class Listening(QFrame):
    """`name` begins the names of its parts. `heard` is told when a picture begins to be played, `ear` says
    where: the headset's name, "" the machine's own output.
    """

    def __init__(
        self, name: str, theme: Theme, heard: Callable[[Picture], object], ear: Callable[[], str]
    ) -> None:
        super().__init__()
        self._heard, self._ear = heard, ear
        self._picture: Picture | None = None
        self._at_ms, self._speed = 0, 1.0
        self._playing = False
        self._loaded = False
        self.wave = Waveform(f"{name}.wave", theme)
        self.wave.sought.connect(self.seek)
        self._play = button("", f"{name}.play", self.toggle)
        self._back = button(say("◂ 5 秒"), f"{name}.back", lambda: self.seek(self._at_ms - STEP_MS))
        self._on = button(say("5 秒 ▸"), f"{name}.on", lambda: self.seek(self._at_ms + STEP_MS))
        self._mark = button(say("下一标记 N"), f"{name}.mark", self.next_mark)
        speeds = [(str(one), f"{one:g}×") for one in SPEEDS]
        self._speeds = ChoiceRow(f"{name}.speed", speeds, lambda value: self.set_speed(float(value)))
        self._speeds.setFixedWidth(SPEEDS_PX)
        self._time = text("", "large")
        self._time.setObjectName(f"{name}.time")
        self._told = text("", "quiet")
        self._told.setObjectName(f"{name}.told")
        self._speaker = Speaker(self)
        self._speaker.at.connect(self._moved)
        self._speaker.ended.connect(self._over)
        self._speaker.silent.connect(self._cannot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.wave, 1)
        column.addWidget(self._told)
        column.addLayout(row_of(self._play, self._back, self._on, self._mark, self._speeds, 1, self._time))
        self._draw()

    @property
    def is_playing(self) -> bool:
        return self._playing

    def load(self, picture: Picture | None, words: str = "") -> None:
        """Show this one; what plays ends. `words` stand there without one."""
        if self._loaded:
            self._speaker.hush()
        self._picture, self._playing, self._loaded, self._at_ms = picture, False, False, 0
        self.wave.show_picture(picture, words)
        self._tell("", "")
        if picture is not None and not picture.whole:
            self._tell(say("▲ 文件与登记的校验值不符：勿作证据，报告班长"), "fault")
        self._draw()

    def play(self, from_ms: int | None = None) -> None:
        """From there, or from where it stands; at the end from the beginning."""
        if self._picture is None:
            return
        at = self._at_ms if from_ms is None else from_ms
        self._at_ms = 0 if at >= self._picture.duration_ms - NEAR_MS else max(0, at)
        if not self._loaded:
            self._heard(self._picture)
        self._speaker.use(self._ear())
        self._speaker.play_from(self._picture.file.resolve(), self._at_ms, self._speed)
        self._playing = self._loaded = True
        self._draw()

    def toggle(self) -> None:
        if not self._playing:
            self.play()
            return
        self._playing = False
        self._speaker.pause()
        self._draw()

    def seek(self, ms: int) -> None:
        if self._picture is None:
            return
        self._at_ms = min(max(0, ms), self._picture.duration_ms)
        if self._playing:
            self._speaker.seek(self._at_ms)
        self._draw()

    def next_mark(self) -> None:
        """To the next marker; after the last one to the first."""
        if self._picture is not None and self._picture.markers:
            places = [max(0, one.at_ms - self._picture.began_at_ms) for one in self._picture.markers]
            self.seek(next((one for one in places if one > self._at_ms + MARK_MS), places[0]))

    def set_speed(self, speed: float) -> None:
        self._speed = speed
        self._speaker.set_speed(speed)
        self._draw()

    def change_speed(self, steps: int) -> None:
        at = min(max(0, SPEEDS.index(self._speed) + steps), len(SPEEDS) - 1)
        self.set_speed(SPEEDS[at])

    def key(self, key: int) -> bool:
        """True when this key is one of ours."""
        acts: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Return: self.toggle,
            Qt.Key.Key_Enter: self.toggle,
            Qt.Key.Key_Left: lambda: self.seek(self._at_ms - STEP_MS),
            Qt.Key.Key_Right: lambda: self.seek(self._at_ms + STEP_MS),
            Qt.Key.Key_Home: lambda: self.seek(0),
            Qt.Key.Key_N: self.next_mark,
            Qt.Key.Key_Minus: lambda: self.change_speed(-1),
            Qt.Key.Key_Plus: lambda: self.change_speed(1),
            Qt.Key.Key_Equal: lambda: self.change_speed(1),
        }
        act = acts.get(key)
        if act is not None:
            act()
        return act is not None

    def stop(self) -> None:
        """For good."""
        self._speaker.stop()

    def _moved(self, ms: int) -> None:
        if self._playing:
            self._at_ms = ms
            self._draw()

    def _over(self) -> None:
        if self._picture is not None:
            self._playing, self._at_ms = False, self._picture.duration_ms
        self._draw()

    def _cannot(self) -> None:
        self._playing = self._loaded = False
        self._tell(say("■ 没有声音设备，无法播放"), "fault")
        self._draw()

    def _tell(self, words: str, tone: str) -> None:
        self._told.setText(words)
        self._told.setVisible(bool(words))
        set_property(self._told, "tone", tone)

    def _draw(self) -> None:
        there = self._picture is not None
        for made in (self._play, self._back, self._on):
            made.setEnabled(there)
        self._mark.setVisible(self._picture is not None and bool(self._picture.markers))
        self._play.setText(say("❚❚ 暂停 Enter") if self._playing else say("▶ 播放 Enter"))
        self._speeds.show_values({str(self._speed)})
        self.wave.show_at(self._at_ms)
        length = span(self._picture.duration_ms / 1000) if self._picture else ""
        self._time.setText(f"{span(self._at_ms / 1000)} / {length}" if length else "")
