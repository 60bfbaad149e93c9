"""What becomes of an order: carried out, refused, or not known in time. Typed text outlives all three."""

from typing import TYPE_CHECKING

from console.i18n import say
from console.models.command_words import command_word
from console.models.labels import word
from console.models.latest import short
from console.models.refused import explain
from console.models.state import Topic
from console.ports import Expired, VerdictCame
from dispatch import commands as cmd
from dispatch import reserve_commands as reserve
from dispatch.call_notes import NoteSupervision, ReportCallQuality
from dispatch.distribution import ReportGaveUp, ReportQueue
from dispatch.refusals import AlreadyThere, NeedsSecondPerson, NotFound, Refusal, WrongState
from dispatch.requests import RequestCommand
from dispatch.whereabouts import ReportLookUp, ReportWhereabouts

if TYPE_CHECKING:
    from console.models.desk import Desk

# A refusal of these is no business of the dispatcher: the fact is there already or cannot be used.
REPORTS = (
    *(cmd.ReportRinging, cmd.ReportAnswered, cmd.ReportCallEnded, cmd.KeepRecording),
    *(reserve.ReportActivationShown, reserve.ReportReadiness, reserve.ReportSelfTest),
    *(reserve.FinishStandDown, ReportCallQuality, NoteSupervision),
    *(ReportWhereabouts, ReportLookUp, ReportQueue, ReportGaveUp),
)


def settle(desk: "Desk", message: VerdictCame) -> None:
    """The one verdict of an order of ours."""
    pending = desk.pending.pop(message.cid, None)
    desk.changed(Topic.STATUS, Topic.MISSIONS, Topic.FORM)
    refusal: Refusal | None = message.refusal
    if pending is None:  # an order given before this window was started
        if refusal is not None:
            told = explain(refusal, desk.floor)
            desk.notice(told.what, told.do)
        return
    command = pending.command
    if isinstance(command, cmd.ChangeIntake):
        refusal = desk.forms.verdict(desk.floor, command.intake_id, message.cid, refusal)
        desk.save()
    if refusal is not None and not isinstance(command, REPORTS):
        _refused(desk, command, refusal)


def _refused(desk: "Desk", command: cmd.Command, refusal: Refusal) -> None:
    match command, refusal:
        case cmd.OpenIncident(), _:
            desk.opened(command.intake_id)
        case cmd.EndIntake(), WrongState():
            return  # somebody ended it first: that is what was wanted
        case cmd.BeginIntake(), AlreadyThere("intake", known):
            _go_on_in(desk, command.intake_id, known)
            return
        case cmd.BeginIntake(), NotFound("call", _):
            desk.give(cmd.BeginIntake(command.intake_id))  # the call is lost, what its caller says is not
            return
        case _, NeedsSecondPerson() if desk.wants_second is None:
            desk.wants_second = command
            desk.changed(Topic.NOTICE)
            return
    told = explain(refusal, desk.floor)
    desk.notice(told.what, told.do)


def _go_on_in(desk: "Desk", intake_id: str, known: str) -> None:
    """The hub has another form for the call of this one: what was typed goes on there."""
    if known == intake_id:
        return  # it came twice
    desk.begun.pop(intake_id, None)
    desk.forms.move(desk.floor, intake_id, known, desk.clock())
    if desk.hand.intake_id == intake_id:
        desk.take_in_hand(intake_id=known)


def expired(desk: "Desk", message: Expired) -> None:
    """Nobody knows whether it happened: say of which vehicle or form, and let a person look and decide."""
    pending = desk.pending.pop(message.cid, None)
    desk.changed(Topic.STATUS, Topic.MISSIONS, Topic.FORM)
    command = pending.command if pending else None
    what, do = say("指令没有得到中枢答复，结果不明"), say("请核对列表中的最新状态，需要时重新下达")
    match command:
        case cmd.AssignVehicle():
            vehicle = desk.floor.vehicles.get(command.vehicle_id)
            incident = desk.floor.incidents.get(command.incident_id)
            number = short(incident.number, desk.floor) if incident else say("本事件")
            what = say(
                "{vehicle} 派往 {number} 的指令没有得到答复，结果不明",
                vehicle=vehicle.number if vehicle else "–",
                number=number,
            )
            do = say("先看任务列表，用电台问车组；没有收到再重派")
        case cmd.ChangeIntake():
            desk.forms.lost(command.intake_id, message.cid)
            what, do = say("受理单修改没有得到答复"), say("内容仍在本机，请核对后再改一次")
        case cmd.OpenIncident():
            desk.opened(command.intake_id)
        case cmd.RecordMilestone():
            what = say("节点“{step}”没有得到答复，结果不明", step=word(command.kind))
        case _ if isinstance(command, RequestCommand):
            name = command_word(type(command).__name__)
            what = say("“{name}”没有得到中枢答复，结果不明", name=name)
            do = say("看告警列表；没有列出就用电话联系该中心")
    desk.notice(what, do)
