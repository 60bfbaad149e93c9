"""A speaker that nobody hears: what a window would have sounded, in order."""

from pathlib import Path

from PySide6.QtCore import QObject

from console.speaker import Speaker


class Quiet(Speaker):
    """`said`: `loop …` and `play …` by the file's name, and `hush`; `devices`: where it would have been."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.said: list[str] = []
        self.devices: list[str] = []

    def play(self, file: Path) -> None:
        self._say("play", file)

    def loop(self, file: Path) -> None:
        self._say("loop", file)

    def use(self, device: str) -> None:
        self.devices.append(device)

    def hush(self) -> None:
        self.said.append("hush")

    def _say(self, how: str, file: Path) -> None:
        assert file.stat().st_size
        self.said.append(f"{how} {file.stem}")
