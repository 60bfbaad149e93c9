"""The line of the form that says where the network thinks the caller is; one key takes it, none is needed.

It has its place always, so that nothing moves when a location comes in the middle of a sentence.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from console.i18n import say
from console.models import whereabouts
from console.models.caller_details import headline
from console.models.desk import Desk
from console.models.whereabouts_words import compared, summary, whole
from console.panels.widgets import Sentence, button, set_property, text
from console.verbs import tip


class CallerPlaceRow(QWidget):
    """See the module. `label_px`: width of the form's first column."""

    def __init__(self, desk: Desk, do: Callable[[str], object], label_px: int) -> None:
        super().__init__()
        self._desk = desk
        self._label = text(say("来电定位"), "label")
        self._label.setMinimumWidth(label_px)
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._crash = text(say("‼ 车祸 Alt+I"))
        self._crash.hide()
        self._crash.setObjectName("form.crash")
        set_property(self._crash, "tone", "fault")
        self._words = Sentence("form.location")
        self._take = button(
            say("采用 Ctrl+I"), "form.location.take", lambda: do("use_location"), tip("use_location")
        )
        self._take.setProperty("key", True)
        self._side = button("", "form.location.side", lambda: do(self._side_verb))
        self._side_verb = "ask_location"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._label)
        row.addWidget(self._crash)
        row.addWidget(self._words, 1)
        for made in (self._take, self._side):
            keep = made.sizePolicy()
            keep.setRetainSizeWhenHidden(True)
            made.setSizePolicy(keep)
            row.addWidget(made)

    def tell(self, now: int) -> None:
        """Show the place offered, the taken one as taken, and what the car said of its crash."""
        desk = self._desk
        found, place = whereabouts.candidates(desk), whereabouts.current(desk)
        crash = headline(whereabouts.details(desk))
        self._crash.setVisible(bool(crash))
        self._crash.setToolTip(crash)
        taken = place is not None and whereabouts.is_taken(desk.form().place, place)
        self._take.setVisible(place is not None and not taken and desk.hand.intake_id is not None)
        self._show_side(len(found), 0 if place is None else found.index(place) + 1)
        if place is None:
            self._say(say("没有随来电的定位") if whereabouts.calls_in_hand(desk) else "", "", "")
            return
        said = summary(place, now)
        words = f"{place.address} · {said}" if place.address else said
        if taken:
            self._say(f"✓ {words}", "ok", whole(place, now))
            return
        beside, far = compared(desk.form().place, place)
        words = f"{beside} · {words}" if beside else words
        self._say(f"◎ {words}", "" if beside and not far else "warning", whole(place, now))

    def _show_side(self, count: int, at: int) -> None:
        """One place for two buttons: the next of several, else a question to the operator."""
        self._side_verb = "next_location" if count > 1 else "ask_location"
        self._side.setText(say("第 {n}/{all} 个 ▸", n=at, all=count) if count > 1 else say("查定位 Ctrl+Q"))
        self._side.setToolTip(tip(self._side_verb))
        self._side.setEnabled(bool(whereabouts.calls_in_hand(self._desk)))

    def _say(self, words: str, tone: str, more: str) -> None:
        self._words.setText(words)
        self._words.setToolTip(more)
        set_property(self._words, "tone", tone)
