"""The strip of live calls: four fixed places, a call keeps its place from the first ring to the end.

A press on a card talks with that call (or answers it when nobody is talked with). Places without a call show
callers the line has lost, with the attempts made and the time since. The keys stand beside it and never move.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.i18n import say
from console.models import acts_calls
from console.models.ages import age
from console.models.desk import Desk
from console.models.dropped import Dropped, dropped
from console.models.talks import SLOTS, TalkCard, cards
from console.panels.widgets import Sentence, button, row_of, set_property, text
from console.verbs import BY_ID, tip

STRIP_PX = 62
KEYS_PX = 570
KEYS = (
    ("hold_call", "swap", "confer", "step_out", "blind", "attended"),
    ("dial", "redial", "ring_back", "keypad", "answer_second"),
)


class Card(QFrame):
    """One place of the strip."""

    def __init__(self, at: int, pressed: Callable[[int], object]) -> None:
        super().__init__()
        self._at, self._pressed = at, pressed
        self.setObjectName(f"talk.{at}")
        self.setProperty("card", True)
        self._place, self._age = text("", "cardplace"), text("", "cardplace")
        self._who, self._told = Sentence(f"talk.{at}.who"), Sentence(f"talk.{at}.told")
        self._place.setObjectName(f"talk.{at}.place")
        self._age.setObjectName(f"talk.{at}.age")
        self._told.setProperty("role", "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 8, 2)
        column.setSpacing(0)
        head = row_of(self._place, self._who, self._age, spacing=8)
        head.setStretch(1, 1)
        column.addLayout(head)
        column.addWidget(self._told)

    def show_words(self, place: str, who: str, since: str, told: str, tone: str, *, filled: bool) -> None:
        for label, words in (
            (self._place, place), (self._who, who), (self._age, since), (self._told, told),
        ):  # fmt: skip
            if label.text() != words:
                label.setText(words)
        whole = "\n".join(part for part in (f"{place} {who}".strip(), told) if part)
        if self.toolTip() != whole:
            self.setToolTip(whole)
            self.setAccessibleName(whole)
        set_property(self, "tone", tone)
        set_property(self, "filled", filled)
        self.setCursor(Qt.CursorShape.PointingHandCursor if who else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed(self._at)


class TalksStrip(QFrame):
    """See the module."""

    def __init__(self, desk: Desk, do: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName("talks")
        self.setFixedHeight(STRIP_PX)
        self._desk, self._do = desk, do
        self._slots: list[str] = [""] * SLOTS
        self._lost: list[Dropped | None] = [None] * SLOTS
        self._cards = [Card(at, self._pressed) for at in range(SLOTS)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for card in self._cards:
            row.addWidget(card, 1)
        row.addWidget(self._keys())

    def _keys(self) -> QWidget:
        box = QWidget()
        box.setFixedWidth(KEYS_PX)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        for line in range(len(KEYS)):
            grid.addWidget(text("Ctrl+", "quiet"), line, 0)
        for line, verbs in enumerate(KEYS):
            for at, verb_id in enumerate(verbs):
                verb = BY_ID[verb_id]
                words = f"{verb.key.removeprefix('Ctrl+')} {verb.name}"
                made = button(words, f"talks.{verb_id}", partial(self._do, verb_id), tip(verb_id))
                made.setProperty("key", True)
                wide = 2 if verb_id == "answer_second" else 1
                grid.addWidget(made, line, at + 1, 1, wide)
        for at in range(len(KEYS[0])):
            grid.setColumnStretch(at + 1, 1)
        return box

    def refresh(self, now: int) -> None:
        live = {card.id: card for card in cards(self._desk, now)}
        self._slots = _placed(self._slots, list(live))
        lost = dropped(self._desk, now)
        free = [at for at in range(SLOTS) if not self._slots[at]]
        places = free[1:] if not live and len(lost) < SLOTS else free
        shown = dict(zip(reversed(places), lost, strict=False))
        beyond = len(lost) - len(shown)
        for at, card in enumerate(self._cards):
            call, gone = live.get(self._slots[at]), shown.get(at)
            self._lost[at] = gone
            if call is not None:
                _show_call(card, call)
            elif gone is not None:
                _show_lost(card, gone, now, beyond if at == min(shown) else 0)
            else:
                idle = say("没有通话") if not live and at == 0 else ""
                card.show_words("", "", "", idle, "", filled=False)

    def _pressed(self, at: int) -> None:
        gone = self._lost[at]
        if self._slots[at]:
            acts_calls.talk_to(self._desk, self._slots[at])
        elif gone is not None and self._desk.line.talking() is None:
            acts_calls.dial(self._desk, gone.call.number, gone.call.id)
        elif gone is not None:
            self._do("ring_back")  # says why not now


def _placed(slots: list[str], live: list[str]) -> list[str]:
    """The calls in their places: who has one keeps it, new ones take the first that is free."""
    kept = [call_id if call_id in live else "" for call_id in slots]
    for call_id in live:
        if call_id not in kept and "" in kept:
            kept[kept.index("")] = call_id
    return kept


def _show_call(card: Card, it: TalkCard) -> None:
    words = (it.hears, it.alarm) if it.state == "taken" else (it.alarm, it.hears)
    told = "　".join(part for part in words if part)
    filled = (it.state == "ringing" and it.lit) or it.alarm.startswith("■")
    card.show_words(f"{it.sign} {it.place}", it.who, it.age, told, it.tone, filled=filled)


def _show_lost(card: Card, it: Dropped, now: int, beyond: int) -> None:
    """`beyond`: how many more there are than places."""
    who = f"{it.call.number} {it.call.name}".strip()
    told = say("Ctrl+F11 回拨　还没有回拨过")
    if it.tried_at is not None:
        told = say("Ctrl+F11 回拨　已试 {n} 次，上次 {age} 前", n=it.attempts, age=age(it.tried_at, now))
    place = say("△ 失线（另有 {n} 个）", n=beyond) if beyond else say("△ 失线")
    card.show_words(place, who, age(it.call.ended_at or now, now), told, "warning", filled=False)
