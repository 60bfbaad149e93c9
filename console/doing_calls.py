"""The telephone's verbs, done: the part of `doing.Doing` for calls that are up and for the supervisor."""

from console.doing_on import Verbs
from console.i18n import say
from console.models import acts_calls, supervising
from console.models.directory import find, typed_number
from console.models.dropped import dropped
from telephony.monitoring import MonitorMode


class CallVerbs(Verbs):
    """Part of `doing.Doing`."""

    def hang_up(self) -> None:
        self._ask(acts_calls.hang_up(self._desk))

    def answer_second(self) -> None:
        self._screen.make_room()
        acts_calls.answer_second(self._desk)

    def hold_call(self) -> None:
        acts_calls.hold_or_resume(self._desk)

    def swap(self) -> None:
        acts_calls.swap(self._desk)

    def confer(self) -> None:
        self._ask(acts_calls.confer(self._desk))

    def step_out(self) -> None:
        acts_calls.step_out(self._desk)

    def attended(self) -> None:
        self._ask(acts_calls.transfer_attended(self._desk))

    def blind(self) -> None:
        call = acts_calls.to_transfer(self._desk)
        if call is None:
            return
        target = self._named()
        if target:
            acts_calls.transfer(self._desk, call.id, target)
        elif not self._words:
            self._screen.open_sheet("dial", call.id)

    def dial(self) -> None:
        target = self._named()
        if target:
            acts_calls.dial(self._desk, target)
        elif not self._words:
            self._screen.open_sheet("dial")

    def _named(self) -> str:
        """The number the words of the command line mean; "" without words, or said why not."""
        words = " ".join(self._words)
        if not words or (number := typed_number(words)):
            return number if words else ""
        found = find(self._desk, words)
        if len(found) == 1:
            return found[0].number
        names = "  ".join(f"{it.name} {it.number}" for it in found[:5])
        what = say("不止一个：{names}", names=names) if found else say("通讯录里没有“{text}”", text=words)
        self._desk.notice(what, say("Ctrl+F2 打开通讯录选择"), "dial", grave=False)
        return ""

    def redial(self) -> None:
        acts_calls.redial(self._desk)

    def ring_back(self) -> None:
        desk = self._desk
        lost = dropped(desk, desk.clock())
        if not lost:
            desk.notice(say("没有待回拨的失线来电"), grave=False)
        elif desk.line.talking() is not None:
            desk.notice(say("正在通话"), say("先 Ctrl+F9 保持或 F10 挂机，再回拨"))
        elif acts_calls.dial(desk, lost[0].call.number, lost[0].call.id):
            acts_calls.follow_call(desk, lost[0].call.id)

    def keypad(self) -> None:
        self._screen.open_sheet("keypad")

    # --- the supervisor ----------------------------------------------------------------------------

    def listen(self) -> None:
        self._ask(supervising.listen(self._desk))

    def whisper(self) -> None:
        supervising.change(self._desk, MonitorMode.WHISPER)

    def barge(self) -> None:
        supervising.change(self._desk, MonitorMode.BARGE)

    def take_call(self) -> None:
        supervising.change(self._desk, MonitorMode.TAKE_OVER)

    def release_call(self) -> None:
        self._ask(supervising.ask_release(self._desk))
