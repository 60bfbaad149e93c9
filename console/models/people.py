"""Somebody sits down at a desk that worked on without anybody."""

from typing import TYPE_CHECKING

from console.i18n import say
from dispatch import commands as cmd

if TYPE_CHECKING:
    from console.models.desk import Desk


def welcome(desk: "Desk") -> None:
    """What waited for somebody (see `unsigned`) is theirs now, with the times it was given."""
    for notice in [one for one in desk.notices if one.verb == "log_out"]:
        desk.notices.remove(notice)
    if not desk.may(cmd.BeginIntake):
        return
    held, desk.unsigned = desk.unsigned, []
    for one in held:
        desk.send(one.command, at=one.at)
    begun = sum(isinstance(one.command, cmd.BeginIntake) for one in held)
    if begun:
        what, do = say("登录前受理的 {n} 单已记在您名下", n=begun), say("请逐一核对（F5）")
        desk.notice(what, do, "next", grave=False)
    desk.save()
