"""Who sits at the desk: sitting down where nobody was, a log-in that ran out, what ends with it."""

from typing import TYPE_CHECKING

from console.i18n import say
from console.models.dropped import end_left_behind
from console.ports import LogInNeeded
from dispatch import commands as cmd

if TYPE_CHECKING:
    from console.models.desk import Desk


def drafting(desk: "Desk") -> bool:
    """True while a form of this desk waits that the hub does not know yet."""
    return any(key not in desk.floor.intakes for key in desk.begun)


def welcome(desk: "Desk") -> None:
    """What waited for somebody (see `unsigned`) is theirs now, with the times it was given."""
    end_left_behind(desk)
    for notice in [one for one in desk.notices if one.verb == "log_out"]:
        desk.notices.remove(notice)
    if not desk.may(cmd.BeginIntake):
        return
    held, desk.unsigned = desk.unsigned, []
    for one in held:
        if isinstance(one.command, cmd.OpenIncident):  # what was typed goes before what is made of it
            desk.forms.flush(desk.floor, one.command.intake_id)
        desk.send(one.command, at=one.at)
    begun = sum(isinstance(one.command, cmd.BeginIntake) for one in held)
    if begun:
        what, do = say("登录前受理的 {n} 单已记在您名下", n=begun), say("请逐一核对（F5）")
        desk.notice(what, do, "next", grave=False)
    desk.save()


def log_in_again(desk: "Desk", message: LogInNeeded) -> None:
    """The hub does not know us any more: say so once."""
    what = say("登录已失效，指令已存本机等待")
    if not any(notice.what == what for notice in desk.notices):
        desk.notice(what, say("请按 Ctrl+L 重新登录，指令随后自动发出"), "log_out")


def leave_supervised(desk: "Desk") -> None:
    """Whoever supervised went away: nobody goes on listening by rights that left with them."""
    for leg in list(desk.line.supervising):
        desk.phone.hang_up(leg)


def leave_if_over(desk: "Desk") -> str:
    """Why the log-in here counts no more; "" while it does. Nothing goes out in its name, drafts stay."""
    over = _over(desk)
    if over:
        desk.stand_up(silent=True)
        desk.hub.logged_out()
    return over


def _over(desk: "Desk") -> str:
    """By the floor, which every site knows."""
    person = desk.floor.dispatchers.get(desk.person.dispatcher_id) if desk.person else None
    if desk.person is None or person is None:
        return ""
    if person.barred:
        return say("账号已停用，本席已退出登录；未发出的内容已保留")
    if desk.person.roles - person.roles:
        return say("您的权限已变更，请重新登录；未发出的内容已保留")
    return ""
