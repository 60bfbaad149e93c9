"""Who changed machines and people, with whom, and what came of it: words and rules of administration.

Two people change the roster or an account: an administrator, and somebody who may stand beside one. Until two
such people have accounts they are made by one alone; that is noted as well.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from dispatch.kinds import Role
from dispatch.refusals import NeedsSecondPerson, NotAllowed, Refusal
from dispatch.words import Dispatcher


class Act(StrEnum):
    """What was done, or tried."""

    INVITE = "invite"  # 邀请机器
    ENROL = "enrol"  # 登记机器
    STRIKE = "strike"  # 注销机器
    SET_ACCOUNT = "set_account"  # 建账号、改口令
    DISABLE_ACCOUNT = "disable_account"  # 停用账号
    ENABLE_ACCOUNT = "enable_account"  # 恢复账号
    REGISTER_PERSON = "register_person"  # 人员与角色
    REGISTER_LISTS = "register_lists"  # 名册：站点、分站、医院、车辆、席位
    CODE_REFUSED = "code_refused"  # 登记码不对
    LOG_IN_LOCKED = "log_in_locked"  # 连续口令错误
    TAKE_COMMAND = "take_command"  # 应急接管，只记被拒的
    HAND_OVER = "hand_over"  # 移交，只记被拒的
    ISLAND = "island"  # 宣布孤岛
    ISLAND_END = "island_end"  # 结束孤岛


class NoteAdministration(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """`subject`: machine or staff number. `refused` "" means done, else a fixed word.

    `first`, `second`: staff numbers of those who did it; "" where nobody was asked. `where`: the computer.
    """

    act: Act
    subject: str
    first: str = ""
    second: str = ""
    refused: str = ""
    where: str = ""
    remark: str = ""


class AdministrationNoted(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Nothing on the floor changes by it; the journal keeps it for ever."""

    at: int
    note: NoteAdministration


ADMINISTERS = frozenset({Role.ADMINISTRATOR})
STANDS_BESIDE = frozenset({Role.ADMINISTRATOR, Role.SHIFT_LEADER, Role.HEAD_OF_DISPATCH})
"""Whose holder may be the second person of a change of machines or people."""


def administration_refused(first: Dispatcher | None, second: Dispatcher | None) -> Refusal | None:
    """Why these two, both proven, may not change machines and people; `None`: they may."""
    if first is None or not first.roles & ADMINISTERS:
        return NotAllowed("NoteAdministration")
    if second is None or second.id == first.id or not second.roles & STANDS_BESIDE:
        return NeedsSecondPerson()
    return None


def is_first_start(people: Iterable[Dispatcher], with_account: Iterable[str]) -> bool:
    """True while no two people with accounts could change anything: somebody has to be the first."""
    known = set(with_account)
    able = [person for person in people if person.staff_number in known]
    return not any(administration_refused(one, two) is None for one in able for two in able)
