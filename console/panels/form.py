"""The intake form in hand. Address first; every change is typed into the desk at once.

A field that has the keyboard is never overwritten; which revision it shows is remembered, so that a change
by another seat meanwhile becomes a visible conflict and not a silent loss.
"""

import itertools
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from console.i18n import say
from console.models import acts
from console.models.ages import age, clock
from console.models.call_rows import history
from console.models.desk import Desk
from console.models.following import hints
from console.models.labels import FIELDS, field, word
from console.models.latest import short
from console.models.rows import seat_number
from console.models.whereabouts_words import reach_words
from console.panels.address import AddressField, next_on_enter
from console.panels.caller_place import CallerPlaceRow
from console.panels.widgets import ChoiceRow, Panel, button, row_of, set_property, text
from console.ports import Found
from console.verbs import tip
from dispatch.hints import Hint
from dispatch.kinds import Answer, HowPlaced, IncidentType, Need, Severity
from dispatch.words import Call, Form
from telephony.conversation import CallPlace

DRESSED_PX = 4  # a label grows a little with the style sheet
LABEL_PX = 68
PATIENTS_MAX = 999
LINES = ("waiting_point", "contact_name", "contact_phone", "patient_count", "patient_name", "patient_age",
         "chief_complaint", "condition", "remark")  # fmt: skip
GRAVE_ANSWER = ("no",)
SEX = (("male", ("男", "M")), ("female", ("女", "F")))


class FormPanel(Panel):
    """See the module. `overlay` carries the list of suggestions."""

    def __init__(self, desk: Desk, overlay: QWidget, do: Callable[[str], object]) -> None:
        super().__init__(say("受理"))
        self._desk = desk
        self._seen: dict[str, int] = {}
        self._intake: str | None = None
        self._lines: dict[str, QLineEdit] = {}
        self._rows: dict[str, ChoiceRow] = {}
        self._call = text("", "large")
        self._call.setObjectName("form.call")
        self._history = text("", "quiet")
        self.head.insertWidget(1, self._call)
        self.head.insertSpacing(1, 10)
        self.head.insertWidget(3, self._history)
        self._hint = text("")
        self._hint.setProperty("tone", "warning")
        self._join = button("", "form.join", lambda: do("join"), tip("join"))
        self._place_state = text("", "quiet")
        self.address = AddressField(self._address_typed, self._search, self._address_taken, overlay)
        firsts = (
            "place",
            "waiting_point",
            "conscious",
            "chief_complaint",
            "patient_count",
            "needs",
            "remark",
        )
        self._label_px = max(LABEL_PX, *(text(field(name), "label").sizeHint().width() for name in firsts))
        self._where = CallerPlaceRow(desk, do, self._label_px)
        self._build()

    # --- building ----------------------------------------------------------------------------------

    def _build(self) -> None:
        for name in LINES:
            self._lines[name] = self._line(name)
        self._lines["patient_count"].setValidator(QIntValidator(0, PATIENTS_MAX, self))
        answers = [(value, word(value)) for value in (Answer.YES, Answer.NO, Answer.UNKNOWN)]
        grades = (Severity.CRITICAL, Severity.SEVERE, Severity.MODERATE, Severity.MILD)
        self._choice("conscious", answers, "123", GRAVE_ANSWER)
        self._choice("breathing", answers, "456", GRAVE_ANSWER)
        self._choice("severity", [(value, word(value)) for value in grades], "7890", ("critical",))
        self._choice(
            "patient_sex", [(value, pair[0 if word(Answer.YES) == "有" else 1]) for value, pair in SEX]
        )
        self._choice("needs", [(need, word(need)) for need in Need])
        self._choice("infectious", [("yes", field("infectious"))], grave=("yes",))
        self._choice("danger", [("yes", field("danger"))], grave=("yes",))
        self._lay_out()

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"form.{name}")
        line.setAccessibleName(field(name))
        line.textEdited.connect(lambda words: self._typed(name, words))
        line.editingFinished.connect(self._flush)
        next_on_enter(line)
        return line

    def _choice(
        self, name: str, choices: list[tuple[Any, str]], digits: str = "", grave: tuple[str, ...] = ()
    ) -> None:
        pairs = [(str(value), words) for value, words in choices]
        self._rows[name] = ChoiceRow(name, pairs, lambda value: self._chosen(name, value), digits, grave)

    def _lay_out(self) -> None:
        lines, rows = self._lines, self._rows
        self._join.setProperty("key", True)
        keep = self._join.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._join.setSizePolicy(keep)
        self.body.addLayout(row_of(self._place_state, 1, self._hint, self._join))
        risks = row_of(rows["infectious"], rows["danger"], spacing=3)
        self._add_row(("place", self.address, 0, 1))
        self.body.addWidget(self._where)
        for row in (
            (("waiting_point", lines["waiting_point"], 0, 5), ("contact_name", lines["contact_name"], 48, 3),
             ("contact_phone", lines["contact_phone"], 62, 4)),
            (("conscious", rows["conscious"], 0, 3), ("breathing", rows["breathing"], 42, 3),
             ("severity", rows["severity"], 42, 4)),
            (("chief_complaint", lines["chief_complaint"], 0, 7), ("condition", lines["condition"], 62, 4)),
            (("patient_count", lines["patient_count"], 0, 1), ("patient_name", lines["patient_name"], 42, 4),
             ("patient_sex", rows["patient_sex"], 42, 2), ("patient_age", lines["patient_age"], 42, 2)),
        ):  # fmt: skip
            self._add_row(*row)
        needs = self._labelled("needs", rows["needs"], self._label_px)
        needs.addLayout(risks)
        self.body.addLayout(needs)
        self._add_row(("remark", lines["remark"], 0, 1))
        self.body.addStretch(1)
        self._order_of_tabs()

    def _add_row(self, *parts: tuple[str, QWidget, int, int]) -> None:
        """Fields beside each other: name, widget, width of the label (0: the first column's), share."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, widget, label_px, share in parts:
            row.addLayout(self._labelled(name, widget, label_px or self._label_px), share)
        self.body.addLayout(row)

    def _order_of_tabs(self) -> None:
        wanted = [self.address, *(self._lines[name] for name in LINES)]
        for first, second in itertools.pairwise(wanted):
            QWidget.setTabOrder(first, second)

    def _labelled(self, name: str, widget: QWidget, width_px: int) -> QHBoxLayout:
        label = text(field(name), "label")
        label.setMinimumWidth(max(width_px, label.sizeHint().width() + DRESSED_PX))
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        label.setBuddy(widget)
        row = row_of(label, widget)
        row.setStretch(1, 1)
        return row

    # --- by hand -----------------------------------------------------------------------------------

    def _typed(self, name: str, words: str) -> None:
        value: Any = (int(words) if words else 1) if name == "patient_count" else words
        self._desk.type(self._seen.get(name), **{name: value})

    def _chosen(self, name: str, value: str) -> None:
        form = self._desk.form()
        if name in {"conscious", "breathing", "severity"}:
            acts.set_answer(self._desk, name, value)
        elif name == "needs":
            self._desk.type(needs=form.needs ^ {Need(value)})
        elif name == "patient_sex":
            self._desk.type(patient_sex="" if form.patient_sex == value else value)
        else:
            self._desk.type(**{name: not getattr(form, name)})
        self.refresh(self._desk.clock())

    def _address_typed(self, words: str) -> None:
        acts.type_address(self._desk, words)

    def _search(self, words: str) -> None:
        self._desk.navigator.search(words, self._desk.form().place.point)

    def _address_taken(self, found: Found) -> None:
        acts.choose_place(self._desk, found.name, found.point, HowPlaced.SEARCH)
        self._flush()

    def _flush(self) -> None:
        if self._intake is not None:
            self._desk.forms.flush(self._desk.floor, self._intake)

    # --- showing -----------------------------------------------------------------------------------

    def refresh(self, now: int) -> None:
        """Show the form in hand, or the number that rings while nothing is in hand."""
        desk = self._desk
        fresh = desk.hand.intake_id != self._intake
        self._intake = desk.hand.intake_id
        ringing = desk.line.ringing() if self._intake is None else []
        form = Form(contact_phone=ringing[0].number) if ringing else desk.form()
        intake = desk.intake()
        rev = intake.rev if intake else 1
        for name in (*LINES, "place"):
            self._show_line(name, form, rev, force=fresh)
        for name, row in self._rows.items():
            row.show_values(_values(form, name))
        for widget in (self.address, *self._lines.values(), *self._rows.values()):
            widget.setEnabled(self._intake is not None)
        if desk.hand.fresh:
            desk.hand.fresh = False
            self.address.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_disputes()
        self.tell(now)

    def _show_line(self, name: str, form: Form, rev: int, *, force: bool) -> None:
        line = self.address if name == "place" else self._lines[name]
        value = form.place.address if name == "place" else str(getattr(form, name))
        if line.text() == value:
            self._seen[name] = rev
        elif force or not line.hasFocus() or (name == "place" and self._taken_here(form)):
            line.setText(value)
            line.setCursorPosition(0 if not line.hasFocus() else len(value))
            self._seen[name] = rev

    def _taken_here(self, form: Form) -> bool:
        """A place of the network was taken by a key while the keyboard stood in the empty address."""
        return form.place.how is HowPlaced.NETWORK and not self.address.text()

    def _show_disputes(self) -> None:
        draft = self._desk.forms.drafts.get(self._intake or "")
        disputed = draft.disputed if draft else ()
        for name in FIELDS:
            line = self.address if name == "place" else self._lines.get(name)
            if line is not None:
                set_property(line, "disputed", name in disputed)

    def tell(self, now: int) -> None:
        """The lines that change by themselves: call, hint, place, saving."""
        desk = self._desk
        call = desk.line.call(desk.floor, desk.call_id()) if self._intake else None
        ringing = desk.line.ringing() if self._intake is None else []
        if ringing:
            call = ringing[0]
        self._tell_call(call, now)
        if not self._tell_dispute():
            self._tell_hint(hints(desk))
        self._place_state.setText(self._place_words() if self._intake else "")
        self._where.tell(now)
        self.aside.setText(self._saving_words())

    def _tell_call(self, call: Call | None, now: int) -> None:
        desk = self._desk
        self._history.setText(history(desk, call) if call else "")
        set_property(self._call, "tone", "")
        number = call.number or say("号码未显示") if call else ""
        if call is None:
            self._call.setText(self._title())
        elif call.ended_at is not None:
            self._call.setText(say("{number} 已挂机", number=number))
        elif call.answered_at is not None:
            self._tell_up(call, number, age(call.answered_at, now))
        else:
            self._call.setText(say("{number} 振铃，F3 接听", number=number))
            set_property(self._call, "tone", "fault")

    def _tell_up(self, call: Call, number: str, since: str) -> None:
        """Nobody should speak to a caller who does not hear it."""
        match self._desk.line.places.get(call.id):
            case CallPlace.HELD:
                words, tone = say("{number} 保持 {age}", number=number, age=since), "warning"
            case CallPlace.ASIDE | CallPlace.TAKEN:
                words, tone = say("{number} 听不到您 {age}", number=number, age=since), "warning"
            case _:
                words, tone = say("{number} 通话 {age}", number=number, age=since), "ok"
        self._call.setText(words)
        set_property(self._call, "tone", tone)

    def _title(self) -> str:
        if self._intake is None:
            return say("空闲：F3 接听　F2 手工受理　F5 下一待办")
        return say("手工受理") if self._desk.incident() is None else ""

    def _tell_dispute(self) -> bool:
        """What the other seat wrote where both did: nobody chooses between one thing and a guess."""
        draft, intake = self._desk.forms.drafts.get(self._intake or ""), self._desk.intake()
        if draft is None or intake is None or not draft.disputed:
            return False
        theirs = "；".join(f"{field(name)}“{_words(intake.form, name)}”" for name in draft.disputed)
        self._join.setVisible(False)
        self._hint.setText(say("对方写：{theirs}　Ctrl+K 用我的 Ctrl+J 用对方的", theirs=theirs))
        self._hint.setToolTip(self._hint.text())
        return True

    def _tell_hint(self, likely: tuple[Hint, ...]) -> None:
        self._join.setVisible(bool(likely) and self._intake is not None)
        if not likely:
            self._hint.setText("")
            return
        incident = self._desk.floor.incidents[likely[0].incident_id]
        number = short(incident.number, self._desk.floor)
        why = say("同一号码") if likely[0].same_number else say("相距 {m} 米", m=round(likely[0].metres or 0))
        self._hint.setText(say("可能是已有事件 {number}（{why}）", number=number, why=why))
        self._hint.setToolTip(incident.place.address)
        self._join.setText(say("并入 {number}  F7", number=number))

    def _place_words(self) -> str:
        desk = self._desk
        place, incident = desk.form().place, desk.incident()
        parts = []
        if incident is not None:
            seat = seat_number(desk, incident.seat_id)
            parts.append(say("事件 {number}　占用 {seat} 台", number=incident.number, seat=seat or "–"))
        kind = desk.type_of(desk.hand.intake_id)
        if incident is not None or kind is not IncidentType.ON_SCENE:
            parts.append(word(kind))
        if incident is not None and incident.closing is not None:
            ended = clock(incident.closing.closed_at)
            parts.append(say("已于 {at} 结束，Ctrl+O 重开", at=ended))
            return "　".join(parts)
        if place.point is not None:
            parts.append(say("位置：{how}", how=f"{word(place.how)} {reach_words(place)}".rstrip()))
        elif place.address:
            parts.append(say("位置：仅文字，可派车；F8 在地图定点"))
        else:
            parts.append(say("还没有地址：输入地址、拼音或首字母"))
        return "　".join(parts)

    def _saving_words(self) -> str:
        desk = self._desk
        if self._intake is None:
            return ""
        draft = desk.forms.drafts.get(self._intake)
        if draft is not None and draft.resting:
            return say("中枢未收，内容留在本机")
        if desk.person is None:
            return say("登录后发出，已存本机")
        if desk.forms.pending(self._intake):
            return say("待发，已存本机") if desk.link.waiting else say("保存中…")
        intake: Any = desk.intake()
        return say("已保存 {at}", at=clock(intake.begun_at)) if intake and intake.rev == 1 else say("已保存")


def _values(form: Form, name: str) -> set[str]:
    value = getattr(form, name)
    if isinstance(value, bool):
        return {"yes"} if value else set()
    if isinstance(value, frozenset):
        return {str(need) for need in value}
    return {str(value)}


def _words(form: Form, name: str) -> str:
    """The value of a field as the other seat sees it."""
    if name == "place":
        return form.place.address
    value = getattr(form, name)
    if isinstance(value, bool):
        return say("是") if value else say("否")
    if isinstance(value, frozenset):
        return "、".join(sorted(word(need) for need in value))
    return word(value) if isinstance(value, Answer | Severity) else str(value)
