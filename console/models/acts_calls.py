"""Acts on calls that are up: hold, swap, confer, transfer, key tones, dialling.

Nothing here interrupts speech unless the operator's own key says so; each says why not and which key helps.
"""

from console.i18n import say
from console.models import acts
from console.models.asking import Ask, Choice
from console.models.desk import Desk
from console.models.directory import name_of
from dispatch.kinds import Direction
from dispatch.words import Call
from telephony.conversation import CallPlace

TALK, HELD, ASIDE, TAKEN = CallPlace.TALK, CallPlace.HELD, CallPlace.ASIDE, CallPlace.TAKEN


def who(desk: Desk, call: Call) -> str:
    """Number and name of the far end, as far as known."""
    number = call.number or say("号码未显示")
    name = call.name or name_of(desk, call.number)
    return f"{number} {name}".strip()


def can(desk: Desk, done: bool) -> bool:
    """Say so when there is no telephone to order this of."""
    if not done:
        desk.notice(say("电话不可用"), say("请用话机；电话灯恢复后再试"))
    return done


def follow_call(desk: Desk, call_id: str) -> None:
    """The form in hand is that of the caller one talks with now."""
    call = desk.line.call(desk.floor, call_id)
    key = (call.incident_id or call.intake_id) if call else None
    if key and key not in {desk.hand.intake_id, desk.incident_id()}:
        acts.show(desk, key)


# --- one among several -----------------------------------------------------------------------------


def answer_second(desk: Desk) -> None:
    """Whoever one talks with goes on hold; the longest ringing call is answered."""
    ringing = desk.line.ringing()
    if not ringing:
        desk.notice(say("没有振铃的来电"), grave=False)
    else:
        can(desk, desk.phone.answer(ringing[0].id))


def hold_or_resume(desk: Desk) -> None:
    """Hold the one that is talked with; with nobody talking, resume who was put on hold last."""
    talking, held, taken = (desk.line.at(place) for place in (TALK, HELD, TAKEN))
    if len(talking) > 1:
        desk.notice(say("正在会议"), say("Ctrl+F8 自己退出，其余各方继续；或点一方单独通话"), "step_out")
    elif talking:
        can(desk, desk.phone.hold(talking[0].id))
    elif taken or held:
        talk_to(desk, (taken or held)[-1].id)
    else:
        desk.notice(say("当前没有通话"), grave=False)


def talk_to(desk: Desk, call_id: str) -> None:
    """Talk with this call alone; whoever else was talked with goes on hold."""
    if any(call.id == call_id for call in desk.line.ringing()):
        if desk.line.talking() is None:
            can(desk, desk.phone.answer(call_id))
        else:
            acts.answer(desk)  # says that one is talking, and the key that holds
    elif can(desk, desk.phone.talk_to(call_id)):
        follow_call(desk, call_id)


def swap(desk: Desk) -> None:
    """From the one talked with to the one put on hold last, and back."""
    held = desk.line.at(HELD)
    if held:
        talk_to(desk, held[-1].id)
    else:
        desk.notice(say("没有保持中的通话"), grave=False)


def confer(desk: Desk) -> Ask | None:
    """Join who waits on hold to the conversation; with several waiting, ask whom."""
    held = desk.line.at(HELD)
    if desk.line.talking() is None or not held:
        do = say("先 Ctrl+F2 拨通第三方（来电人自动保持），再按 Ctrl+F7")
        desk.notice(say("会议要有一方通话、一方保持"), do, "dial")
        return None
    if len(held) == 1:
        can(desk, desk.phone.confer((held[0].id,)))
        return None
    everybody = tuple(call.id for call in held)

    def then(value: str, remark: str, minutes: int) -> None:
        can(desk, desk.phone.confer((value,) if value else everybody))

    one_each = tuple(Choice(call.id, who(desk, call)) for call in held)
    return Ask(say("谁加入会议"), (Choice("", say("全部")), *one_each), then, remark=False)


def step_out(desk: Desk) -> None:
    """Leave a conference whose others talk on, or come back into the one that was left."""
    if len(desk.line.at(TALK)) > 1:
        can(desk, desk.phone.leave_conference())
    elif desk.line.at(ASIDE):
        can(desk, desk.phone.rejoin_conference())
    else:
        desk.notice(say("没有会议"), say("Ctrl+F7 把保持中的一方并入通话"), grave=False)


def hang_up(desk: Desk) -> Ask | None:
    """End the call one speaks on, or leave the one supervised; of a conference, ask which."""
    talking = desk.line.at(TALK)
    supervising = next(iter(desk.line.supervising), "")
    if not talking and supervising:
        can(desk, desk.phone.hang_up(supervising))
        return None
    if len(talking) < 2:
        acts.hang_up(desk)
        return None

    def then(value: str, remark: str, minutes: int) -> None:
        for call in talking if not value else [it for it in talking if it.id == value]:
            desk.phone.hang_up(call.id)

    one_each = tuple(Choice(call.id, who(desk, call)) for call in talking)
    return Ask(say("会议中：挂断哪一方"), (*one_each, Choice("", say("全部挂断"))), then, remark=False)


# --- sent on ---------------------------------------------------------------------------------------


def to_transfer(desk: Desk) -> Call | None:
    """The call a blind transfer would send on; None, and said why, when there is none."""
    talking = [call for call in desk.line.at(TALK) if call.answered_at is not None]
    if len(talking) == 1:
        return talking[0]
    if talking:
        desk.notice(say("正在会议"), say("先点要转出的一方单独通话，再转接"))
    else:
        desk.notice(say("没有可转接的通话"), say("接通后再转接"), grave=False)
    return None


def transfer(desk: Desk, call_id: str, target: str) -> None:
    """盲转: the far end calls `target`; until it got there the call stays ours."""
    if can(desk, desk.phone.transfer(call_id, target)):
        desk.notice(say("正在转往 {number}，接通前通话仍在本台", number=target), grave=False)


def transfer_attended(desk: Desk) -> Ask | None:
    """询问转: who waits on hold is joined with the one talked with, and both leave this seat."""
    talking, held = desk.line.talking(), desk.line.at(HELD)
    if talking is None or not held:
        do = say("先 Ctrl+F2 拨通接手方（来电人自动保持），说明情况后再按 Ctrl+F6")
        desk.notice(say("询问转要有一方通话、一方保持"), do, "dial")
        return None
    target = talking
    if target.answered_at is None:
        desk.notice(say("对方还没有接听"), say("接通后再按 Ctrl+F6；不等请用盲转 Ctrl+F5"), grave=False)
        return None
    if len(held) == 1:
        can(desk, desk.phone.transfer_to(held[0].id, target.id))
        return None

    def then(value: str, remark: str, minutes: int) -> None:
        can(desk, desk.phone.transfer_to(value, target.id))

    choices = tuple(Choice(call.id, who(desk, call)) for call in held)
    return Ask(say("把哪一方转给 {who}", who=who(desk, target)), choices, then, remark=False)


# --- dialling --------------------------------------------------------------------------------------


def dial(desk: Desk, target: str, call_back_of: str = "") -> bool:
    """Call a number or SIP address. Whoever one talks with goes on hold and hears that."""
    call_id = desk.phone.dial(target, call_back_of=call_back_of, incident_id=desk.incident_id() or "")
    if call_id is not None:
        desk.line.dialled[call_id] = target
    return can(desk, call_id is not None)


def choose_site(desk: Desk, site_id: str) -> None:
    """A station or hospital picked on the map: it stands first in the directory."""
    desk.hand.site_id = site_id
    site = desk.floor.hospitals.get(site_id) or desk.floor.stations.get(site_id)
    if site is not None and site.phone:
        what = say("地图所选：{name}　{number}", name=site.name, number=site.phone)
        desk.notice(what, say("Ctrl+F2 回车拨打"), "dial", grave=False)
    elif site is not None:
        desk.notice(say("{name} 没有登记电话", name=site.name), grave=False)


def redial(desk: Desk) -> None:
    """The number this seat dialled last."""
    dialled = [call for call in desk.line.calls.values() if call.direction is Direction.OUTBOUND]
    if not dialled:
        desk.notice(say("本席还没有拨出过电话"), say("Ctrl+F2 拨号"), grave=False)
    elif desk.line.talking() is not None:
        desk.notice(say("正在通话"), say("先 Ctrl+F9 保持或 F10 挂机，再重拨"))
    else:
        last = dialled[-1]
        dial(desk, desk.line.dialled.get(last.id, last.number), last.call_back_of or "")


def send_digits(desk: Desk, digits: str) -> bool:
    """Key tones to whoever one talks with; False when nobody would hear them."""
    talking = desk.line.talking()
    if talking is None or talking.answered_at is None:
        desk.notice(say("没有接通的通话"), say("按键音要在通话中发送"), grave=False)
        return False
    return can(desk, desk.phone.send_digits(talking.id, digits))
