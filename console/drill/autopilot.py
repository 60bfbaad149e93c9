"""A dispatcher made of key presses: works the real window, one act at a time, and reads what it shows.

It presses, clicks and types; the desk is only looked at, as a person looks at the screen. One turn does one
act, and what does not come about within `PATIENCE_S` is given up and told, never faked.
"""

import logging
import time
from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from console.drill.camera import Camera
from console.drill.hands import Hands, Held, Key
from console.drill.script import Case, Drill
from console.models.desk import Desk
from console.names import LOGIN
from console.window import SeatWindow
from dispatch.kinds import CallClass, CloseReason, IncidentState
from dispatch.words import Call, Incident

TURN_MS = 250
TALK_S = 6.0
SILENCE_S = 0.7
PATIENCE_S = 6.0
Turns = Generator[None, None, None]
"""One `yield` a turn: the window lives between two of them."""

log = logging.getLogger(__name__)


class Autopilot(QObject):
    """`camera` is asked once: call number `shown` in hand and its vehicles proposed, the calls before on
    their way. 0 or no camera: no pictures."""

    def __init__(
        self, window: SeatWindow, desk: Desk, drill: Drill, camera: Camera | None, shown: int
    ) -> None:
        super().__init__(window)
        self._window, self._desk, self._drill = window, desk, drill
        self._hands = Hands(window)
        self._cases = {case.number: case for case in drill.cases}
        self._camera, self._shown = camera, shown
        self._done: set[str] = set()
        self._work = self._shift()
        self._timer = QTimer(self, interval=TURN_MS)
        self._timer.timeout.connect(self._turn)
        self._timer.start()

    def _turn(self) -> None:
        next(self._work)

    # --- the shift ------------------------------------------------------------------------------------

    def _shift(self) -> Turns:
        """Log in, then for ever: take the call that rings, else close what is finished."""
        yield from self._log_in()
        while True:
            if self._desk.line.ringing():
                yield from self._take_call()
            finished = self._finished()
            if finished is not None:
                yield from self._close(finished)
            yield

    def _log_in(self) -> Turns:
        yield from self._until(lambda: self._hands.find(QWidget, LOGIN).isVisible())
        while self._desk.person is None:
            yield from self._type("login.staff", self._drill.staff_number)
            yield from self._type("login.password", self._drill.password)
            self._hands.click("login.enter")
            yield from self._until(lambda: self._desk.person is not None)
            yield

    def _take_call(self) -> Turns:
        """F3, the address, what is wrong, F4, F10."""
        call = self._desk.line.ringing()[0]
        self._hands.press(Key.Key_F3)
        yield from self._until(lambda: self._in_hand(call))
        if not self._in_hand(call):
            return
        case = self._cases.get(call.number)
        if case is None:
            yield from self._end_silent()
            return
        yield from self._place(case)
        yield from self._trouble(case)
        yield from self._until(self._recommended)
        if len(self._done) + 1 == self._shown:
            yield from self._pose()
        self._hands.press(Key.Key_F4)
        yield from self._until(lambda: bool(self._desk.missions_of(self._desk.incident_id())))
        yield from self._listen(TALK_S)
        self._hands.press(Key.Key_F10)
        self._done.add(call.number)
        yield
        self._hands.press(Key.Key_W, Held.ControlModifier)
        yield

    def _pose(self) -> Turns:
        """Hold still for the pictures."""
        if self._camera is not None:
            self._camera.shoot()
            while self._camera.busy:
                yield

    def _end_silent(self) -> Turns:
        """The drill gave this caller nothing to say: listen, F10, F12 and the class of the call."""
        yield from self._listen(SILENCE_S)
        self._hands.press(Key.Key_F10)
        self._hands.press(Key.Key_F12)
        yield from self._until(lambda: self._hands.find(QWidget, "reason").isVisible())
        self._hands.click(f"reason.{CallClass.SILENT}")
        self._hands.click("reason.confirm")
        yield

    def _listen(self, seconds: float) -> Turns:
        """Stay on the line for a while, as one does."""
        until = time.monotonic() + seconds
        while self._desk.line.talking() is not None and time.monotonic() < until:
            yield

    def _place(self, case: Case) -> Turns:
        """Type until the list shows something, take its first line."""
        self._hands.press(Key.Key_A, Held.AltModifier)
        yield from self._type("form.place", case.typed)
        found = self._hands.find(QWidget, "form.place.suggestions")
        yield from self._until(found.isVisible)
        self._hands.press_in("form.place", Key.Key_Return)
        yield from self._until(lambda: self._desk.form().place.point is not None)

    def _trouble(self, case: Case) -> Turns:
        trouble = case.trouble
        yield from self._type("form.chief_complaint", trouble.complaint)
        for name in (
            f"form.conscious.{trouble.conscious}",
            f"form.breathing.{trouble.breathing}",
            f"form.severity.{trouble.severity}",
        ):
            self._hands.click(name)
            yield

    def _close(self, incident: Incident) -> Turns:
        """By the command line, with the reason the bar asks for."""
        serial = incident.number.rsplit("-", 1)[-1]
        self._hands.press(Key.Key_Slash, Held.ControlModifier)
        yield
        yield from self._type("command.line", f"close {serial}")
        self._hands.press_in("command.line", Key.Key_Return)
        yield from self._until(lambda: self._hands.find(QWidget, "reason").isVisible())
        self._hands.click(f"reason.{CloseReason.COMPLETED}")
        yield
        self._hands.click("reason.confirm")
        yield from self._until(lambda: self._state_of(incident) is IncidentState.CLOSED)

    def _type(self, name: str, text: str) -> Turns:
        self._hands.write(name, text)
        yield

    # --- eyes -----------------------------------------------------------------------------------------

    def _finished(self) -> Incident | None:
        """An open incident whose vehicles have all ended."""
        for incident in self._desk.floor.incidents.values():
            missions = self._desk.missions_of(incident.id)
            if incident.state is IncidentState.OPEN and missions and not any(m.active for m in missions):
                return incident
        return None

    def _in_hand(self, call: Call) -> bool:
        """True when the form on the screen is that of this call."""
        intake = self._desk.floor.intakes.get(self._desk.hand.intake_id or "")
        return intake is not None and intake.call_id == call.id

    def _recommended(self) -> bool:
        picks = self._desk.recommendation.picks
        return bool(picks) and picks[0].travel.seconds is not None and self._desk.hand.vehicle_id is not None

    def _state_of(self, incident: Incident) -> IncidentState | None:
        found = self._desk.floor.incidents.get(incident.id)
        return found.state if found else None

    def _until(self, seen: Callable[[], bool]) -> Turns:
        """Look again each turn; after PATIENCE_S go on and say so."""
        started = time.monotonic()
        while not seen():
            if time.monotonic() - started > PATIENCE_S:
                picture = Path(self._drill.output) / "autopilot-lost.png"
                self._window.grab().save(str(picture))
                log.error("autopilot: did not see what it waited for; what it saw: %s", picture)
                return
            yield
