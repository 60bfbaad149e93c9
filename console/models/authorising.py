"""Command of a scope is moved by two people: 应急接管, 交还指挥, 孤岛 (bus.md 5.8). One act at a time.

The model of the sheet: what is known (the evidence, asked anew each second), what must be said and ticked,
who proves themselves, and what became of it. Nothing here is done twice: one act has one id.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field

from console.i18n import say
from console.models.commanding import home_of
from console.models.evidence import NEVER, ago_words, is_heard
from console.models.labels import site_name
from console.models.state import Topic
from console.ports import CommandQuestion, LogInAnswered
from dispatch.kinds import Role
from dispatch.rights import SECOND_PERSON
from dispatch.sites import CITY
from store.core.command_messages import (
    CommandAnswer,
    DeclareIsland,
    Evidence,
    EvidenceReq,
    HandOver,
    TakeCommand,
)
from store.core.ids import new_id

if TYPE_CHECKING:
    from console.models.desk import Desk

EVIDENCE_EVERY_MS = 1_000
ANSWER_MS_MAX = 30_000
"""A takeover takes a second; beyond this nobody knows, and the evidence says who commands."""
LEADS = frozenset({Role.SHIFT_LEADER})
"""One of the two has to lead; both need the right to stand for a decision of two."""


class Act(StrEnum):
    TAKE = "take"  # 应急接管
    HAND_OVER = "hand_over"  # 交还、计划移交
    ISLAND = "island"  # 孤岛
    MAINLAND = "mainland"  # 解除孤岛


class Stage(StrEnum):
    """How far it is."""

    FILLING = "filling"
    FIRST = "first"  # the first person's password is being checked
    SECOND = "second"
    SENT = "sent"
    DONE = "done"


class Filled(Struct, frozen=True):
    """What the two people entered. `checks`: the words of the ticked lines."""

    scope: str = CITY
    to_site: str = ""
    reason: str = ""
    order_no: str = ""
    checks: tuple[str, ...] = ()
    first_password: str = ""
    second_staff: str = ""
    second_password: str = ""
    break_glass: bool = False


class Target(Struct, frozen=True):
    """A site command may go to. `heard` False: it cannot take anything now, and `words` say why."""

    code: str
    words: str
    heard: bool


class Authorising(Struct):
    """One act under way. `told` is the line for the people; `trouble` True when it says why not."""

    act: Act
    scope: str = CITY
    stage: Stage = Stage.FILLING
    evidence: Evidence | None = None
    told: str = ""
    trouble: bool = False
    filled: Filled = Filled()
    waits_for: str = ""  # the id of the log-in or act whose answer is awaited
    since: int = 0
    asked_at: int = 0
    id: str = field(default_factory=new_id)

    @property
    def busy(self) -> bool:
        return self.stage in {Stage.FIRST, Stage.SECOND, Stage.SENT}


def begin(desk: "Desk", act: Act) -> Authorising:
    """Open the sheet of this act, or go on with one that was left open."""
    known = desk.authorising
    if known is None or known.act is not act or known.stage is Stage.DONE:
        known = desk.authorising = Authorising(act)
    ask_evidence(desk, known)
    desk.changed(Topic.COMMAND)
    return known


def ask_evidence(desk: "Desk", it: Authorising) -> None:
    """Ask what this site knows of the one that commands the scope."""
    it.asked_at = desk.clock()
    desk.hub.ask(EvidenceReq(scope=it.scope))


def choose_scope(desk: "Desk", scope: str) -> None:
    """The whole city, or the vehicles and incidents of one site."""
    it = desk.authorising
    if it is not None and not it.busy and it.scope != scope:
        it.scope, it.evidence = scope, None
        ask_evidence(desk, it)
        desk.changed(Topic.COMMAND)


def own_site(desk: "Desk") -> str:
    """Code of the site this seat belongs to: its relay's, else its hub's; "" while not known."""
    it = desk.authorising
    return it.evidence.site if it is not None and it.evidence is not None else desk.link.relay


def checks(act: Act) -> tuple[str, ...]:
    """What two people have to look at before; each line is ticked, and kept with the order."""
    if act is Act.TAKE:
        return (
            say("已用电话呼叫市中心：无人应答，或对方确认失去指挥能力"),
            say("已报告值班领导或上级值班员，取得授权和命令号"),
            say("本中心电话、电台、坐席可用，人员到位"),
            say("将用电台通知全部车组：从现在起听本中心指挥"),
        )
    if act is Act.HAND_OVER:
        return (
            say("对方值班人已电话确认接收，坐席到位"),
            say("冲突已全部核对，本中心在办事件已口头交接"),
        )
    if act is Act.ISLAND:
        return (
            say("已确认异地备份短时间内不能恢复"),
            say("知道后果：此后的记录仅存本中心，恢复后需核对"),
        )
    return (say("异地备份已恢复并追平"),)


def confirm(desk: "Desk", filled: Filled) -> None:
    """Both people have entered everything: prove the first, then the second, then give the order."""
    it = desk.authorising
    if it is None or it.busy:
        return
    it.filled = filled
    trouble = missing(desk, it, filled)
    if trouble:
        _tell(desk, it, trouble, trouble=True)
        return
    assert desk.person is not None  # `missing` looked
    staff = desk.floor.dispatchers[desk.person.dispatcher_id].staff_number
    _step(desk, it, Stage.FIRST, desk.hub.log_in(staff, filled.first_password, second=True))
    _tell(desk, it, say("正在核对第一人口令…"))


def missing(desk: "Desk", it: Authorising, filled: Filled) -> str:
    """What is still to be entered, "" when nothing."""
    person = desk.person
    first = desk.floor.dispatchers.get(person.dispatcher_id) if person else None
    if first is None:
        return say("请先登录：第一授权人是本台登录的人")
    if set(checks(it.act)) - set(filled.checks):
        return say("请逐条核对并勾选")
    if it.act is Act.HAND_OVER and not filled.to_site:
        return say("请选择移交给哪个中心")
    if it.act is Act.HAND_OVER and it.evidence is not None and not is_heard(it.evidence, filled.to_site):
        return say("{site}没有应答，不能移交：先恢复线路", site=site_name(desk.floor, filled.to_site))
    if not filled.reason.strip():
        return say("请写明原因")
    if it.act in {Act.TAKE, Act.HAND_OVER} and not filled.order_no.strip():
        return say("请写命令号（授权人口述的编号）")
    if not (filled.first_password and filled.second_staff.strip() and filled.second_password):
        return say("两人的工号和口令都要填")
    if filled.second_staff.strip() == first.staff_number:
        return say("第二授权人须是另一个人")
    return ""


def logged_in(desk: "Desk", answer: LogInAnswered) -> bool:
    """True when this answer belonged to the act under way, and is taken."""
    it, person = desk.authorising, desk.person
    if it is None or answer.id != it.waits_for or it.stage not in {Stage.FIRST, Stage.SECOND}:
        return False
    first = it.stage is Stage.FIRST
    if answer.dispatcher_id is None:
        _fail(desk, it, _wrong_login(answer, first=first))
    elif not answer.roles & SECOND_PERSON:
        _fail(desk, it, say("此人的角色不能授权"))
    elif person is None:
        _fail(desk, it, say("请先登录：第一授权人是本台登录的人"))
    elif first:
        staff = it.filled.second_staff.strip()
        _step(desk, it, Stage.SECOND, desk.hub.log_in(staff, it.filled.second_password, second=True))
        _tell(desk, it, say("正在核对第二人口令…"))
    elif answer.dispatcher_id == person.dispatcher_id:
        _fail(desk, it, say("第二授权人须是另一个人"))
    elif not (answer.roles | person.roles) & LEADS:
        _fail(desk, it, say("两人中至少一人须是调度班长"))
    else:
        _send(desk, it, person.token, answer.token)
    return True


def _wrong_login(answer: LogInAnswered, *, first: bool) -> str:
    who = say("第一人") if first else say("第二人")
    if answer.reason == "locked":
        return say("{who}连续错误，已暂停 {s} 秒", who=who, s=answer.wait_s)
    if answer.reason == "no_answer":
        return say("没有应答，身份无法核对，请检查本中心中枢")
    return say("{who}工号或口令不对", who=who)


def _send(desk: "Desk", it: Authorising, token: bytes, second: bytes) -> None:
    """Give the order. Every try has an id of its own: what was refused may be tried again."""
    filled, it.id = it.filled, new_id()
    reason, order_no = filled.reason.strip(), filled.order_no.strip()
    match it.act:
        case Act.TAKE:
            order: CommandQuestion = TakeCommand(
                id=it.id,
                scope=it.scope,
                reason=reason,
                order_no=order_no,
                token=token,
                second=second,
                break_glass=filled.break_glass,
                checks=filled.checks,
            )
        case Act.HAND_OVER:
            order = HandOver(
                id=it.id,
                scope=it.scope,
                to_site=filled.to_site,
                reason=reason,
                order_no=order_no,
                token=token,
                second=second,
            )
        case _:
            on = it.act is Act.ISLAND
            order = DeclareIsland(id=it.id, on=on, reason=reason, token=token, second=second)
    desk.hub.ask(order)
    _step(desk, it, Stage.SENT, it.id)
    _tell(desk, it, say("两人身份已核对，正在执行…"))


def evidence_came(desk: "Desk", evidence: Evidence) -> None:
    it = desk.authorising
    if it is not None and evidence.scope == it.scope:
        it.evidence = evidence
        desk.changed(Topic.COMMAND)


def answered(desk: "Desk", answer: CommandAnswer) -> None:
    """Done, or why not."""
    it = desk.authorising
    if it is None or answer.id != it.id:
        return
    if answer.reason:
        _fail(desk, it, refusal_words(answer, it.act))
        return
    it.stage = Stage.DONE
    done = {
        Act.TAKE: say("已接管：第 {n} 届，本中心从现在起指挥", n=answer.epoch.term),
        Act.HAND_OVER: say("已移交：第 {n} 届", n=answer.epoch.term),
        Act.ISLAND: say("已进入孤岛模式"),
        Act.MAINLAND: say("已解除孤岛模式"),
    }
    _tell(desk, it, done[it.act])
    desk.notice(done[it.act], grave=False)


def refusal_words(answer: CommandAnswer, act: Act = Act.HAND_OVER) -> str:
    """Why it was not done, and what to do."""
    words = {
        "two_people": say("须两个不同的人授权：请换第二授权人"),
        "not_allowed": say("角色不能授权：两人都须能作第二人确认，至少一人是调度班长"),
        "wrong_login": say("身份核对已过期或不对：请两人重新输入口令"),
        "no_reason": say("缺少原因或命令号：请补写"),
        "already_here": say("本中心已在指挥，无需再接管"),
        "holder_alive": say("现指挥方仍在线：请与其电话商定，由对方移交"),
        "behind": say("对方副本尚未追平：等几秒再试"),
        "lacks_rows": say("另一在线中心的记录比本地多：应由它接管；确需由本中心接管请勾选“紧急接管”"),
        "not_connected": say("对方中心没有连接：先恢复线路，再移交"),
        "conflicts_open": say("尚有冲突未核对：先按 Ctrl+G 全部核对，再交还"),
        "store": say("本中心存储不可用：立即通知维护，暂用电台指挥"),
        "unknown_scope": say("没有这个指挥范围：请重新选择"),
        "timeout": say("没有在时限内完成：请看现指挥方是谁，再决定是否重试"),
    }
    if act is Act.TAKE:
        words["behind"] = say("本中心数据正在核对或追平：等几秒再试；确需立即接管请勾选“紧急接管”")
    told = words.get(answer.reason, say("未能执行（{reason}）：请告知维护", reason=answer.reason))
    return f"{told}（{answer.text}）" if answer.text else told


def on_time(desk: "Desk") -> None:
    """Fresh evidence while the sheet is open; an act nobody answers is told to be unknown."""
    it, now = desk.authorising, desk.clock()
    if it is None or it.stage is Stage.DONE:
        return
    if now - it.asked_at >= EVIDENCE_EVERY_MS:
        ask_evidence(desk, it)
    if it.busy and now - it.since > ANSWER_MS_MAX:
        _fail(desk, it, say("没有应答，结果不明：请看现指挥方是谁，再决定是否重试"))


def give_up(desk: "Desk") -> None:
    """Close the sheet; an order already given goes on."""
    if desk.authorising is not None and not desk.authorising.busy:
        desk.authorising = None
        desk.changed(Topic.COMMAND)


def targets(desk: "Desk", it: Authorising) -> tuple[Target, ...]:
    """The sites command of the scope may go to, its home first."""
    home, here = home_of(desk.floor, it.scope), own_site(desk)
    others = sorted(code for code in desk.floor.sites if code not in {home, here})
    codes = (*((home,) if home and home != here else ()), *others)
    return tuple(_target(desk, it, code) for code in codes)


def _target(desk: "Desk", it: Authorising, code: str) -> Target:
    name = site_name(desk.floor, code)
    if it.evidence is None or is_heard(it.evidence, code):
        return Target(code, say("移交给 {site}", site=name), heard=True)
    age_ms = dict(it.evidence.peers).get(code, NEVER)
    ago = ago_words(age_ms)
    if age_ms != NEVER:
        ago = say("无应答（{ago}）", ago=ago)
    return Target(code, f"✕ {name}　{ago}", heard=False)


def _step(desk: "Desk", it: Authorising, stage: Stage, waits_for: str) -> None:
    it.stage, it.waits_for, it.since = stage, waits_for, desk.clock()


def _fail(desk: "Desk", it: Authorising, words: str) -> None:
    it.stage, it.waits_for = Stage.FILLING, ""
    _tell(desk, it, words, trouble=True)


def _tell(desk: "Desk", it: Authorising, words: str, *, trouble: bool = False) -> None:
    it.told, it.trouble = words, trouble
    desk.changed(Topic.COMMAND)
